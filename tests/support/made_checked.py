"""A run on standby by its records alone, with a check and a message that its agent has taken."""

import json
import os
from pathlib import Path
from typing import Any

from tests.support.made_standby import AGO, MadeStandby
from workcell.base import digest
from workcell.rundir import inbox, layout, look, turn_checks

LIMITS = {"verify_seconds": 20.0, "memory_bytes": None, "processes": None}


class MadeChecked(MadeStandby):
    """The run `r`, which waits for messages. Its tree is the directory of the test."""

    def __init__(self, top: Path, script: str = "echo looked; exit 0") -> None:
        super().__init__(top)
        self.top = top
        data = f"#!/bin/sh\n{script}\n".encode()
        self.script = Path(layout.attempt(self.run, 1), layout.VERIFY_SCRIPT)
        self.script.write_bytes(data)
        self.attempt.update(verify={"sha256": digest.sha256(data)}, limits=LIMITS)
        self.waits()

    def look(self) -> look.Look:
        return look.at(self.run)

    def asks(self, by: str = "person", text: str = "do it", accepted: bool = True) -> Any:
        """A request whose message the agent has taken, in the brief of its attempt."""
        name = inbox.post(self.run, {"kind": "text", "mode": "sequential", "text": text, "by": by})
        if accepted:
            inbox.accept(self.run, name, {"kind": "text", "id": name[: -len(".json")]}, "in the brief of attempt 1", 1)
        return turn_checks.place(self.home, "r", 1, name, by)

    def sender(self, name: str = "s") -> str:
        """Another run, which lives; its directory."""
        run = os.path.join(self.home, layout.RUNS, name)
        os.makedirs(layout.attempt(run, 1))
        Path(run, layout.ENV).write_text(json.dumps({"schema": "workcell.file.env/1", "env": {}, "umask": 18}))
        Path(run, layout.LAUNCH).write_text(json.dumps({"schema": "workcell.file.launch/1", "name": name}))
        record = {"schema": "workcell.file.attempt/1", **self.attempt, "asked_at": AGO}
        Path(layout.attempt(run, 1), layout.ATTEMPT).write_text(json.dumps(record))
        Path(run, layout.CURRENT).symlink_to(f"{layout.ATTEMPTS}/{layout.number(1)}")
        return run

    def answer(self, made: Any) -> Any:
        """The answer of a request whose sender was told; None before."""
        found = turn_checks.done(self.home, "r", made["id"])
        return found["answer"] if found is not None else None

    def ended(self, outcome: str = "stopped") -> None:
        """A result of its first attempt."""
        self.record(layout.RESULT, outcome=outcome, reason="a person said so", ended_at=AGO)
