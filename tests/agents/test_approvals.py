"""Claude Code and Codex themselves are allowed and denied by rules, through the hook that workcell gives them."""

import os
from pathlib import Path

import pytest

from tests.support.lab import eventually
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


@BOTH
def test_a_command_that_a_rule_asks_about_does_not_run_where_none_can_be_asked(bench, agent):
    ruled(bench, "ask: [printf]\n")
    run = bench.launch(agent, "tool")
    assert bench.ended(run) in ("failed", "None")
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


def test_a_tampered_policy_allows_nothing(bench):
    ruled(bench, "allow: [touch *]\ndeny: [git push]\n")
    run = bench.launch("claude-tui", "slow", "touch out.txt")
    policy = Path(layout.attempt(run, look.at(run).n), layout.POLICY)
    policy.unlink()
    policy.write_text("{}")
    eventually(lambda: "was not allowed" in str(bench.model.seen), 60.0, "its refusal")
    assert not os.path.exists(os.path.join(bench.repo, "out.txt"))
    bench.workcell("stop", run)
