"""doctor: what would go wrong on this machine, each line with its cure; it starts nothing and writes one probe file."""

import os
import re
import resource
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from workcell import __version__
from workcell.base import platform
from workcell.base.errors import Unreachable, WorkcellError
from workcell.channels import sending
from workcell.channels.to import registry
from workcell.rundir import heartbeat, layout
from workcell.rundir import home as formats
from workcell.rundir import home_creation as homes
from workcell.system import cgroup, cgroup_ways, find_program, resource_limits, run_program, user_manager
from workcell.system import tmux as windows
from workcell.texts import config, recipe, search_path
from workcell.upkeep import doctor_agents, recipe_catalog

OK, WARN, FAIL = "ok", "warn", "fail"

NETWORK = ("nfs", "cifs", "smb", "sshfs", "afs", "9p", "ceph", "gluster", "lustre", "gpfs", "beegfs", "davfs", "vboxsf")
"""File systems that other machines write to as well, by the beginning of their type."""

GIT_OLDEST = (2, 25)
"""The first git with all that trees, snapshots and worktrees ask of it (2020)."""

FILES_LOW, PROCESSES_LOW = 1024, 512
SPACE_LOW, SPACE_LEAST = 2 << 30, 100 << 20
"""Bytes: below the first a night's logs and worktrees may not fit; below the second no run should begin."""

INODES_LOW = 10_000
TIMEOUT = 10.0


@dataclass(frozen=True)
class Line:
    """One thing looked at: what, how it is, in words, and the cure where there is one."""

    name: str
    level: str
    words: str
    cure: str | None = None


def doctor(home: str) -> list[Line]:
    """Every line, in a fixed order. A look that itself fails is a line that says so; none is left out."""
    looks: tuple[Callable[[str], Iterator[Line]], ...] = (
        _python, _platform, _git, _tmux, _agents, _home, _timer, _channels, _file_system, _space, _limits, _cgroup,
        _clock,
    )  # fmt: skip
    found: list[Line] = []
    for look in looks:
        try:
            found += look(home)
        except (WorkcellError, OSError) as error:
            found.append(Line(look.__name__.strip("_"), WARN, f"could not ask: {error}"))
    return found


def _python(home: str) -> Iterator[Line]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Line("python", OK, f"{version} at {sys.executable}")
    if not os.path.exists(sys.executable or ""):
        yield Line("python", FAIL, "this Python does not know its own path", "start workcell by an absolute path")


def _platform(home: str) -> Iterator[Line]:
    if not platform.LINUX:
        yield Line("platform", WARN, f"{sys.platform}: leftovers of agents are found less surely than on Linux")
    elif platform.boot_id() is None:
        yield Line("platform", WARN, "the boot id cannot be read: a reboot is told from a crash less surely",
                   "mount /proc")  # fmt: skip
    else:
        yield Line("platform", OK, f"{sys.platform} {os.uname().release}")


def _git(home: str) -> Iterator[Line]:
    try:
        ran = run_program.run(["git", "--version"], timeout=TIMEOUT)
    except Unreachable:
        yield Line("git", WARN, "not installed: runs work, but without what was changed, snapshots and worktrees",
                   "install git (apt-get install git, brew install git)")  # fmt: skip
        return
    found = _version(ran.out)
    if found and found < GIT_OLDEST:
        yield Line("git", WARN, f"{_dotted(found)} is old", f"install git {_dotted(GIT_OLDEST)} or newer")
    else:
        yield Line("git", OK if ran.ok else WARN, ran.text().strip() or ran.complaint())


def _tmux(home: str) -> Iterator[Line]:
    version = windows.version()
    if version is None:
        yield Line("tmux", FAIL, "not installed: launch needs --no-window",
                   "install it (apt-get install tmux, brew install tmux)")  # fmt: skip
        return
    if version < windows.MIN_VERSION:
        yield Line("tmux", FAIL, f"{_dotted(version)} is too old", f"install {_dotted(windows.MIN_VERSION)} or newer")
        return
    yield Line("tmux", OK, _dotted(version))
    server = windows.server_of(home)
    size = len(os.fsencode(server.socket))
    if size > windows.SOCKET_LIMIT:
        yield Line("tmux socket", FAIL, f"its path is {size} bytes long, {windows.SOCKET_LIMIT} are possible: "
                   f"{server.socket}", "choose a shorter WORKCELL_HOME or TMPDIR")  # fmt: skip
        return
    sessions = server.sessions()
    if sessions is None:
        yield Line("tmux server", FAIL, f"does not answer at {server.socket}",
                   "runs go on without it; end it (its pid: lsof the socket) and attach again")  # fmt: skip
        return
    where = "" if os.path.dirname(server.socket) == home else " (outside the home, whose path is too long)"
    state = f"windows: {len(sessions)}" if sessions else "no window is open"
    yield Line("tmux server", OK, f"{state}, {server.socket}{where}")
    try:
        windows.check_room(server)
    except WorkcellError as error:
        yield Line("tmux server", WARN, error.message, error.hint)


@dataclass
class _Needed:
    """Which programs recipes need, as far as the recipes were looked at."""

    by: dict[str, list[str]] = field(default_factory=dict)
    """Program -> recipes of the person and of the package."""
    by_project: dict[tuple[str, str], None] = field(default_factory=dict)
    """(program, recipe) of the repository, in their order."""
    checked: set[str] = field(default_factory=set)
    """Programs that their agent's folder knows how to ask."""


def _agents(home: str) -> Iterator[Line]:
    """Every program that some recipe needs: which recipes need it, and whether it is there."""
    top = recipe_catalog.project()
    ignored: list[str] = []
    needed = _Needed()
    yield from _recipes(home, top, ignored, needed)
    for program, names in sorted(needed.by.items()):
        if program not in needed.checked:
            yield _program(program, f"recipe {', '.join(names)}")
    for program, name in needed.by_project:
        if _where(program) is None:
            words = f"not on PATH outside of this tree; the repository's recipe {name} names it"
            yield Line(program, WARN, words, f"install {program}, or do without {name}")
    for words in ignored:
        yield Line("recipes", WARN, words)


def _recipes(home: str, top: str | None, ignored: list[str], needed: _Needed) -> Iterator[Line]:
    """What is wrong with recipes and with the agents that they start; the programs that they need go to `needed`."""
    told: set[tuple[str, str]] = set()
    usual = config.read(os.path.join(home, layout.CONFIG))["recipe"]
    for found in search_path.items("recipes", top, home, ignored=ignored.append):
        try:
            values = recipe.resolve(found.name, home=home, project=top, complete=False).values
        except WorkcellError as error:
            yield Line(f"recipe {found.name}", WARN, error.message, f"workcell recipe lint {found.path}")
            continue
        if found.origin == "project":
            # to ask a program that a repository names for its version would be to run what the repository chooses
            needed.by_project.update(dict.fromkeys((program, found.name) for program in values["needs"]))
            continue
        for program in values["needs"]:
            needed.by.setdefault(program, []).append(found.name)
        command = values.get("command")
        if values["reader"] == "none" or not command or _where(command[0]) is None:
            continue
        needed.checked.add(command[0])
        for line in doctor_agents.check(values, os.environ, top):
            if (line.level, line.words) not in told:
                told.add((line.level, line.words))
                # an agent that is not the usual one may well be installed and not signed in
                level = WARN if line.level == FAIL and found.name != usual else line.level
                yield Line(f"recipe {found.name}", level, line.words, line.cure)


def _program(program: str, whose: str) -> Line:
    """Whether a program is there and says its version."""
    path = _where(program)
    elsewhere = shutil.which(program)
    if path is None and elsewhere:
        words = f"{elsewhere} lies in this tree or a relative directory of PATH, and is not asked; needed by {whose}"
        return Line(program, WARN, words, "install it outside of the tree")
    if path is None:
        return Line(program, WARN, f"not on PATH; needed by {whose}", f"install {program}, or do without {whose}")
    try:
        ran = run_program.run([path, "--version"], timeout=TIMEOUT)
    except Unreachable as error:
        return Line(program, WARN, error.message, error.hint)
    first = ran.text().strip().partition("\n")[0]
    if ran.ok:
        return Line(program, OK, f"{first or path} ({whose})")
    return Line(program, WARN, f"'{program} --version' {_failed(ran)} ({whose})", f"run {path} by hand")


def _where(program: str) -> str | None:
    """The path of a program that may be asked for its version: never one of the tree that is looked at."""
    return find_program.find(program, avoid=[find_program.here()])


def _failed(ran: run_program.Ran) -> str:
    return "did not answer in time" if ran.timed_out else f"ended with {ran.code}: {ran.complaint()}"


def _home(home: str) -> Iterator[Line]:
    try:
        there = homes.check(home)
    except WorkcellError as error:
        yield Line("home", FAIL, error.message, error.hint)
        return
    if not there:
        above = os.path.dirname(home)
        while not os.path.exists(above):
            above = os.path.dirname(above)
        if os.access(above, os.W_OK | os.X_OK):
            yield Line("home", OK, f"{home} will be made by the first launch")
        else:
            yield Line("home", FAIL, f"{home} cannot be made: {above} is not writable", "set WORKCELL_HOME")
        return
    mode = os.stat(home).st_mode & 0o777
    if mode & 0o077:
        yield Line("home", WARN, f"others can read {home}, and env.json of each run holds keys", f"chmod 700 {home}")
    probe = os.path.join(home, f".doctor.{os.getpid()}")
    try:
        with open(probe, "xb") as file:
            file.write(b"workcell\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        yield Line(
            "home", FAIL, f"cannot write to {home}: {error.strerror}", "free some disk space, or set WORKCELL_HOME"
        )
    else:
        yield Line("home", OK, f"{home}, format {formats.read_format(home) or layout.FORMAT}")
    finally:
        try:
            os.unlink(probe)
        except OSError:
            pass


def _standing(path: str) -> str:
    """The nearest directory that exists, at or above `path`."""
    while not os.path.exists(path):
        path = os.path.dirname(path)
    return path


def _file_system(home: str) -> Iterator[Line]:
    kind = platform.file_system(_standing(home))
    if kind is None:
        yield Line("file system", OK, "its type cannot be told here")
    elif kind.startswith(NETWORK) or (kind.startswith("fuse.") and kind[5:].startswith(NETWORK)):
        yield Line("file system", WARN, f"the home is on {kind}: locks and the order of writes depend on a server",
                   "set WORKCELL_HOME to a directory on a disk of this machine")  # fmt: skip
    elif kind in ("tmpfs", "ramfs"):
        yield Line("file system", WARN, f"the home is on {kind}: runs do not survive a reboot",
                   "set WORKCELL_HOME to a directory on a disk")  # fmt: skip
    else:
        yield Line("file system", OK, kind)


def _space(home: str) -> Iterator[Line]:
    where = _standing(home)
    found = os.statvfs(where)
    free = found.f_bavail * found.f_frsize
    level = FAIL if free < SPACE_LEAST else WARN if free < SPACE_LOW else OK
    cure = None if level == OK else "workcell gc, or free some space"
    yield Line("disk", level, f"{free / (1 << 30):.1f} GiB free for {where}", cure)
    if found.f_files and found.f_favail < INODES_LOW:
        yield Line("inodes", WARN, f"{found.f_favail} left: a run needs some thirty files", "remove small files there")


def _limits(home: str) -> Iterator[Line]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < FILES_LOW:
        yield Line("open files", WARN, f"at most {hard}: tmux hangs for good when it runs out", "ulimit -Hn 65536")
    else:
        yield Line("open files", OK, f"{_many(soft)} soft, {_many(hard)} hard")
    soft, _ = resource.getrlimit(resource.RLIMIT_NPROC)
    if soft != resource.RLIM_INFINITY and soft < PROCESSES_LOW:
        yield Line("processes", WARN, f"at most {soft} for all of yours", "ulimit -u 4096")
    else:
        yield Line("processes", OK, f"{_many(soft)} for all of yours")


def _cgroup(home: str) -> Iterator[Line]:
    found, not_here = cgroup_ways.ways(cgroup_ways.CONTROLLERS)
    if found and found[0].kind == "scope" and not user_manager.lingers():
        words = f"kept by {found[0].words()}; {resource_limits.ENDS_AT_LOGOUT}"
        yield Line("memory and process limits", WARN, words, resource_limits.LINGER)
    elif found:
        yield Line("memory and process limits", OK, f"kept by {found[0].words()}")
    else:
        words = f"nothing here can keep them, so briefs that ask for them are refused ({'; '.join(not_here)})"
        yield Line("memory and process limits", WARN, words, cgroup.CURE)


def _many(number: int) -> str:
    return "unlimited" if number == resource.RLIM_INFINITY else str(number)


def _timer(home: str) -> Iterator[Line]:
    """The installed watchdog: a timer of another version does not act on what this one writes."""
    installed = heartbeat.installed_timer(home)
    command = installed.get("command") if installed else None
    if installed is None or not isinstance(command, list) or len(command) < 3:
        return
    words = [str(word) for word in command]
    cure = "workcell watchdog install"
    ran = run_program.run([*words[:-2], "--version"], timeout=TIMEOUT, cwd="/")
    said = ran.text().strip().removeprefix("workcell ")
    if not ran.ok:
        yield Line("watchdog timer", FAIL, f"its command does not start: {ran.complaint()}", cure)
    elif said != __version__:
        yield Line("watchdog timer", FAIL, f"it runs workcell {said}, and this is {__version__}", cure)
    else:
        yield Line("watchdog timer", OK, f"workcell {said}, by {installed.get('with')}")


def _channels(home: str) -> Iterator[Line]:
    """Adapters that are on and need a package that is not installed: what they would send waits in the outbox."""
    for adapter in sending.adapters(home).usable:
        cure = registry.missing(adapter.uses) if adapter.enabled else None
        if cure is not None:
            words = f"it is on, and {adapter.uses} is not installed: its notices wait"
            yield Line(f"adapter {adapter.name}", WARN, words, cure)


def _clock(home: str) -> Iterator[Line]:
    zone = time.strftime("%Z (UTC%z)")
    yield Line("time zone", OK, f"{zone}; records are in UTC, usage limits of agents are told in the local time")
    written = _last_change()
    if written is not None and time.time() < written - 60:
        yield Line("clock", FAIL, f"it is {time.strftime('%F %T')}, before this program was installed",
                   "set the clock: timedatectl set-ntp true")  # fmt: skip
        return
    ran = None
    if shutil.which("timedatectl"):
        ran = run_program.run(["timedatectl", "show", "-p", "NTPSynchronized", "--value"], timeout=TIMEOUT)
    if ran is not None and ran.ok and ran.text().strip() == "no":
        yield Line("clock", WARN, "it is not synchronised: resets of usage limits may be missed",
                   "timedatectl set-ntp true")  # fmt: skip
    else:
        how = "synchronised" if ran is not None and ran.ok else "whether it is synchronised cannot be told here"
        yield Line("clock", OK, how)


def _last_change() -> float | None:
    try:
        return os.stat(__file__).st_mtime
    except OSError:
        return None


def _version(text: bytes) -> tuple[int, int] | None:
    match = re.search(rb"(\d+)\.(\d+)", text)
    return (int(match[1]), int(match[2])) if match else None


def _dotted(version: tuple[int, int]) -> str:
    return ".".join(map(str, version))


def worst(found: list[Line]) -> str:
    """The gravest level among the lines."""
    return next((level for level in (FAIL, WARN) if any(line.level == level for line in found)), OK)
