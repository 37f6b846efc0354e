"""The hook of an agent program: one payload in, one file in the spool of its run, and never a word to the program.

Run by path as `python -I -S hook.py AGENT [NOTICE]`. Claude Code and Codex give the payload on standard input, a
`notify` program gets it as its last argument. Whatever goes wrong, the exit code is 0 and nothing is printed: 2 would
forbid the agent what it was about to do, any other code is shown to a person.
"""

import os
import sys

if __package__ in (None, ""):
    # run by path and without site: the package is found beside the standard library, never before it
    sys.path.pop(0) if sys.path and sys.path[0] == os.path.dirname(os.path.abspath(__file__)) else None
    sys.path.append(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))

from workcell.base import clock, ids, json_codec
from workcell.base.light import socket
from workcell.rundir import layout, maildir

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from workcell.rundir import schema
    from workcell.rundir.schema.literals import Foreign

MOST_READ = 4 << 20
"""Bytes of a payload that are decoded: a tool's answer may be a whole file."""
MOST_TEXT = 600
MOST_KEYS = 24
DEEP = 3

_KEPT = frozenset(
    (
        *("hook_event_name", "session_id", "transcript_path", "cwd", "prompt_id", "turn_id", "tool_use_id"),
        *("agent_id", "agent_type", "tool_name", "tool_input", "source", "model", "message", "reason", "error"),
        *("notification_type", "last_assistant_message", "prompt", "permission_mode", "stop_hook_active"),
        *("trigger",),
    )
)
"""The keys that all readers of hooks look at; an agent's folder names its others, one a line, in `hook_keys`. Answers
of tools are left out: the transcript has them, and they may be of any size."""
KEYS_FILE = "hook_keys"

PATIENCE = 0.2
"""Seconds for a runner that takes no calls: the agent waits for this program."""
LONGEST_NAME = 100
"""Bytes of the name of a socket, 103 on macOS."""
MOST_KEY_BYTES = 4096


def main(words: "list[str] | None" = None) -> int:
    """Bring one payload to the spool of the run that WORKCELL_RUN_DIR names; always 0."""
    try:
        _bring(sys.argv[1:] if words is None else words)
    except BaseException:  # a hook that fails must look like a hook that had nothing to say
        pass
    return 0


def _bring(words: "list[str]") -> None:
    run = os.environ.get("WORKCELL_RUN_DIR")
    data = words[-1].encode("utf-8", "surrogateescape") if len(words) > 1 else _read(0)
    if not run or os.stat(run).st_uid != os.geteuid():
        return  # outside a run, or in one of another user: nothing is written there
    name, agent = ids.unique(), words[0] if words else "unknown"
    message: schema.Hook = {
        "type": "hook",
        "id": f"hook:{name}",
        "source": agent,
        "attempt": _attempt(os.environ.get("WORKCELL_ATTEMPT", "")),
        "time": clock.stamp(),
        "payload": payload(data, keys_of(agent, layout.home_of(run))),
    }
    maildir.deliver_bytes(
        os.path.join(run, layout.SPOOL), name + ".json", json_codec.encode_line(message), durable=False
    )
    _poke(run)


def _poke(run: str) -> None:
    """Tell the runner that something is in the spool; one that is not told finds it within three seconds."""
    path, where = os.path.join(run, layout.CONTROL), -1
    if len(os.fsencode(path)) > LONGEST_NAME:
        where = os.open(run, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        path = f"/proc/self/fd/{where}/{layout.CONTROL}"
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(PATIENCE)
        connection.connect(path)
        connection.send(b"H")
    finally:
        connection.close()
        if where >= 0:
            os.close(where)


def _read(fd: int) -> bytes:
    """All of standard input, so that the program never writes into a closed pipe; what is too much is thrown away."""
    parts, size = [], 0
    while chunk := os.read(fd, 1 << 16):
        size += len(chunk)
        if size <= MOST_READ:
            parts.append(chunk)
    return b"".join(parts)


def _attempt(mark: str) -> "int | None":
    number = mark.rpartition("/")[2]
    return int(number) if number.isdigit() else None


def keys_of(agent: str, home: str) -> "frozenset[str]":
    """The keys of a payload that the reader of this agent looks at. Read as text: an agent waits for this program, so
    nothing of the agent's folder is imported."""
    if not agent.isidentifier():
        return _KEPT
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    for top in (package, home):
        try:
            fd = os.open(os.path.join(top, layout.AGENTS, agent, KEYS_FILE), os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError:
            continue
        try:
            return _KEPT.union(os.read(fd, MOST_KEY_BYTES).decode("utf-8", "replace").split())
        finally:
            os.close(fd)
    return _KEPT


def payload(data: bytes, keys: "frozenset[str]" = _KEPT) -> "Foreign":
    """What readers need of a payload, its texts cut; of one that is no JSON at least which event it was."""
    try:
        found = json_codec.decode(data)
    except ValueError:
        return {"hook_event_name": _name(data), "unreadable": len(data)}
    return {key: _cut(value, DEEP) for key, value in found.items() if key in keys}


def _name(data: bytes) -> "str | None":
    """The event's name in a payload that was cut: it stands before the parts that are large."""
    _, found, rest = data[:4096].partition(b'"hook_event_name":')
    word = rest.strip()[1:40].partition(b'"')[0]
    return word.decode("ascii", "replace") if found else None


def _cut(value: "Any", deep: int) -> "Any":
    if isinstance(value, str):
        return value if len(value) <= MOST_TEXT else value[: MOST_TEXT - 1] + "…"
    if isinstance(value, dict):
        return {str(k)[:80]: _cut(v, deep - 1) for k, v in list(value.items())[:MOST_KEYS]} if deep else {}
    if isinstance(value, list):
        return [_cut(entry, deep - 1) for entry in value[:MOST_KEYS]] if deep else []
    return value


if __name__ == "__main__":
    main()
    os._exit(0)  # without the interpreter's own end: an agent waits for this program at every tool call
