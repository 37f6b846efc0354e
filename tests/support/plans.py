"""Plans without agents: a home of plain files, and hands that make runs as records."""

import os
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workcell.base import digest, ids, json_codec
from workcell.base.errors import WorkcellError
from workcell.judgement.plan_order import Start
from workcell.rundir import ledger, plans, status
from workcell.views.plan_state import State


def entry(name: str, *needs: str, **more: Any) -> dict[str, Any]:
    """One entry of plan.json."""
    options = {
        "recipe": None,
        "repo": "/nowhere",
        "dir": None,
        "worktree": None,
        "dirty": None,
        "labels": [],
        "group": "night",
        "model": None,
        "args": [],
        "limits": {},
        "env": {},
        "ports": {},
        "notify": None,
        "ignore_repo": False,
        "share": None,
        "standby": None,
        "said_by": {},
    }
    usual: dict[str, Any] = {"when": "passed", "base": None, "merge": [], "race": [], "cost_usd": None}
    said = {"name": name, "at": "night.yaml:1", "brief": "a.md", "text": "", "script": None, "options": options}
    return {**said, "needs": list(needs), **usual, **more}


def record(*entries: dict[str, Any], **more: Any) -> Any:
    """plan.json of a plan of these entries."""
    return {
        "schema": plans.SCHEMA,
        "id": "20261120-0512-night-7f3a",
        "name": "night",
        "at": "2026-11-20T05:12:00.000Z",
        "file": "/nowhere/night.yaml",
        "key": digest.sha256(b"night"),
        "parent": None,
        "inside": [],
        "may": [],
        "window": False,
        "max_live": None,
        "budget_usd": None,
        "on_failure": "continue",
        "entries": list(entries),
        **more,
    }


def home_of(place: Path, made: Any) -> str:
    """A home with that plan."""
    home = str(place / "home")
    os.makedirs(os.path.join(home, "runs"))
    env = json_codec.encode(
        {"schema": "workcell.file.env/1", "env": {"PATH": os.environ["PATH"]}, "fixed": [], "umask": 18}
    )
    os.close(plans.create(made, home, env))
    return home


def begin(home: str, run: str) -> None:
    """A run that lives: it has a directory and an attempt, and no end."""
    folder = os.path.join(home, "runs", run)
    os.makedirs(os.path.join(folder, "attempts", "001"))
    os.symlink("attempts/001", os.path.join(folder, "current"))


def end(home: str, run: str, outcome: str, cost: float = 0.0, at: str = "2026-11-20T06:00:00.000Z") -> None:
    """The end of a run, as its records tell it."""
    folder = os.path.join(home, "runs", run)
    result = {
        "schema": "workcell.file.result/1",
        "attempt": 1,
        "outcome": outcome,
        "reason": "it ended",
        "ended_at": at,
        "cost_usd": cost,
    }
    Path(folder, "attempts", "001", "result.json").write_bytes(json_codec.encode(result))
    place = ledger.ended_path(folder)
    os.makedirs(os.path.dirname(place), exist_ok=True)
    said = {"schema": status.SCHEMA, "outcome": outcome, "attempt": 1, "id": run}
    whole = json_codec.encode(said)
    Path(place + f".{ids.token()}").write_bytes(whole)
    os.replace(max(Path(place).parent.glob(f"{run}.*")), place)


@dataclass
class Wanted:
    """A run that may be made."""

    start: Start
    run: str


@dataclass
class FakeHands:
    """Hands that make runs as records. `troubles` are raised for an entry; `busy` entries wait."""

    home: str
    troubles: dict[str, WorkcellError] = field(default_factory=dict)
    busy: set[str] = field(default_factory=set)
    made: list[tuple[str, str, str]] = field(default_factory=list)
    """(entry, lane, run), in the order in which they were made."""
    stopped: list[str] = field(default_factory=list)
    _lock: Any = field(default_factory=threading.Lock)

    def prepare(self, state: State, start: Start) -> Any:
        if start.entry in self.troubles:
            raise self.troubles[start.entry]
        return None if start.entry in self.busy else Wanted(start, ids.run_id(f"{start.entry}-{start.lane}"))

    def create(self, prepared: Any, run: str) -> list[str]:
        begin(self.home, run)
        with self._lock:
            self.made.append((prepared.start.entry, prepared.start.lane, run))
        return []

    def go_on(self, state: State, run: str) -> None:
        pass

    def stop(self, home: str, runs: list[str], by: str, grace: float) -> None:
        for run in runs:
            end(home, run, "stopped")
        self.stopped += runs

    def run_of(self, name: str, lane: str = "") -> str:
        """The newest run of an entry."""
        return next(run for entry, of, run in reversed(self.made) if (entry, of) == (name, lane))

    def names(self) -> list[str]:
        """The entries in the order in which runs of them were made."""
        return [entry for entry, _, _ in self.made]
