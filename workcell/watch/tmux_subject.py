"""The tmux server of a home as the steps of a playbook see it: told of, and given its socket back.

Invariants:
- Runs go on without the server, so the state of no run is touched.
- A signal goes to the server that answered last, and only after asking that its process is a tmux server still.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from workcell.base import clock
from workcell.base.errors import WorkcellError
from workcell.channels import post
from workcell.judgement.ending import Hold
from workcell.playbooks.interpreter import Hindrance
from workcell.playbooks.step import DONE, FAILED, REFUSED, Done, Judged, Outgoing, Step
from workcell.system import tmux
from workcell.watch import tmux_health

if TYPE_CHECKING:
    from workcell.rundir import schema

PATIENCE = 2.0
"""Maximum seconds to wait for the socket."""

_NO_RUN = Done(REFUSED, "this step is for a run, not for the tmux server")


class TmuxServer:
    """Implements `playbooks.interpreter.Subject`."""

    id, attempt = "tmux", 0
    account: str | None = None
    begins_anew = True

    def __init__(
        self, home: str, book: str, answer: tmux_health.Answer, identity: schema.Identity | None, now: float
    ) -> None:
        self.book, self.now, self.message = book, now, ""
        self.verdict: Judged = {}
        self._home, self._answer, self._identity = home, answer, identity

    @property
    def edge(self) -> str:
        """Tells a server, and what is wrong with it, from another one."""
        known = self._identity
        return f"{self._answer.trouble}/{known['pid'] if known else None}/{known['start'] if known else None}"

    def hindrance(self) -> Hindrance | None:
        return None

    def give_up(self, why: str) -> None:
        pass  # its notice has been posted by the playbook

    def rests_after(self, done: Done) -> bool:
        return done.state == DONE

    def event(self, needs: bool) -> str | None:
        return "escalated"

    def why(self, text: str | None) -> str:
        return " ".join(f"{text} ({self._answer.words})".split()) if text else self._answer.words

    def tell(self, event: str, why: str) -> bool:
        return post.about_home(self._home, self.id, event, why, self.edge)

    def repair_socket(self) -> Done:
        """Ask the server to make its socket again: tmux does so on SIGUSR1, and nothing else happens to it."""
        if self._identity is None or not tmux_health.is_tmux(self._identity):
            return Done(REFUSED, "the server that was known is gone")
        tmux_server = tmux.server_of(self._home)
        if os.path.exists(tmux_server.socket):
            return Done(DONE, "the socket is there again")
        os.kill(int(self._identity["pid"]), signal.SIGUSR1)
        deadline = clock.monotonic() + PATIENCE
        while not os.path.exists(tmux_server.socket):
            if clock.monotonic() > deadline:
                return Done(FAILED, "the server did not make its socket again")
            time.sleep(0.02)
        try:
            ran = tmux_server.ask("list-sessions")
        except WorkcellError as error:
            return Done(FAILED, error.message)
        return (
            Done(DONE, "the socket is there again, and the server answers") if ran.ok else Done(FAILED, ran.complaint())
        )

    # -- what a server has not

    def send(self, message: Outgoing) -> Done:
        return _NO_RUN

    def go_on(self, how: schema.Continuation, message: Outgoing) -> Done:
        return _NO_RUN

    def answer(self, choice: str) -> Done:
        return _NO_RUN

    def ready_end_after(self, passed: float) -> float:
        return 0.0  # a server has no turns

    def has_keys(self) -> bool:
        return False

    def keep_tree(self) -> Done:
        return _NO_RUN

    def keep_records(self) -> Done:
        return _NO_RUN

    def propose(self, text: str, acts: Sequence[Step]) -> Done:
        return _NO_RUN

    def hold(self, hold: Hold) -> Done:
        return _NO_RUN

    def release(self, scope: str) -> Done:
        return _NO_RUN

    def account_held(self) -> bool:
        return False
