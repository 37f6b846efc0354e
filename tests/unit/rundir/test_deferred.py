"""The call at which an attempt ended, and the first decision about it."""

import json

import pytest

from workcell.rundir import deferred, layout, look, needs, phase, status


def write(home, *lines):
    with open(deferred.path_of(str(home)), "ab") as file:
        for line in lines:
            file.write(json.dumps({"schema": "workcell.file.approval/1", "run": "r", **line}).encode() + b"\n")


@pytest.fixture
def seen(tmp_path):
    made = look.Look(str(tmp_path / layout.RUNS / "r"))
    made.phase = phase.SCHEDULED
    call = {"id": "d1", "tool": "Bash", "words": "git push", "call": "t1"}
    made.next = {"when": "approval", "approval": call, "not_before": deferred.NEVER}
    return made


def test_the_first_decision_counts(tmp_path, seen):
    assert deferred.undecided(seen)["id"] == "d1"
    write(tmp_path, {"id": "d1"}, {"id": "x", "run": "other", "decides": "d1"})
    assert deferred.undecided(seen) is not None, "that is another run"
    write(tmp_path, {"id": "x1", "decides": "d1", "answer": "deny"}, {"id": "x2", "decides": "d1", "answer": "allow"})
    assert deferred.decision_of(str(tmp_path), "r", "d1")["answer"] == "deny" and deferred.undecided(seen) is None


def test_the_state_is_that_of_an_agent_that_asks_until_it_is_decided(tmp_path, seen):
    assert status.state_of(seen, None) == "approval" and status.due_at(seen) is None
    write(tmp_path, {"id": "x1", "decides": "d1", "answer": "allow"})
    assert status.state_of(seen, None) == phase.SCHEDULED


def test_a_torn_line_hides_no_other(tmp_path, seen):
    write(tmp_path, {"id": "x1", "decides": "d1"})
    with open(deferred.path_of(str(tmp_path)), "ab") as file:
        file.write(b'{"run": "r", "sch')
    assert deferred.decision_of(str(tmp_path), "r", "d1")["id"] == "x1"


@pytest.mark.parametrize("change", [{"when": "message"}, {"when": None}])
def test_another_wait_is_none_of_it(seen, change):
    seen.next.update(change)
    assert deferred.call_of(seen) is None and not deferred.ended(seen.next)


def test_what_is_asked_names_the_tool_once():
    assert needs.asked({"tool": "Bash", "words": "git push"}) == "Bash: git push"
    assert needs.asked({"tool": "Edit", "words": "Edit: a.py"}) == "Edit: a.py"
