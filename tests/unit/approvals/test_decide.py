"""Rules and requests: what is allowed, denied, asked, or left to the agent program."""

import pytest

from workcell.approvals import decide, rules

TREE = "/t"


def ruled(text):
    found, faults = rules.parse(text, "rules/approvals.yaml")
    assert not faults, faults
    return rules.applying(found, TREE, "claude", TREE)


RULES = ruled("""
allow: [git status *, git diff *, make *, "cat *", {command: rm *, even_risky: true}]
deny: [git push]
ask: [git commit *]
""")


def said(command, found=RULES):
    return decide.decide(found, decide.Request("Bash", command, tree=TREE))


@pytest.mark.parametrize(
    "command, answer",
    [
        ("git status", "allow"),
        ("git status && git diff --stat; make test | cat -", "allow"),
        ("bash -c 'git status; make'", "allow"),
        ("timeout 60 make test", "allow"),
        ("rm -rf build", "allow"),
        ("git push", "deny"),
        ("git status && git push -f", "deny"),
        ("make; bash -c 'git push'", "deny"),
        ("git status $(git push)", "deny"),
        ("git commit -m x", "ask"),
        ("git commit -m x && git push", "deny"),
        ("git status; curl x", None),
        ("git status > x", None),
        ("A=1 make", None),
        ("cat .env", None),
        ("cat a.py", "allow"),
        ("make $X", None),
        ("git $X", "ask"),
        ("make `git push`", "ask"),
        ("bash -c \"$X\"", "ask"),
        ("echo Z2l0IHB1c2g= | base64 -d | sh", "ask"),
        ("", None),
    ],
)  # fmt: skip
def test_commands(command, answer):
    assert said(command).answer == answer


def test_without_rules_nothing_is_said():
    assert said("git push", []).answer is None


def test_an_answer_names_its_rule_and_why():
    found = said("git push x", ruled("deny:\n  - command: git push\n    why: a person pushes\n"))
    assert (found.where, found.why, found.risk) == ("rules/approvals.yaml:2", "a person pushes", "network")


def test_what_is_held_back_says_so():
    assert "even_risky" in (said("cat .env").why or "")
    assert "'curl x'" in (said("git status; curl x").why or "")


def file(tool, *paths, **more):
    return decide.Request(tool, paths=tuple((path, path) for path in paths), tree=TREE, **more)


def test_files():
    found = ruled("allow: {tool: [Edit, apply_patch], path: 'src/**'}\ndeny: {path: '**/*.lock'}\n")
    assert decide.decide(found, file("Edit", "/t/src/a.py")).answer == "allow"
    assert decide.decide(found, file("Edit", "/t/a.py")).answer is None
    assert decide.decide(found, file("apply_patch", "/t/src/a.py", "/t/src/b.py")).answer == "allow"
    assert decide.decide(found, file("apply_patch", "/t/src/a.py", "/t/b.py")).answer is None
    assert decide.decide(found, file("apply_patch", "/t/src/a.py", "/t/src/x.lock")).answer == "deny"
    assert decide.decide(found, file("Edit", "/t/src/.env")).answer is None
    assert decide.decide(found, file("Edit", unread="it names no file")).answer == "ask"


def test_a_link_that_leads_out_is_not_allowed():
    found = ruled("allow: {tool: Edit, path: 'src/**'}\ndeny: {path: /etc/**}\n")
    request = decide.Request("Edit", paths=(("/t/src/link", "/etc/hosts"),), tree=TREE)
    assert decide.decide(found, request).answer == "deny"
    assert decide.decide(found[:1], request).answer is None


def test_a_tool_alone_allows_no_shell():
    found = ruled("allow: {tool: '*'}\n")
    assert decide.decide(found, decide.Request("Bash", "git status", tree=TREE)).answer is None
    assert decide.decide(found, decide.Request("WebFetch", tree=TREE)).answer == "allow"
    assert decide.decide(found, decide.Request("AskUserQuestion", tree=TREE)).answer is None


def test_a_key_that_is_not_known_is_never_allowed():
    request = decide.Request("Bash", "git status", tree=TREE, unread="it has 'dangerouslyDisableSandbox'")
    assert decide.decide(RULES, request).answer is None


ALLOW, DENY = decide.Answer("allow", "low"), decide.Answer("deny", "low")
ASK, NONE = decide.Answer("ask", "low"), decide.Answer(None, "low")


def test_an_allow_needs_the_rules_of_then_and_of_now():
    both = {
        (a.answer, b.answer): decide.combine(a, b).answer
        for a in (ALLOW, DENY, ASK, NONE)
        for b in (ALLOW, DENY, ASK, NONE)
    }
    assert [pair for pair, answer in both.items() if answer == "allow"] == [("allow", "allow")]
    assert all(both[pair] == "deny" for pair in both if "deny" in pair)
    assert all(both[pair] == "ask" for pair in both if "ask" in pair and "deny" not in pair)


def test_each_part_tells_its_own_answer():
    found = decide.singly(RULES, decide.Request("Bash", "git status && git push", tree=TREE))
    assert [(line, one.answer) for line, one in found] == [("git status", "allow"), ("git push", "deny")]


def test_a_rule_about_paths_allows_no_tool_that_may_touch_others():
    found = ruled("allow: {path: 'src/**'}\ndeny: {path: /etc/**}\n")
    assert decide.decide(found, file("mcp__files__move", "/t/src/a", known=False)).answer is None
    assert decide.decide(found, file("mcp__files__move", "/etc/a", known=False)).answer == "deny"
