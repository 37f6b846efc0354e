"""What keeps a run from its next attempt where a yes or no was not said."""

import json

import pytest

from workcell.base.errors import Refused
from workcell.launch import resume, resume_checks
from workcell.rundir import deferred, layout, look, phase


@pytest.fixture
def seen(tmp_path):
    made = look.Look(str(tmp_path / layout.RUNS / "r"))
    made.phase = phase.SCHEDULED
    made.next = {"when": "approval", "approval": {"id": "d1", "tool": "Bash", "words": "git push", "call": "t1"}}
    return made


def ask(tmp_path, seen, **more):
    return resume_checks.woken(seen, resume.Request(str(tmp_path), seen.run, **more))


def test_a_run_is_woken_by_the_decision_alone(tmp_path, seen):
    with pytest.raises(Refused, match="yes or no: Bash: git push"):
        ask(tmp_path, seen)
    assert ask(tmp_path, seen, brief="new.md").brief == "new.md", "a new brief begins anew"
    line = {"schema": "workcell.file.approval/1", "id": "x1", "run": "r", "decides": "d1", "answer": "allow"}
    with open(deferred.path_of(str(tmp_path)), "w") as file:
        file.write(json.dumps(line) + "\n")
    made = ask(tmp_path, seen)
    assert made.native and made.by == {"who": "approval", "decision": "x1"}
    with pytest.raises(Refused):
        ask(tmp_path, seen, renew_policy=True)


def test_a_conversation_with_an_open_call_needs_its_hook(seen):
    assert resume_checks.unasked(seen, {"approvals": None}) is not None
    assert resume_checks.unasked(seen, {"approvals": "closed"}) is None
