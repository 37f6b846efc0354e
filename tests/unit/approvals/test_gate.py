"""The rules of a live run: an allow needs those that were pinned and those of now, and its place in the journal."""

import fcntl
import os
from pathlib import Path

import pytest

from tests.support import ruled_run
from workcell.approvals import gate, journal, rules
from workcell.base.errors import InputOutput
from workcell.rundir import layout

RULES = "allow: [git status *, make]\ndeny: [{command: git push, why: no}]\nask: [git commit]\n"


def hears(made, command, ask="deny", **more):
    return gate.hear(made.run, 1, gate.Call("Bash", {"command": command, **more}, "/", "t1"), ask)


def lines(made):
    return [line for line in journal.read(made.home) if "of" not in line]


@pytest.fixture
def made(made_live):
    ruled_run.pin(made_live, RULES)
    return made_live


@pytest.mark.parametrize(
    "command, ask, told",
    [
        ("git status", "deny", "allow"),
        ("git status; git push", "deny", "deny"),
        ("git commit -m x", "ask", "ask"),
        ("git commit -m x", "defer", "defer"),
        ("git commit -m x", None, None),
        ("ls", "ask", None),
    ],
)
def test_an_answer_stands_in_the_journal_before_it_is_told(made, command, ask, told):
    heard = hears(made, command, ask)
    assert heard.told == told
    assert [(line["words"], line["told"], line["call"]) for line in lines(made)] == (
        [(command, told, "t1")] if told else []
    )


def test_a_rule_that_is_gone_from_the_home_allows_nothing_more(made):
    ruled_run.write(made.home, "allow: [make]\n")
    assert (hears(made, "git status").told, hears(made, "make").told) == (None, "allow")
    assert hears(made, "git push").told == "deny", "what was pinned narrows still"


def test_a_rule_that_is_new_in_the_home_allows_nothing_yet_and_denies_at_once(made):
    ruled_run.write(made.home, RULES + "\n" + "# more\n")
    assert hears(made, "git status").told == "allow"
    ruled_run.write(
        made.home, RULES.replace("[git status *, make]", "[git status *, make, ls]").replace("ask: [", "ask: [make, ")
    )
    assert hears(made, "ls").told is None
    assert hears(made, "make").told == "deny"


@pytest.mark.parametrize("text", ["allow: [", "allow: [bash *]", "\xff"])
def test_rules_that_cannot_be_read_allow_nothing(made, text):
    Path(rules.home_file(made.home)).write_bytes(text.encode("latin-1"))
    assert hears(made, "git status").told is None
    assert hears(made, "git push").told == "deny"


def test_without_the_file_nothing_is_allowed(made):
    os.unlink(rules.home_file(made.home))
    assert (hears(made, "git status").told, hears(made, "git push").told) == (None, "deny")


def test_a_repository_narrows(made_live):
    ruled_run.pin(made_live, "allow: [make]\n", "ask: [make]\n")
    assert hears(made_live, "make").told == "deny"


def test_a_policy_that_is_not_what_was_pinned_is_not_used(made):
    policy = Path(layout.attempt(made.run, 1), layout.POLICY)
    policy.write_text(policy.read_text() + " ")
    with pytest.raises(InputOutput):
        hears(made, "git status")
    policy.unlink()
    with pytest.raises(InputOutput):
        hears(made, "git status")


def test_another_attempt_is_not_answered(made):
    with pytest.raises(InputOutput):
        gate.hear(made.run, 2, gate.Call("Bash", {"command": "git status"}, "/"), "deny")


def test_a_key_that_leaves_the_sandbox_is_not_allowed(made):
    assert hears(made, "git status", dangerouslyDisableSandbox=True).told is None


def test_what_no_journal_takes_is_not_allowed_and_still_denied(made, monkeypatch):
    monkeypatch.setattr(journal, "PATIENCE", 0.05)
    with open(os.path.join(made.home, layout.APPROVALS_LOCK), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert hears(made, "git status").told is None
        assert hears(made, "git push").told == "deny"
    assert lines(made) == []


def test_a_run_without_rules_is_not_decided_about(made_live):
    made_live.store()
    assert hears(made_live, "git status").told is None and lines(made_live) == []
