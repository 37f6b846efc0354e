"""The line in which people type, and titles."""

from workcell.judgement import composer, screen, title

RULE = "─" * 60
CLAUDE = ["● done", "", RULE, "❯ ", RULE, "  ⏵⏵ accept edits on"]
CODEX = ["• done", "", "› Ask Codex to do anything", "", "  a-model · /w"]
GHOSTS = ["Ask Codex to do anything", "Once fixed"]


def at(rows, row, words):
    return [*rows[:row], words, *rows[row + 1 :]]


def test_an_empty_composer():
    assert composer.words(CLAUDE, "claude", (3, 2)) == ""
    assert composer.words(CODEX, "codex", (2, 2), GHOSTS) == ""


def test_words_of_a_person():
    assert composer.words(at(CLAUDE, 3, "❯ half a li"), "claude", (3, 11)) == "half a li"
    assert composer.words(at(CODEX, 2, "› half a li"), "codex", (2, 11), GHOSTS) == "half a li"
    # the very words of a hint, but the cursor stands behind them
    assert composer.words(CODEX, "codex", (2, 26), GHOSTS) == "Ask Codex to do anything"
    # the cursor was moved to the begin of what was typed
    assert composer.words(at(CODEX, 2, "› half"), "codex", (2, 2), GHOSTS) == "half"


def test_several_lines_are_one():
    rows = [*CLAUDE[:3], "❯ one", "  two", *CLAUDE[4:]]
    assert composer.words(rows, "claude", (4, 5)) == "one two"
    rows = [*CODEX[:2], "› one", "  two", *CODEX[3:]]
    assert composer.words(rows, "codex", (3, 5), GHOSTS) == "one two"


def test_no_composer():
    assert composer.words(["just text", ""], "claude", (0, 0)) is None
    assert composer.words(["› 1. Yes", "  2. No", "enter to confirm"], "codex", (0, 0)) is None
    assert composer.words([], "codex", (0, 0)) is None


def test_a_dialog_keeps_its_name_while_its_mark_moves():
    def read(mark):
        rows = [RULE, " Do you want to proceed?"]
        rows += [f" {'❯' if n == mark else ' '} {n}. {word}" for n, word in ((1, "Yes"), (2, "No"))]
        return screen.read([*rows, "", " Esc to cancel"], "claude")

    assert composer.dialog_id(read(1)) == composer.dialog_id(read(2))
    other = read(1)
    other["text"] += " of it"
    assert composer.dialog_id(other) != composer.dialog_id(read(1))


def test_titles():
    assert title.busy("◐ Claude Code") and title.busy("⠼ repo")
    assert title.busy("✳ Claude Code") is False
    assert title.busy("repo") is None and title.busy("") is None
    assert title.read("[ ! ] Action Required | repo")[0]["says"] == "approval"
    assert title.read("repo") == []
