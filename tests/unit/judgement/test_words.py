"""Three lines on a run from its events."""

from typing import Any

import pytest

from tests.unit.judgement.test_session import said
from workcell.judgement import session
from workcell.judgement.words import WIDTH, cut, what

BEGUN = said("turn.started")
CALL = said("tool.call", "Bash: make", call="c")


def now(*events: dict[str, Any], state: str | None = None) -> str:
    activity: Any = (
        None if state is None else {"state": state, "evidence": [{"says": state, "words": "Do you want to?"}]}
    )
    return what(session.fold(session.empty(), events), activity)["now"]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("events", "state", "line"),
    [
        ([], None, "nothing is known yet"),
        ([BEGUN], None, "has begun and said nothing yet"),
        ([BEGUN, said("assistant.message", "I look.")], None, "thinks"),
        ([BEGUN, CALL], None, "runs Bash: make"),
        ([BEGUN, CALL, said("tool.call", "Read: a", call="d")], None, "runs Read: a and 1 more"),
        ([BEGUN, said("approval.requested", "Bash: rm")], "approval", "waits for an answer: Bash: rm"),
        ([BEGUN, CALL], "approval", "waits for an answer: Bash: make"),
        ([BEGUN, CALL, said("tool.call", "Read: a", call="d")], "approval", "waits for an answer: Do you want to?"),
        ([BEGUN, CALL], "question", "waits for an answer: Do you want to?"),
        ([BEGUN, said("approval.requested", "")], None, "waits for an answer: a dialog is up"),
        ([BEGUN, said("retry", "529", attempt=2, most=10)], "retrying", "tries again (try 2 of 10): 529"),
        ([BEGUN, said("retry", "")], None, "tries again: a request failed"),
        ([BEGUN], "limited", "waits for a usage limit to reset"),
        ([said("turn.completed", "Done.", ok=True)], "idle", "waits for the next message"),
        ([said("turn.completed", "Done.", ok=True)], None, "ended its turn: Done."),
        ([said("turn.completed", "", ok=False)], "unknown", "failed: without a word"),
        ([BEGUN], "unknown", "unknown"),
    ],
)
def test_what_it_does_now(events: list[dict[str, Any]], state: str | None, line: str) -> None:
    assert now(*events, state=state) == line


def test_what_it_did_last_and_was_asked_last() -> None:
    calls = [said("tool.call", f"Read: {n}", call=str(n)) for n in range(5)]
    lines = what(
        session.fold(session.empty(), [said("user.prompt", "Fix it"), *calls, said("assistant.message", "Done.")])
    )  # type: ignore[list-item]
    assert lines["recently"] == "Read: 2 · Read: 3 · Read: 4 · Done." and lines["asked"] == "Fix it"
    empty = what(session.empty())
    assert (empty["recently"], empty["asked"]) == ("nothing yet", "not in its records")


def test_a_line_is_cut_at_its_width() -> None:
    assert cut("a\n b") == "a b"
    assert len(cut("x" * (WIDTH + 1))) == WIDTH and cut("x" * (WIDTH + 1)).endswith("…")
