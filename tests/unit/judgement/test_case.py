"""One attempt while it is judged."""

import re
from typing import Any

from workcell.judgement.case import Case, first_reset, names
from workcell.judgement.evidence import item
from workcell.texts.signal import Signal

NOW = 1_772_445_600.0
KEY = re.compile("bad key")


def fired(name: str, at: float | None = None) -> Any:
    return {"id": name, "version": 1, "reset": None if at is None else {"at": at}}


def test_only_signals_of_this_agent_fire() -> None:
    signals = [Signal(agent, 1, (agent,), "stderr", "auth", 0.8, pattern=KEY) for agent in ("any", "claude", "codex")]
    case = Case({"agent": "claude", "now": NOW}, signals)
    assert names(case.fire_on_text("stderr", "bad key")) == ["any/1", "claude/1"]


def test_an_agent_is_taken_to_be_readable_unless_it_is_said() -> None:
    assert Case({"agent": "claude", "now": NOW}, []).reads
    assert not Case({"agent": "parrot", "now": NOW, "reader": False}, []).reads


def test_a_claim_is_kept_and_given_back() -> None:
    case = Case({"agent": "claude", "now": NOW}, [])
    one = item("hook", "ok", 0.9, "done")
    assert case.claim(one) is one and case.claims == [one]


def test_the_reset_of_the_first_signal_that_tells_one() -> None:
    assert first_reset([fired("a"), fired("b", 1.0), fired("c", 2.0)]) == {"at": 1.0}
    assert first_reset([fired("a")]) is None
