"""A run that is on standby by its records alone: no process was ever started for it."""

import json
import os
from pathlib import Path
from typing import Any

from tests.support.made_runs import MadeRun
from workcell.base import clock
from workcell.rundir import adopt, deferred, layout, look, maildir, standby, writer

AGO = "2026-11-20T05:12:09.042Z"


class MadeStandby(MadeRun):
    """A run whose agent keeps no records, and whose recipe can go on with its conversation."""

    def __init__(self, top: Path) -> None:
        super().__init__(top)
        self.attempt.update(reader="none", io="file", standby=True, limits={}, asked_at=AGO)
        self.attempt["recipe"] = {"name": "listener", "values": {"resume": ["agent", "{{ session }}"]}}
        self.attempt["asked_by"] = {"who": "person", "from": None}

    def record(self, name: str, **values: object) -> None:
        """Write a record of the first attempt."""
        kind = f"workcell.file.{name.removesuffix('.json')}/1"
        Path(layout.attempt(self.run, 1), name).write_text(json.dumps({"schema": kind, "attempt": 1, **values}))

    def ends(self, how: str = "reaped", code: int | None = 0, **more: object) -> None:
        """Store it; its agent was started, and ended so after five seconds."""
        self.store()
        self.record(layout.START, started_at=AGO, agent=None, runner={"pid": 1})
        exit: dict[str, Any] = {"how": how, "code": code, "signal": None, "seconds": 5.0, "ended_at": AGO}
        self.record(layout.EXIT, **{**exit, **more})

    def with_ledger(self) -> None:
        """It is on standby, with an inbox, a policy, and a ledger of what stands."""
        self.waits()
        Path(layout.attempt(self.run, 1), layout.POLICY).write_text("{}")
        for part in (maildir.TMP, maildir.NEW, maildir.CUR):
            os.makedirs(os.path.join(self.run, layout.INBOX, part))
        held = writer.take(self.run)
        assert held is not None
        with adopt.adopted(held):
            assert standby.waits(look.at(self.run, holding=True))
        # what was written before is older than what is written from now on
        written, probe = os.stat(layout.attempt(self.run, 1)).st_ctime_ns, Path(self.home, "clock")
        while not probe.exists() or probe.stat().st_mtime_ns <= written:
            probe.write_text("")

    def waits(self, when: str = standby.MESSAGE) -> None:
        """It ended well, and waits for messages."""
        self.ends()
        after = {"how": "native", "reason": standby.REASON, "not_before": deferred.NEVER, "when": when}
        self.record(layout.NEXT, decided_at=clock.stamp(), playbook=None, **after)
