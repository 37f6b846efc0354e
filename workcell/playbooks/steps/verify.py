"""verify: the place of the check among the steps."""

from dataclasses import dataclass

from workcell.playbooks.step import DONE, Done, Running, Step


@dataclass(frozen=True)
class Verify(Step):
    word = "verify"
    does = "names the check as a part of the recovery"
    ended = (
        "has been done: the check runs before a playbook is chosen, one that passes ends the run, and the next attempt "
        "is checked in its turn"
    )

    def _cure(self) -> str:
        return "write 'stop': the check runs when the agent has ended"

    def while_running(self, run: Running) -> Done:
        return Done(DONE, "the check runs when the attempt has ended")
