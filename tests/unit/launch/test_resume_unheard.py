"""Which messages an attempt is told again, since an attempt that was given them ended before its turn did."""

import json
from pathlib import Path

import pytest

from tests.support.made_standby import AGO, MadeStandby
from workcell.judgement import session as sessions
from workcell.launch import resume_unheard
from workcell.rundir import deferred, inbox, layout, look, maildir

LATER, EARLIER = "2026-11-20T05:13:00.000Z", "2026-11-20T05:00:00.000Z"


class Made(MadeStandby):
    """A run by its records alone, with attempts that were given messages."""

    def attempt_of(self, n, *texts, who="message", how="vanished", code=None, after=None, **keys):
        """Attempt `n`, in whose brief these texts stand; without `how` it was never started."""
        folder = Path(layout.attempt(self.run, n))
        folder.mkdir(exist_ok=True)
        given = [inbox.post(self.run, {"kind": "text", "text": text, "by": "person"}, to=maildir.CUR) for text in texts]
        ids = [name.removesuffix(".json") for name in given]
        whole = {**self.attempt, "asked_by": {"who": who, "from": None}, "messages": ids, **keys}
        self._write(folder, layout.ATTEMPT, **whole)
        if how is not None:
            self._write(folder, layout.START, started_at=AGO, agent=None, runner={"pid": 1})
            self._write(folder, layout.EXIT, how=how, code=code, signal=None, seconds=5.0, ended_at=AGO)
        if after is not None:
            self._write(folder, layout.NEXT, when=after, not_before=deferred.NEVER, how="native", reason="-")
        current = Path(self.run, layout.CURRENT)
        current.unlink(missing_ok=True)
        current.symlink_to(f"{layout.ATTEMPTS}/{layout.number(n)}")

    def _write(self, folder, name, **values):
        kind = f"workcell.file.{name.removesuffix('.json')}/1"
        Path(folder, name).write_text(json.dumps({"schema": kind, "attempt": 1, **values}))

    def told(self, n, source="transcript", **session):
        """What the records of attempt `n` add up to."""
        memory = {
            "state": {"scope": "", "kind": "", "offset": 0, "inode": None, "skipping": False, "bad": 0, "memory": {}}
        }
        one = {"file": "f", "copied": 0, **memory, "session": {**sessions.empty(), "events": 3, **session}}
        hook = {"memory": {}, "transcript": None, "session": sessions.empty()}
        sources = {"hook": hook, source: one if source != "hook" else {**hook, "session": one["session"]}}
        stored = {"schema": "workcell.file.capture/1", "journal": 0, "session": None, "final": True, "told": []}
        path = Path(layout.attempt(self.run, n), layout.CAPTURE)
        path.write_text(json.dumps({**stored, "agent": "claude", "sources": sources}))

    def found(self):
        return resume_unheard.find(look.at(self.run))

    def texts(self):
        return [one["text"] for one in self.found().messages]


@pytest.fixture
def made(tmp_path):
    run = Made(tmp_path)
    run.ends()
    return run


@pytest.mark.parametrize("how, code", [("vanished", None), ("stopped", None), ("reaped", 3), (None, None)])
def test_what_a_dead_attempt_was_given_is_told_again_in_its_order(made, how, code):
    made.attempt_of(2, "one", "two", how=how, code=code)
    assert made.texts() == ["one", "two"] and made.found().line.startswith("Attempt 2 was given this")


def test_a_turn_that_ended_is_not_told_again(made):
    made.attempt_of(2, "one", how="reaped", code=0)
    assert made.texts() == []
    made.attempt_of(2, "one", how="stopped", after="message")
    assert made.texts() == []


def test_what_records_and_hooks_say_of_a_turn_counts(made):
    made.attempt.update(reader="claude", io="terminal")
    done = {"turn": "done", "last_at": LATER, "end": {"text": "", "at": LATER, "id": "e", "ok": True}}
    made.attempt_of(2, "one", how="stopped")
    assert made.texts() == ["one"]
    made.told(2, **done)
    assert made.texts() == []
    made.told(2, "hook", **done)
    assert made.texts() == []
    made.told(2, turn="open", last_at=LATER)
    assert made.texts() == ["one"], "the agent was at work"
    made.told(2, **{**done, "end": {**done["end"], "ok": False}})
    assert made.texts() == ["one"], "its turn failed"
    made.told(2, turn="done", last_at=EARLIER, end={**done["end"], "at": EARLIER})
    assert made.texts() == ["one"], "that turn was one of the attempt before"


def test_of_several_turns_at_a_terminal_the_first_had_the_message(made):
    made.attempt.update(reader="claude", io="terminal")
    made.attempt_of(2, "one", how="vanished")
    made.told(2, turn="open", last_at=LATER)
    event = {"n": 1, "type": "turn.completed", "attempt": 2, "agent_time": LATER, "data": {"ok": True}}
    journal = Path(made.run, layout.EVENTS)
    journal.write_text(json.dumps({**event, "attempt": 1}) + "\n")
    assert made.texts() == ["one"]
    journal.write_text(json.dumps(event) + "\n")
    assert made.texts() == []


def test_a_yes_or_no_goes_on_in_the_turn_of_the_message(made):
    made.attempt_of(2, "one", how="reaped", code=0, after="approval")
    assert made.texts() == ["one"]
    made.attempt_of(3, who="approval", how="vanished")
    assert made.texts() == ["one"] and made.found().attempts == [2]
    made.attempt_of(3, who="approval", how="reaped", code=0)
    assert made.texts() == []


def test_a_new_brief_between_them_holds_no_message(made):
    made.attempt_of(2, "one")
    made.attempt_of(3, who="person", how="reaped", code=0, brief_given=3)
    assert made.texts() == ["one"]
    made.attempt_of(3, "two", who="person", brief_given=3)
    assert made.texts() == ["one", "two"] and made.found().line.startswith("Attempts 2, 3 were given this")
    assert [one["text"] for one in made.found().outside_of(made.run, 3).messages] == ["one"]


def test_a_message_whose_file_is_gone_or_no_text_is_left_out(made):
    made.attempt_of(2, "one")
    for name in maildir.waiting(f"{made.run}/{layout.INBOX}", maildir.CUR):
        Path(made.run, layout.INBOX, maildir.CUR, name).unlink()
    assert made.texts() == [] and made.found().attempts == []
