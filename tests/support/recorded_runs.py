"""Runs that are over whose agent left records, without starting one."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

from tests.support import frozen, lab
from workcell.base import digest, json_codec
from workcell.rundir import layout, ledger, look


def recorded(top: Path, log: bytes = b"", transcript: bytes = b"", name: str = "frozen-unverified", **more: Any) -> str:
    """A run of the frozen home whose attempt has that log and that transcript; `more` are keys of its attempt."""
    run = frozen.run_of(frozen.thaw(top / "home"), name)
    record(run, log, transcript, **more)
    return run


def record(run: str, log: bytes = b"", transcript: bytes = b"", **more: Any) -> None:
    """Give the last attempt of a run that log and that transcript, and those keys."""
    n = look.at(run).n
    directory = layout.attempt(run, n)
    attempt = json.loads(Path(directory, layout.ATTEMPT).read_bytes())
    lab.rewrite_record(run, n, layout.ATTEMPT, {**attempt, "reader": "claude", **more})
    Path(directory, layout.AGENT_LOG).write_bytes(log)
    if transcript:
        Path(directory, layout.TRANSCRIPT).write_bytes(transcript)


def go_on(run: str) -> None:
    """Give the run another attempt, a copy of its last one."""
    n = look.at(run).n
    shutil.copytree(layout.attempt(run, n), layout.attempt(run, n + 1), symlinks=True)
    data = Path(layout.attempt(run, n), layout.ATTEMPT).read_bytes()
    line = {"attempt": n + 1, "name": layout.ATTEMPT, "sha256": digest.sha256(data), "born": True}
    with open(ledger.path(run), "ab") as file:
        file.write(json_codec.encode_line(line))
    current = Path(run, layout.CURRENT)
    current.unlink()
    current.symlink_to(os.path.relpath(layout.attempt(run, n + 1), run))


def lines(*records: dict[str, Any]) -> bytes:
    """Records as the lines of a file."""
    return b"".join(json.dumps(one).encode() + b"\n" for one in records)


def prompt(text: str, name: str = "p") -> dict[str, Any]:
    """A prompt in the form of Claude Code."""
    return {"type": "user", "uuid": name, "promptId": name, "message": {"role": "user", "content": text}}


def said(text: str, name: str = "s") -> dict[str, Any]:
    """Words of the agent that end its turn, in the form of Claude Code."""
    message = {"id": name, "content": [{"type": "text", "text": text}], "stop_reason": "end_turn"}
    return {"type": "assistant", "uuid": name, "message": message}


def home_of(run: str) -> str:
    """The home of a run."""
    return os.path.dirname(os.path.dirname(run))
