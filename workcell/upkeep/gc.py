"""gc: lists files that are no longer needed, with the proof for each, and removes them when a person says yes."""

from __future__ import annotations

import os
import shutil
import stat
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workcell.base import clock, probe
from workcell.base.errors import WorkcellError
from workcell.channels import outbox_prune
from workcell.git import repository, safe_removal, snapshot, worktrees
from workcell.rundir import attempts, find, layout, ledger, locks, log_segments, look, notice, orders, phase, writer
from workcell.rundir.cell import Cell
from workcell.system import resource_limits

if TYPE_CHECKING:
    from workcell.rundir import schema

HOUR = 3600.0
DAY = 86400.0


@dataclass(frozen=True)
class Request:
    older_than: float = 30 * DAY
    """Seconds since a run ended: only runs that ended at least this long ago."""
    yes: bool = False
    """Remove what may go; without it, it is only listed."""
    dry_run: bool = False
    """Only list it, whatever `yes` says."""


@dataclass(frozen=True)
class Result:
    items: list[Item]


@dataclass
class Item:
    """One proposal. `kind` is run, staged, unfinished, worktree, log, ledger, notices or cgroup;
    `can`: it may go; `why`: the proof, or the lack of it."""

    kind: str
    path: str
    bytes: int
    can: bool
    why: list[str]
    done: str | None = None


def perform(cell: Cell, request: Request) -> Result:
    """The operation `gc`."""
    return Result(gc(cell.home, request.older_than, act=request.yes and not request.dry_run))


def gc(home: str, older_than: float = 30 * DAY, *, act: bool = False) -> list[Item]:
    """List what could go; with `act`, remove what may. A run that is not done, or a tree without proof, never goes.

    `older_than` is in seconds since a run ended. Nothing is removed that was not in the list.
    """
    # trees before their runs: a run is the record of the work in its tree, and never goes before it
    items = [*_staged(home), *_unfinished(home), *_worktrees(home)]
    seen = _Seen(home, older_than)
    items += [*seen.runs, *seen.logs, *_witnesses(home), *_notices(home), *_groups(home, seen.groups)]
    stay = {os.path.basename(item.path) for item in items if item.kind == "worktree" and not item.can}
    for item in items:
        if item.kind == "run" and os.path.basename(item.path) in stay:
            item.can, item.why = False, ["its worktree stays, and this is the record of it"]
    if act:
        for item in items:
            if item.can:
                try:
                    _ACTS[item.kind](home, item)
                except (WorkcellError, OSError) as error:
                    item.can, item.done = False, f"left: {error}"
    return items


def _size(path: str) -> int:
    total = 0
    for directory, _, files in os.walk(path):
        for name in files:
            try:
                total += os.lstat(os.path.join(directory, name)).st_blocks * 512
            except OSError:
                continue
    return total


def _young(path: str) -> bool:
    """Made within the hour: a launch makes its tree, and its staged run, some moments before the run is there."""
    try:
        return time.time() - os.stat(path).st_mtime < HOUR
    except OSError:
        return True


def _staged(home: str) -> list[Item]:
    """Runs that were never born: their maker is dead when the lock is free."""
    directory = os.path.join(home, layout.RUNS)
    out = []
    for name in sorted(os.listdir(directory)) if os.path.isdir(directory) else []:
        path = os.path.join(directory, name)
        if name.startswith(layout.STAGED):
            lock = os.path.join(path, layout.RUNNER_LOCK)
            held = locks.held(lock) if os.path.exists(lock) or not _young(path) else probe.YES
            words = {probe.NO: "never became a run; no process is making it", probe.YES: "a process is making it now"}
            why = words.get(held, "its lock could not be asked")
            out.append(Item("staged", path, _size(path), held == probe.NO, [why]))
    return out


class _Seen:
    """What one look at each run of a home tells: a home has tens of thousands, and a look reads several files."""

    def __init__(self, home: str, older_than: float) -> None:
        self.runs: list[Item] = []
        """Runs that were over `older_than` seconds ago."""
        self.logs: list[Item] = []
        """Logs of runs that are over, which their agents wrote themselves and which are not compressed yet."""
        self.groups: set[str] = set()
        """Directories in which control groups of these runs may stand."""
        now = time.time()
        for run in find.ids_of(home):
            path = find.path_of(home, run)
            seen = look.at(path)
            self.groups |= resource_limits.places(seen)
            if seen.phase != phase.DONE:
                continue
            if seen.result:
                self.runs += _old_run(path, seen.result, now, older_than)
            self.logs += _plain_log(seen)


def _old_run(path: str, result: schema.Result, now: float, older_than: float) -> list[Item]:
    try:
        age = now - clock.parse(str(result["ended_at"]))
    except (KeyError, ValueError) as error:
        why = f"{layout.RESULT}: {error}: workcell fsck {os.path.basename(path)}"
        return [Item("run", path, 0, False, [why])]
    if age < older_than:
        return []
    return [Item("run", path, _size(path), True, [f"{result['outcome']}, ended {clock.span(age)} ago"])]


def _plain_log(seen: look.Look) -> list[Item]:
    """The log that the agent wrote itself: it stays plain while the run lives."""
    log = os.path.join(seen.directory, layout.AGENT_LOG)
    try:
        about = os.lstat(log)
    except OSError:
        return []  # the agent left none, or left it where it cannot be read
    if not stat.S_ISREG(about.st_mode) or about.st_size <= log_segments.WORTH_PACKING:
        return []
    return [Item("log", log, about.st_size, True, ["its run is over: it is compressed, not removed"])]


def _worktrees(home: str) -> list[Item]:
    directory = os.path.join(home, layout.WORKTREES)
    out = []
    for name in sorted(os.listdir(directory)) if os.path.isdir(directory) else []:
        path = os.path.join(directory, name)
        if name.startswith(".") or not os.path.isdir(path):
            continue
        if find.is_live(home, name):
            out.append(Item("worktree", path, 0, False, ["its run is not done"]))
            continue
        if not os.path.isdir(find.path_of(home, name)) and _young(path):
            out.append(Item("worktree", path, 0, False, ["it was made within the hour: its run may be on its way"]))
            continue
        proofs = safe_removal.removable(path)
        # a snapshot is taken before the removal, so its lack alone is no reason against
        against = [f"{one.name}: {one.says}" for one in proofs if one.answer != probe.YES and one.name != "snapshot"]
        out.append(Item("worktree", path, _size(path), not against, against or [one.says for one in proofs]))
    return out


def _unfinished(home: str) -> list[Item]:
    """Worktrees whose making or removing was killed: a removing goes on, a making is taken back."""
    directory = os.path.join(home, layout.WORKTREES)
    out = []
    for path, what in worktrees.unfinished(directory) if os.path.isdir(directory) else []:
        live = find.is_live(home, os.path.basename(path))
        words = f"its {what} was cut short" + (", and its run is not done" if live else "")
        out.append(Item("unfinished", path, _size(path), not live, [words]))
    return out


def _notices(home: str) -> list[Item]:
    """Notices that were sent so long ago that no double of them can come."""
    found = outbox_prune.old(home, time.time())
    if not found:
        return []
    why = f"{len(found)} notices were sent more than {clock.span(outbox_prune.KEPT_SECONDS)} ago"
    path = os.path.join(home, layout.OUTBOX, notice.SENT)
    return [Item("notices", path, sum(size for _, size in found), True, [why])]


def _remove_notices(home: str, item: Item) -> None:
    done = outbox_prune.prune(home, time.time(), sys.maxsize)
    item.done = f"{done} removed" if done else "left: notices are being sent"


def _groups(home: str, known: set[str]) -> list[Item]:
    """Control groups that a killed finish left, or that something held which has ended since."""
    out = []
    for path, run, n in resource_limits.left(home, known):
        current = layout.current(find.path_of(home, run)) if find.is_live(home, run) else None
        if current is not None and n >= current:
            continue  # its own finish removes it
        inside = resource_limits.members(path)
        words = f"pid {', '.join(map(str, inside[:5]))} still lives in it" if inside else "its attempt is over"
        out.append(Item("cgroup", path, 0, not inside, [words]))
    return out


def _remove_group(home: str, item: Item) -> None:
    """With the right to write the run, where it is still there: a verify at work may be about to use its group."""
    run = resource_limits.run_of(home, item.path)
    there = os.path.isdir(run)
    held = writer.take(run, 0.0) if there else None
    if there and held is None:
        item.done = "left: the run is busy"
        return
    try:
        item.done = "removed" if resource_limits.remove_path(item.path) else "left: something lives in it again"
    finally:
        if held is not None:
            held.close()


def _remove_staged(home: str, item: Item) -> None:
    lock = locks.take(os.path.join(item.path, layout.RUNNER_LOCK), 0.0)
    if lock is None:
        item.done = "left: a process is making it"
        return
    try:
        shutil.rmtree(item.path)
        item.done = "removed"
    finally:
        os.close(lock)


def _remove_run(home: str, item: Item) -> None:
    if os.path.exists(os.path.join(home, layout.WORKTREES, os.path.basename(item.path))):
        item.done = "left: its worktree is still there"
        return
    _remove_record(home, item)


def _remove_record(home: str, item: Item) -> None:
    """Under both locks, renamed first: a killed removal leaves a staged name that the next gc takes."""
    taken = []
    try:
        held = writer.take(item.path)
        if held is None:
            item.done = "left: a process is writing it"
            return
        taken += held.descriptors()
        lock = locks.take(os.path.join(item.path, layout.AGENT_LOCK), alone=True)
        if lock is None:
            item.done = f"left: a process holds {layout.AGENT_LOCK}"
            return
        taken.append(lock)
        if look.at(item.path, holding=True).phase != phase.DONE:
            item.done = "left: it is not done any more"
            return
        away = os.path.join(home, layout.RUNS, f"{layout.STAGED}gone-{os.path.basename(item.path)}")
        os.rename(item.path, away)
        shutil.rmtree(away)
        _remove_witness(item.path)
        item.done = "removed"
    finally:
        for lock in taken:
            os.close(lock)


def _remove_witness(run: str) -> None:
    """Remove what the home says of a run whose directory is gone; its ledger goes last."""
    for path in (ledger.ended_path(run), ledger.slot_path(run)):
        if os.path.lexists(path):
            os.unlink(path)
    shutil.rmtree(orders.directory(run), ignore_errors=True)
    if os.path.lexists(ledger.path(run)):
        os.unlink(ledger.path(run))


def _witnesses(home: str) -> list[Item]:
    """Ledgers whose run is gone: its launch or its removal was cut short, or something removed the directory."""
    folder = os.path.join(home, layout.LEDGER)
    out = []
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
        path = os.path.join(folder, name)
        run = find.path_of(home, name.removesuffix(".jsonl"))
        if name.startswith("."):
            if not _young(path):
                out.append(Item("ledger", path, _size_of(path), True, ["its making was cut short"]))
            continue
        if not name.endswith(".jsonl") or os.path.isdir(run) or _young(path):
            continue
        seen = look.at(run)
        over = seen.phase == phase.DONE or (seen.phase == phase.CREATED and not os.path.lexists(run))
        words = "its run is gone" if over else f"its run is gone and {seen.phase}: workcell stop {seen.id}"
        out.append(Item("ledger", path, _size_of(path), over, [words]))
    return out


def _size_of(path: str) -> int:
    try:
        return os.lstat(path).st_blocks * 512
    except OSError:
        return 0


def _remove_ledger(home: str, item: Item) -> None:
    name = os.path.basename(item.path)
    if name.startswith("."):
        os.unlink(item.path)
        item.done = "removed"
        return
    run = find.path_of(home, name.removesuffix(".jsonl"))
    lock = locks.take(item.path, 0.0, make=False)
    if lock is None:
        item.done = "left: a process holds it"
        return
    try:
        if os.path.isdir(run):
            item.done = "left: its run is there"
            return
        _remove_witness(run)
        item.done = "removed"
    finally:
        os.close(lock)


def _remove_worktree(home: str, item: Item) -> None:
    tree = repository.find(item.path)
    if tree is not None:
        snapshot.take(tree, os.path.basename(item.path), "before gc")
    safe_removal.remove(item.path)
    item.done = "removed; its branch and its snapshot stay"


def _pack_log(home: str, item: Item) -> None:
    run = os.path.dirname(os.path.dirname(os.path.dirname(item.path)))
    held = writer.take(run)
    if held is None:
        item.done = "left: the run is busy"
        return
    with held:
        seen = look.at(run, holding=True)
        folder = attempts.opened(run, seen.n)
        if seen.phase == phase.DONE and folder is not None:
            try:
                log_segments.pack(attempts.path_of(folder, seen.directory))
            finally:
                os.close(folder)
            item.done = "compressed"


def _finish_worktree(home: str, item: Item) -> None:
    for path, what in worktrees.unfinished(os.path.dirname(item.path)):
        if path == item.path and what == "removing":
            safe_removal.remove(path)
        elif path == item.path:
            worktrees.abandon(path)
    item.done = "removed"


_ACTS = {
    "staged": _remove_staged,
    "unfinished": _finish_worktree,
    "run": _remove_run,
    "worktree": _remove_worktree,
    "log": _pack_log,
    "ledger": _remove_ledger,
    "notices": _remove_notices,
    "cgroup": _remove_group,
}
