"""The parts of screens that agent programs share."""

import pytest

from workcell.agents import screens
from workcell.agents.claude.agent import AGENT as claude

RULE = "─" * 40


def test_rows_lose_the_box_around_them_and_blank_ones_at_the_end() -> None:
    assert screens.tail(["│ a   │", "b  ", "", "  "]) == [" a", "b"]
    assert len(screens.tail(["x"] * 500)) == screens.TAIL


@pytest.mark.parametrize(
    ("status", "seconds", "tokens"),
    [
        ("✻ Working… (5s · ↓ 1.2k tokens)", 5, "1.2k"),
        ("✻ Working… (1h 2m 5s · esc to interrupt)", 3725, None),
        ("✻ Working… (2m 5s)", 125, None),
        ("✻ Working…", None, None),
        ("✻ Working… (thinking)", None, None),
    ],
)
def test_the_clock_and_the_tokens_of_a_spinner(status: str, seconds: int | None, tokens: str | None) -> None:
    assert (screens.seconds(status), screens.tokens(status)) == (seconds, tokens)


def test_a_composer_between_two_rules() -> None:
    rows = ["● Done.", RULE, "❯ fix", "  it", RULE, "  footer"]
    parts = screens.between_rules(rows)
    assert parts is not None and (parts.above, parts.typed, parts.below) == (["● Done."], "fix it", ["  footer"])
    line = screens.line_between_rules(rows)
    assert line is not None and (line.row, line.column, line.rows) == (2, 2, ["❯ fix", "  it"])
    assert screens.between_rules(["a", RULE, "no mark", RULE]) is None
    assert screens.line_between_rules([RULE, "❯ x"]) is None


def test_a_composer_behind_a_mark_is_no_option_of_a_list() -> None:
    rows = ["• Done.", "", "› fix", "  it", "", "footer"]
    parts = screens.behind_mark(rows)
    assert parts is not None and (parts.above, parts.typed) == (["• Done."], "fix")
    line = screens.line_behind_mark(rows)
    assert line is not None and (line.row, line.rows) == (2, ["› fix", "  it"])
    for options in (["› 1. yes", "  2. no"], ["no mark"], []):
        assert screens.behind_mark(options) is None and screens.line_behind_mark(options) is None


def test_a_dialog_with_numbers_names_its_question_and_the_option_that_changes_nothing() -> None:
    rows = [RULE, "Run make?", "❯ 1. Yes", "  2. No, and tell it why", "", "Enter to confirm · Esc to cancel"]
    found = screens.dialog(rows)
    assert found is not None and (found["kind"], found["question"], found["safe"]) == ("dialog", "Run make?", "2")
    assert [(one["n"], one["selected"]) for one in found["options"]] == [("1", True), ("2", False)]


def test_a_dialog_without_numbers() -> None:
    rows = ["Trust this folder?", "❯ Trust", "  Do not", "Press Enter to continue"]
    found = screens.dialog(rows)
    assert found is not None and [one["text"] for one in found["options"]] == ["Trust", "Do not"]
    assert found["question"] == "Trust this folder?" and found["safe"] is None


@pytest.mark.parametrize(
    "rows",
    [
        ["1. first", "2. second", "Enter to confirm"],  # nothing is marked
        ["❯ 1. only one", "Enter to confirm"],
        ["❯ 1. yes", "  2. no", "", "", "", "far from the end"],  # no keys, and not at the end
        ["❯ alone", "Enter to confirm"],
        ["❯ one", "❯ two", "Enter to confirm"],
    ],
)
def test_what_is_no_dialog(rows: list[str]) -> None:
    assert screens.dialog(rows) is None
    assert screens.without_composer(rows)["kind"] == "page"


def test_a_question_may_stand_inside_a_row() -> None:
    rows = [RULE, "It wants to run make. Do you agree? It is safe.", "❯ 1. Yes", "  2. No", "Esc to cancel"]
    found = screens.dialog(rows)
    assert found is not None and found["question"] == "Do you agree?"


def test_the_last_block_and_the_last_paragraph() -> None:
    assert screens.last_block(["● one", "  more", "● two", "  more"]) == ["● two", "  more"]
    assert screens.last_block(["❯ hi", "  ⎿ limit"]) == ["  ⎿ limit"]
    assert screens.last_block(["  indented"]) == []
    assert screens.last_paragraph(["a", "", "b", "c"]) == ["b", "c"]


def test_a_reader_that_fails_gives_an_unknown_screen() -> None:
    assert screens.read(claude, [7])["kind"] == "unknown"  # type: ignore[list-item]
