"""Homes full of runs for tests of scale: done ones as bare as the format allows, live ones whose locks are held."""

import fcntl
import json
import os
import shutil
from pathlib import Path

from tests.support.lab import Lab, rewrite_pinned, rewrite_record
from workcell.base import json_codec, platform
from workcell.rundir import layout, ledger


def done(home: str, count: int, like: str | None = None) -> None:
    """Runs that are over: what a scan looks at, and nothing else; as `ls` shows it where `like` is a run that passed."""
    kept = Path(ledger.ended_path(like)).read_text() if like is not None else "{}\n"
    name_of_like = os.path.basename(like) if like is not None else "\0"
    for name in (layout.LEDGER, layout.ENDED):
        os.makedirs(os.path.join(home, name), exist_ok=True)
    for number in range(count):
        run = os.path.join(home, layout.RUNS, f"20250101-0000-old-{number:05d}")
        Path(ledger.path(run)).write_text("{}\n")
        Path(ledger.ended_path(run)).write_text(kept.replace(name_of_like, os.path.basename(run)))
        os.makedirs(os.path.join(run, layout.ATTEMPTS, "001"))
        os.symlink(f"{layout.ATTEMPTS}/001", os.path.join(run, layout.CURRENT))
        Path(run, layout.ATTEMPTS, "001", layout.RESULT).write_text('{"schema": "workcell.file.result/1"}')


def _copy(like: str, run: str) -> int:
    """A copy of one run, as if it had been begun under that name; a descriptor of its ledger."""
    shutil.copytree(like, run, symlinks=True)
    fd = os.open(ledger.path(run), os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    home = ledger.witness(run, fd)
    for line in Path(ledger.path(like)).read_text().splitlines():
        said = json.loads(line)
        os.write(fd, json_codec.encode_line({**said, **({"home": home} if "home" in said else {})}))
    return fd


def standing_by(home: str, like: str, count: int) -> list[str]:
    """Copies of one run on standby."""
    runs = [os.path.join(home, layout.RUNS, f"20260101-0000-rests-{number:04d}") for number in range(count)]
    for run in runs:
        os.close(_copy(like, run))
    return runs


class Live:
    """Copies of one launched run that are running, as far as locks and identities tell: we hold their ledgers."""

    def __init__(self, lab: Lab, like: str, count: int, agent: int) -> None:
        self.runs: list[str] = []
        self._locks: list[int] = []
        start = {
            "schema": "workcell.file.start/1",
            "attempt": 1,
            "started_at": "2026-01-01T00:00:00.000Z",
            "runner": platform.identity(os.getpid()),
            "agent": platform.identity(agent),
            "isolation": "none",
        }
        for number in range(count):
            run = lab.run(f"20260101-0000-live-{number:04d}")
            shutil.copytree(like, run, symlinks=True)
            directory = layout.attempt(run, 1)
            for name in (*layout.SEALED[1:], layout.HANDOFF, layout.VERIFY_LOG):
                path = os.path.join(directory, name)
                if os.path.exists(path):
                    os.unlink(path)
            fd = os.open(ledger.path(run), os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            home = ledger.witness(run, fd)
            for line in Path(ledger.path(like)).read_text().splitlines():
                said = json.loads(line)
                if said.get("name") not in ledger.WITNESSED:
                    os.write(fd, json_codec.encode_line({**said, **({"home": home} if "home" in said else {})}))
            fcntl.flock(fd, fcntl.LOCK_EX)
            self._locks.append(fd)
            self.runs.append(run)
            rewrite_record(run, 1, layout.START, start)

    def change(self, name: str, **fields: object) -> None:
        """Rewrite keys of a sealed record in every run: what a test says of the past."""
        for run in self.runs:
            path = Path(layout.attempt(run, 1), name)
            changed = {**json.loads(path.read_text()), **fields}
            if name in ledger.WITNESSED:
                rewrite_record(run, 1, name, changed)
            else:
                rewrite_pinned(run, 1, name, lambda _, changed=changed: json.dumps(changed))

    def close(self) -> None:
        for fd in self._locks:
            os.close(fd)
