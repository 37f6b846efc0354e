"""Carries out proposals that a person approved, and ends those that count no more.

Invariants:
- The caller holds the lock of the watchdog, so one process acts, and the record of acts has one writer.
- Only what stands in the sealed proposal is done, whatever its playbook says by now.
- No act is done twice: one that was cut off is repeated only where that can do no harm, or where the inbox of the run
  shows that its message was never delivered.
- A run that cannot be asked about voids nothing: the proposal is looked at again.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workcell.base import probe
from workcell.base.errors import WorkcellError
from workcell.channels import post
from workcell.evidence import dialog as shown_dialogs
from workcell.evidence import verdict as judging
from workcell.judgement import composer
from workcell.playbooks import interpreter, library
from workcell.playbooks.caps import INTENT, RESULT
from workcell.playbooks.step import FAILED, REFUSED, Done, Judged
from workcell.playbooks.steps import ask
from workcell.rundir import layout, look, phase, proposals
from workcell.trust import policy
from workcell.views import merging
from workcell.watch import act, ended_run, findings, incidents, observe, proposal_events
from workcell.watch.actions import Actions
from workcell.watch.live_run import Incident, LiveRun
from workcell.watch.tick_context import TickContext

if TYPE_CHECKING:
    from workcell.rundir import schema
    from workcell.rundir.schema.proposals import ProposedAct, ProposedActDone

UNKNOWN, NOT_DONE = "unknown", "not done"

_SENT = ("nudge", "interrupt", "stop")
"""Acts whose message has the id of their intent: the inbox shows whether it was delivered."""

_HARMLESS = ("notify", "snapshot", "hold", "release")
"""Acts that may be done twice."""

_ONCE = ("resume",)
"""Acts that find out by themselves whether they were done."""


def run_path(home: str, made: schema.Proposal) -> str:
    """The directory of the run that the proposal is about."""
    return os.path.join(home, layout.RUNS, made["run"])


def look_after(home: str, memory: observe.Memory) -> list[str]:
    """Carry out every proposal that is approved, and end every one that was refused or is void; a line for each."""
    context = begin(home, memory)
    for identity in proposals.open_ids(home):
        made = proposals.read(home, identity)
        if made is None:
            continue  # of a newer version, or torn by hand
        standing = proposals.decided(home, identity)
        if standing is None and not _voided(home, made, memory.now.wall):
            continue
        ended = finish(context, made)
        if ended is not None:
            why = f": {ended['why']}" if ended["why"] else ""
            context.did.append(f"{made['run']}: proposal {identity}: {ended['state']}{why}")
    return context.did


def begin(home: str, memory: observe.Memory) -> TickContext:
    """What the acts of one process share; acts of a killed one have a result then."""
    context = TickContext(home, memory, Actions(home, memory.now))
    act.settle_intents(context)
    return context


def why_void(home: str, made: schema.Proposal, now: float) -> str | None:
    """Why the proposal counts no more; None where it counts, or where its run cannot be asked about now."""
    run = run_path(home, made)
    if not os.path.isdir(run):
        return "the run is gone"
    seen = look.at(run)
    if proposals.too_late(made, now) or not proposals.answers(made, seen):
        return proposals.outdated(made, seen, now)
    trouble = policy.read(seen).trouble if seen.attempt is not None else None
    return proposals.outdated(made, seen, now) or trouble or _other_dialog(made, seen)


def _other_dialog(made: schema.Proposal, seen: look.Look) -> str | None:
    if made["dialog"] is None:
        return None
    shown = shown_dialogs.up(seen)
    if shown is not None and composer.dialog_id(shown) == made["dialog"]:
        return None
    return "the dialog that it answers is not up any more"


def _voided(home: str, made: schema.Proposal, now: float) -> bool:
    """Whether the proposal is void and that is on record; a person is told of one whose time is over."""
    why = why_void(home, made, now)
    if why is None:
        return False
    run = run_path(home, made)
    if proposals.too_late(made, now) and os.path.isdir(run):
        told: schema.NoticeFacts = {
            "why": f"{why}, so nothing was done: {made['text']}",
            "asks": acts_in_words(made),
            "command": f"workcell why {made['run']}",
        }
        post.about_run(look.at(run), "escalated", told, made["id"])
    proposals.decide(home, made["id"], "void", why)
    return True


def acts_in_words(made: schema.Proposal) -> str:
    """What is done once it is approved, on one line."""
    return "; ".join(one["words"] for one in made["acts"])


def finish(context: TickContext, made: schema.Proposal) -> schema.ProposalDone | None:
    """Do what was decided about the proposal, and seal its end; None where nothing was decided, or could be done now.

    OSError where the disk refuses: what was not begun is not done.
    """
    home, identity = context.home, made["id"]
    ended = proposals.done(home, identity)
    standing = proposals.decided(home, identity)
    if ended is not None or standing is None:
        return ended
    if standing["decision"] == "approved":
        return _carry_out(context, made)
    return proposal_events.end(home, made, standing["decision"], standing["why"])


@dataclass(frozen=True)
class _Recorded:
    """An act that was begun."""

    done: Done
    cut_off: bool
    """Whether what began it did not write down how it went."""


def _carry_out(context: TickContext, made: schema.Proposal) -> schema.ProposalDone | None:
    begun = _on_record(context, made)
    if not begun:
        why = why_void(context.home, made, context.now.wall) or merged(made, run_path(context.home, made))
        if why is not None:
            return proposal_events.end(context.home, made, "void", f"it was approved, and nothing was done: {why}")
    seen = look.at(run_path(context.home, made))
    if not begun and not proposals.answers(made, seen):
        return None
    subject = _subject(context, made, seen)
    done: list[ProposedActDone] = []
    failed: str | None = None
    for index, proposed in enumerate(made["acts"]):
        if failed is not None:
            done.append({"step": proposed["step"], "state": NOT_DONE, "words": "the act before it was not done"})
            continue
        known = begun.get(index)
        went = known.done if known is not None and not _may_repeat(proposed, known) else None
        if went is None:
            went = _do(context, made, subject, index)
        if went.state in (FAILED, REFUSED, UNKNOWN):
            failed = f"{proposed['step']}: {went.words or went.state}"
        done.append({"step": proposed["step"], "state": went.state, "words": went.words})
    return proposal_events.end(context.home, made, "done" if failed is None else "failed", failed, done)


def _on_record(context: TickContext, made: schema.Proposal) -> dict[int, _Recorded]:
    """What became of each act that was begun, by its place."""
    edge = proposals.EDGE + made["id"]
    results = {line.get("of"): line for line in context.actions.lines if line.get("is") == RESULT}
    found: dict[int, _Recorded] = {}
    for line in context.actions.lines:
        if line.get("is") != INTENT or line.get("edge") != edge:
            continue
        result = results.get(line["n"])
        state, words = (str(result.get("state")), str(result.get("words") or "")) if result else (UNKNOWN, "")
        cut_off = result is None or bool(result.get("settled"))
        if cut_off and (line.get("step") not in _SENT or state in (UNKNOWN, NOT_DONE)):
            state, words = UNKNOWN, "it was cut off, and nothing tells whether it was done"
        found[int(line.get("index") or 0)] = _Recorded(Done(state, words), cut_off)
    return found


def _may_repeat(proposed: ProposedAct, known: _Recorded) -> bool:
    """Whether an act that was begun may be begun again."""
    if not known.cut_off or known.done.state != UNKNOWN:
        return False
    return proposed["step"] in (*_HARMLESS, *_SENT, *_ONCE)


def _do(context: TickContext, made: schema.Proposal, subject: LiveRun, index: int) -> Done:
    step = ask.rebuild(made["acts"][index])
    if step is None:
        return Done(REFUSED, "this version of workcell knows no such step")
    mark: interpreter.Incident = {
        "run": made["run"],
        "attempt": made["attempt"],
        "playbook": made["playbook"]["name"],
        "edge": proposals.EDGE + made["id"],
    }
    why = [f"a person approved: {made['text']}"]
    return interpreter.carry_out(subject, context.actions, step, index, mark, why)


def merged(made: schema.Proposal, run: str) -> str | None:
    """Why a proposal about an end counts no more, where git knows that the work of the run was merged; else None."""
    seen = look.at(run)
    if not proposals.of_end(made) or seen.launch is None or not seen.launch.get("worktree"):
        return None
    try:
        return "its work was merged" if merging.state(seen).merged else None
    except WorkcellError:
        return None  # what git could not tell voids nothing


def _subject(context: TickContext, made: schema.Proposal, seen: look.Look) -> LiveRun:
    """The run as the acts see it, judged anew: a limit may end at another time than when it was proposed."""
    if proposals.of_end(made):
        return ended_run.EndedRun(seen, made, _incident(made, _judged_end(seen)), context.now)
    if seen.phase == phase.RUNNING:
        live = judging.judge_live(seen, library.signals(context.books(seen)), context.now.wall)
        judged = incidents.judged_live(live, seen)
    else:
        judged = incidents.judged_state(findings.of_phase(seen.phase))
    incident = _incident(made, judged)
    return LiveRun(seen, made["playbook"]["name"], incident, context.now, only_dialog=made["dialog"])


def _incident(made: schema.Proposal, judged: Judged) -> Incident:
    return Incident(
        verdict=judged,
        edge=made["incident"],
        fit=[made["cause"]],
        seen_for=0.0,
        attended=probe.UNKNOWN,
        playbook=made["playbook"],
    )


def _judged_end(seen: look.Look) -> Judged:
    """The verdict on the attempt that ended, as its result kept it."""
    kept = seen.result.get("verdict") if seen.result is not None else None
    if kept is None:
        return {"verdict": "unknown"}
    return {"verdict": kept["verdict"], "signals": kept["signals"], "resets_at": kept.get("resets_at")}
