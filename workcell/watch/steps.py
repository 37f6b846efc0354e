"""The closed table of what a playbook may do to a run that is not over, one step after the other over many ticks."""

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from workcell.accounts import holds
from workcell.base import clock, ids, json_codec
from workcell.base.errors import WorkcellError
from workcell.finish import decide, stop
from workcell.git import repository
from workcell.git import snapshot as salvage
from workcell.judgement import next as nexts
from workcell.rundir import layout, look, maildir, orders, phase
from workcell.system import tmux
from workcell.texts.playbook import Playbook
from workcell.together import answer as answers
from workcell.watch import caps, observe, tmux_health
from workcell.watch.actions import INTENT, RESULT, Actions

REST = 60.0
"""Seconds after which a step that was done is looked at again: whether it helped."""

LONG = 3600.0

GO_ON = "Please go on where you stopped."

_DONE, _WAIT = "done", "wait"

_NOTICES = {
    **{"usage_limit": "limited", "rate_limit": "limited", "auth": "auth", "billing": "billing", "stuck": "stuck"},
}


@dataclass
class Case:
    """A run that is not over, what was found of it, and the playbook that speaks of that."""

    home: str
    seen: look.Look
    book: Playbook
    fit: list[str]
    verdict: dict[str, Any]
    edge: str
    """Names this one incident: the same playbook begins anew for another one."""
    account: str | None
    actions: Actions
    now: observe.Now
    since: int
    seen_for: float
    """Seconds for which ticks have found the same."""
    attached: bool = False
    """Whether a person is, or may be, at the terminal."""

    def said(self) -> list[dict[str, Any]]:
        """What the record has of this incident."""
        mine = (self.seen.id, self.seen.n, self.book.name, self.edge)
        return [
            one
            for one in self.actions.lines
            if (one.get("run"), one.get("attempt"), one.get("playbook"), one.get("edge")) == mine
        ]


def advance(case: Case) -> tuple[list[str], float]:
    """Carry out what is due of the playbook: (a line for each step, seconds until it is to be looked at again)."""
    did: list[str] = []
    steps = case.book.steps
    while True:
        closed = {one.get("of") for one in case.said() if one.get("is") == RESULT}
        index = sum(1 for one in case.said() if one.get("is") == INTENT and one["n"] in closed)
        if index >= len(steps):
            return did, LONG
        step = steps[index]
        why = _hindered(case, step)
        if why is not None:
            return did, REST if why == "a person is at the terminal" else why_rest(case, why)
        if step["step"] == "wait_until":
            rest = waits(case, step)
            if rest > 0:
                return did, min(rest, 600.0)
        message = ids.unique()
        number = case.actions.intent(
            **{"run": case.seen.id, "attempt": case.seen.n, "step": step["step"], "index": index},
            **{"playbook": case.book.name, "edge": case.edge, "account": case.account, "message": message},
            why=case.fit,
        )
        try:
            state, words = TABLE[step["step"]](case, step, message)
        except WorkcellError as error:
            state, words = "failed", error.message
        mark = {"run": case.seen.id, "attempt": case.seen.n, "playbook": case.book.name, "edge": case.edge}
        case.actions.result(number, state, words, **mark)
        did.append(f"{step['step']}: {words or state}")
        if step["step"] in caps.ACTS:
            return did, REST


_rests: dict[str, float] = {}


def why_rest(case: Case, why: str) -> float:
    """How long a hindered playbook rests."""
    return min(max(_rests.get(why, REST), 5.0), 600.0)


def _hindered(case: Case, step: dict[str, Any]) -> str | None:
    """Why the step may not be carried out now; None when it may.

    What touches an agent needs two looks that agree, nobody at the terminal, the same attempt in the same phase
    at this very moment, and room below every cap.
    """
    if step["step"] not in caps.ACTS:
        return None
    if case.seen_for < observe.TWICE:
        return "it was seen only once"
    if case.attached:
        return "a person is at the terminal"
    again = look.at(case.seen.run)
    if (again.phase, again.n) != (case.seen.phase, case.seen.n):
        return "it changed while it was judged"
    verdict = caps.check(
        case.actions,
        case.book.limits,
        run=case.seen.id,
        playbook=case.book.name,
        account=case.account,
        since=case.since,
        edge=case.edge,
    )
    if verdict.allowed:
        return None
    _rests[verdict.why or ""] = LONG if verdict.final else verdict.wait
    if verdict.final:
        decide.post(case.home, case.seen, "escalated", {"why": str(verdict.why)}, case.book.name)
    return verdict.why


def waits(case: Case, step: dict[str, Any]) -> float:
    """Seconds that a wait_until still takes; 0 when it is over."""
    closed = [one for one in case.said() if one.get("is") == RESULT]
    passed = case.actions.ago(closed[-1]) if closed else case.seen_for
    most = step.get("for")
    if step.get("until") in ("resets", "due"):
        at = nexts.resets_at(case.verdict, case.now.wall)
        if at is not None:
            spread = nexts.SPREAD * nexts.share(f"{case.seen.id}/{case.seen.n}")
            return max(0.0, at + 5.0 + spread - case.now.wall)
        return max(0.0, float(most or 1800.0) - passed)
    if step.get("until") == "idle" and case.verdict.get("activity") == "idle":
        return 0.0
    spends = step.get("until") == "reachable" and case.account is not None
    if spends and holds.held(case.home, case.account, case.now.wall) is None:
        return 0.0
    # `answered` and `idle` end by themselves: then nothing is found any more, and nobody asks here
    return max(0.0, float(most if most is not None else LONG) - passed)


# -- the table


def _notify(case: Case, step: dict[str, Any], message: str) -> tuple[str, str]:
    text = str(step.get("text") or "") or "; ".join(case.fit)
    said = str(case.verdict.get("verdict"))
    activity = case.verdict.get("activity")
    event = "question" if activity == "question" else "prompt" if activity == "approval" else _NOTICES.get(said)
    event = "stuck" if case.verdict.get("loop") else event
    if event is None:
        event = "escalated" if step.get("level") == "needs" else None
    if event is None:
        return _DONE, "nobody is told: no notice has that name"
    if case.verdict.get("loop"):
        text = f"{text} ({case.verdict['loop']})"
    facts = {"why": " ".join(text.split()), "objective": (case.seen.attempt or {}).get("objective")}
    prompt = case.verdict.get("prompt")
    if isinstance(prompt, dict) and prompt.get("question"):
        facts["why"] = " ".join(str(prompt["question"]).split())[:300]
    kept = decide.post(case.home, case.seen, event, {k: v for k, v in facts.items() if v}, _edge(case))
    return (_DONE, f"told as {event}") if kept else ("failed", "the outbox could not be written")


def _escalate(case: Case, step: dict[str, Any], message: str) -> tuple[str, str]:
    text = " ".join(str(step.get("text") or "").split()) or f"{case.book.name}: nothing more is done by itself"
    facts = {"why": text, "objective": (case.seen.attempt or {}).get("objective")}
    decide.post(case.home, case.seen, "escalated", {k: v for k, v in facts.items() if v}, _edge(case))
    return _DONE, "a person was told"


def _edge(case: Case) -> str:
    return ids.slug(f"{case.book.name} {case.edge}", 60)


def _wait_until(case: Case, step: dict[str, Any], message: str) -> tuple[str, str]:
    return _DONE, "the wait is over"


def _text(case: Case, text: str, message: str, mode: str = "sequential") -> tuple[str, str]:
    return _deliver(case, {"kind": "text", "mode": mode, "text": text}, message)


def _nudge(case: Case, step: dict[str, Any], message: str) -> tuple[str, str]:
    return _text(case, str(step["text"]), message)


def _answer(case: Case, step: dict[str, Any], message: str) -> tuple[str, str]:
    prompt = case.verdict.get("prompt") or {}
    choice = str(step.get("choice") or "safe")
    if choice == "safe":
        if not prompt.get("safe"):
            return "refused", "no option of this dialog is known to be safe"
        choice = str(prompt["safe"])
    found = answers.answer(case.seen.run, choice, f"playbook:{case.book.name}", 2.0)
    return str(found.state), f"answered {choice!r}" + (f": {found.why}" if found.why else "")


def _interrupt(case: Case, step: dict[str, Any], message: str) -> tuple[str, str]:
    attempt = case.seen.attempt or {}
    if attempt.get("io") != "terminal" or (attempt.get("typing") or {}).get("screen") in (None, "none"):
        return "refused", "it has no terminal to press keys in"
    return _deliver(case, {"kind": "interrupt"}, message)


def _stop(case: Case, step: dict[str, Any], message: str) -> tuple[str, str]:
    """Ask the runner, which asks the agent first; what then follows, finish decides."""
    grace = float(step.get("grace") or 30.0)
    return _deliver(case, {"kind": "stop", "grace_seconds": grace}, message)


def _resume(case: Case, step: dict[str, Any], message: str) -> tuple[str, str]:
    """Of an agent that lives, its own conversation is continued by saying so; an attempt beside it never is."""
    if case.seen.phase != phase.RUNNING:
        return "refused", f"it is {case.seen.phase}"
    if case.verdict.get("waits_itself"):
        return _DONE, "the agent waits and goes on by itself"
    return _text(case, GO_ON, message)


def _snapshot(case: Case, step: dict[str, Any], message: str) -> tuple[str, str]:
    return _DONE, snapshot(case.seen)


def _hold(case: Case, step: dict[str, Any], message: str) -> tuple[str, str]:
    until, most = str(step.get("until") or "person"), step.get("for")
    at = nexts.resets_at(case.verdict, case.now.wall) if until == "resets" else None
    if until == "resets" and at is None:
        at = case.now.wall + float(most or 1800.0)
    if until != "resets" and most:
        at = case.now.wall + float(most)
    stamp = clock.stamp(at) if at is not None else None
    if step.get("scope") != "account":
        by = {"who": "playbook", "run": case.seen.id, "attempt": case.seen.n, "playbook": case.book.name}
        holds.put_by_playbook(case.seen.run, stamp, f"{case.book.name}: {'; '.join(case.fit)}", by)
        return _DONE, "the run is held"
    if case.account is None:
        return _DONE, "the run spends from no account that is known"
    new = holds.put(
        case.home,
        case.account,
        {
            **{"until": until, "until_at": stamp, "why": f"{case.book.name}: {'; '.join(case.fit)}"},
            "by": {"run": case.seen.id, "attempt": case.seen.n, "playbook": case.book.name},
            "login": holds.print_of(case.seen.run, case.seen.attempt or {}),
        },
    )
    return _DONE, f"the account {case.account} is {'held' if new else 'held already'}"


def _release(case: Case, step: dict[str, Any], message: str) -> tuple[str, str]:
    if step.get("scope") != "account":
        return _DONE, "let go" if holds.lift_from_run(case.seen.run) else "it was not held"
    found = holds.held(case.home, case.account, case.now.wall)
    if found is None or case.account is None:
        return _DONE, "the account is not held"
    if found.get("until") != "resets":
        return _DONE, f"the account is held until: {found.get('until')}"
    return _DONE, "the account is let go" if holds.lift(case.home, case.account) else "it was not held"


def _verify(case: Case, step: dict[str, Any], message: str) -> tuple[str, str]:
    return _DONE, "finish runs the check when the attempt has ended"


def _repair_socket(case: Case, step: dict[str, Any], message: str) -> tuple[str, str]:
    return "refused", "this step is for the tmux server, not for a run"


Step = Callable[[Case, dict[str, Any], str], tuple[str, str]]

TABLE: dict[str, Step] = {
    "notify": _notify,
    "wait_until": _wait_until,
    "nudge": _nudge,
    "answer": _answer,
    "interrupt": _interrupt,
    "stop": _stop,
    "resume": _resume,
    "snapshot": _snapshot,
    "repair_socket": _repair_socket,
    "hold": _hold,
    "release": _release,
    "verify": _verify,
    "escalate": _escalate,
}
"""(state, words) of each step: done, failed, refused, delivered."""


def _deliver(case: Case, said: dict[str, Any], message: str) -> tuple[str, str]:
    """Put a message into the run's inbox and tell how far it came; the runner types, nobody else does."""
    if case.seen.phase != phase.RUNNING:
        return "refused", f"it is {case.seen.phase}"
    whole = {
        "schema": "workcell.message/1",
        "attempt": case.seen.n,
        "by": f"playbook:{case.book.name}",
        "id": message,
        **said,
    }
    data = json_codec.encode_line(whole)
    if said["kind"] in orders.KINDS and orders.needed(case.seen.run):
        fields = {"attempt": case.seen.n, "by": whole["by"], "grace_seconds": said.get("grace_seconds")}
        orders.place(case.seen.run, message, said["kind"], data, **fields)
    maildir.deliver_bytes(os.path.join(case.seen.run, layout.INBOX), f"{message}.json", data)
    stop.poke(case.seen.run)
    deadline = clock.monotonic() + 2.0
    while clock.monotonic() < deadline:
        state = delivered(case.seen.run, message)
        if state == "taken":
            return "taken", f"the runner has the message {message}"
        time.sleep(0.05)
    return "delivered", f"the message {message} waits in the inbox"


def delivered(run: str, message: str) -> str | None:
    """How far a message came: `delivered`, `taken`; None when there is no such message."""
    box = os.path.join(run, layout.INBOX)
    if f"{message}.json" in maildir.waiting(box, maildir.CUR):
        return "taken"
    return "delivered" if f"{message}.json" in maildir.waiting(box) else None


def snapshot(seen: look.Look) -> str:
    """Keep the run's tree as it is, beside everything that is the person's; what was kept, in words."""
    tree = repository.find(str((seen.attempt or {}).get("cwd")))
    if tree is None:
        return "there is no repository to keep"
    kept = salvage.current(tree, seen.id) or salvage.take(tree, seen.id, f"before a playbook acts, attempt {seen.n}")
    return f"kept as {kept.ref}"


# -- the server


def repair(
    home: str,
    book: Playbook,
    answer: tmux_health.Answer,
    who: dict[str, Any] | None,
    actions: Actions,
    now: observe.Now,
) -> list[str]:
    """Follow a playbook that speaks of the tmux server: told once, repaired where that is possible."""
    edge = f"{answer.trouble}/{(who or {}).get('pid')}/{(who or {}).get('start')}"
    mine = [one for one in actions.lines if one.get("playbook") == book.name and one.get("edge") == edge]
    did = []
    if any(one["step"] == "repair_socket" for one in book.steps):
        allowed = caps.check(actions, book.limits, run="tmux", playbook=book.name, account=None, since=0)
        if not allowed.allowed:
            return []
        said = {"run": "tmux", "attempt": 0, "playbook": book.name, "edge": edge}
        number = actions.intent(**said, step="repair_socket", why=answer.words)
        state, words = repair_socket(home, who)
        actions.result(number, state, words, **said)
        did.append(f"tmux: repair_socket: {words}")
        if state == _DONE:
            return did
    if not mine and any(one["step"] in ("notify", "escalate") for one in book.steps):
        decide.post_home(home, "tmux", "escalated", answer.words, edge)
        number = actions.intent(run="tmux", attempt=0, step="notify", playbook=book.name, edge=edge, why=answer.words)
        actions.result(number, _DONE, "told", run="tmux", attempt=0, playbook=book.name, edge=edge)
        did.append(f"tmux: told: {answer.words}")
    return did


def repair_socket(home: str, who: dict[str, Any] | None) -> tuple[str, str]:
    """Ask a server whose socket is gone to make it again: tmux does so on SIGUSR1, and nothing else happens to it."""
    if who is None or not tmux_health.is_tmux(who):
        return "refused", "the server that was known is gone"
    path = tmux.of(home).socket
    if os.path.exists(path):
        return _DONE, "the socket is there again"
    os.kill(int(who["pid"]), signal.SIGUSR1)
    deadline = clock.monotonic() + 2.0
    while not os.path.exists(path):
        if clock.monotonic() > deadline:
            return "failed", "the server did not make its socket again"
        time.sleep(0.02)
    try:
        ran = tmux.of(home).ask("list-sessions")
    except WorkcellError as error:
        return "failed", error.message
    return (_DONE, "the socket is there again, and the server answers") if ran.ok else ("failed", ran.complaint())
