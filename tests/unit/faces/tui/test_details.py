"""The lines beside the list, from the results of operations on real records."""

from pathlib import Path

import pytest

from tests.support import frozen
from workcell.faces.tui import asking, details


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    found = frozen.thaw(tmp_path / "home")
    monkeypatch.setenv("WORKCELL_HOME", found)
    return found


def test_what_is_asked_first_stands_first(home: str) -> None:
    status = asking.about("status", "frozen-two")
    lines = details.lines(status, asking.about("what", "frozen-two"))
    labels = [label for label, _ in lines if label]
    known = [label for label in details.FIRST if label in labels]
    assert labels[: len(known)] == known and labels.count("objective") == 1
    assert labels.index("current") < labels.index("id") < labels.index("attempt")
    assert details.title(status).endswith(f"frozen-two  {status.id}")


def test_a_line_that_continues_another_stays_with_it(home: str) -> None:
    status = asking.about("status", "frozen-two")
    parts = details._parts([("why", "a"), ("", "b"), ("id", "c")])
    assert parts == [[("why", "a"), ("", "b")], [("id", "c")]]
    assert ("id", status.id) in details.lines(status, asking.about("what", status.id))


def test_an_operation_gets_the_options_that_it_has(home: str) -> None:
    lines = list(asking.about("logs", "frozen-two", number=1, yes=True))
    assert len(lines) <= 1
    assert asking.there("stop") and not asking.there("no-such-operation")


def test_a_page_is_what_the_verb_says(home: str) -> None:
    text = asking.page("why", "frozen-two")
    assert text.startswith("passed: verify.sh ended with 0\n") and "judged" in text
    assert "no such run" in asking.page("why", "nothing-of-that-name")
