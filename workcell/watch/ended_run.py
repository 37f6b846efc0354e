"""A run whose attempt has ended, as the acts that a person approved about that end see it.

Invariants:
- The next attempt is opened as by a person's `resume`, at most once: its `attempt.json` names the proposal.
- Nothing is sent to an agent: none lives.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from workcell.base.errors import WorkcellError
from workcell.launch import resume
from workcell.playbooks.step import DONE, REFUSED, Done, Outgoing, Step
from workcell.rundir import layout, look, phase
from workcell.system import tmux
from workcell.watch import observe
from workcell.watch.live_run import Incident, LiveRun

if TYPE_CHECKING:
    from workcell.rundir import schema

_NO_AGENT = Done(REFUSED, "its attempt has ended, and no agent lives")


class EndedRun(LiveRun):
    """Implements `playbooks.interpreter.Subject`."""

    def __init__(self, seen: look.Look, made: schema.Proposal, incident: Incident, now: observe.Now) -> None:
        super().__init__(seen, made["playbook"]["name"], incident, now)
        self.attempt = made["attempt"]
        self._proposal = made["id"]

    def send(self, message: Outgoing) -> Done:
        return _NO_AGENT

    def answer(self, choice: str) -> Done:
        return _NO_AGENT

    def propose(self, text: str, acts: Sequence[Step]) -> Done:
        return Done(REFUSED, "what was proposed proposes nothing")

    def go_on(self, how: schema.Continuation, message: Outgoing) -> Done:
        """Open the next attempt, or start the one that was opened for this proposal and is not started.

        Raises what `resume.resume` raises, where no attempt was opened.
        """
        seen = look.at(self.seen.run)
        if seen.n != self.attempt and not self._opened(seen):
            return Done(REFUSED, f"attempt {seen.n} has begun since")
        if seen.n > self.attempt + 1 or (seen.n > self.attempt and seen.phase != phase.CREATED):
            return Done(DONE, self._words(seen))
        try:
            done = resume.resume(self._request(seen, how))
        except WorkcellError as error:
            again = look.at(self.seen.run)
            if not self._opened(again):
                raise
            return Done(DONE, f"{self._words(again)}: {error.message}")
        why = f": {done.how_why}" if done.how_why else ""
        return Done(DONE, f"attempt {done.attempt} is {done.phase}, {done.how}{why}")

    def _request(self, seen: look.Look, how: schema.Continuation) -> resume.Request:
        home = layout.home_of(seen.run)
        return resume.Request(
            home,
            seen.run,
            native=how == "native",
            attempt=seen.n if seen.n == self.attempt else None,
            window=os.path.exists(tmux.server_of(home).socket),
            by={"who": "person", "proposal": self._proposal},
        )

    def _opened(self, seen: look.Look) -> bool:
        """Whether the attempt behind the one that ended was opened for this proposal."""
        if seen.n <= self.attempt:
            return False
        intent = look.Sealed(seen, self.attempt + 1).attempt
        by = intent.get("asked_by") if intent is not None else None
        return by is not None and by.get("proposal") == self._proposal

    def _words(self, seen: look.Look) -> str:
        now = f"is {seen.phase}" if seen.n == self.attempt + 1 else "has ended"
        return f"attempt {self.attempt + 1} was opened, and {now}"
