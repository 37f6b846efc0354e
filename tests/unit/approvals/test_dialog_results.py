"""What came of an answer that a rule had typed is read from the run: its inbox and its events."""

import fcntl
import json
import os
from pathlib import Path

import pytest

from tests.support import ruled_dialogs
from workcell.approvals import decide, dialog_results, journal
from workcell.base import clock
from workcell.rundir import approval_lines, attending, inbox, layout, maildir

NAME = "0001-answer"
LATER = "2099-01-01T00:00:00.000Z"


@pytest.fixture
def line(made_live):
    """An answer that stands in the journal."""
    answer = decide.Answer("allow", "low", "rules/approvals.yaml:1", None)
    made = journal.line(journal.Decided("r", 1, "Bash", {"command": "make"}, None, answer, "allow"))
    made["dialog"], made["asked"], made["message"] = "d", "h", NAME
    journal.intent(made_live.home, made)
    return made


def lies(made, part, **said):
    """Let its message lie in that part of the inbox."""
    box = Path(made.run, layout.INBOX)
    (box / part).mkdir(parents=True, exist_ok=True)
    (box / part / f"{NAME}.json").write_text("{}")
    if said:
        inbox.say(made.run, f"{NAME}.json", **said)


def resolved(made, decision, at=LATER, by="rule", attempt=1):
    event = {"type": "approval.resolved", "at": at, "by": by, "attempt": attempt, "data": {"decision": decision}}
    with Path(made.run, layout.EVENTS).open("a") as file:
        file.write(json.dumps(event) + "\n")


def result(made, line, late=0.0):
    came = dialog_results.result_of(made.home, line, clock.parse(line["at"]) + late)
    return came and came.result


@pytest.mark.parametrize("decision", ["allowed", "denied", "gone"])
def test_what_the_runner_wrote_of_the_wait_is_the_result(made_live, line, decision):
    lies(made_live, maildir.CUR)
    assert result(made_live, line) is None, "nothing is known yet"
    resolved(made_live, "denied", by="person")
    resolved(made_live, "denied", at="2000-01-01T00:00:00.000Z")
    resolved(made_live, "denied", attempt=2)
    assert result(made_live, line) is None, "another wait"
    resolved(made_live, decision)
    assert result(made_live, line) == decision


def test_what_the_typist_refused_says_why(made_live, line):
    lies(made_live, layout.REFUSED, state="refused", why="another dialog is up now: x")
    found = dialog_results.result_of(made_live.home, line, 0.0)
    assert found == journal.Result("refused", "another dialog is up now: x")


def test_what_was_taken_out_before_it_was_typed_was_refused(made_live, line):
    lies(made_live, layout.EDITED)
    assert result(made_live, line) == "refused"


def test_what_was_never_ordered_was_not_typed(made_live, line):
    assert result(made_live, line) == "refused"


@pytest.mark.parametrize("part", [maildir.NEW, layout.TYPED, maildir.CUR])
def test_while_the_run_goes_on_it_is_waited_for(made_live, line, part):
    lies(made_live, part)
    assert result(made_live, line) is None
    made_live.loses_its_runner()
    assert result(made_live, line) == ("refused" if part == maildir.NEW else "gone")


def test_what_was_taken_and_came_to_nothing_is_not_waited_for_for_ever(made_live, line):
    lies(made_live, maildir.CUR)
    assert result(made_live, line, dialog_results.LATE + 1.0) == "gone"


def test_of_a_run_that_was_removed_nothing_is_known(made_live, line):
    assert result(made_live, {**line, "run": "removed"}) == "gone"


def test_a_result_is_written_once_with_its_reason(made_live, line):
    now = clock.parse(line["at"])
    assert dialog_results.by_tick(made_live.home, now) == ["r: the dialog that a rule answered: refused"]
    assert dialog_results.by_tick(made_live.home, now) == []
    _, [came] = ruled_dialogs.decided(made_live)
    assert (came["of"], came["result"]) == (line["id"], "refused") and "nothing was typed" in came["why"]


def test_a_run_that_is_attended_is_left_to_its_own_program(made_live, line):
    lock = attending.take(made_live.run, attending.JUDGES, 0.0)
    assert dialog_results.by_tick(made_live.home, 0.0) == [] and approval_lines.unsettled(made_live.home)
    os.close(lock)
    assert len(dialog_results.by_tick(made_live.home, 0.0)) == 1


def test_what_the_disk_refuses_is_written_by_the_next(made_live, line, monkeypatch):
    monkeypatch.setattr(journal, "PATIENCE", 0.0)
    lock = os.open(os.path.join(made_live.home, layout.APPROVALS_LOCK), os.O_RDWR)
    fcntl.flock(lock, fcntl.LOCK_EX)
    assert dialog_results.by_tick(made_live.home, 0.0) == []
    os.close(lock)
    assert len(dialog_results.by_tick(made_live.home, 0.0)) == 1
