"""Following playbooks on what is live: runs that say something telling or are stuck in a state, and the tmux server."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workcell.base import clock
from workcell.evidence import verdict as judging
from workcell.judgement import choice
from workcell.playbooks import caps, interpreter, library
from workcell.playbooks.playbook import Playbook
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


def judge(acting: Acting, seen: look.Look) -> None:
    """A live run that is silent or said something telling: what does it do, and does a playbook speak of it?"""
    books = acting.books(seen)
    found = judging.judge_live(seen, library.signals(books), acting.now.wall)
    mine = acting.memory.of(seen)
    verdict, activity = found["verdict"], found["activity"]
    begun = _begun(acting, seen, books) if activity["state"] == "idle" else None
    if begun is not None:
        # what was interrupted is idle, as it should be, and waits for the word that its playbook still owes it
        book, edge = begun
        _follow(acting, seen, findings.JUDGE, book, (_with_activity(verdict, "idle"), edge, ["it has begun"]))
        return
    loop = looping.find(seen, found, mine, acting.now)
    if loop is not None:
        verdict = {**verdict, "signals": [looping.NAME, *verdict["signals"]], "loop": loop["words"]}
        found["edge"] = f"{looping.NAME}/{loop['key']}"
    verdict = _with_activity(verdict, activity["state"])
    if loop is not None or activity["state"] not in WORKS:
        chosen, fit = choice.choose(books, finding(phase.RUNNING, verdict))
        if chosen is not None:
            _follow(acting, seen, findings.JUDGE, chosen, (verdict, found["edge"], fit))
            return
    mine.pop("open", None)
    if _just_asked(found["asked"], acting.now):
        # the hook comes before the dialog: look again at the next tick, without another event
        mine["open"] = "asked"
        acting.hush(seen, findings.JUDGE, 0.0)
        return
    acting.hush(seen, findings.JUDGE, QUIET)


def read(acting: Acting, seen: look.Look) -> None:
    """Read what an agent at work has recorded; one that repeats its calls is judged."""
    if looping.read(seen):
        judge(acting, seen)


def state(acting: Acting, seen: look.Look, found: "Finding") -> None:
    """A run in a state that can be neither followed nor settled."""
    verdict = {"verdict": "unknown", "confidence": 1.0, "signals": [found]}
    book, fit = choice.choose(acting.books(seen), finding(seen.phase, verdict))
    if book is None:
        acting.hush(seen, found, NO_BOOK)
        return
    _follow(acting, seen, found, book, (verdict, found, fit))


def server(acting: Acting, answer: servers.Answer) -> None:
    """A tmux that lost its socket or does not answer: runs go on without it, so no run's state is touched."""
    book, fit = choice.choose(acting.books(None), {"evidence": [str(answer.trouble)], "confidence": 1.0})
    if book is None:
        return
    mine = acting.memory.tmux.setdefault("trouble", {"word": answer.trouble, "first": acting.now.mono})
    if mine["word"] != answer.trouble:
        mine.update(word=answer.trouble, first=acting.now.mono)
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


def finding(where: str, verdict: Mapping[str, Any]) -> choice.Finding:
    """What was found, as playbooks are chosen by it."""
    return {
        "verdict": verdict.get("verdict"),
        "phase": where,
        "activity": verdict.get("activity"),
        "evidence": verdict.get("signals") or [],
        "confidence": verdict.get("confidence") or 0.0,
    }


def _with_activity(verdict: Mapping[str, Any], activity: str) -> dict[str, Any]:
    return {**verdict, "activity": activity}


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


def _follow(
    acting: Acting, seen: look.Look, found: "Finding", book: Playbook, what: tuple[Mapping[str, Any], str, list[str]]
) -> None:
    """Carry out what is due of the playbook. `what` is the verdict, the edge of the incident, and why it fits."""
    verdict, edge, fit = what
    mine = acting.memory.of(seen)
    if mine.get("open") != f"{book.name}/{edge}":
        mine["open"], mine["opened"] = f"{book.name}/{edge}", acting.now.mono
    incident = Incident(
        verdict=verdict,
        edge=edge,
        fit=fit,
        seen_for=acting.now.mono - float(mine["opened"]),
        attended=acting.answer is not None and acting.answer.attended(seen.id),
    )
    case = interpreter.Case(
        subject=LiveRun(seen, book.name, incident, acting.now),
        book=book,
        edge=edge,
        actor=acting.actor(seen, book.name, edge),
        acts=acting.actions,
        fit=fit,
        seen_for=incident.seen_for,
    )
    progress = interpreter.follow(case)
    acting.did += [f"{seen.id}: {book.name}: {line}" for line in progress.did]
    acting.hush(seen, found, progress.rest)
