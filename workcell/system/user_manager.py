"""The systemd manager of this user, asked through busctl: a slice with limits, and a scope around a process in it.

`systemd-run --scope` would do the same only for a process that it becomes itself; ours waits at its gate.
"""

import os
import pwd
from typing import NamedTuple

from workcell.base.errors import Unreachable
from workcell.system import find_program, run_program

TIMEOUT = 5.0
LINGER = "/var/lib/systemd/linger"
"""logind keeps one empty file here for each user whose manager is to stay."""

_NAME = "org.freedesktop.systemd1"
_MANAGER = [_NAME, "/org/freedesktop/systemd1", f"{_NAME}.Manager"]


class Found(NamedTuple):
    """Where the manager keeps its groups, below the top of cgroup v2; or why it cannot be asked."""

    path: str | None
    why: str | None = None


def _environment() -> dict[str, str]:
    """A timer's environment names no bus: the manager's own stands where logind puts it."""
    env = dict(os.environ)
    env.setdefault("XDG_RUNTIME_DIR", f"/run/user/{os.getuid()}")
    env.setdefault("DBUS_SESSION_BUS_ADDRESS", f"unix:path={env['XDG_RUNTIME_DIR']}/bus")
    return env


def control_group() -> Found:
    """The group of the user's manager, or why there is none that answers."""
    env = _environment()
    if not find_program.is_there("busctl"):
        return Found(None, "busctl is not installed")
    if not os.path.isdir(env["XDG_RUNTIME_DIR"]):
        return Found(None, f"no user manager runs: there is no {env['XDG_RUNTIME_DIR']}")
    ran = run_program.run(["busctl", "--user", "get-property", *_MANAGER, "ControlGroup"], timeout=TIMEOUT, env=env)
    words = ran.text().strip().split(" ", 1)
    if not ran.ok or len(words) != 2:
        return Found(None, f"the user manager does not answer: {ran.complaint()}")
    return Found(words[1].strip('"'))


def lingers() -> bool:
    """Whether the manager, and all that runs in its groups, stays when the last session of the user has ended."""
    return os.path.exists(os.path.join(LINGER, pwd.getpwuid(os.getuid()).pw_name))


def start_slice(name: str, memory: int | None, processes: int | None) -> None:
    """Start a slice with these limits (bytes, processes and threads). Raises Unreachable when it is refused."""
    settings = [["Description", "s", "limits of a workcell attempt"]]
    if memory is not None:
        settings += [["MemoryMax", "t", str(memory)], ["MemorySwapMax", "t", "0"]]
    if processes is not None:
        settings += [["TasksMax", "t", str(processes)]]
    _start(name, settings)


def start_scope(name: str, slice_: str, pid: int) -> None:
    """Start a scope in the slice and move the process into it. It goes by itself when it is empty.

    Where the manager can be told so (systemd 253), it leaves the rest alone when the kernel kills one process for its
    memory; an older one may stop the whole scope.
    """
    settings = [["PIDs", "au", "1", str(pid)], ["Slice", "s", slice_], ["CollectMode", "s", "inactive-or-failed"]]
    try:
        _start(name, [*settings, ["OOMPolicy", "s", "continue"]])
    except Unreachable:
        _start(name, settings)


def stop(name: str) -> None:
    """Stop a unit; one that is not there is stopped already."""
    try:
        _call("StopUnit", "ss", name, "replace")
    except Unreachable:
        pass


def _start(name: str, settings: list[list[str]]) -> None:
    words = [word for setting in settings for word in setting]
    _call("StartTransientUnit", "ssa(sv)a(sa(sv))", name, "fail", str(len(settings)), *words, "0")


def _call(method: str, signature: str, *words: str) -> None:
    ran = run_program.run(
        ["busctl", "--user", "call", *_MANAGER, method, signature, *words], timeout=TIMEOUT, env=_environment()
    )
    if not ran.ok:
        raise Unreachable(f"{method}: {ran.complaint()}", "workcell doctor")
