"""Running a verify script: the very bytes that were pinned, within a time limit, and with the secrets left out."""

from __future__ import annotations

import errno
import fcntl
import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from workcell.base import digest, probe
from workcell.base.errors import TryAgain, Unreachable
from workcell.rundir import env as stored_environment
from workcell.rundir import layout, ledger, locks, look, run_variables, safe_open, seal, start_place
from workcell.system import attempt_pids, cgroup, resource_limits, run_program

if TYPE_CHECKING:
    from workcell.system.processes import Leftover

if TYPE_CHECKING:
    from typing import NotRequired, TypedDict

    from workcell.rundir import schema

    class Ended(TypedDict):
        """How the script ended: the part of verify.json that the script decides."""

        how: schema.CheckEnd
        code: int | None
        signal: int | None
        seconds: float
        sha256: str | None
        error: str | None
        beside: NotRequired[list[str]]

        cgroup: NotRequired[schema.Counts | None]


_BY_OTHERS = (errno.EACCES, errno.EPERM, errno.ELOOP, errno.ENOTDIR)
"""Errors of a script that was changed; any other one is of the disk or of this machine, and says nothing of it."""

LARGEST = 1 << 26
"""Bytes of a verify script that are read; a longer one is not the one that was pinned."""


def environment(run: str, attempt: schema.Attempt, n: int) -> tuple[dict[str, str], int]:
    """(what verify gets, its umask): env.json without the named secrets, the ports, and the names of WORKCELL_*."""
    stored = stored_environment.read(run)
    env: dict[str, str] = dict(stored.env)
    for name in attempt.get("secrets") or []:
        env.pop(name, None)
    env.update({name: str(port) for name, port in attempt.get("ports", {}).items()})
    run_variables.place(env, run, n, ledger.read(run))
    return env, stored.umask


def pinned(seen: look.Look) -> str | None:
    """The sha256 of the verify script of the current attempt: of the one that a person accepted since, if any."""
    script = seen.attempt.get("verify") if seen.attempt else None
    wanted = script.get("sha256") if script else None
    if wanted is None or seen.book is None:
        return wanted
    return seen.book.hashes.get((seen.n, layout.VERIFY_SCRIPT), wanted)


class Around:
    """What holds a script while it runs: the locks that it inherits, its control group, and what ends the rest of it.

    Once `until` says that the answer is not wanted, the script is ended as at its limit. `group` is the end of the name
    of its control group, where memory or processes are limited, and `end` is called with that group. `mark` are
    variables by which what it starts is known.
    """

    def __init__(
        self,
        locks: list[int],
        until: Callable[[], bool] | None,
        group: str,
        end: Callable[[schema.Cgroup], object],
        mark: dict[str, str] | None = None,
    ) -> None:
        self.locks, self.until, self.group, self.end, self.mark = locks, until, group, end, mark or {}


def run(
    run_dir: str,
    n: int,
    attempt: schema.Attempt,
    output: int,
    agent_lock: int | None,
    until: Callable[[], bool] | None = None,
) -> Ended:
    """Run the attempt's verify script in its tree once no agent is there any more: as `run_in`, and what it left, or
    what the attempt left, is ended."""
    locks = [] if agent_lock is None else [agent_lock]
    around = Around(locks, until, resource_limits.VERIFY, lambda group: _end(run_dir, n, None, group))
    return run_in(run_dir, n, attempt, output, around)


def run_in(run_dir: str, n: int, attempt: schema.Attempt, output: int, around: Around) -> Ended:
    """Run the attempt's verify script in its tree, both outputs to the descriptor `output`.

    Returns {how, code, signal, seconds, sha256, error}, and `cgroup` where memory or processes are limited;
    `how` is exited, limit, tampered or not-started. It runs from a copy that can no longer be written to, so that what
    ran is what was hashed.
    """
    directory = layout.attempt(run_dir, n)
    found = _not_run()
    script = _pinned_script(directory, attempt, found)
    if script is None:
        return found
    trouble = start_place.trouble(attempt["cwd"], attempt.get("dir", ""))
    if trouble is not None:
        return {**found, "how": "not-started", "error": f"cannot start where it should: {trouble}"}
    env, umask = environment(run_dir, attempt, n)
    fd = _sealed_copy(directory, script)
    place, groups = resource_limits.around_verify(run_dir, n, attempt["limits"], around.group)
    began = time.monotonic()
    try:
        code = run_program.run_into(
            [*_interpreter(script), f"/dev/fd/{fd}"],
            run_program.Setting(start_place.path(attempt), env | around.mark, [fd, *around.locks], umask),
            output=output,
            timeout=attempt["limits"]["verify_seconds"] or 86400.0,
            until=around.until,
            place=place,
        )
    except Unreachable as error:
        return {**found, "how": "not-started", "error": error.message}
    finally:
        os.close(fd)
        for group in groups:
            found["cgroup"] = resource_limits.counts_of(group, None)
            around.end(group)
            cgroup.remove(group)
    found["seconds"] = round(time.monotonic() - began, 3)
    if code is None:
        return {**found, "how": "limit"}
    return {**found, "how": "exited", "code": code if code >= 0 else None, "signal": -code if code < 0 else None}


def _not_run() -> Ended:
    return {"how": "tampered", "code": None, "signal": None, "seconds": 0.0, "sha256": None, "error": None}


def _pinned_script(directory: str, attempt: schema.Attempt, found: Ended) -> bytes | None:
    """The bytes of the script that was pinned; None, and why in `found`, where they cannot be had or are others."""
    try:
        script = safe_open.read(os.path.join(directory, layout.VERIFY_SCRIPT), LARGEST)
    except OSError as error:
        found["error"] = f"verify.sh cannot be read: {error.strerror}"
        if error.errno not in _BY_OTHERS:
            found["how"] = "not-started"
        return None
    if script is None:
        found["error"] = "verify.sh cannot be read: there is no such file, or it is no regular one"
        return None
    found["sha256"] = digest.sha256(script)
    if attempt["verify"] is None or found["sha256"] != attempt["verify"]["sha256"]:
        found["error"] = "it is not the script that was pinned at launch"
        return None
    return script


def _interpreter(script: bytes) -> list[str]:
    """The words before the script's path, as execve(2) reads `#!`: a program and at most one argument."""
    first = script.split(b"\n", 1)[0]
    if not first.startswith(b"#!") or not first[2:].strip():
        return ["bash"]
    return [os.fsdecode(word) for word in first[2:].strip().split(None, 1)]


def _sealed_copy(directory: str, script: bytes) -> int:
    """A descriptor of the script that can be executed as /dev/fd/N and that no process can change.

    On Linux it is memory that the kernel seals against writing: what the attempt left behind could open a file in the
    moment between its making and its removal.
    """
    if hasattr(os, "memfd_create"):
        fd = os.memfd_create("verify.sh", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        seal.write_all(fd, script)
        fcntl.fcntl(fd, fcntl.F_ADD_SEALS, _SEALS)
        os.lseek(fd, 0, os.SEEK_SET)
        return fd
    path = os.path.join(directory, f".verify.{os.getpid()}.{time.monotonic_ns()}")
    out = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o700)
    try:
        with open(out, "wb") as file:
            file.write(script)
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    finally:
        os.unlink(path)


_SEALS = sum(getattr(fcntl, name, 0) for name in ("F_SEAL_SEAL", "F_SEAL_SHRINK", "F_SEAL_GROW", "F_SEAL_WRITE"))


def end_leftovers(run_dir: str, n: int, *, below: int | None) -> list[Leftover]:
    """End what the attempt left running, within the fence."""
    # the group of a copy's attempt is that of the original, whose processes live on
    group = None if look.at(run_dir, holding=True).copied else resource_limits.group_of(run_dir, n)
    beside = [resource_limits.verify_group(group, ends) for ends in (resource_limits.VERIFY, resource_limits.TURN)]
    left = [one for other in beside if other is not None for one in _end(run_dir, n, None, other)]
    return left + _end(run_dir, n, below, group)


def _end(run_dir: str, n: int, below: int | None, group: schema.Cgroup | None) -> list[Leftover]:
    mark = f"{os.path.basename(run_dir)}/{n}"
    lock = os.path.join(run_dir, layout.AGENT_LOCK)
    if attempt_pids.of_attempt(mark, below=below, lock=lock, members=set(cgroup.members(group))) == []:
        return []
    from workcell.system import processes  # psutil: 9 ms, and most attempts leave nothing behind

    return processes.end(mark, below=below, lock=lock, group=group, place=run_dir)


def free_agent_lock(run_dir: str) -> int | None:
    """Put a fresh agent.lock in place when only what must not be ended holds the old one.

    Returns a descriptor that holds the fresh one, or None where the old one is free. Raises TryAgain when a holder
    cannot be found or asked: a lock whose holder is not known may be an agent's.
    """
    path = os.path.join(run_dir, layout.AGENT_LOCK)
    if locks.held(path, alone=True) == probe.NO:
        return None
    from workcell.system import processes

    found = processes.holders(path, os.path.basename(run_dir))
    unknown = [one for one in found if one.spared is None or one.spared == processes.NOT_ASKED]
    if not found or unknown:
        who = (
            ", ".join(f"pid {one.pid} ({one.command})" for one in unknown) or "a process that cannot be seen from here"
        )
        raise TryAgain(f"{os.path.basename(run_dir)}: agent.lock is held by {who}", "end it, or wait for it")
    return locks.renew(path)
