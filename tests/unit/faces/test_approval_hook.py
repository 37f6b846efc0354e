"""The hook that decides: valid JSON or nothing, and 2 on each failure of a closed gate."""

import json
import os
import subprocess

import pytest

from tests.support import ruled_run
from workcell.rundir import layout, locks

RULES = "allow: [git status *]\ndeny: [{command: git push, why: a person pushes}]\nask: [git commit]\n"


def ring(made, given, **more):
    data = given if isinstance(given, bytes) else json.dumps(given).encode()
    return subprocess.run(ruled_run.program(made, **more), input=data, capture_output=True, timeout=60, env={})


@pytest.fixture
def made(made_live):
    ruled_run.pin(made_live, RULES)
    return made_live


def test_it_decides_before_a_tool_runs(made):
    found = {
        words: ruled_run.said(ring(made, ruled_run.payload(words)).stdout) for words in ("git status", "git push", "ls")
    }
    assert found == {"git status": "allow", "git push": "deny", "ls": None}


def test_the_agent_is_told_why(made):
    said = json.loads(ring(made, ruled_run.payload("git push")).stdout)["hookSpecificOutput"]
    assert said["permissionDecisionReason"] == "denied by rules/approvals.yaml:2: a person pushes"
    said = json.loads(ring(made, ruled_run.payload("git commit")).stdout)["hookSpecificOutput"]
    assert said["permissionDecision"] == "deny" and "person has to be asked" in said["permissionDecisionReason"]


def test_a_request_for_a_permission_is_answered_in_its_own_form_and_left_to_a_person_where_a_rule_asks(made):
    def said(command):
        return ring(made, ruled_run.payload(command, hook_event_name="PermissionRequest")).stdout

    assert json.loads(said("git status"))["hookSpecificOutput"]["decision"] == {"behavior": "allow"}
    assert json.loads(said("git push"))["hookSpecificOutput"]["decision"]["behavior"] == "deny"
    assert said("git commit -m x") == b""


def test_other_events_are_not_decided(made):
    done = ring(made, ruled_run.payload("git push", hook_event_name="PostToolUse"))
    assert (done.returncode, done.stdout) == (0, b"")


@pytest.mark.parametrize("given", [b"", b"garbage", b"{}" * 3, b"[1]"])
def test_its_own_failures_forbid_where_a_rule_denies_and_say_nothing_elsewhere(made, given):
    closed, opened = ring(made, given), ring(made, given, gate="open")
    assert (closed.returncode, closed.stdout) == (2, b"") and b"not allowed" in closed.stderr
    assert (opened.returncode, opened.stdout, opened.stderr) == (0, b"", b"")


def test_rules_that_changed_since_are_parsed(made):
    ruled_run.write(made.home, RULES + "# a comment\n")
    assert ruled_run.said(ring(made, ruled_run.payload("git status")).stdout) == "allow"


def test_a_home_that_others_can_write_to_decides_nothing(made):
    os.chmod(made.home, 0o777)
    assert ring(made, ruled_run.payload("git status")).returncode == 2


def test_whatever_a_tool_is_given_is_no_crash(made):
    for given in (None, [], 3, {"command": None}, {"command": ["a", 1]}, {"file_path": {}}, {"command": "\ud800"}):
        done = ring(made, ruled_run.payload("x", tool_input=given))
        assert done.returncode == 0, done.stderr
        assert ruled_run.said(done.stdout) != "allow"


@pytest.mark.parametrize("answer", ["allow", "deny"])
def test_what_a_person_decided_is_told_once_and_for_that_call_alone(made, answer):
    ruled_run.decide(made, "git commit -m x", answer)

    def said(command, **more):
        return ruled_run.said(ring(made, ruled_run.payload(command, **more), ask="defer").stdout)

    assert said("git commit -m y") == "defer", "another command"
    assert said("git commit -m x", tool_use_id="t2") == "defer", "another call"
    assert said("git commit -m x") == answer
    assert said("git commit -m x") == "defer", "it was told already"


def test_the_reason_of_a_person_reaches_the_agent(made):
    ruled_run.decide(made, "git commit -m x", "deny", why="not on a Friday")
    told = json.loads(ring(made, ruled_run.payload("git commit -m x"), ask="defer").stdout)["hookSpecificOutput"]
    assert told["permissionDecisionReason"] == "a person said no to this: not on a Friday"


def test_a_rule_that_denies_goes_before_what_a_person_decided(made):
    ruled_run.decide(made, "git push", "allow")
    assert ruled_run.said(ring(made, ruled_run.payload("git push"), ask="defer").stdout) == "deny"


def test_what_no_journal_takes_is_denied_instead_of_deferred(made):
    lock = locks.take(os.path.join(made.home, layout.APPROVALS_LOCK))
    assert ruled_run.said(ring(made, ruled_run.payload("git commit"), ask="defer").stdout) == "deny"
    os.close(lock)
