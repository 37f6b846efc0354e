"""What differs between Linux and macOS: who a process is, whether it lives, and what it has used.

A process is named by (host, boot id, pid namespace, pid, start ticks). A pid alone names no process: pids are used
again, and `kill(pid, 0)` also finds zombies.
"""

import os
import sys

from workcell.base import probe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from workcell.rundir import schema

LINUX = sys.platform.startswith("linux")


def boot_id() -> "str | None":
    """An id that changes with every boot; None where the system has none that clock steps leave alone."""
    try:
        with open("/proc/sys/kernel/random/boot_id", "rb") as file:
            return file.read().decode().strip()
    except OSError:
        return None


def pid_namespace() -> "str | None":
    """The pid namespace in which our pids have a meaning; None where there are none."""
    try:
        return os.readlink("/proc/self/ns/pid")
    except OSError:
        return None


def stat_fields(pid: int) -> "list[bytes] | None":
    """The fields of /proc/PID/stat from the state on (field 3 is index 0); None when there is no such process.

    Raises OSError when the process may not be asked.
    """
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            data = file.read()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return data[data.rindex(b")") + 2 :].split()


def start_ticks(pid: int) -> "int | None":
    """When the process started, in clock ticks since boot; None when it is gone or cannot be asked."""
    if not LINUX:
        return None
    try:
        fields = stat_fields(pid)
    except OSError:
        return None
    return int(fields[19]) if fields else None


def identity(pid: int) -> "schema.Identity":
    """Who `pid` is, as it is written into records."""
    return {
        "host": os.uname().nodename,
        "boot": boot_id(),
        "pidns": pid_namespace(),
        "pid": pid,
        "start": start_ticks(pid),
    }


def alive(who: "schema.Identity") -> str:
    """Whether the process of that identity runs now: YES, NO or UNKNOWN. A zombie does not run."""
    pid = who.get("pid")
    if not isinstance(pid, int) or pid <= 0 or who.get("host") != os.uname().nodename:
        return probe.UNKNOWN
    boot = boot_id()
    if LINUX and (boot is None or who.get("boot") is None):
        return probe.UNKNOWN  # no descriptor was to be had, or /proc is not there: nothing else it says counts either
    if who.get("boot") != boot:
        return probe.NO  # the same host has been started again since
    if who.get("pidns") != pid_namespace():
        return probe.UNKNOWN
    if not LINUX:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return probe.NO
        except OSError:
            return probe.UNKNOWN
        return probe.UNKNOWN  # a process of that number lives; nothing here says that it is the same one
    try:
        fields = stat_fields(pid)
    except OSError:
        return probe.UNKNOWN
    if fields is None:
        return _hidden(pid)
    if fields[0] in (b"Z", b"X"):
        return probe.NO
    start = who.get("start")
    return probe.UNKNOWN if start is None else probe.answer(int(fields[19]) == start)


def _hidden(pid: int) -> str:
    """A process that /proc does not show: gone, or of another user where /proc is mounted with hidepid."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return probe.NO
    except OSError:
        pass
    return probe.UNKNOWN


def close_from(low: int) -> None:
    """Close every descriptor from `low` on. macOS answers -1 where files are unlimited, and that would close none."""
    os.closerange(low, max(os.sysconf("SC_OPEN_MAX"), 65536))


def descendants(root: int) -> "list[int]":
    """Pids of all that descend from `root`, nearest first; empty where it cannot be read."""
    children: dict[int, list[int]] = {}
    try:
        names = os.listdir("/proc")
    except OSError:
        return []
    for name in names:
        if name.isdigit():
            try:
                fields = stat_fields(int(name))
            except OSError:
                continue
            if fields:
                children.setdefault(int(fields[1]), []).append(int(name))
    found = list(children.get(root, ()))
    for pid in found:
        found.extend(children.get(pid, ()))
    return found


def cpu_ticks(pids: "list[int]") -> int:
    """CPU time used by those processes and by their children that were waited for, in clock ticks."""
    total = 0
    for pid in pids:
        try:
            fields = stat_fields(pid)
        except OSError:
            continue
        if fields:
            total += sum(int(field) for field in fields[11:15])
    return total


def file_system(path: str) -> "str | None":
    """The type of the file system that holds `path` (ext4, nfs4, tmpfs ...); None where it cannot be told."""
    try:
        device = os.stat(path).st_dev
        wanted = f"{os.major(device)}:{os.minor(device)}".encode()
        with open("/proc/self/mountinfo", "rb") as file:
            for line in file:
                fields = line.split()
                if fields[2] == wanted:
                    return fields[fields.index(b"-") + 1].decode()
    except (OSError, ValueError, IndexError):
        pass
    return None


def cron_runs() -> "bool | None":
    """Whether a cron daemon runs; None where that cannot be told."""
    try:
        pids = [name for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        return None
    for pid in pids:
        try:
            with open(f"/proc/{pid}/comm") as file:
                if file.read().strip() in _CRON:
                    return True
        except OSError:
            continue
    return False


_CRON = ("cron", "crond", "fcron", "systemd-cron")
