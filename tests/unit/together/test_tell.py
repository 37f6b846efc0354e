"""What an agent may tell: from inside its run alone, bounded in length and number, cleaned, and never lost."""

import json
import os
import time
from pathlib import Path

import pytest

from tests.support import frozen
from workcell.base.errors import InputOutput, Refused, TryAgain, Usage
from workcell.channels import outbox
from workcell.rundir import attending, caller, layout, notice
from workcell.rundir.cell import Cell
from workcell.together import tell


@pytest.fixture
def inside(tmp_path):
    """A cell whose caller is the agent of a run; `later` moves its clock."""
    home = str(frozen.thaw(tmp_path / "home"))
    run = frozen.run_of(home, "frozen-created")

    def make(later=0.0):
        who = caller.Caller(home, (run,), 1)
        return Cell(home, {}, "/", ask_caller=lambda: who, clock=lambda: time.time() + later)

    make.home, make.run = home, run
    return make


def posted(home):
    folder = Path(notice.box(home), notice.NEW)
    return [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))]


def test_the_notice_has_the_words_behind_their_subject_and_no_secret(inside):
    words = "it is ghp_" + "a1B2" * 9 + "\x1b[2J"
    done = tell.perform(inside(), tell.Request(words, "the key"))
    [found] = posted(inside.home)
    assert found["id"] == done.notice and found["event"] == "told"
    assert found["facts"]["why"].startswith("the key: it is [redacted") and "\x1b" not in found["facts"]["why"]
    assert (done.id, done.adapters, done.left) == (os.path.basename(inside.run), [], tell.MOST - 1)


def test_beyond_the_cap_it_is_refused_and_an_hour_later_it_is_not(inside):
    for number in range(tell.MOST):
        assert tell.perform(inside(), tell.Request(f"n {number}")).left == tell.MOST - 1 - number
    with pytest.raises(Refused, match="has told 10 things within an hour"):
        tell.perform(inside(), tell.Request("more"))
    assert len(posted(inside.home)) == tell.MOST
    assert tell.perform(inside(later=tell.HOUR + 1), tell.Request("later")).left == tell.MOST - 1


def test_notices_of_other_runs_and_other_events_do_not_count(inside):
    for subject, event in (
        (outbox.Subject("other", "o"), "told"),
        (outbox.Subject(os.path.basename(inside.run), "n"), "idle"),
    ):
        outbox.post(inside.home, outbox.make(subject, event, {}, edge=str(time.time_ns() // 1000)))
    assert tell.perform(inside(), tell.Request("x")).left == tell.MOST - 1


@pytest.mark.parametrize("request_", [tell.Request(" \n"), tell.Request("x" * 2001), tell.Request("x", "s" * 101)])
def test_what_is_empty_or_too_long_is_refused_and_leaves_nothing(inside, request_):
    with pytest.raises(Usage):
        tell.perform(inside(), request_)
    assert posted(inside.home) == []


def test_outside_of_a_run_it_names_what_was_meant(inside):
    with pytest.raises(Refused, match="inside its run") as error:
        tell.perform(Cell(inside.home, {}, "/"), tell.Request("x"))
    assert "workcell send RUN TEXT" in str(error.value.hint)


def test_while_another_process_of_the_run_tells_something_it_is_asked_to_try_again(inside, monkeypatch):
    monkeypatch.setattr(tell, "PATIENCE", 0.0)
    held = attending.take(inside.run, attending.TELLS, 0.0)
    try:
        with pytest.raises(TryAgain, match="tells something"):
            tell.perform(inside(), tell.Request("x"))
    finally:
        os.close(held)


def test_a_disk_that_refuses_is_said(inside):
    Path(inside.home, layout.OUTBOX).write_text("in the way")
    with pytest.raises(InputOutput, match="could not be written"):
        tell.perform(inside(), tell.Request("x"))
