"""gc: lists files that are no longer needed, with the proof for each, and removes them when a person says yes."""

from __future__ import annotations

import os
import shutil
import stat
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workcell.base import clock, counts, probe
from workcell.base.errors import WorkcellError
from workcell.channels import outbox_prune
from workcell.git import repository, safe_removal, snapshot, worktrees
from workcell.rundir import acks, attempts, find, layout, locks, log_segments, look, needs, notice, phase, writer
from workcell.rundir.cell import Cell
from workcell.system import resource_limits
from workcell.upkeep import gc_plans, rm, run_removal
from workcell.upkeep.gc_items import DAY, Item, size, young

if TYPE_CHECKING:
    from workcell.rundir import schema


@dataclass(frozen=True)
class Request:
    runs: tuple[str, ...] = ()
    """Only what belongs to these runs, however long ago they ended; each an id, a name, a unique prefix or a path."""
    older_than: float = 30 * DAY
    """Seconds since a run ended: only runs, and trees of runs, that ended at least this long ago."""
    yes: bool = False
    """Remove what may go; without it, it is only listed."""
    dry_run: bool = False
    """Only list it, whatever `yes` says."""


@dataclass(frozen=True)
class Result:
    items: list[Item]


def perform(cell: Cell, request: Request) -> Result:
    """The operation `gc`."""
    chosen = frozenset(os.path.basename(find.run_to_change(cell.home, word, ended=True)) for word in request.runs)
    age = 0.0 if chosen else request.older_than
    return Result(gc(cell.home, age, act=request.yes and not request.dry_run, chosen=chosen))


def gc(
    home: str, older_than: float = 30 * DAY, *, act: bool = False, chosen: frozenset[str] = frozenset()
) -> list[Item]:
    """List what could go; with `act`, remove what may. A run that is not done, or a tree without proof, never goes.

    `older_than` is in seconds since a run ended; `chosen` are ids of runs outside of which nothing is listed. Nothing
    is removed that was not in the list.
    """
    if not os.path.isdir(home):
        return []  # nothing was launched yet
    # trees before their runs: a run is the record of the work in its tree, and never goes before it
    seen = _Seen(home, older_than, named=bool(chosen))
    items = [*_staged(home), *_unfinished(home), *_worktrees(home, seen.kept)]
    items += [*seen.runs, *seen.logs, *_witnesses(home), *_notices(home), *_groups(home, seen.groups)]
    if chosen:
        items = [item for item in items if _run_of(home, item) in chosen]
    stay = {os.path.basename(item.path) for item in items if item.kind == "worktree" and not item.can}
    for item in items:
        if item.kind == "run" and os.path.basename(item.path) in stay:
            item.can, item.why = False, ["its worktree stays, and this is the record of it"]
            item.cure = item.cure or f"workcell rm {os.path.basename(item.path)}"
    gc_plans.hold_back(home, items)
    items += gc_plans.listed(home, older_than, time.time(), items) if not chosen else []
    if act:
        for item in items:
            if item.can:
                try:
                    _ACTS[item.kind](home, item)
                except (WorkcellError, OSError) as error:
                    item.can, item.done = False, f"left: {error}"
    return items


def _run_of(home: str, item: Item) -> str:
    """The id of the run that an item belongs to; empty where it belongs to none."""
    if item.kind == "cgroup":
        return os.path.basename(resource_limits.run_of(home, item.path))
    below = os.path.relpath(item.path, home).split(os.sep)
    return below[1].removesuffix(".jsonl") if len(below) > 1 and item.kind != "notices" else ""


def _staged(home: str) -> list[Item]:
    """Runs that were never born: their maker is dead when the lock is free."""
    directory = os.path.join(home, layout.RUNS)
    out = []
    for name in sorted(os.listdir(directory)) if os.path.isdir(directory) else []:
        path = os.path.join(directory, name)
        if name.startswith(layout.STAGED):
            lock = os.path.join(path, layout.RUNNER_LOCK)
            held = locks.held(lock) if os.path.exists(lock) or not young(path) else probe.YES
            words = {probe.NO: "never became a run; no process is making it", probe.YES: "a process is making it now"}
            why = words.get(held, "its lock could not be asked")
            out.append(Item("staged", path, size(path), held == probe.NO, [why]))
    return out


class _Seen:
    """What one look at each run of a home tells: a home has tens of thousands, and a look reads several files."""

    def __init__(self, home: str, older_than: float, *, named: bool) -> None:
        self.runs: list[Item] = []
        """Runs that were over `older_than` seconds ago."""
        self.logs: list[Item] = []
        """Logs of runs that are over, which their agents wrote themselves and which are not compressed yet."""
        self.groups: set[str] = set()
        """Directories in which control groups of these runs may stand."""
        self.kept: dict[str, tuple[str, str]] = {}
        """(why the tree stays, what lets it go) by the ids of runs that are over, but not for so long, or whose end
        a person has not acknowledged."""
        self._named = named
        now = time.time()
        for run in find.ids_of(home):
            path = find.path_of(home, run)
            seen = look.at(path)
            self.groups |= resource_limits.places(seen)
            if seen.phase != phase.DONE:
                continue
            if seen.result:
                self._add(seen, seen.result, now, older_than)
            self.logs += _plain_log(seen)

    def _add(self, seen: look.Look, result: schema.Result, now: float, older_than: float) -> None:
        """Take in a run that is over: it is proposed, or its tree stays with it."""
        path, name = seen.run, seen.id
        try:
            age = now - clock.parse(str(result["ended_at"]))
        except (KeyError, ValueError) as error:
            why = f"{layout.RESULT}: {error}: workcell fsck {name}"
            self.runs.append(Item("run", path, 0, False, [why]))
            self.kept[name] = "when its run ended cannot be read", f"workcell fsck {name}"
            return
        if age < older_than:
            why = f"its run ended {clock.span(max(age, 0.0))} ago, and its tree stays as long as its run"
            self.kept[name] = why, f"workcell gc {name} --yes"
            return
        if not self._named and result["outcome"] in needs.ENDED and not acks.stands(find.home_of(path), name, seen.n):
            # its tree is what a resume goes on in; a run without a tree of its own is only a record
            why = f"its run is {result['outcome']}, and no person has resumed or acknowledged it (workcell ack {name})"
            self.kept[name] = why, f"workcell gc {name} --yes"
        proof = f"{result['outcome']}, ended {clock.span(age)} ago"
        self.runs.append(Item("run", path, size(path), True, [proof]))


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


def _worktrees(home: str, kept: dict[str, tuple[str, str]]) -> list[Item]:
    """Trees that were made for runs. `kept`: (why it stays although all of it is saved, what lets it go), by run."""
    directory = os.path.join(home, layout.WORKTREES)
    out = []
    for name in sorted(os.listdir(directory)) if os.path.isdir(directory) else []:
        path = os.path.join(directory, name)
        if name.startswith(".") or not os.path.isdir(path):
            continue
        if find.is_live(home, name):
            out.append(Item("worktree", path, 0, False, ["its run is not over"], cure=f"workcell stop {name}"))
            continue
        if not os.path.isdir(find.path_of(home, name)) and young(path):
            out.append(Item("worktree", path, 0, False, ["it was made within the hour: its run may be on its way"]))
            continue
        proofs = safe_removal.removable(path)
        # a snapshot is taken before the removal, so its lack alone is no reason against
        against = [one for one in proofs if one.answer != probe.YES and one.name != "snapshot"]
        if against:
            why, cure = [one.says for one in against], _cure(home, name, against)
        elif name in kept:
            why, cure = [kept[name][0]], kept[name][1]
        else:
            why, cure = [one.says for one in proofs], None
        out.append(Item("worktree", path, size(path), not (against or name in kept), why, cure=cure))
    return out


def _cure(home: str, name: str, against: list[safe_removal.Proof]) -> str | None:
    """What a person can do so that the tree may go: remove it with its run, if a snapshot is enough."""
    hard = [one for one in against if one.name not in rm.LOST_WITH_SNAPSHOT]
    if hard:
        return hard[0].cure
    return f"workcell rm {name} --force" if os.path.isdir(find.path_of(home, name)) else against[0].cure


def _unfinished(home: str) -> list[Item]:
    """Worktrees whose making or removing was killed: a removing goes on, a making is taken back."""
    directory = os.path.join(home, layout.WORKTREES)
    out = []
    for path, what in worktrees.unfinished(directory) if os.path.isdir(directory) else []:
        live = find.is_live(home, os.path.basename(path))
        words = f"its {what} was cut short" + (", and its run is not done" if live else "")
        out.append(Item("unfinished", path, size(path), not live, [words]))
    return out


def _notices(home: str) -> list[Item]:
    """Notices that were sent so long ago that no double of them can come."""
    found = outbox_prune.old(home, time.time())
    if not found:
        return []
    why = f"sent more than {clock.span(outbox_prune.KEPT_SECONDS)} ago: {counts.count(len(found), 'notice')}"
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
    item.done = run_removal.remove(item.path)


def _witnesses(home: str) -> list[Item]:
    """Ledgers whose run is gone: its launch or its removal was cut short, or something removed the directory."""
    folder = os.path.join(home, layout.LEDGER)
    out = []
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
        path = os.path.join(folder, name)
        run = find.path_of(home, name.removesuffix(".jsonl"))
        if name.startswith(".") and not young(path):
            out.append(Item("ledger", path, _size_of(path), True, ["its making was cut short"]))
        if name.startswith(".") or not name.endswith(".jsonl") or os.path.isdir(run) or young(path):
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
        run_removal.remove_witness(run)
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
    gc_plans.KIND: gc_plans.remove,
}
