"""Follows playbooks on live runs that report an event or are stuck in a state, and on the tmux server."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from workcell.base import clock
from workcell.evidence import verdict as judging
from workcell.judgement import choice
from workcell.playbooks import caps, interpreter, library
from workcell.playbooks.playbook import Playbook
from workcell.playbooks.step import Judged
from workcell.rundir import look, phase
from workcell.watch import findings, looping, observe
from workcell.watch import tmux_health as servers
from workcell.watch.acting import Acting
from workcell.watch.live_run import Incident, LiveRun
from workcell.watch.tmux_subject import TmuxServer

if TYPE_CHECKING:
    from workcell.watch.findings import Finding

ASKED = 180.0
"""Seconds after a request for permission in which a run that shows no dialog is looked at in every tick."""

WORKS = ("working", "retrying")
"""Activities of an agent that is left alone: a program that tries again goes on by itself."""

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


def judge(acting: Acting, seen: look.Look) -> None:
    """Judge a live run that is silent or reported an event, and follow the playbook that holds for it."""
    books = acting.books(seen)
    found = judging.judge_live(seen, library.signals(books), acting.now.wall)
    mine = acting.memory.of_run(seen)
    judged, edge, activity = judged_live(found), found.edge, found.activity["state"]
    begun = _begun(acting, seen, books) if activity == "idle" else None
    if begun is not None:
        # the agent that was interrupted is idle, as it should be, and its playbook has a message for it yet to come
        book, edge = begun
        _follow(acting, seen, findings.JUDGE, book, _Found(judged, edge, ["it has begun"]))
        return
    loop = looping.find(seen, found, mine, acting.now)
    if loop is not None:
        judged["signals"] = [looping.NAME, *judged["signals"]]
        judged["loop"] = loop["words"]
        edge = f"{looping.NAME}/{loop['key']}"
    if loop is not None or activity not in WORKS:
        chosen, fit = choice.choose(books, finding(phase.RUNNING, judged))
        if chosen is not None:
            _follow(acting, seen, findings.JUDGE, chosen, _Found(judged, edge, fit))
            return
    mine.pop("open", None)
    if _just_asked(found.asked, acting.now):
        # the hook comes before the dialog: look again at the next tick, without another event
        mine["open"] = "asked"
        acting.leave_alone(seen, findings.JUDGE, 0.0)
        return
    acting.leave_alone(seen, findings.JUDGE, QUIET)


def read(acting: Acting, seen: look.Look) -> None:
    """Read what an agent at work has recorded; one that repeats its calls is judged."""
    if looping.read(seen):
        judge(acting, seen)


def state(acting: Acting, seen: look.Look, found: Finding) -> None:
    """A run in a state that can be neither followed nor settled."""
    judged = judged_state(found)
    book, fit = choice.choose(acting.books(seen), finding(seen.phase, judged))
    if book is None:
        acting.leave_alone(seen, found, NO_BOOK)
        return
    _follow(acting, seen, found, book, _Found(judged, found, fit))


def server(acting: Acting, answer: servers.Answer) -> None:
    """A tmux that lost its socket or does not answer: runs go on without it, so no run's state is touched."""
    book, fit = choice.choose(acting.books(None), {"evidence": [str(answer.trouble)], "confidence": 1.0})
    if book is None:
        return
    mine = acting.memory.tmux.get("trouble")
    if mine is None or mine["word"] != answer.trouble:
        mine = acting.memory.tmux["trouble"] = {"word": str(answer.trouble), "first": acting.now.mono}
    subject = TmuxServer(acting.home, book.name, answer, acting.memory.tmux.get("server"), acting.now.wall)
    case = interpreter.Case(
        subject=subject,
        book=book,
        edge=f"{subject.edge}/{float(mine['first']):.0f}",
        actor=caps.Actor(subject.id, book.name, None),
        acts=acting.actions,
        fit=fit,
        seen_for=acting.now.mono - float(mine["first"]),
    )
    acting.did += [f"tmux: {line}" for line in interpreter.follow(case).did]


def judged_live(found: judging.Live) -> Judged:
    """The finding on a live attempt, as playbooks are chosen by it and as their steps read it."""
    verdict = found.verdict
    return {
        "verdict": verdict["verdict"],
        "confidence": verdict["confidence"],
        "signals": verdict["signals"],
        "resets_at": verdict.get("resets_at"),
        "waits_itself": bool(verdict.get("waits_itself")),
        "prompt": verdict.get("prompt"),
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


def _begun(acting: Acting, seen: look.Look, books: list[Playbook]) -> tuple[Playbook, str] | None:
    """The playbook, and its incident, that has interrupted the agent in this attempt and is not through."""
    for one in reversed(acting.actions.lines):
        if (one.get("run"), one.get("attempt")) == (seen.id, seen.n) and one.get("step") in caps.ACTS:
            book = next((book for book in books if book.name == one.get("playbook")), None)
            return (book, str(one.get("edge"))) if one["step"] == "interrupt" and book is not None else None
    return None


def _follow(acting: Acting, seen: look.Look, finding: Finding, book: Playbook, found: _Found) -> None:
    """Carry out what is due of the playbook."""
    mine = acting.memory.of_run(seen)
    if mine.get("open") != f"{book.name}/{found.edge}":
        mine["open"], mine["opened"] = f"{book.name}/{found.edge}", acting.now.mono
    incident = Incident(
        verdict=found.judged,
        edge=found.edge,
        fit=found.fit,
        seen_for=acting.now.mono - float(mine["opened"]),
        attended=acting.answer is not None and acting.answer.attended(seen.id),
    )
    case = interpreter.Case(
        subject=LiveRun(seen, book.name, incident, acting.now),
        book=book,
        edge=found.edge,
        actor=acting.actor(seen, book.name, found.edge),
        acts=acting.actions,
        fit=found.fit,
        seen_for=incident.seen_for,
    )
    progress = interpreter.follow(case)
    acting.did += [f"{seen.id}: {book.name}: {line}" for line in progress.did]
    acting.leave_alone(seen, finding, progress.rest)
