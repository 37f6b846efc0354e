"""doctor: what would go wrong on this machine, each line with its cure; it starts nothing and writes one probe file."""

import os
import re
import shutil
import sys
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
from workcell.system import find_program, run_program, tmux
from workcell.texts import config, recipe, search_path
from workcell.upkeep import (
    doctor_adapters,
    doctor_agents,
    doctor_approvals,
    doctor_machine,
    doctor_playbooks,
    doctor_shell,
    recipe_catalog,
)
from workcell.upkeep.doctor_line import FAIL, OK, WARN, Line

GIT_OLDEST = (2, 25)
"""The first git with all that trees, snapshots and worktrees ask of it (2020)."""

TIMEOUT = 10.0


def doctor(home: str) -> list[Line]:
    """Every line, in a fixed order. A look that itself fails is a line that says so; none is left out."""
    looks: tuple[Callable[[str], Iterator[Line]], ...] = (
        _python,
        _platform,
        _git,
        _tmux,
        _agents,
        _home,
        _timer,
        _ticks,
        _channels,
        _secrets,
        doctor_approvals.check,
        doctor_playbooks.check,
        doctor_machine.file_system,
        doctor_machine.space,
        doctor_machine.limits,
        doctor_machine.control_groups,
        doctor_machine.clock,
    )
    found: list[Line] = []
    for look in looks:
        try:
            found += look(home)
        except (WorkcellError, OSError) as error:
            found.append(Line(look.__name__.strip("_"), WARN, f"could not ask: {error}"))
    return found


def _secrets(home: str) -> Iterator[Line]:
    """Each adapter that is on: whether its secrets are there for this shell, and whether what it asks for comes."""
    yield from doctor_adapters.check(home, dict(os.environ))
    yield from doctor_adapters.without_progress(home)


def _python(home: str) -> Iterator[Line]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Line("python", OK, f"{version} at {sys.executable}")
    if not os.path.exists(sys.executable or ""):
        yield Line("python", FAIL, "this Python does not know its own path", "start workcell by an absolute path")


def _platform(home: str) -> Iterator[Line]:
    if not platform.LINUX:
        yield Line("platform", WARN, f"{sys.platform}: leftovers of agents are found less surely than on Linux")
    elif platform.boot_id() is None:
        yield Line(
            "platform", WARN, "the boot id cannot be read: a reboot is told from a crash less surely", "mount /proc"
        )
    else:
        yield Line("platform", OK, f"{sys.platform} {os.uname().release}")


def _git(home: str) -> Iterator[Line]:
    try:
        ran = run_program.run(["git", "--version"], timeout=TIMEOUT)
    except Unreachable:
        yield Line(
            "git",
            WARN,
            "not installed: runs work, but without what was changed, snapshots and worktrees",
            "install git (apt-get install git, brew install git)",
        )
        return
    found = _version(ran.out)
    if found and found < GIT_OLDEST:
        yield Line("git", WARN, f"{_dotted(found)} is old", f"install git {_dotted(GIT_OLDEST)} or newer")
    else:
        yield Line("git", OK if ran.ok else WARN, ran.text().strip() or ran.complaint())


def _tmux(home: str) -> Iterator[Line]:
    version = tmux.version()
    if version is None:
        yield Line(
            "tmux",
            FAIL,
            "not installed: launch needs --no-window",
            "install it (apt-get install tmux, brew install tmux)",
        )
        return
    if version < tmux.MIN_VERSION:
        yield Line("tmux", FAIL, f"{_dotted(version)} is too old", f"install {_dotted(tmux.MIN_VERSION)} or newer")
        return
    yield Line("tmux", OK, _dotted(version))
    server = tmux.server_of(home)
    size = len(os.fsencode(server.socket))
    if size > tmux.SOCKET_LIMIT:
        yield Line(
            "tmux socket",
            FAIL,
            f"its path is {size} bytes long, {tmux.SOCKET_LIMIT} are possible: {server.socket}",
            "choose a shorter WORKCELL_HOME or TMPDIR",
        )
        return
    sessions = server.sessions()
    if sessions is None:
        yield Line(
            "tmux server",
            FAIL,
            f"does not answer at {server.socket}",
            "runs go on without it; end it (its pid: lsof the socket) and attach again",
        )
        return
    where = "" if os.path.dirname(server.socket) == home else " (outside the home, whose path is too long)"
    state = f"windows: {len(sessions)}" if sessions else "no window is open"
    yield Line("tmux server", OK, f"{state}, {server.socket}{where}")
    try:
        tmux.check_room(tmux.running(server))
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
    if path is None and (kind := doctor_shell.defines(program, os.environ)) is not None:
        return Line(program, WARN, doctor_shell.words(program, kind, whose), doctor_shell.cure(program))
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
    elif (known := heartbeat.Watchdog(home)).late:
        yield Line("watchdog timer", WARN, str(known.trouble), known.cure)
    else:
        yield Line("watchdog timer", OK, f"workcell {said}, by {installed.get('with')}")


def _ticks(home: str) -> Iterator[Line]:
    """Why the last tick failed: until one goes well, nothing goes on by itself."""
    failed = heartbeat.failure(home)
    if failed is not None:
        words, _, cure = failed.rpartition(": ")
        yield Line("watchdog tick", FAIL, words, cure)


def _channels(home: str) -> Iterator[Line]:
    """Adapters that are on and need a package that is not installed: what they would send waits in the outbox."""
    for adapter in sending.adapters(home).usable:
        cure = registry.missing(adapter.uses) if adapter.enabled else None
        if cure is not None:
            words = f"it is on, and {adapter.uses} is not installed: its notices wait"
            yield Line(f"adapter {adapter.name}", WARN, words, cure)


def _version(text: bytes) -> tuple[int, int] | None:
    match = re.search(rb"(\d+)\.(\d+)", text)
    return (int(match[1]), int(match[2])) if match else None


def _dotted(version: tuple[int, int]) -> str:
    return ".".join(map(str, version))
