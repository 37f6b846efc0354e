"""Proposals about a run that was made by hand, as a tick makes them."""

from typing import Any

from tests.support.made_runs import MadeRun, book
from workcell.rundir import layout, look, proposals
from workcell.watch import observe, proposal_acts
from workcell.watch.proposing import Occasion, propose

PIN: Any = {"name": "p", "version": 1, "sha256": "0" * 64}
STUCK: Any = {"verdict": "stuck", "activity": "idle"}


def steps(then: str) -> Any:
    """The steps of an `ask` that says `then: [...]`."""
    return book(f"- ask: {{text: Do it, then: {then}}}", "{verdict: stuck}").steps[0].then  # type: ignore[attr-defined]


def proposed(made: MadeRun, then: str = "[stop]", judged: Any = None, incident: str = "e") -> Any:
    """The proposal of these steps about the run as it is now."""
    occasion = Occasion(look.at(made.run), PIN, incident, judged or STUCK, "verdict: stuck", made.now().wall)
    return propose(occasion, "Do it", steps(then))


def approved(made: MadeRun, then: str = "[stop]", **more: Any) -> Any:
    """The same, approved by a person, and not carried out."""
    found = proposed(made, then, **more)
    proposals.decide(made.home, found["id"], "approved")
    return found


def tick(made: MadeRun) -> list[str]:
    """What a tick does about proposals."""
    return proposal_acts.look_after(made.home, observe.Memory(made.home, made.now()))


def end(made: MadeRun, found: Any) -> Any:
    return proposals.done(made.home, found["id"])


def states(made: MadeRun, found: Any) -> list[str]:
    """What became of each act."""
    return [one["state"] for one in end(made, found)["acts"]]


def kinds(made: MadeRun) -> list[str]:
    """Kinds of the messages that wait in the inbox."""
    return [one["kind"] for one in made.messages()]


def path(made: MadeRun) -> str:
    return f"{made.home}/{layout.PROPOSALS}"
