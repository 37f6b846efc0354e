"""What stands in the line in which people type, and the name of a dialog."""

from typing import Any

from workcell.judgement import composer, title
from workcell.judgement.composer import Line

GHOSTS = ["Ask Codex to do anything", "Once fixed"]


def test_nothing_and_no_composer() -> None:
    assert composer.words(Line(3, 2, ["❯ "]), (3, 2)) == ""
    assert composer.words(None, (0, 0)) is None


def test_words_that_the_program_shows_itself_count_only_behind_the_cursor() -> None:
    ghost = Line(2, 2, ["› Ask Codex to do anything"])
    assert composer.words(ghost, (2, 2), GHOSTS) == ""
    assert composer.words(ghost, (2, 26), GHOSTS) == "Ask Codex to do anything"
    # the cursor was moved to the begin of what was typed
    assert composer.words(Line(2, 2, ["› half"]), (2, 2), GHOSTS) == "half"


def test_several_rows_are_one_line() -> None:
    assert composer.words(Line(3, 2, ["❯ one", "  two"]), (4, 5)) == "one two"


def test_a_dialog_keeps_its_name_while_its_mark_moves() -> None:
    def read(mark: int, text: str = "proceed?") -> Any:
        options = [{"n": str(n), "text": word, "selected": n == mark} for n, word in ((1, "Yes"), (2, "No"))]
        return {"kind": "dialog", "text": text, "options": options}

    assert composer.dialog_id(read(1)) == composer.dialog_id(read(2))
    assert composer.dialog_id(read(1)) != composer.dialog_id(read(1, "proceed with all of it?"))


def test_the_evidence_of_a_title() -> None:
    assert title.evidence("approval", "[ ! ] Action Required | repo")[0]["says"] == "approval"
    assert title.evidence("working", "◐ Claude Code")[0]["says"] == "working"
    assert title.evidence("resting", "✳ Claude Code") == title.evidence(None, "repo") == []
