"""Claude Code and Codex themselves are allowed and denied by rules: through the hook that workcell gives them, and at
their dialogs, where a recipe gives them none."""

import os
import re
from pathlib import Path

import pytest

from tests.support.lab import ROOT, eventually
from workcell.approvals import journal, rules
from workcell.rundir import layout, look

pytestmark = [pytest.mark.agents, pytest.mark.timeout(240)]

BOTH = pytest.mark.parametrize("agent", ["claude", "codex"])


def ruled(bench, text):
    file = Path(rules.home_file(bench.lab.home))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def decided(bench):
    """(what was answered, the exact command) of each decision, and the ids of those that were told."""
    lines = journal.read(bench.lab.home)
    told = {line["of"] for line in lines if "of" in line}
    return [(line["answer"], line["words"], line["id"] in told) for line in lines if "of" not in line]


@BOTH
def test_a_denied_command_does_not_run_in_a_bypass_mode(bench, agent):
    ruled(bench, "deny: [{command: printf, why: a person prints}]\n")
    run = bench.launch(agent, "tool")
    assert bench.ended(run) == "failed", "out.txt was not written"
    assert not os.path.exists(os.path.join(bench.repo, "out.txt"))
    assert decided(bench)[0] == ("deny", "printf hi > out.txt", True)
    assert "a person prints" in str(bench.model.seen), "the agent is told why"


@BOTH
def test_what_no_rule_means_runs_as_it_would_without_rules(bench, agent):
    ruled(bench, "deny: [git push]\n")
    run = bench.launch(agent, "tool")
    assert bench.ended(run) == "passed"
    assert decided(bench) == []


def test_a_command_that_a_rule_asks_about_does_not_run_where_none_can_be_asked(bench):
    ruled(bench, "ask: [printf]\n")
    run = bench.launch("codex", "tool")
    assert bench.ended(run) in ("failed", "None")
    assert not os.path.exists(os.path.join(bench.repo, "out.txt"))


def deferred_run(bench):
    """A run of Claude Code that waits for a yes or no to its command, without a process."""
    ruled(bench, "ask: [printf]\n")
    run = bench.launch("claude", "tool", "printf hi >> out.txt")
    assert bench.ended(run) == "None" and bench.state(run) == "approval"
    seen = look.at(run)
    assert (seen.phase, seen.next["when"], seen.agent) == ("scheduled", "approval", "no")
    assert not os.path.exists(os.path.join(bench.repo, "out.txt")), "nothing ran"
    assert look.verify_at(seen, 1) is None, "nothing was checked"
    assert [one["asks"] for one in bench.json("approvals")["approvals"]] == ["Bash: printf hi >> out.txt"]
    return run


def test_a_deferred_command_runs_once_when_a_person_approves(bench):
    run = deferred_run(bench)
    bench.workcell("resume", run, code=77)
    bench.workcell("approve", run)
    assert bench.ended(run) == "passed"
    assert Path(bench.repo, "out.txt").read_text() == "hi"
    assert ("allow", "printf hi >> out.txt", True) in decided(bench)
    assert look.at(run).n == 2


def test_a_deferred_command_does_not_run_when_a_person_denies(bench):
    run = deferred_run(bench)
    bench.workcell("deny", run)
    assert bench.ended(run) == "failed", "out.txt was not written"
    assert not os.path.exists(os.path.join(bench.repo, "out.txt"))
    assert "a person said no" in str(bench.model.seen), "the agent is told"


def test_a_conversation_that_was_left_at_a_deferred_command_is_not_adopted(bench):
    run = deferred_run(bench)
    session = look.at(run).attempt["agent_session"]
    bench.workcell("stop", run)
    bench.workcell("rm", run, "--force")
    (file,) = Path(bench.lab.person, ".claude", "projects").glob(f"*/{session}.jsonl")
    os.utime(file, (file.stat().st_atime, file.stat().st_mtime - 120))
    Path(rules.home_file(bench.lab.home)).unlink()
    refused = bench.workcell("adopt", f"claude:{session}", "--no-window", code=77)
    assert "left at a call that waits for a yes or no" in refused.stderr and "printf hi >> out.txt" in refused.stderr
    assert not os.path.exists(os.path.join(bench.repo, "out.txt"))


def test_an_allowed_command_is_not_asked_about_at_the_terminal(bench):
    ruled(bench, "allow: [touch *]\n")
    run = bench.launch("claude-tui", "tool", "touch out.txt")
    eventually(lambda: os.path.exists(os.path.join(bench.repo, "out.txt")), 60.0, "its command")
    # the hook writes that it was told behind its answer, on which the program may act at once
    eventually(lambda: ("allow", "touch out.txt", True) in decided(bench), what="the journal")
    bench.workcell("stop", run)


def test_a_rule_that_asks_puts_the_dialog_up_at_the_terminal(bench):
    ruled(bench, "ask: [ls]\n")
    run = bench.launch("claude-tui", "tool", "ls -la")
    eventually(lambda: bench.state(run) == "approval", 60.0, "its dialog")
    bench.workcell("deny", run)
    bench.workcell("stop", run)


TUI = pytest.mark.parametrize(("agent", "scene"), [("claude", "tool"), ("codex", "escalate")])
"""Where each asks at its terminal: for a command that leaves the tree, and for one outside of its sandbox."""


@pytest.fixture
def touched(tmp_path):
    """A file outside of the tree."""
    return tmp_path / "touched"


def frames(run):
    """All that was ever drawn in the terminal of the agent, with its escape sequences."""
    return Path(layout.attempt(run, 1), layout.AGENT_LOG).read_bytes()


ASKED = (b"Do you want to proceed", b"Would you like to run")


@TUI
def test_what_the_hook_allows_a_terminal_puts_no_dialog_up_for(bench, touched, agent, scene):
    ruled(bench, "allow: [mkfifo *]\n")
    run = bench.launch(f"{agent}-tui", scene, f"mkfifo {touched}")
    eventually(touched.exists, 60.0, "its command")
    eventually(lambda: ("allow", f"mkfifo {touched}", True) in decided(bench), 20.0, "its place in the journal")
    eventually(lambda: bench.state(run) == "idle", 40.0, "its turn is over")
    assert not any(words in frames(run) for words in ASKED)
    assert not any("dialog" in line for line in journal.read(bench.lab.home)), "nothing was typed"
    bench.workcell("stop", run)


@TUI
def test_what_the_hook_denies_at_a_terminal_does_not_run(bench, touched, agent, scene):
    ruled(bench, "deny: [{command: mkfifo, why: a person makes pipes}]\n")
    run = bench.launch(f"{agent}-tui", scene, f"mkfifo {touched}")
    eventually(lambda: "a person makes pipes" in str(bench.model.seen), 60.0, "the agent is told why")
    eventually(lambda: bench.state(run) == "idle", 40.0, "its turn is over")
    assert not touched.exists()
    assert decided(bench)[0] == ("deny", f"mkfifo {touched}", True)
    assert not any(words in frames(run) for words in ASKED)
    bench.workcell("stop", run)


def without_hook(bench, agent):
    """Put recipes into the home that are as the shipped ones, without the hook that decides."""
    folder = Path(bench.lab.home, "recipes")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in (f"{agent}.yaml", f"{agent}-tui.yaml"):
        text = Path(ROOT, "recipes", name).read_text()
        plain = re.sub(r"^approvals:\n(?: .*\n)+", "", text, flags=re.MULTILINE)
        assert plain != text
        (folder / name).write_text(plain)
    return f"{agent}-tui"


@TUI
@pytest.mark.parametrize(
    ("rule", "answer", "result"), [("allow: [mkfifo *]", "allow", "allowed"), ("deny: [mkfifo]", "deny", "denied")]
)
def test_without_the_hook_a_rule_answers_the_dialog(bench, touched, agent, scene, rule, answer, result):
    ruled(bench, f"{rule}\n")
    run = bench.launch(without_hook(bench, agent), scene, f"mkfifo {touched}")
    lines = eventually(lambda: [one for one in journal.read(bench.lab.home) if "dialog" in one], 90.0, "its answer")
    assert [(one["answer"], one["words"], one["by"]) for one in lines] == [(answer, f"mkfifo {touched}", "rule")]
    eventually(lambda: [one["result"] for one in journal.read(bench.lab.home) if "of" in one] == [result], 60.0)
    if answer == "allow":
        eventually(touched.exists, 30.0, "its command")
    over = [one for one in bench.events(run) if one["type"] == "approval.resolved" and "ref" not in one]
    assert [(one["data"]["decision"], one["data"]["through"], one["by"]) for one in over] == [
        (result, "answer", "rule")
    ]
    assert touched.exists() == (answer == "allow")
    bench.workcell("stop", run)


def test_a_tampered_policy_allows_nothing(bench):
    ruled(bench, "allow: [touch *]\ndeny: [git push]\n")
    run = bench.launch("claude-tui", "slow", "touch out.txt")
    policy = Path(layout.attempt(run, look.at(run).n), layout.POLICY)
    policy.unlink()
    policy.write_text("{}")
    eventually(lambda: "was not allowed" in str(bench.model.seen), 60.0, "its refusal")
    assert not os.path.exists(os.path.join(bench.repo, "out.txt"))
    bench.workcell("stop", run)
