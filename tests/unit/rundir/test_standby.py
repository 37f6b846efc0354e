"""Which messages wait for a run on standby, and for how long those of watches wait for further ones."""

import json
import os
from pathlib import Path

import pytest

from workcell.base import clock
from workcell.rundir import inbox, layout, look, maildir, phase, standby

NOW = 1_800_000_000.0


@pytest.fixture
def seen(tmp_path):
    run = tmp_path / "home" / "runs" / "r1"
    for part in (maildir.TMP, maildir.NEW, maildir.CUR):
        os.makedirs(run / layout.INBOX / part)
    found = look.Look(str(run))
    found.n, found.phase, found.next = 1, phase.SCHEDULED, {"when": standby.MESSAGE}
    return found


def test_a_text_is_due_and_a_stop_is_not(seen):
    assert not standby.due(seen)
    maildir.deliver(os.path.join(seen.run, layout.INBOX), {"schema": inbox.SCHEMA, "kind": "stop", "id": "s"}, "s")
    assert not standby.due(seen)
    inbox.post(seen.run, {"kind": "text", "text": "a", "by": "person"})
    assert standby.due(seen)


@pytest.mark.parametrize("change", ({"next": None}, {"next": {"when": "approval"}}, {"phase": phase.DONE}))
def test_only_a_run_that_waits_for_messages_is_on_standby(seen, change):
    inbox.post(seen.run, {"kind": "text", "text": "a", "by": "person"})
    for name, value in change.items():
        setattr(seen, name, value)
    assert not standby.waits(seen) and not standby.due(seen)


def test_messages_of_watches_wait_for_further_ones_and_no_others_do():
    by_watch = {"by": "watch:1", "at": clock.stamp(NOW - 2)}
    assert standby.rest([by_watch], NOW) == pytest.approx(standby.TOGETHER - 2)
    assert standby.rest([by_watch], NOW + 60) == 0.0
    assert standby.rest([by_watch, {"by": "person", "at": clock.stamp(NOW)}], NOW) == 0.0
    assert standby.rest([], NOW) == 0.0


def test_a_time_that_is_none_or_yet_to_come_keeps_no_message_for_ever():
    assert standby.rest([{"by": "watch:1", "at": "soon"}], NOW) == 0.0
    assert standby.rest([{"by": "watch:1", "at": clock.stamp(NOW + 3600)}], NOW) == standby.TOGETHER


def test_before_its_end_it_reads_what_waits_in_one_turn(seen):
    inbox.post(seen.run, {"kind": "text", "text": "a", "by": "person"})
    assert not standby.reads_first(seen)
    standby.ask_to_finish(seen.run, 1)
    assert standby.reads_first(seen)
    seen.n = 2
    for n, who in ((1, "message"), (2, "approval")):
        os.makedirs(layout.attempt(seen.run, n))
        Path(layout.attempt(seen.run, n), layout.ATTEMPT).write_text(
            json.dumps({"schema": "workcell.file.attempt/1", "attempt": n, "asked_by": {"who": who}})
        )
    assert standby.reads_first(seen), "a person's decision told it nothing"
    path = Path(layout.attempt(seen.run, 2), layout.ATTEMPT)
    path.write_text(path.read_text().replace("approval", "message"))
    assert standby.is_to_finish(seen) and not standby.reads_first(seen), "it had its turn"


def test_its_lock_is_taken_by_one_and_goes_with_the_run(seen):
    held = standby.take(seen.run)
    assert held is not None and standby.take(seen.run) is None
    os.close(held)
    standby.remove(seen.run)
    assert os.listdir(os.path.join(layout.home_of(seen.run), layout.WAKE)) == []
