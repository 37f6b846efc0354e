"""A run whose attempt is not over, as the steps of a playbook see it, and what they may do to it.

Invariants:
- Only the runner types: a message for the agent goes into the inbox, with an order where one is needed.
- Nothing is put into the inbox of a run that is not running.
- The id of a message is on record before it is delivered, so a killed tick can find what became of it.
"""

import os
import time
from dataclasses import dataclass

from workcell.accounts import holds
from workcell.base import clock, ids, probe
from workcell.channels import post
from workcell.evidence import capture
from workcell.finish import apply, playbook_holds, stop
from workcell.judgement.ending import Hold
from workcell.playbooks import notices
from workcell.playbooks.interpreter import Hindrance, Reason
from workcell.playbooks.step import DONE, REFUSED, Done, Judged, Outgoing
from workcell.rundir import inbox, layout, look, phase
from workcell.together import answer as answers
from workcell.watch import observe

PATIENCE = 2.0
"""Maximum seconds to wait for the runner to take a message, and for word of an answer."""

POLL = 0.05


@dataclass(frozen=True)
class Incident:
    """The finding on a live run, and the playbook's reasons."""

    verdict: Judged
    edge: str
    """Tells it from another incident of the same attempt."""
    fit: list[str]
    """Why its playbook was chosen."""
    seen_for: float
    """Seconds for which ticks have found the same."""
    attended: str
    """Whether a person is at the terminal, as `base.probe` says it."""


class LiveRun:
    """Implements `playbooks.interpreter.Subject`."""

    begins_anew = False

    def __init__(self, seen: look.Look, book: str, incident: Incident, now: observe.Now) -> None:
        self.seen = seen
        self.id, self.attempt, self.book = seen.id, seen.n, book
        self.verdict = incident.verdict
        self.account = holds.account(seen.run, seen.attempt) if seen.attempt else None
        self.now = now.wall
        self.message = ""
        self._incident = incident
        self._edge = ids.slug(f"{book} {incident.edge}", 60)

    # -- what hinders

    def hindrance(self) -> Hindrance | None:
        if self._incident.seen_for < observe.TWICE:
            return Hindrance(Reason.SEEN_ONCE, "it was seen only once")
        if self._incident.attended == probe.YES:
            return Hindrance(Reason.ATTENDED, "a person is at the terminal")
        if self._incident.attended == probe.UNKNOWN:
            return Hindrance(Reason.ATTENDED, "tmux could not be asked whether a person is at the terminal")
        again = look.at(self.seen.run)
        if (again.phase, again.n) != (self.seen.phase, self.seen.n):
            return Hindrance(Reason.CHANGED, "it changed while it was judged")
        return None

    def give_up(self, why: str) -> None:
        post.about_run(self.seen, "escalated", {"why": why}, self.book)

    def rests_after(self, done: Done) -> bool:
        return True

    # -- telling

    def event(self, needs: bool) -> str | None:
        verdict, activity = str(self.verdict.get("verdict")), self.verdict.get("activity")
        return notices.event_of(verdict, needs, activity, loop=bool(self.verdict.get("loop")))

    def why(self, text: str | None) -> str:
        prompt = self.verdict.get("prompt")
        if prompt and prompt["question"]:
            return " ".join(str(prompt["question"]).split())[:300]
        why = text or "; ".join(self._incident.fit)
        if self.verdict.get("loop"):
            why = f"{why} ({self.verdict['loop']})"
        return " ".join(why.split())

    def tell(self, event: str, why: str) -> bool:
        return post.about_run(self.seen, event, {"why": why, "objective": self.seen.objective or ""}, self._edge)

    # -- the agent

    def has_keys(self) -> bool:
        return self.seen.io == "terminal" and self.seen.screen != "none"

    def answer(self, choice: str) -> Done:
        found = answers.answer(self.seen.run, choice, f"playbook:{self.book}", PATIENCE)
        return Done(str(found.state), f"answered {choice!r}" + (f": {found.why}" if found.why else ""))

    def send(self, message: Outgoing) -> Done:
        if self.seen.phase != phase.RUNNING:
            return Done(REFUSED, f"it is {self.seen.phase}")
        whole = {**message, "attempt": self.seen.n, "by": f"playbook:{self.book}", "id": self.message}
        name = inbox.post(self.seen.run, whole, self.message)
        stop.notify_runner(self.seen.run)
        deadline = clock.monotonic() + PATIENCE
        while clock.monotonic() < deadline:
            if delivered(self.seen.run, self.message) == "taken":
                return Done("taken", f"the runner has the message {self.message}")
            time.sleep(POLL)
        return Done("delivered", f"the message {os.path.splitext(name)[0]} waits in the inbox")

    # -- keeping and holding

    def keep_tree(self) -> Done:
        kept = apply.keep_tree(self.seen, f"before a playbook acts, attempt {self.seen.n}")
        return Done(DONE, f"kept as {kept}" if kept else "there is no repository to keep")

    def keep_records(self) -> Done:
        if capture.read_on(self.seen.run) is None:
            return Done(DONE, "the agent keeps no records that can be read")
        return Done(DONE, "what the agent recorded is in the run")

    def hold(self, hold: Hold) -> Done:
        why = f"{self.book}: {'; '.join(self._incident.fit)}"
        put = playbook_holds.put(self.seen, hold, why, self.book)
        return Done(DONE, f"the {hold.scope} is {put.value}" if put is not put.NO_ACCOUNT else put.value)

    def release(self, scope: str) -> Done:
        if scope == "account":
            return Done(DONE, playbook_holds.release_account(self.seen, self.now) or "the account is let go")
        ended = playbook_holds.release_run(self.seen, self.book)
        return Done(DONE, "let go" if ended else "no playbook held it")

    def account_held(self) -> bool:
        return holds.held(layout.home_of(self.seen.run), self.account, self.now) is not None

    def repair_socket(self) -> Done:
        return Done(REFUSED, "this step is for the tmux server, not for a run")


def delivered(run: str, message: str) -> str | None:
    """How far a message of a playbook came: `delivered`, `taken`, `refused`; None when there is no such message."""
    state, _ = inbox.state(run, f"{message}.json")
    words = {inbox.QUEUED: "delivered", inbox.TYPED: "taken", inbox.ACCEPTED: "taken"}
    return words.get(state, state) if state else None
