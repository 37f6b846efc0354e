"""TickContext on what a tick found: one function for each finding, in the order of `findings.FINDINGS`.

Invariants:
- Every act has an intent on record before it and a result after it. What a killed tick left open is closed first.
- One run that cannot be helped keeps the watchdog from no other: its error is noted, and it rests.
- Nothing is done on a run whose pinned policy is not what it was, except that a dead one is brought to its end.
- A run whose intent cannot be read has no policy either: its playbooks are those of the home alone.
"""

import os
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from workcell.base import clock
from workcell.base.errors import WorkcellError
from workcell.channels import post
from workcell.cleaning import run_cleaner
from workcell.finish import settle
from workcell.playbooks import caps
from workcell.rundir import layout, look, proposals, spool
from workcell.system import tmux
from workcell.trust import policy
from workcell.watch import accounts, findings, incidents, live_run, observe, starts
from workcell.watch import tmux_health as servers
from workcell.watch.actions import Actions
from workcell.watch.tick_context import TickContext

if TYPE_CHECKING:
    from workcell.rundir import schema
    from workcell.watch.findings import Finding

FINISHES = 4
"""Maximum of finishes at once, with their verify scripts: a reboot of fifty runs must not become fifty builds."""

SETTLE_TRIES = 5
"""Processes that may die in an hour over settling one run before a person is told."""

FAILED_REST = 300.0
"""Seconds for which a finding is left alone on which context failed."""

SETTLE_REST = 1800.0
POLICY_REST = 3600.0


def act(
    home: str,
    memory: observe.Memory,
    todo: "list[tuple[look.Look, Finding]]",
    answer: servers.Answer | None,
    finishing: int,
    budget: float,
) -> list[str]:
    """Do what there is to do; a line for each act. `finishing` counts the finishes that are at work already.

    Nothing is begun once `budget` seconds are over.
    """
    begun = clock.monotonic()
    context = TickContext(home, memory, Actions(home, memory.now), answer)
    context.finishing = finishing
    settle_intents(context)
    context.did += accounts.look_after(home, context.actions, memory.now)
    if answer is not None and answer.trouble == servers.SILENT:
        tmux.waited_in_vain(tmux.server_of(home).socket, servers.TIMEOUT)  # this tick has asked, and asks no more
    if answer is not None and answer.trouble:
        incidents.server(context, answer)
    for seen, found in sorted(todo, key=lambda one: findings.FINDINGS.index(one[1])):
        if clock.monotonic() - begun > budget:
            break
        try:
            if found == findings.SETTLE or not _not_as_pinned(context, seen, found):
                ACTS[found](context, seen)
        except WorkcellError as error:
            context.did.append(f"{seen.id}: {found}: {error.message}")
            context.leave_alone(seen, found, FAILED_REST)
    if not context.did:
        return []
    cleaner = run_cleaner.of_runs(seen.run for seen, _ in todo)
    return [cleaner.line(line) for line in context.did]


def _not_as_pinned(context: TickContext, seen: look.Look, found: "Finding") -> bool:
    """Whether the run's policy may not be acted on; then a person is told, once an hour at most."""
    trouble = policy.read(seen).trouble if seen.attempt is not None else None
    if trouble is None:
        return False
    post.about_run(seen, "escalated", {"why": trouble, "command": f"workcell fsck {seen.id}"}, "policy")
    spool.note(seen.run, "policy.refused", attempt=seen.n, why=trouble)
    context.leave_alone(seen, found, POLICY_REST)
    context.did.append(f"{seen.id}: {found}: nothing is done: {trouble}")
    return True


def _settle(context: TickContext, seen: look.Look) -> None:
    """Give a dead run to a process of its own."""
    if context.finishing >= FINISHES:
        return
    tries = sum(
        1
        for one in context.actions.lines
        if (one.get("run"), one.get("attempt"), one.get("step")) == (seen.id, seen.n, "settle")
        and context.actions.ago(one) < caps.HOUR
    )
    if tries >= SETTLE_TRIES:
        text = f"it is {seen.phase}, and {tries} processes that were to settle it died"
        post.about_run(seen, "escalated", {"why": text, "command": f"workcell wait {seen.id}"}, "settle")
        context.leave_alone(seen, findings.SETTLE, SETTLE_REST)
    number = context.actions.intent(run=seen.id, attempt=seen.n, step="settle", why=f"it is {seen.phase}: {seen.why}")
    done = settle.hand_over(seen.run, seen)
    context.actions.result(number, "done" if done else "not done", "handed to a process of its own" if done else "")
    context.did.append(f"{seen.id}: {'settles' if done else 'is being settled'} ({seen.phase})")
    context.finishing += done


ACTS: "dict[Finding, Callable[[TickContext, look.Look], None]]" = {
    findings.SETTLE: _settle,
    findings.JUDGE: incidents.judge,
    findings.START: starts.never_started,
    findings.DUE: starts.due,
    findings.ORPHAN: partial(incidents.state, found=findings.ORPHAN),
    findings.UNKNOWN: partial(incidents.state, found=findings.UNKNOWN),
    findings.CORRUPT: partial(incidents.state, found=findings.CORRUPT),
    findings.STARTING: partial(incidents.state, found=findings.STARTING),
    findings.IDLE: incidents.idle,
    findings.READ: incidents.read,
}
"""The function for each finding."""


_SENT = ("nudge", "answer", "interrupt", "stop")
"""Steps that go through the inbox of a run, which tells what became of them."""


def _is_message(one: "schema.Action") -> bool:
    """Whether the act goes through the inbox: a `resume` does on a live run, and one that was proposed does not."""
    step, edge = one.get("step"), str(one.get("edge") or "")
    return step in _SENT or (step == "resume" and "message" in one and not edge.startswith(proposals.EDGE))


def settle_intents(context: TickContext) -> None:
    """Acts of a tick that was killed between intent and result: what came of them is read from the run."""
    for one in context.actions.open_intents():
        run = os.path.join(context.home, layout.RUNS, str(one.get("run")))
        state, words = "unknown", "the watchdog was killed in the act, and nothing tells what came of it"
        seen = look.at(run) if one.get("run") and os.path.isdir(run) else None
        step = one.get("step")
        if seen is not None and _is_message(one):
            state = live_run.delivered(run, str(one.get("message"))) or "not done"
            words = "the watchdog was killed in the act; the inbox of the run tells how far it came"
        elif seen is not None and step in ("resume", "start", "settle"):
            wanted = int(one.get("attempt") or 0) + (step == "resume")
            sign = layout.EXIT if step == "settle" else layout.START
            done = seen.n > wanted or (seen.n == wanted and sign in seen.stands)
            state = "done" if done else "not done"
            words = f"the watchdog was killed in the act; now the run is {seen.phase} in attempt {seen.n}"
        context.actions.result(int(one["n"]), state, words, settled=True)
        context.did.append(f"{one.get('run')}: settled the intent to {step}: {state}")
