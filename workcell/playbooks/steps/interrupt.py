"""interrupt: ends the turn of an agent, not the agent."""

from dataclasses import dataclass

from workcell.playbooks.step import REFUSED, Done, Running, Step


@dataclass(frozen=True)
class Interrupt(Step):
    word = "interrupt"
    does = "ends the turn, not the agent"
    live = "presses the key that interrupts; refused without a terminal to press keys in"
    acts = True

    def while_running(self, run: Running) -> Done:
        if not run.has_keys():
            return Done(REFUSED, "it has no terminal to press keys in")
        return run.send({"kind": "interrupt"})
