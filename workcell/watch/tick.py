"""One pass over a home: looks at every live run, settles dead ones, acts on findings, starts attempts that are due."""

import errno
import os

from workcell.base.errors import InputOutput
from workcell.rundir import (
    approval_lines,
    deferred,
    heartbeat,
    hint,
    inbox_edits,
    layout,
    locks,
    look,
    maildir,
    phase,
    plans,
    proposals,
    resting,
    run_hold,
    safe_open,
    scan,
    standby,
    status,
    suggestions,
    turn_checks,
    watches,
)
from workcell.rundir import home_creation as homes
from workcell.watch import findings, observe, tick_failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from workcell.watch import tmux_health as server

BUDGET = 45.0
"""Seconds after which a tick begins nothing more: the next one is due after sixty."""

FLUSH = 10.0
"""Seconds for sending notices at the end of a tick."""


PRUNE = 3600.0
"""Seconds between two looks through the notices that were sent: no sender comes by where nothing is to be sent."""


class Report:
    """The report of one tick. `busy`: another watchdog has the lock, and no run was looked at."""

    def __init__(self) -> None:
        self.busy = False
        self.live = self.done = 0
        self.unread: list[str] = []
        self.did: list[str] = []
        self.grace: str | None = None

    def counts(self) -> "observe.Counts":
        """The figures of the record of the tick."""
        return {"live": self.live, "done": self.done, "unread": len(self.unread), "did": len(self.did)}


def tick(home: str, now: "observe.Now | None" = None) -> Report:
    """One tick. Raises InputOutput when the record of the watchdog cannot be written.

    Raises also what `rundir.home_creation.check` raises for a home that must not be used: a tick runs what stands in
    the home, and no person reads its output.

    Of several watchdogs at once one looks, and the others end: the lock is taken without waiting.
    """
    report = Report()
    homes.check(home)
    if not os.path.isdir(os.path.join(home, layout.RUNS)) and not os.path.isdir(heartbeat.directory(home)):
        return report
    try:
        _locked(home, now, report)
    except Exception as error:
        tick_failure.note(home, error)
        raise
    if not report.busy:
        tick_failure.forget(home)
    return report


def _locked(home: str, now: "observe.Now | None", report: Report) -> None:
    """The tick under its lock, and what comes after it; raises as `tick`."""
    try:
        os.makedirs(heartbeat.directory(home), 0o700, exist_ok=True)
        lock = locks.take(os.path.join(heartbeat.directory(home), heartbeat.LOCK), 0)
    except OSError as error:
        raise InputOutput(f"the watchdog cannot write to {home}: {error.strerror}", "workcell doctor") from error
    if lock is None:
        report.busy = True
        return
    try:
        locks.sign(lock, "watchdog")
        _pass(home, now or observe.Now(), report)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.EACCES):
            raise
        raise InputOutput(f"the watchdog of {home}: {error.strerror}", "free some disk space") from error
    finally:
        os.close(lock)
    _after(home)


def _after(home: str) -> None:
    """What is done once the lock is free: notices are sent, and the ping goes out."""
    if _notices(home):
        from workcell.channels import sending
        from workcell.views import day_report

        sending.waiting(home, FLUSH, day_report.of_home)
    if _wanted(home, b"ping", heartbeat.PING):
        from workcell.watch import ping

        ping.after_tick(home)


def _wanted(home: str, word: bytes, kept: str) -> bool:
    """Whether config.yaml has that word, or left that record: most files have it not, and YAML costs 40 ms a tick."""
    # the file may be a link to one that is kept elsewhere
    text = safe_open.read(os.path.realpath(os.path.join(home, layout.CONFIG)), 1 << 20)
    return (text is not None and word in text) or os.path.lexists(os.path.join(heartbeat.directory(home), kept))


def _notices(home: str) -> bool:
    box = os.path.join(home, layout.OUTBOX)
    return bool(maildir.waiting(box) or maildir.waiting(box, maildir.CUR))


def _pass(home: str, now: observe.Now, report: Report) -> None:
    memory = observe.Memory(home, now)
    report.grace = memory.grace
    if memory.grace is not None:
        # finishes that this tick starts ask whether a watchdog is there
        memory.stamp({"pruned_at": memory.pruned_at})
    found = scan.scan(home)
    report.done, report.unread = found.done, found.unread
    report.live = len(found.live)
    todo: list[tuple[look.Look, findings.Finding]] = []
    running: list[look.Look] = []
    left_open: list[look.Look] = []
    held: set[str] = set()
    seen_by_id: dict[str, look.Look] = {}
    finishing = 0
    rest, watched = resting.Resting(home), set(watches.watched(home))
    paths = rest.disturbed(found.live, watched)
    for path in paths:
        seen = look.at(path)
        if seen.phase == phase.UNKNOWN and locks.make_readable(os.path.join(path, layout.AGENT_LOCK)):
            seen = look.at(path)  # its agent had taken the right to open its lock away, as settle would find
        inbox_edits.settle_left(path)
        if seen.phase == phase.DONE:
            status.mark_over(path)  # its last writer died before it said so
            continue
        seen_by_id[seen.id] = seen
        finishing += seen.phase == phase.FINISHING
        if run_hold.standing(path, now.wall) is not None:
            held.add(seen.id)
        word = findings.find(seen, memory, seen.id in held)
        if seen.phase == phase.RUNNING:
            running.append(seen)
            _taken_up(seen, memory)
        if word is not None:
            todo.append((seen, word))
        elif deferred.call_of(seen) is not None:
            left_open.append(seen)
        elif standby.waits(seen) and seen.id not in held:
            status.mark_resting(path, rest)
    tmux = _tmux(home, memory) if running else None
    unsettled = heartbeat.acted(home) != memory.actions_read
    if todo or unsettled or (tmux is not None and tmux.trouble) or _account_held(home):
        from workcell.watch import act  # playbooks, git and templates: some 150 ms

        report.did = act.act(home, memory, todo, tmux, finishing, BUDGET)
    report.did += _persons(home, now, memory, running, left_open, held)
    if watched:
        from workcell.watch import watched_runs

        report.did += watched_runs.fire(home, now.wall, seen_by_id, {seen.id: word for seen, word in todo})
    report.did += _checks_and_plans(home, seen_by_id)
    memory.keep({os.path.basename(path) for path in paths})
    pruned_at = _pruned(home, memory, {os.path.basename(path) for path in found.live})
    memory.stamp({**report.counts(), "actions": heartbeat.acted(home), "pruned_at": pruned_at})


def _checks_and_plans(home: str, live: dict[str, look.Look]) -> list[str]:
    """Have checks after turns and plans brought on that something was left to do for; a line for each."""
    did: list[str] = []
    if turn_checks.asked(home):
        from workcell.watch import turn_check_ticks

        did += turn_check_ticks.look_after(home, live)
    known = plans.open_ids(home)
    if known:
        from workcell.watch import plan_ticks

        did += plan_ticks.look_after(home, known)
    return did


def _persons(
    home: str,
    now: observe.Now,
    memory: observe.Memory,
    running: list[look.Look],
    left_open: list[look.Look],
    held: set[str],
) -> list[str]:
    """What is told to people, and what became of what they and rules decided; a line for each."""
    did: list[str] = []
    if proposals.due(home, now.wall):
        from workcell.watch import proposal_acts

        did += proposal_acts.look_after(home, memory)
    if left_open or any(one is not None and one["state"] == "approval" for one in map(hint.read, running)):
        from workcell.watch import approval_reminders

        waiting = [*approval_reminders.asking(running), *approval_reminders.left_open(left_open)]
        did += approval_reminders.remind(home, waiting, memory, held)
    if approval_lines.unsettled(home, None, approval_lines.RECENT):
        from workcell.approvals import dialog_results

        did += dialog_results.by_tick(home, now.wall)
    if suggestions.every(home, untold=True):
        from workcell.together import suggest

        did += suggest.tell_left(home)
    if _wanted(home, b"progress_every", heartbeat.PROGRESS):
        from workcell.watch import progress

        did += progress.tell(home, running, held, now.wall)
    return did


def _tmux(home: str, memory: observe.Memory) -> "server.Answer":
    """The answer of the home's tmux server on its sessions."""
    from workcell.watch import tmux_health as server

    return server.look(home, memory.tmux)


def _account_held(home: str) -> bool:
    """Whether there is a hold on any account, to be probed or lifted. One that cannot be listed is looked for again."""
    try:
        return any(name.endswith(".json") for name in os.listdir(os.path.join(home, layout.HOLDS)))
    except OSError:
        return False


def _pruned(home: str, memory: observe.Memory, live: set[str]) -> float:
    """When the sent notices were last looked through, as epoch seconds: now, where that is an hour ago."""
    last = memory.pruned_at
    if last is not None and 0.0 <= memory.now.wall - last < PRUNE:
        return last
    from workcell.channels import outbox_prune

    outbox_prune.prune(home, memory.now.wall)
    watches.prune(home, memory.now.wall)
    resting.prune(home, live)
    return memory.now.wall


def _taken_up(seen: look.Look, memory: observe.Memory) -> None:
    """An attempt that a playbook opened has been taken up once its agent is seen to do anything at all."""
    mine = memory.of_run(seen)
    if mine.get("taken_up") or seen.asker != "playbook":
        return
    sizes = mine.get("sizes") or [0]
    if sizes[0] > 0:
        from workcell.rundir import spool

        mine["taken_up"] = True
        spool.note(seen.run, "attempt.taken-up", attempt=seen.n, evidence=f"{layout.AGENT_LOG}: {sizes[0]} bytes")
