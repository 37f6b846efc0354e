"""Fetching a secret from where an adapter says that it is: the environment, a private file, or a program."""

import os
import stat
from collections.abc import Mapping, Sequence

from workcell.base.errors import Unreachable
from workcell.system import run_program


class Unavailable(Exception):
    """The secret could not be had; the words say why, and never hold it."""


def fetch(how: str, where: Sequence[str], budget_seconds: float) -> str:
    """The secret; `how` is env, file or command. Raises Unavailable."""
    if how == "env":
        found = os.environ.get(where[0])
        if not found:
            raise Unavailable(f"the environment has no {where[0]}")
    elif how == "file":
        found = _from_file(os.path.expanduser(where[0]))
    else:
        found = _from_program(where, budget_seconds)
    found = found.strip()
    if not found or "\n" in found or "\r" in found or "\0" in found:
        raise Unavailable(f"what {_place(how, where)} holds is not one line of text")
    return found


def look(how: str, where: Sequence[str], environment: Mapping[str, str] | None = None) -> str | None:
    """What is wrong with that place, without running any program; None when nothing is.

    Variables and PATH are those of `environment`: of this process without one.
    """
    known = os.environ if environment is None else environment
    if how == "env":
        return None if known.get(where[0]) else f"the environment has no {where[0]}"
    if how == "command":
        program = os.path.expanduser(where[0])
        found = [os.path.join(part, program) for part in os.get_exec_path(known)] if "/" not in program else [program]
        return None if any(os.access(path, os.X_OK) for path in found) else f"there is no program {where[0]!r}"
    try:
        fetch(how, where, 0)
    except Unavailable as error:
        return str(error)
    return None


def _from_file(path: str) -> str:
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            status = os.fstat(fd)
            if not stat.S_ISREG(status.st_mode):
                raise Unavailable(f"{path!r} is not a file")
            if status.st_mode & 0o077 or status.st_uid not in (os.getuid(), 0):
                raise Unavailable(f"others can read {path!r}: chmod 600 it")
            return os.read(fd, 1 << 16).decode("utf-8", "replace")
        finally:
            os.close(fd)
    except OSError as error:
        raise Unavailable(f"cannot read {path!r}: {error.strerror}") from error


def _from_program(argv: Sequence[str], budget_seconds: float) -> str:
    try:
        ran = run_program.run([os.path.expanduser(argv[0]), *argv[1:]], timeout=budget_seconds)
    except Unreachable as error:
        raise Unavailable(error.message) from error
    if not ran.ok:
        # its words are not repeated: a program that fails half way may have printed the secret
        why = "did not end in time" if ran.timed_out else f"ended with code {ran.code}"
        raise Unavailable(f"{argv[0]!r} {why}")
    return ran.out.decode("utf-8", "replace")


def _place(how: str, where: Sequence[str]) -> str:
    return {"env": f"the variable {where[0]}", "file": f"the file {where[0]!r}"}.get(how, f"the program {where[0]!r}")
