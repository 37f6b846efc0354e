"""A run whose attempt is not over, as the steps of a playbook see it, and what they may do to it.

Invariants:
- Only the runner types: a message for the agent goes into the inbox, with an order where one is needed.
- Nothing is put into the inbox of a run that is not running.
- The id of a message is on record before it is delivered, so a killed tick can find what became of it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workcell.accounts import holds
from workcell.approvals import pending
from workcell.base import clock, ids, probe
from workcell.base.errors import Refused, WorkcellError
from workcell.channels import post
from workcell.evidence import capture
from workcell.finish import apply, playbook_holds, propose
from workcell.judgement import composer
from workcell.judgement.ending import Hold
from workcell.playbooks import notices
from workcell.playbooks.interpreter import Hindrance, Reason
from workcell.playbooks.step import DONE, FAILED, REFUSED, Done, Judged, Outgoing, Step
from workcell.rundir import inbox, layout, look, phase, standby
from workcell.rundir import needs as table
from workcell.system import control
from workcell.texts import config
from workcell.together import answer as answers
from workcell.views.needs import Surroundings
from workcell.watch import observe, proposing

if TYPE_CHECKING:
    from workcell.rundir import schema
    from workcell.rundir.schema.proposals import ProposedPlaybook

PATIENCE = 2.0
"""Maximum seconds to wait for the runner to take a message, and for word of an answer."""

POLL = 0.05

STANDBY_READY_END = 15.0
"""Maximum seconds after its turn for which a program on standby is left: it goes on in its own conversation."""


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
    playbook: ProposedPlaybook
    """The playbook that is followed."""


class LiveRun:
    """Implements `playbooks.interpreter.Subject`."""

    begins_anew = False

    def __init__(
        self, seen: look.Look, book: str, incident: Incident, now: observe.Now, only_dialog: str | None = None
    ) -> None:
        self.seen = seen
        self.id, self.attempt, self.book = seen.id, seen.n, book
        self.verdict = incident.verdict
        self.account = holds.account(seen.run, seen.attempt) if seen.attempt else None
        self.now = now.wall
        self.message = ""
        self._incident = incident
        self._only_dialog = only_dialog
        """The only dialog that may be answered; None where the one that is up may be."""
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
        facts: schema.NoticeFacts = {"why": why, "objective": self.seen.objective or "", "command": self._command()}
        if event in ("prompt", "question"):
            facts.update(dialog_facts(self.id, self.verdict))
        asks = self.verdict.get("asks") if event == "prompt" else None
        risk = pending.of_words(asks, self.seen.cwd or "/") if asks else None
        return post.about_run(self.seen, event, facts, self._edge, risk=risk)

    def _command(self) -> str:
        """What `status` says that a person types for what the run needs now; empty where it needs nothing."""
        state: Any = self.verdict.get("activity")
        activity: schema.Activity | None = None
        if state is not None:
            activity = {"state": state, "since": None, "confidence": 1.0, "evidence": []}
        found = table.find(Surroundings(layout.home_of(self.seen.run)).situation(self.seen, activity))
        return found["command"] if found is not None else ""

    # -- the agent

    def has_keys(self) -> bool:
        return self.seen.io == "terminal" and self.seen.screen != "none"

    def answer(self, choice: str) -> Done:
        by = f"playbook:{self.book}"
        if self._only_dialog is None:
            found = answers.answer(self.seen.run, choice, by, PATIENCE)
        else:
            _, shown = answers.up(self.seen.run)
            if shown is None or composer.dialog_id(shown) != self._only_dialog:
                return Done(REFUSED, "the dialog that it answers is not up any more")
            found = answers.choose(self.seen.run, shown, choice, by, PATIENCE)
        return Done(str(found.state), f"answered {choice!r}" + (f": {found.why}" if found.why else ""))

    def send(self, message: Outgoing) -> Done:
        if self.seen.phase != phase.RUNNING:
            return Done(REFUSED, f"it is {self.seen.phase}")
        whole = {**message, "attempt": self.seen.n, "by": f"playbook:{self.book}", "id": self.message}
        inbox.post(self.seen.run, whole, self.message)
        control.notify_runner(self.seen.run)
        deadline = clock.monotonic() + PATIENCE
        while clock.monotonic() < deadline:
            if delivered(self.seen.run, self.message) == "taken":
                return Done("taken", "the runner has taken it")
            time.sleep(POLL)
        return Done("delivered", "it waits for the runner in the inbox")

    def go_on(self, how: schema.Continuation, message: Outgoing) -> Done:
        return self.send(message)

    def propose(self, text: str, acts: Sequence[Step]) -> Done:
        occasion = proposing.Occasion(
            self.seen, self._incident.playbook, self._incident.edge, self.verdict, self.why(None), self.now
        )
        try:
            made = proposing.propose(occasion, text, acts)
        except Refused as error:
            return Done(REFUSED, error.message)
        except OSError as error:
            return Done(FAILED, f"the proposal could not be written: {error.strerror}")
        facts: schema.NoticeFacts = {**propose.facts(made), "objective": self.seen.objective or ""}
        if not post.about_run(self.seen, "proposal", facts, made["id"]):
            return Done(FAILED, "the outbox could not be written")
        return Done(DONE, f"proposed as {made['id']}")

    def ready_end_after(self, passed: float) -> float:
        whole = self.seen.recipe.get("ready_end_after")
        if not whole:
            whole = _ready_end_after(layout.home_of(self.seen.run))
            whole = min(whole, STANDBY_READY_END) if standby.keeps(self.seen.attempt) else whole
        # a message that was sent while no tick looked begins a new turn once it is typed
        waits = inbox.waiting(self.seen.run) or inbox.typed(self.seen.run)
        return whole if waits else max(0.0, whole - passed)

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
            return Done(DONE, playbook_holds.release_account(self.seen, self.now) or "the account is held no more")
        ended = playbook_holds.release_run(self.seen, self.book)
        return Done(DONE, "held no more" if ended else "no playbook held it")

    def account_held(self) -> bool:
        return holds.held(layout.home_of(self.seen.run), self.account, self.now) is not None

    def repair_socket(self) -> Done:
        return Done(REFUSED, "this step is for the tmux server, not for a run")


def dialog_facts(run: str, judged: Judged) -> schema.NoticeFacts:
    """What the notice of a dialog shows beside its question: what is to be approved, the options, how to answer."""
    prompt = judged.get("prompt")
    facts: schema.NoticeFacts = {}
    asks = judged.get("asks") or (prompt.get("text") if prompt else None)
    if asks:
        facts["asks"] = " ".join(asks.split())
    options = prompt.get("options") if prompt else None
    if options:
        facts["choices"] = " · ".join(" ".join(f"{one['n'] or ''} {one['text']}".split()) for one in options)
        facts["reply"] = f"workcell answer {run} {'NUMBER' if options[0]['n'] else 'WORDS'}"
    return facts


def delivered(run: str, message: str) -> str | None:
    """How far a message of a playbook came: `delivered`, `taken`, `refused`; None when there is no such message."""
    state, _ = inbox.state(run, f"{message}.json")
    words = {inbox.QUEUED: "delivered", inbox.TYPED: "taken", inbox.ACCEPTED: "taken", inbox.REMOVED: "refused"}
    return words.get(state, state) if state else None


def _ready_end_after(home: str) -> float:
    """`ready_end_after` of config.yaml; the usual one where its file has faults, which `workcell doctor` tells."""
    try:
        return config.read(os.path.join(home, layout.CONFIG))["ready_end_after"]
    except WorkcellError:
        return config.READY_END_AFTER
