"""An agent without a facet does without it; the meaning of its exits is plain data."""

from workcell.agents.claude.agent import AGENT as claude
from workcell.agents.codex import terminal
from workcell.agents.events import Where
from workcell.agents.protocol import Agent, ExitCode, Exits

WHERE = Where(agent="parrot", file="f", offset=0)
BARE = Agent("parrot", "Parrot", terminal)


def test_an_agent_with_a_terminal_alone_reads_no_records() -> None:
    assert not BARE.reads()
    assert BARE.read({"type": "x"}, {}, WHERE) == BARE.close({}, WHERE) == BARE.hook({"x": 1}, {}, WHERE) == []
    assert BARE.transcripts({"HOME": "/h"}, "/w", None) == []


def test_one_facet_is_enough_to_be_read() -> None:
    assert Agent("parrot", "Parrot", terminal, hooks=claude.hooks).reads()
    assert Agent("parrot", "Parrot", terminal, records=claude.records).reads()


def test_exits_as_they_are_judged() -> None:
    exits = Exits({75: ExitCode("rate_limit", 0.8, "too many")}, noise=("WARNING",), trying=("again",))
    meaning = {"verdict": "rate_limit", "confidence": 0.8, "words": "too many"}
    assert exits.as_material() == {"codes": {75: meaning}, "noise": ("WARNING",), "trying": ("again",)}
