"""Plans: runs that need each other, as `plans/<id>/` of the home.

Invariants:
- `plan.json`, `stopped.json` and the winners of races are sealed: the first writer wins.
- `actions.jsonl` grows under the lock of the plan. A launch is on record, with the id of its run, before it is begun.
- How a plan stands is worked out from these files and from its runs. Nothing but that is decided by.
"""

import os

from workcell.base import clock, ids, json_codec, probe
from workcell.base.errors import NotFound, Usage
from workcell.rundir import layout, locks, safe_open, seal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

    from workcell.rundir.schema.plans import Plan, PlanAction, PlanStopped, PlanWinner
    from workcell.rundir.shapes import Shape

SCHEMA: "Final" = "workcell.file.plan/1"
_WINNER: "Final" = "workcell.file.plan-winner/1"
_STOPPED: "Final" = "workcell.file.plan-stopped/1"

PLAN, ENV, LOCK, ACTIONS = "plan.json", "env.json", "lock", "actions.jsonl"
STOPPED, WINNER, RACES = "stopped.json", "winner.json", "races"
AGAIN = "again"
"""Empty: something has changed since the plan was looked at. The process that gives the lock back looks for it."""

OVER = "over"
"""Empty, a cache: nothing of the plan lives or can be started. Ticks leave it alone, unless AGAIN stands."""

LARGEST = 1 << 26
"""Bytes of a file of a plan that are read."""


def directory(home: str, plan: str) -> str:
    """The directory of the plan of that id."""
    return os.path.join(home, layout.PLANS, plan)


def ids_of(home: str) -> "list[str]":
    """Ids of the plans of a home, oldest first."""
    try:
        names = os.listdir(os.path.join(home, layout.PLANS))
    except OSError:
        return []
    return sorted(name for name in names if ids.plain(name))


def open_ids(home: str) -> "list[str]":
    """Ids of the plans that are not known to be over, or of which something has changed since."""
    over = (one for one in ids_of(home) if os.path.lexists(os.path.join(directory(home, one), OVER)))
    left_alone = {one for one in over if not changed(home, one)}
    return [one for one in ids_of(home) if one not in left_alone]


def find(home: str, word: str) -> str:
    """The id of the plan that a person names: by its id, its name (the newest of it), or a unique begin of its id.

    NotFound where there is none, Usage with the ids where several begin so.
    """
    found = named(home, word)
    if found is None:
        raise NotFound(f"no plan {word!r}", "workcell plan ls")
    return found


def named(home: str, word: str) -> "str | None":
    """The same; None where the word names no plan."""
    known = ids_of(home)
    if word in known:
        return word
    alike = [one for one in known if one.split("-", 2)[-1].rpartition("-")[0] == word]
    begun = [one for one in known if word and one.startswith(word)]
    if alike:
        return alike[-1]
    if len(begun) > 1:
        raise Usage(f"{word!r} fits {len(begun)} plans", "use more of the id", details=begun)
    return begun[0] if begun else None


# -- reading


def read(home: str, plan: str) -> "Plan | None":
    """The plan; None where there is none that this version can read. OSError where the disk could not be asked."""
    from workcell.rundir import plan_shapes  # most homes have no plan

    found: Plan | None = _record(os.path.join(directory(home, plan), PLAN), "plan", plan_shapes.PLAN)
    return found if found is not None and found["id"] == plan else None


def stopped(home: str, plan: str) -> "PlanStopped | None":
    """That it was stopped; None where it was not."""
    from workcell.rundir import plan_shapes

    path = os.path.join(directory(home, plan), STOPPED)
    found: PlanStopped | None = _record(path, "plan-stopped", plan_shapes.STOPPED)
    return found


def winner(home: str, plan: str, entry: str) -> "PlanWinner | None":
    """Who won the race of that entry; None as long as no run has."""
    from workcell.rundir import plan_shapes

    path = os.path.join(_race(home, plan, entry), WINNER)
    found: PlanWinner | None = _record(path, "plan-winner", plan_shapes.WINNER)
    return found


def _race(home: str, plan: str, entry: str) -> str:
    return os.path.join(directory(home, plan), RACES, entry)


def _record(path: str, kind: str, shape: "Shape") -> "Any":
    try:
        found = json_codec.decode(safe_open.read(path, LARGEST) or b"")
    except ValueError:
        return None
    return found if json_codec.major(found, kind) == 1 and shape(found) else None


def actions(home: str, plan: str) -> "list[PlanAction]":
    """The lines of its record, oldest first. A torn last line is left out: what it told of was not begun."""
    from workcell.rundir import plan_shapes

    lines: list[PlanAction] = []
    for line in (safe_open.read(os.path.join(directory(home, plan), ACTIONS), LARGEST) or b"").splitlines():
        try:
            found: Any = json_codec.decode(line)
        except ValueError:
            continue
        if plan_shapes.ACTION(found):
            lines.append(found)
    return lines


def environment(home: str, plan: str) -> "tuple[dict[str, str], int]":
    """(the environment of the shell that launched the plan, its umask). ValueError where it cannot be read."""
    from workcell.rundir import shapes

    found: Any = json_codec.decode(safe_open.read(os.path.join(directory(home, plan), ENV), LARGEST) or b"")
    env, umask = found.get("env"), found.get("umask")
    if not shapes.table(shapes.path)(env) or not shapes.whole(umask) or not 0 <= umask <= 0o777:
        raise ValueError(f"{ENV} holds no environment")
    return env, umask


# -- writing


def create(made: "Plan", home: str, env: bytes) -> int:
    """Make the directory of a new plan; a descriptor that holds its lock. OSError with nothing left behind.

    The lock is held before the directory has its name: nothing else launches its first runs.
    """
    parent = os.path.join(home, layout.PLANS)
    os.makedirs(parent, 0o700, exist_ok=True)
    staged = os.path.join(parent, f"{layout.STAGED}{ids.token(8)}")
    lock = None
    os.mkdir(staged, 0o700)
    try:
        lock = locks.take(os.path.join(staged, LOCK), 0)
        assert lock is not None
        seal.stage(staged, ENV, env)
        seal.stage(staged, PLAN, json_codec.encode(made))
        seal.sync_directory(staged)
        os.rename(staged, directory(home, made["id"]))
    except BaseException:
        if lock is not None:
            os.close(lock)
        _discard(staged)
        raise
    seal.sync_directory(parent)
    return lock


def _discard(staged: str) -> None:
    import shutil

    shutil.rmtree(staged, ignore_errors=True)


def append(home: str, plan: str, known: "list[PlanAction]", line: "PlanAction") -> int:
    """Add a line to the record, and to `known`, durably; its number. For the holder of the lock.

    OSError, with nothing added, when the disk refuses: what the line tells of must not be begun.
    """
    line["n"] = max((one["n"] for one in known), default=0) + 1
    line["at"] = clock.stamp()
    data = json_codec.encode_line(line)
    fd = safe_open.append(os.path.join(directory(home, plan), ACTIONS))
    try:
        size = os.fstat(fd).st_size
        if size and os.pread(fd, 1, size - 1) != b"\n":
            data = b"\n" + data
        try:
            seal.write_all(fd, data)
            os.fsync(fd)
        except OSError:
            os.ftruncate(fd, size)
            raise
    finally:
        os.close(fd)
    known.append(line)
    return line["n"]


def seal_winner(home: str, plan: str, entry: str, recipe: str, run: str) -> "PlanWinner":
    """Say that `run` won; the winner that stands, which is an earlier one if there was one."""
    place = _race(home, plan, entry)
    os.makedirs(place, 0o700, exist_ok=True)
    made: PlanWinner = {
        "schema": _WINNER,
        "plan": plan,
        "entry": entry,
        "recipe": recipe,
        "run": run,
        "at": clock.stamp(),
    }
    stands: Any = json_codec.decode(seal.seal(place, WINNER, json_codec.encode(made)))
    sealed: PlanWinner = stands
    return sealed


def seal_stopped(home: str, plan: str, by: str, grace: float) -> None:
    """Say that nothing of the plan is to be started any more."""
    made: PlanStopped = {
        "schema": _STOPPED,
        "plan": plan,
        "at": clock.stamp(),
        "by": by,
        "grace_seconds": grace,
    }
    seal.seal(directory(home, plan), STOPPED, json_codec.encode(made))


def note_change(home: str, plan: str) -> None:
    """Leave word that the plan has to be looked at again."""
    path = os.path.join(directory(home, plan), AGAIN)
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600))


def take_change(home: str, plan: str) -> bool:
    """Take that word away; whether there was one. For the holder of the lock, before it looks."""
    try:
        os.unlink(os.path.join(directory(home, plan), AGAIN))
    except FileNotFoundError:
        return False
    return True


def changed(home: str, plan: str) -> bool:
    """Whether that word stands."""
    return os.path.lexists(os.path.join(directory(home, plan), AGAIN))


def take(home: str, plan: str, patience: float) -> "int | None":
    """A descriptor that holds the lock of the plan; None when another process kept it for `patience` seconds."""
    return locks.take(os.path.join(directory(home, plan), LOCK), patience)


def held(home: str, plan: str) -> bool:
    """Whether a process has the lock of the plan."""
    return locks.held(os.path.join(directory(home, plan), LOCK)) == probe.YES


def mark(home: str, plan: str, over: bool) -> None:
    """Say whether the plan is over; for the holder of the lock."""
    path = os.path.join(directory(home, plan), OVER)
    if over:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600))
        return
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass
