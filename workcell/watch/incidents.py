"""Follows playbooks on live runs that report an event or are stuck in a state, and on the tmux server."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from workcell.base import clock, probe
from workcell.evidence import verdict as judging
from workcell.judgement import choice
from workcell.judgement.activity import WORKS
from workcell.playbooks import caps, interpreter, library, playbook
from workcell.playbooks.playbook import Playbook
from workcell.playbooks.step import Judged
from workcell.rundir import look, phase, proposals, standby
from workcell.watch import findings, idle_notices, looping, observe
from workcell.watch import tmux_health as servers
from workcell.watch.live_run import Incident, LiveRun
from workcell.watch.tick_context import TickContext
from workcell.watch.tmux_subject import TmuxServer

if TYPE_CHECKING:
    from workcell.watch.findings import Finding

ASKED = 180.0
"""Seconds after a request for permission in which a run that shows no dialog is looked at in every tick."""

CHECKED = "has-check"
"""The finding on a live run whose turn's end is to be acted on soon, as playbooks name it in `when: evidence:`: it has
a check, or goes on standby."""

QUIET = 60.0
"""Seconds before a live run is judged again that no playbook speaks of."""

NO_BOOK = 3600.0
"""Seconds before a state is looked at again that no playbook speaks of."""


class _Found(NamedTuple):
    """The finding on a run, and why a playbook fits."""

    judged: Judged
    edge: str
    """Names the incident."""
    fit: list[str]


def judge(context: TickContext, seen: look.Look) -> None:
    """Judge a live run that is silent or reported an event, and follow the playbook that holds for it."""
    books = context.books(seen)
    found = judging.judge_live(seen, library.signals(books), context.now.wall)
    mine = context.memory.of_run(seen)
    _tell_idle(context, seen, found)
    judged, edge, activity = judged_live(found, seen), found.edge, found.activity["state"]
    begun = _begun(context, seen, books) if activity == "idle" else None
    if begun is not None:
        # the agent that was interrupted is idle, as it should be, and its playbook has a message for it yet to come
        book, edge = begun
        _follow(context, seen, findings.JUDGE, book, _Found(judged, edge, ["it has begun"]))
        return
    loop = looping.find(seen, found, mine, context.now)
    if loop is not None:
        judged["signals"] = [looping.NAME, *judged["signals"]]
        judged["loop"] = loop["words"]
        edge = f"{looping.NAME}/{loop['key']}"
    if loop is not None or activity not in WORKS:
        chosen, fit = choice.choose(books, finding(phase.RUNNING, judged))
        if chosen is not None:
            _follow(context, seen, findings.JUDGE, chosen, _Found(judged, edge, fit))
            return
    mine.pop("open", None)
    if _just_asked(found.asked, context.now):
        # the hook comes before the dialog: look again at the next tick, without another event
        mine["open"] = "asked"
        context.leave_alone(seen, findings.JUDGE, 0.0)
        return
    context.leave_alone(seen, findings.JUDGE, QUIET)


def idle(context: TickContext, seen: look.Look) -> None:
    """Tell that an agent waits for its next message, if it still does."""
    _tell_idle(context, seen, judging.judge_live(seen, library.signals(context.books(seen)), context.now.wall))


def _tell_idle(context: TickContext, seen: look.Look, found: judging.Live) -> None:
    for event in idle_notices.note(seen, found, context.memory.of_run(seen), context.now):
        context.did.append(f"{seen.id}: told as {event}")


def read(context: TickContext, seen: look.Look) -> None:
    """Read what an agent at work has recorded; one that repeats its calls is judged."""
    if looping.read(seen):
        judge(context, seen)


def state(context: TickContext, seen: look.Look, found: Finding) -> None:
    """A run in a state that can be neither followed nor settled."""
    judged = judged_state(found)
    book, fit = choice.choose(context.books(seen), finding(seen.phase, judged))
    if book is None:
        context.leave_alone(seen, found, NO_BOOK)
        return
    _follow(context, seen, found, book, _Found(judged, found, fit))


def server(context: TickContext, answer: servers.Answer) -> None:
    """A tmux that lost its socket or does not answer: runs go on without it, so no run's state is touched."""
    book, fit = choice.choose(context.books(None), {"evidence": [str(answer.trouble)], "confidence": 1.0})
    if book is None:
        return
    mine = context.memory.tmux.get("trouble")
    if mine is None or mine["word"] != answer.trouble:
        mine = context.memory.tmux["trouble"] = {"word": str(answer.trouble), "first": context.now.mono}
    subject = TmuxServer(context.home, book.name, answer, context.memory.tmux.get("server"), context.now.wall)
    case = interpreter.Case(
        subject=subject,
        book=book,
        edge=f"{subject.edge}/{float(mine['first']):.0f}",
        actor=caps.Actor(subject.id, book.name, None),
        acts=context.actions,
        fit=fit,
        seen_for=context.now.mono - float(mine["first"]),
    )
    context.did += [f"tmux: {line}" for line in interpreter.follow(case).did]


def judged_live(found: judging.Live, seen: look.Look) -> Judged:
    """The finding on a live attempt, as playbooks are chosen by it and as their steps read it."""
    verdict = found.verdict
    checked = seen.attempt is not None and (seen.attempt.get("verify") is not None or standby.keeps(seen.attempt))
    return {
        "verdict": verdict["verdict"],
        "confidence": verdict["confidence"],
        "signals": [*verdict["signals"], *([CHECKED] if checked else [])],
        "resets_at": verdict.get("resets_at"),
        "waits_itself": bool(verdict.get("waits_itself")),
        "prompt": verdict.get("prompt"),
        "asks": found.asks,
        "activity": found.activity["state"],
    }


def judged_state(found: Finding | None) -> Judged:
    """The same of a run in a state that can be neither followed nor settled."""
    return {"verdict": "unknown", "confidence": 1.0, "signals": [found] if found else []}


def finding(where: str, judged: Judged) -> choice.Finding:
    """The finding as playbooks are chosen by it."""
    return {
        "verdict": judged.get("verdict"),
        "phase": where,
        "activity": judged.get("activity"),
        "evidence": judged.get("signals") or [],
        "confidence": judged.get("confidence") or 0.0,
    }


def _just_asked(at: str | None, now: observe.Now) -> bool:
    """Whether the agent asked for permission a short while ago, and nothing tells that it was given."""
    try:
        return at is not None and 0.0 <= now.wall - clock.parse(at) < ASKED
    except ValueError:
        return False


def _begun(context: TickContext, seen: look.Look, books: list[Playbook]) -> tuple[Playbook, str] | None:
    """The playbook, and its incident, that has interrupted the agent in this attempt and is not through."""
    for one in reversed(context.actions.lines):
        if (one.get("run"), one.get("attempt")) == (seen.id, seen.n) and one.get("step") in caps.ACTS:
            if str(one.get("edge")).startswith(proposals.EDGE):
                return None  # a person had it done, and no playbook goes on from there
            book = next((book for book in books if book.name == one.get("playbook")), None)
            return (book, str(one.get("edge"))) if one["step"] == "interrupt" and book is not None else None
    return None


def _follow(context: TickContext, seen: look.Look, finding: Finding, book: Playbook, found: _Found) -> None:
    """Carry out what is due of the playbook."""
    mine = context.memory.of_run(seen)
    if mine.get("open") != f"{book.name}/{found.edge}":
        mine["open"], mine["opened"] = f"{book.name}/{found.edge}", context.now.mono
    incident = Incident(
        verdict=found.judged,
        edge=found.edge,
        fit=found.fit,
        seen_for=context.now.mono - float(mine["opened"]),
        attended=probe.NO if context.answer is None else context.answer.attended(seen.id),
        playbook=playbook.identity(book),
    )
    case = interpreter.Case(
        subject=LiveRun(seen, book.name, incident, context.now),
        book=book,
        edge=found.edge,
        actor=context.actor(seen, book.name, found.edge),
        acts=context.actions,
        fit=found.fit,
        seen_for=incident.seen_for,
    )
    progress = interpreter.follow(case)
    context.did += [f"{seen.id}: {book.name}: {line}" for line in progress.did]
    context.leave_alone(seen, finding, progress.rest)
