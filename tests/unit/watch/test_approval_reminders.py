"""An approval that waits is told once more after ten minutes; where many wait, in one notice."""

import json
import os
from pathlib import Path

import pytest

from tests.support.made_runs import MadeRun
from workcell.base import clock
from workcell.rundir import layout, look
from workcell.watch import approval_reminders, observe


def asks(made_live, ago, state="approval"):
    """The agent asked for a permission so many seconds ago, and its dialog is up."""
    at = clock.stamp(observe.Now().wall - ago)
    made_live.captured(
        approval={"at": at, "text": "Bash: make", "id": None, "question": False, "tool": "Bash"},
        last={"at": at, "type": "approval.requested", "text": "Bash: make"},
        last_at=at,
    )
    found = {"schema": "workcell.file.activity/1", "attempt": 1, "pid": os.getpid(), "state": state, "since": at}
    Path(made_live.run, layout.ACTIVITY).write_text(json.dumps({**found, "source": "hook", "words": "w"}))


@pytest.fixture
def memory(made_live):
    return observe.Memory(made_live.home, observe.Now())


def remind(made_live, memory, more=0, held=()):
    waiting = approval_reminders.asking([look.at(made_live.run)])
    return approval_reminders.remind(made_live.home, waiting * (1 + more), memory, held)


def notices(made_live) -> list:
    return MadeRun.notices(made_live)


def test_it_is_told_again_once(made_live, memory):
    asks(made_live, 700)
    assert len(remind(made_live, memory)) == 1 and remind(made_live, memory) == []
    (told,) = notices(made_live)
    assert told["event"] == "prompt" and told["facts"]["asks"] == "Bash: make"
    assert told["facts"]["reply"] == "workcell approve r" and "11m" in told["facts"]["why"]


@pytest.mark.parametrize(("ago", "state"), [(500, "approval"), (700, "working")])
def test_what_has_not_waited_so_long_is_not_told_again(made_live, memory, ago, state):
    asks(made_live, ago, state)
    assert remind(made_live, memory) == [] and notices(made_live) == []


def test_a_hint_alone_is_not_believed(made_live, memory):
    asks(made_live, 700)
    Path(layout.attempt(made_live.run, 1), layout.CAPTURE).unlink()
    made_live.shows("$ make\n")
    assert remind(made_live, memory) == []


def test_a_held_run_is_left_alone(made_live, memory):
    asks(made_live, 700)
    assert remind(made_live, memory, held={"r"}) == []


def test_many_are_told_in_one_notice(made_live, memory):
    asks(made_live, 700)
    assert remind(made_live, memory, more=2) != []
    (told,) = notices(made_live)
    assert told["event"] == "prompt" and told["facts"]["why"].startswith("3 runs wait for a yes or no")
    assert told["facts"]["command"] == "workcell approvals"
