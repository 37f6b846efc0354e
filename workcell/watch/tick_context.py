"""The state that the acts of one tick share: the home, the memory, the record, and the acts so far."""

from typing import TYPE_CHECKING

from workcell.accounts import holds
from workcell.playbooks import caps
from workcell.playbooks.playbook import Playbook
from workcell.rundir import layout, look, pinned
from workcell.trust import policy
from workcell.watch import findings, observe
from workcell.watch import tmux_health as servers
from workcell.watch.actions import Actions

if TYPE_CHECKING:
    from workcell.watch.findings import Finding


class TickContext:
    """The state of one tick that acts."""

    def __init__(
        self, home: str, memory: observe.Memory, actions: Actions, answer: servers.Answer | None = None
    ) -> None:
        self.home, self.memory, self.actions, self.now = home, memory, actions, memory.now
        self.answer = answer
        """The answer of tmux; None where it was not asked."""
        self.did: list[str] = []
        self.begun: set[str] = set()
        """Accounts on which a run has been started in this tick: they are woken one by one."""
        self.starts = 0
        self.finishing = 0
        """Finishes that are at work."""
        self._books: dict[str | None, list[Playbook]] = {}

    def books(self, seen: look.Look | None) -> list[Playbook]:
        """The playbooks that hold for the run, or for none; each policy is read once."""
        wanted = pinned.expected(seen) if seen is not None else None
        if wanted not in self._books:
            self._books[wanted] = policy.books(self.home, seen if wanted else None)[0]
        return self._books[wanted]

    def last_asked_by_person(self, seen: look.Look) -> int:
        """The attempt that a person last asked for: from there caps are counted."""
        for n in range(seen.n, 0, -1):
            if look.asker(look.record_at(seen, n, layout.ATTEMPT)) == "person":
                return n
        return 1

    def actor(self, seen: look.Look, playbook: str, edge: str | None = None) -> caps.Actor:
        """The playbook and the run on which it is about to act, as caps count."""
        account = holds.account(seen.run, seen.attempt) if seen.attempt else None
        return caps.Actor(seen.id, playbook, account, self.last_asked_by_person(seen), edge)

    def leave_alone(self, seen: look.Look, finding: "Finding", seconds: float) -> None:
        """Leave that finding of the run alone for so long."""
        findings.leave_alone(self.memory.of_run(seen), finding, self.now, seconds)
