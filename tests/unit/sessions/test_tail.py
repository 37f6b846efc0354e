"""The last turns of a file, read from its end: however long the last records are."""

from pathlib import Path

import pytest

from tests.support import recorded_runs as made
from tests.support.agent_sessions import Claude
from workcell.agents import jsonl, registry
from workcell.rundir import look
from workcell.sessions import conversation, known, tail
from workcell.sessions.session_reading import SessionReading
from workcell.sessions.tail import Tail


@pytest.fixture
def talk(monkeypatch: pytest.MonkeyPatch) -> Claude:
    """Two turns, the last of which ends with a record that is longer than what is read back."""
    for module, name, value in ((tail, "FIRST", 100), (tail, "MOST", 4000), (tail, "CHUNK", 300)):
        monkeypatch.setattr(module, name, value)
    monkeypatch.setattr(jsonl, "MAX_LINE", 3000)
    session = Claude().prompt("one").said("A.").prompt("two").call("make")
    return session.result("it printed\n" + "x" * 9000, failed=True)


def of_session(talk: Claude, top: Path, number: int) -> Tail:
    talk.keep(top)
    [file] = known.every(str(top / "home"), {"HOME": str(top)})
    with SessionReading(registry.load("claude"), file) as reading:
        return reading.last_turns(number)


def of_run(talk: Claude, top: Path, number: int) -> Tail:
    seen = look.at(made.recorded(top, transcript=made.lines(*talk.records), io="terminal"))
    found = conversation.of_attempt(seen, seen.n)
    assert found is not None
    return found.last_turns(number)


OF = pytest.mark.parametrize("of", [of_session, of_run])


@OF
@pytest.mark.parametrize("most", [40_000, 10_500])
def test_a_record_that_is_longer_than_what_is_read_back_is_shown(
    tmp_path: Path, talk: Claude, of: object, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert callable(of)
    monkeypatch.setattr(tail, "FAR", most)
    found: Tail = of(talk, tmp_path, 5)
    turns = found.turns.closed()
    assert [turn.prompt for turn in turns] == (["one", "two"] if most == 40_000 else ["two"])
    [step] = turns[-1].steps
    assert step.failed and (step.result or "").startswith("it printed\nxxx")
    assert found.earlier == (most != 40_000)


@OF
def test_only_as_many_turns_as_were_asked_for(tmp_path: Path, talk: Claude, of: object) -> None:
    assert callable(of)
    found: Tail = of(talk, tmp_path, 1)
    assert [turn.prompt for turn in found.turns.closed()] == ["two"] and found.earlier


@OF
def test_a_small_file_is_read_whole(tmp_path: Path, of: object) -> None:
    assert callable(of)
    found: Tail = of(Claude().prompt("one").said("A.").prompt("two").said("B."), tmp_path, 5)
    assert [turn.prompt for turn in found.turns.closed()] == ["one", "two"] and not found.earlier
