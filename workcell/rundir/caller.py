"""Which runs a process is inside of: asked of the kernel, never of what the process says about itself.

- A process is inside a run when one of its ancestors is the live runner of that run or has become its finish, or when
  it or an ancestor holds `agent.lock` of that run. The environment can add a run, and never takes one away.
- The runner is known by its identity in the ledger, or by the right to write that it holds: the flock on the ledger.
- The walk ends at init, or at a tmux server that was started without WORKCELL_ATTEMPT: a person types there.
- A runner is certain when its identity is the one on record in the home that is asked about. What only holds a lock
  might have taken the lock of another run that is over, so the walk goes on above it, and every run found counts.
"""

from __future__ import annotations

import os

from workcell.base import ancestry, platform, probe
from workcell.rundir import family, layout, writer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from workcell.rundir import schema

MARK = "WORKCELL_ATTEMPT"
"""The environment variable that names a process's attempt as `<run>/<attempt>`."""

_LEDGER = ".jsonl"
"""How the name of a ledger ends."""


class Place:
    """Where a process stands."""

    def __init__(self) -> None:
        self.runs: list[str] = []
        """Directories of the runs that the process is inside of, nearest first, each once."""
        self.attempt: int | None = None
        """The attempt of the nearest run; None where it is not known."""
        self.ancestors: list[int] = []
        """Pids up to init or the tmux server where the walk ended."""
        self.known = False
        """Whether the walk came to an end. If it did not, the process may be inside a run that is not in `runs`."""

    def add(self, run: str, attempt: int | None) -> None:
        if not self.runs:
            self.attempt = attempt
        if run not in self.runs:
            self.runs.append(run)


class Caller:
    """Where a request comes from: from outside of all runs, or from inside some."""

    def __init__(
        self,
        home: str = "",
        runs: tuple[str, ...] = (),
        attempt: int | None = None,
        may: frozenset[str] = frozenset(),
        known: bool = True,
    ) -> None:
        self.home = home
        self.runs = runs
        """Directories of the runs that the caller is inside of, nearest first; none for a caller from outside."""
        self.attempt = attempt
        """The attempt of the nearest run."""
        self.may = may
        """The operations that every one of these runs was granted."""
        self.known = known
        """False when the environment names a run, and it could not be asked whether the caller is inside of it."""

    def within(self, run: str) -> bool:
        """Whether the caller is inside of the run in that directory."""
        return os.path.basename(run) in map(os.path.basename, self.runs)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Caller) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash((self.home, self.runs, self.attempt))

    def __repr__(self) -> str:
        return f"Caller({', '.join(f'{name}={value!r}' for name, value in vars(self).items())})"

    @property
    def inside(self) -> bool:
        return bool(self.runs)

    @property
    def id(self) -> str:
        """The id of the nearest run."""
        return os.path.basename(self.runs[0])

    def named(self) -> schema.Parent:
        """{run, attempt} of the nearest run, as records hold it."""
        return {"run": self.id, "attempt": self.attempt}

    def asked_by(self) -> schema.AskedBy:
        """`asked_by` of an attempt that this caller asks for."""
        if not self.inside:
            return {"who": "person", "playbook": None}
        return {"who": "run", "run": self.id, "attempt": self.attempt, "playbook": None}

    def word(self) -> str:
        """`by` of a message that this caller sends: `person`, or `run:<run>/<attempt>`."""
        return f"run:{self.id}/{self.attempt or '?'}" if self.inside else "person"


OUTSIDE = Caller()


def place_of(pid: int, home: str) -> Place:
    """Where the process `pid` stands. Without /proc nothing but the environment of this process itself can be asked."""
    place = Place()
    home = os.path.realpath(home)  # paths of locks are told without symbolic links
    mark = _mark(pid)
    chain, complete = ancestry.ancestors(pid)
    _by_agent_lock(place, pid)
    for above in chain:
        place.ancestors.append(above)
        run, n = _by_identity(above, home)
        if run is not None:
            place.add(run, n)
            place.known = True
            return place
        for path in ancestry.locked(above, (f"/{layout.RUNNER_LOCK}", _LEDGER)):
            _add_run_of(place, path)
        _by_agent_lock(place, above)
        if _is_clean_tmux(above):
            place.known = True
            return place
    place.known = complete
    run, n = _named(mark, home)
    if run is not None and writer.held(run) != probe.NO:
        place.add(run, n)
    return place


def _mark(pid: int) -> str | None:
    if not platform.LINUX:
        return os.environ.get(MARK) if pid == os.getpid() else None
    try:
        return ancestry.variable(pid, MARK)
    except OSError:
        return None


def _named(mark: str | None, home: str) -> tuple[str | None, int | None]:
    """(directory, attempt) of the run that the mark names, in that home; (None, None) where it names none."""
    run, _, number = (mark or "").rpartition("/")
    if not run or "/" in run or run.startswith(".") or not number.isdigit():
        return None, None
    return family.directory(home, run), int(number)


def _by_identity(pid: int, home: str) -> tuple[str | None, int | None]:
    """(directory, attempt) of the run whose runner on record is the process; (None, None) where it is none."""
    run, n = _named(_mark(pid), home)
    if run is None or n is None:
        return None, None
    recorded = family.runner_identity(home, os.path.basename(run), n)
    if recorded is None or recorded.get("start") is None or recorded != platform.identity(pid):
        return None, None
    return run, n


def _by_agent_lock(place: Place, pid: int) -> None:
    for path in ancestry.locked(pid, (f"/{layout.AGENT_LOCK}",)):
        _add_run_of(place, path)


def _add_run_of(place: Place, path: str) -> None:
    """Add the run that a lock file or ledger of that path belongs to. A run that is still being made is none."""
    run = os.path.dirname(path)
    if path.endswith(_LEDGER):
        if os.path.basename(run) != layout.LEDGER:
            return
        run = family.directory(os.path.dirname(run), os.path.basename(path).removesuffix(_LEDGER))
    if os.path.basename(os.path.dirname(run)) == layout.RUNS and not os.path.basename(run).startswith("."):
        place.add(run, layout.current(run))


def _is_clean_tmux(pid: int) -> bool:
    try:
        return ancestry.is_tmux_server(pid) and ancestry.variable(pid, MARK) is None
    except OSError:
        return False
