"""A run that counts as running, without a process: its records are made by hand, and this test holds its locks."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.made_runs import MadeRun
from workcell.base import clock
from workcell.evidence import capture_state
from workcell.judgement import session as sessions
from workcell.rundir import layout, locks

DIALOG = """\
────────────────────────────────────────
 Bash command

   rm -rf build

 Do you want to proceed?
 ❯ 1. Yes
   2. Yes, and always allow it
   3. No

 Esc to cancel · Tab to amend
"""


class MadeLive(MadeRun):
    """An agent with a terminal, in its first attempt; `shows` puts a screen before it."""

    def __init__(self, top: Path) -> None:
        super().__init__(top)
        self._lock: int | None = None
        Path(self.home, layout.README).touch()
        os.chmod(self.home, 0o700)

    def starts(self) -> None:
        """Store it, and hold the lock of its runner."""
        self.store()
        start = {"attempt": 1, "started_at": clock.stamp(), "agent": None, "runner": {"pid": os.getpid()}}
        record = json.dumps({"schema": "workcell.file.start/1", **start})
        Path(layout.attempt(self.run, 1), layout.START).write_text(record)
        self._lock = locks.take(os.path.join(self.run, layout.RUNNER_LOCK), 0.0)
        assert self._lock is not None

    def shows(self, text: str) -> None:
        """The whole screen, as the agent drew it."""
        drawn = "\x1b[H\x1b[2J" + text.replace("\n", "\r\n")
        Path(layout.attempt(self.run, 1), layout.AGENT_LOG).write_text(drawn)

    def captured(self, **session: object) -> None:
        """What was captured of its hooks."""
        source = {"memory": {}, "transcript": None, "session": {**sessions.empty(), "events": 1, **session}}
        made = {"schema": capture_state.SCHEMA, "journal": 0, "session": None, "final": False, "told": []}
        made.update(agent="claude", sources={"hook": source})
        Path(layout.attempt(self.run, 1), layout.CAPTURE).write_text(json.dumps(made))

    def loses_its_runner(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


@pytest.fixture
def made_live(tmp_path: Path) -> Iterator[MadeLive]:
    """A run whose agent shows a dialog with three options."""
    made = MadeLive(tmp_path)
    made.starts()
    made.shows(DIALOG)
    yield made
    made.loses_its_runner()
