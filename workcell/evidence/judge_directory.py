"""Judges a directory of what an agent left behind: output, transcript, hook payloads, screens."""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from workcell.agents import jsonl, registry, screens
from workcell.agents.describe import asks
from workcell.agents.events import Foreign, Memory, Where
from workcell.agents.protocol import Agent
from workcell.base import clock
from workcell.base.errors import NotFound
from workcell.judgement import session as sessions
from workcell.judgement import verdict
from workcell.playbooks import library
from workcell.texts.signal import Signal

if TYPE_CHECKING:
    from workcell.judgement.case import Ended, Left, Recorded
    from workcell.rundir import schema

MOST_BYTES = 64 << 20
"""Of one file; of a longer one the end is read, which is where it says how it ended."""
MOST_FILES = 2000
MOST_DEPTH = 12
PLAIN_TAIL = 64 << 10
HEAD = 1 << 20

Rows = Callable[[bytes, int, int], Sequence[str]]
"""Renders the end of a terminal's bytes: (data, columns, rows) -> lines, as `workcell.terminal.log_reader.screen`."""

_PANE = re.compile(r"^(\d+)\b.*\.txt$")
_ORDER = (
    *("SessionStart", "UserPromptSubmit", "MessageDisplay", "PreToolUse", "PermissionRequest"),
    *("Notification-permission_prompt", "PostToolUse", "PostToolBatch", "PreCompact", "PostCompact"),
    *("Stop", "StopFailure", "Notification-idle_prompt", "SessionEnd"),
)
"""Payload files named by their event have lost their order; this is the order of one turn."""


def judge_directory(
    path: str,
    recipe: str,
    signals: Sequence[Signal] | None = None,
    *,
    render: Rows | None = None,
    local: tzinfo | None = None,
    now: float | None = None,
) -> verdict.Verdict:
    """The verdict on a directory.

    Read are, where there: stdout.txt, stderr.txt, exit_code, meta.json, home/ (transcripts, hooks/), NN-*.txt
    (rendered panes in order), hooks/, *.jsonl, hook_events.txt, ps-after-kill.txt, and agent.log or pipe.log
    where `render` is given. `recipe` names the agent. `local` is the zone of times without one (default: the
    machine's). NotFound when there is no such directory.
    """
    if not os.path.isdir(path):
        raise NotFound(f"no such directory: {path!r}", "name a directory with what an agent left")
    if signals is None:
        signals = library.signals(library.load()[0])
    material = gather(path, registry.resolve_alias(recipe), render=render, local=local, now=now)
    return verdict.judge(material, signals)


def gather(
    path: str,
    agent: str,
    *,
    render: Rows | None = None,
    local: tzinfo | None = None,
    now: float | None = None,
) -> verdict.Material:
    """The files of a directory as the plain data that `judgement.verdict` judges."""
    meta = _json(os.path.join(path, "meta.json"))
    known = registry.find_or_generic(agent)
    stdout = _read(os.path.join(path, "stdout.txt"))
    streams = _begins_as_records(os.path.join(path, "stdout.txt"))
    records = _records(path, known, stdout if streams else None) if known.reads() else []
    written = _newest(path) if now is None else now
    said = [at for one in records if (at := _epoch(one["session"]["last_at"])) is not None]
    told = max(said) if said else written
    for one in records:
        one["said_at"] = _epoch(one["session"]["last_at"]) or told
    plain = None if stdout is None or streams else _text(stdout[-PLAIN_TAIL:])
    return {
        "agent": agent,
        "reader": known.reads(),
        "records": records,
        "frames": [
            {"name": name, "rows": rows, "screen": screens.read(known, rows)} for name, rows in _frames(path, render)
        ],
        "stdout": plain,
        "stdout_asks": bool(plain and asks(plain)),
        "stderr": _text(_read(os.path.join(path, "stderr.txt"), PLAIN_TAIL)),
        "exit": _exit(path, meta),
        "exits": known.exits.as_material(),
        "processes": _processes(path),
        "tampered": None,
        "now": told,
        "local": local or datetime.now().astimezone().tzinfo,
    }


def _records(path: str, agent: Agent, stdout: bytes | None) -> list[Recorded]:
    found: list[Recorded] = []
    if stdout is not None:
        found.append(_fold(agent, stdout, "stdout.txt", "stream"))
    for file in _transcripts(path):
        data = _read(os.path.join(path, file))
        if data is not None:
            found.append(_fold(agent, data, file, "transcript"))
    hooks = _hooks(path, agent)
    return [one for one in [*found, *hooks] if one["session"]["events"]]


def _fold(agent: Agent, data: bytes, file: str, kind: schema.CaptureSource) -> Recorded:
    events, _ = jsonl.consume(agent, jsonl.start(file, kind), data, file, final=True)
    return {"file": file, "kind": kind, "session": sessions.fold(sessions.empty(), events)}


def _transcripts(path: str) -> list[str]:
    found = []
    for top, folders, files in _walk(path):
        folders[:] = [name for name in folders if name not in ("hooks", "notify")]
        found += [os.path.relpath(os.path.join(top, name), path) for name in files if name.endswith(".jsonl")]
    return sorted(found)


def _hooks(path: str, agent: Agent) -> list[Recorded]:
    payloads: list[tuple[tuple[int, int], str, Foreign]] = []
    for top, _, files in _walk(path):
        here = os.path.basename(top) == "hooks" or (top == path and "SessionStart.json" in files)
        for name in files if here else []:
            payload = _json(os.path.join(top, name))
            if isinstance(payload.get("hook_event_name"), str):
                payloads.append((_place(name), os.path.relpath(os.path.join(top, name), path), payload))
    listed = _text(_read(os.path.join(path, "hook_events.txt"), PLAIN_TAIL)) or ""
    for number, line in enumerate(listed.splitlines()):
        told = jsonl.parse(b'{"it":' + line.encode() + b"}")
        pair = told[0].get("it") if told else None
        if isinstance(pair, list) and pair and isinstance(pair[0], str):
            more = {"reason": pair[1]} if len(pair) > 1 else {}
            payloads.append(((0, number), f"hook_events.txt:{number}", {"hook_event_name": pair[0], **more}))
    memory: Memory = {}
    folded = sessions.empty()
    for _, file, payload in sorted(payloads, key=lambda one: one[:2]):
        where = Where(agent=agent.name, file=file, offset=0, scope=path, kind="hook")
        folded = sessions.fold(folded, agent.hook(payload, memory, where))
    return [{"file": "hooks", "kind": "hook", "session": folded}] if payloads else []


def _place(name: str) -> tuple[int, int]:
    stem = name.rsplit(".", 1)[0]
    if stem.isdigit():
        return 0, int(stem)
    return 1, _ORDER.index(stem) if stem in _ORDER else len(_ORDER)


def _frames(path: str, render: Rows | None) -> list[tuple[str, Sequence[str]]]:
    """Name and rows of each screen, oldest first."""
    names = sorted(name for name in os.listdir(path) if _PANE.match(name))
    frames: list[tuple[str, Sequence[str]]] = []
    for name in names[-20:]:
        text = _text(_read(os.path.join(path, name), 1 << 20)) or ""
        frames.append((name, [row for row in text.split("\n") if not row.startswith("[exit ")]))
    if not frames and render:
        for name in ("agent.log", "pipe.log"):
            data = _read(os.path.join(path, name), 4 << 20)
            if data:
                frames.append((name, list(render(data, 200, 50))))
                break
    return frames


def _exit(path: str, meta: Foreign) -> Ended | None:
    text = (_text(_read(os.path.join(path, "exit_code"), 100)) or "").strip()
    code = int(text) if re.fullmatch(r"-?\d{1,5}", text) else meta.get("exit_code")
    if not isinstance(code, int) or isinstance(code, bool):
        return None
    timed_out = meta.get("timed_out_signal") or meta.get("killed_by_harness")
    return {"code": code, "signal": None, "how": "reaped", "ended_by": "time" if timed_out else None}


def _processes(path: str) -> Left | None:
    after = _read(os.path.join(path, "ps-after-kill.txt"), PLAIN_TAIL)
    if after is None:
        return None
    left = [line.strip() for line in (_text(after) or "").splitlines() if line.strip()]
    return {"killed": True, "left": left}


def _begins_as_records(path: str) -> bool:
    """Whether a program that was told to write records wrote this: it begins with a record with which an agent's
    output begins.

    An answer in plain words may hold records as an example, and then they say nothing about the program.
    """
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return False
            first = next((row for row in file.read(HEAD).split(b"\n") if row.strip()), b"")
    except OSError:
        return False
    record = (jsonl.parse(first.strip()) or [{}])[0]
    return any(agent.records.begins(record) for agent in registry.every() if agent.records)


def _walk(path: str) -> Iterator[tuple[str, list[str], list[str]]]:
    seen = 0
    for top, folders, files in os.walk(path):
        folders.sort()
        if top.count(os.sep) - path.count(os.sep) >= MOST_DEPTH:
            folders.clear()
        seen += len(files)
        if seen > MOST_FILES:
            return
        yield top, folders, sorted(files)


def _read(path: str, most: int = MOST_BYTES) -> bytes | None:
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        with open(fd, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size > most:
                file.seek(size - most)
            return file.read(most)
    except OSError:
        return None


def _json(path: str) -> Foreign:
    data = _read(path, 1 << 20)
    try:
        value = json.loads(data) if data else {}
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _text(data: bytes | None) -> str | None:
    return None if data is None else data.decode("utf-8", "replace")


def _newest(path: str) -> float:
    times = [os.lstat(os.path.join(path, name)).st_mtime for name in os.listdir(path)]
    return max(times, default=0.0)


def _epoch(stamp: str | None) -> float | None:
    if not stamp:
        return None
    try:
        return clock.parse(stamp)
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(stamp.replace("Z", "+00:00")).timestamp()
    except (ValueError, OverflowError):
        return None
