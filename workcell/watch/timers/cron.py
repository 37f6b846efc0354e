"""The watchdog in cron: a marked block in the person's crontab, every other byte of which is kept."""

import hashlib
import os

from workcell.base.errors import InputOutput, Refused, Unreachable
from workcell.system import run_program
from workcell.watch.timers import command

TIMEOUT = 20.0
LONGEST = 998
"""Characters that Debian's cron takes in one command line; vixie-cron reads a line of at most 1000."""


def begin(home: str) -> bytes:
    return b"# >>> workcell watchdog of " + os.fsencode(home) + b" >>>"


def end(home: str) -> bytes:
    return b"# <<< workcell watchdog of " + os.fsencode(home) + b" <<<"


def block(home: str) -> bytes:
    """The lines between the marks.

    cron reads `%` in a command as a line break and knows no escape within quotes, so everything that varies lies
    in a script of the home, and the line names only that script.
    """
    path = script(home)
    line = b"* * * * * /bin/sh " + _quoted(path) + b" >/dev/null 2>&1"
    return b"\n".join([begin(home), b"@reboot /bin/sh " + _quoted(path) + b" >/dev/null 2>&1", line, end(home), b""])


def script(home: str) -> str:
    """Where the script lies that cron runs."""
    return os.path.join(home, "watchdog", "tick.sh")


def script_text(home: str) -> bytes:
    """Its content: the environment that the timer does not give, and the command."""
    return (
        b"#!/bin/sh\n# Written by 'workcell watchdog install'; 'workcell watchdog uninstall' takes it away.\nexec "
        + (os.fsencode(command.shell_line(home)) + b"\n")
    )


def _quoted(path: str) -> bytes:
    raw = os.fsencode(path)
    if b"%" in raw or b"\n" in raw:
        raise Refused(f"cron cannot run {path!r}: its path holds a percent sign", "choose another WORKCELL_HOME")
    found = b"'" + raw.replace(b"'", b"'\\''") + b"'"
    if len(found) > LONGEST - 60:
        raise Refused(f"cron cannot run {path!r}: its path is too long", "choose a shorter WORKCELL_HOME")
    return found


def strip(table: bytes, home: str) -> bytes:
    """The crontab without our block; nothing else is changed, not even a missing last newline."""
    lines = table.split(b"\n")
    first, last = begin(home), end(home)
    while first in lines:
        at = lines.index(first)
        stop = lines.index(last, at) if last in lines[at:] else at
        del lines[at : stop + 1]
    return b"\n".join(lines)


def add(table: bytes, home: str) -> bytes:
    """The crontab with our block, once, at its end."""
    kept = strip(table, home)
    if kept and not kept.endswith(b"\n"):
        kept += b"\n"
    return kept + block(home)


def read() -> bytes:
    """The crontab as it is; empty when there is none. Unreachable without cron, InputOutput when it says no."""
    ran = run_program.run(["crontab", "-l"], timeout=TIMEOUT, env=_plain())
    if ran.ok:
        return ran.out
    if b"no crontab" in ran.err.lower():
        return b""
    raise InputOutput(f"the crontab cannot be read: {ran.complaint()}", "is cron installed, and may you use it?")


def write(table: bytes) -> None:
    """Put the whole crontab in place."""
    words = ["crontab", "-"] if table else ["crontab", "-r"]
    ran = run_program.run(words, timeout=TIMEOUT, env=_plain(), input=table)
    if not ran.ok and not (not table and b"no crontab" in ran.err.lower()):
        raise InputOutput(f"the crontab cannot be written: {ran.complaint()}", "crontab -l shows what stands there")
    if table and read() != table:
        raise InputOutput("the crontab is not what was written", "another program changes it: try again")


def _plain() -> dict[str, str]:
    # the C locale: what crontab says is read
    return {**os.environ, "LC_ALL": "C"}


def install(home: str) -> list[str]:
    """Put the block into the crontab; what was done."""
    write(add(read(), home))
    return ["a line in your crontab (crontab -l shows it)"]


def uninstall(home: str) -> list[str]:
    """Take the block out; what was done."""
    table = read()
    kept = strip(table, home)
    if kept == table:
        return []
    write(kept)
    return ["the line in your crontab"]


def present(home: str) -> bool:
    """Whether the block stands in the crontab."""
    try:
        return begin(home) in read().split(b"\n")
    except (Unreachable, InputOutput):
        return False


def mark(home: str) -> str:
    """A short name for this home, for units and labels."""
    return hashlib.blake2b(os.fsencode(home), digest_size=4).hexdigest()
