from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from workcell.agents import registry, screens, titles
from workcell.judgement import composer

RULE = "─" * 80


def claude(*above: str, typed: str = "", footer: str = "  ⏵⏵ accept edits on (shift+tab to cycle)") -> list[str]:
    return ["❯ Fix it", "", *above, "", RULE, f"❯ {typed}", RULE, footer, "", ""]


def codex(*above: str) -> list[str]:
    return ["› Fix it", "", *above, "", "› Ask Codex to do anything", "", "  m default · /r"]


BUSY = "  ⏵⏵ accept edits on (shift+tab to cycle) · esc to interrupt"


def test_a_dialog_has_its_question_its_options_and_the_answer_that_changes_nothing() -> None:
    rows = ["● I run it.", RULE, " Bash command", " make test", " Do you want to proceed?", " ❯ 1. Yes",
            "   2. Yes, and don't ask again", "   3. No", "", " Esc to cancel · Tab to amend"]  # fmt: skip
    found = registry.load("claude").terminal.read(rows)
    assert (found["kind"], found["question"], found["safe"]) == ("dialog", "Do you want to proceed?", "3")
    assert [(o["n"], o["selected"]) for o in found["options"]] == [("1", True), ("2", False), ("3", False)]


def test_a_dialog_of_words_without_numbers() -> None:
    rows = [
        "Is this a project you trust?",
        "",
        "  Yes, I trust this folder",
        "❯ No, exit",
        "",
        "Enter to confirm · Esc to cancel",
    ]
    found = registry.load("claude").terminal.read(rows)
    assert found["kind"] == "dialog" and found["safe"] == "No, exit"


def test_options_that_the_agent_printed_above_the_composer_are_no_dialog() -> None:
    rows = claude("● Choose:", "  ❯ 1. Yes", "    2. No", "  Esc to cancel · Tab to amend")
    assert registry.load("claude").terminal.read(rows)["kind"] == "idle"
    rows = codex("• Choose:", "  1. Yes, proceed (y)", "  2. No", "  Press enter to confirm or esc to cancel")
    assert registry.load("codex").terminal.read(rows)["kind"] == "idle"


def test_the_line_of_a_spinner_is_the_program_s_own_and_words_before_it_are_not() -> None:
    rows = claude("● 401 invalid x-api-key · retrying in 18s", "", "✻ Thinking… (1m 5s · ↓ 1.2k tokens)", footer=BUSY)
    found = registry.load("claude").terminal.read(rows)
    assert (found["kind"], found["text"]) == ("busy", "✻ Thinking… (1m 5s · ↓ 1.2k tokens)")
    assert (found["seconds"], found["tokens"]) == (65, "1.2k")


def test_what_an_agent_says_is_a_notice_only_with_the_program_s_own_advice_below() -> None:
    words = "● API Error: 500 Internal server error."
    assert registry.load("claude").terminal.read(claude(words))["kind"] == "idle"
    with_advice = registry.load("claude").terminal.read(claude(words, typed="Resend your message to try again"))
    assert (with_advice["kind"], with_advice["text"]) == ("notice", "API Error: 500 Internal server error.")


def test_a_line_under_the_prompt_is_the_program_s_and_one_under_a_tool_is_not() -> None:
    own = registry.load("claude").terminal.read(claude("❯ Go on", "  ⎿  Credit balance too low"))
    assert (own["kind"], own["text"]) == ("notice", "Credit balance too low")
    tool = registry.load("claude").terminal.read(claude("● Bash(cat x)", "  ⎿  Credit balance too low"))
    assert tool["kind"] == "idle"
    rows = claude("● Bash(ls)", "  ⎿  x", "  ⎿  Credit balance too low", typed="Once fixed, resend your message")
    assert registry.load("claude").terminal.read(rows)["text"] == "Credit balance too low"
    command = registry.load("claude").terminal.read(claude("❯ /status", "  ⎿  Credit balance too low"))
    assert command["kind"] == "idle"


def test_codex_s_notice_is_read_over_its_wrap_to_column_0() -> None:
    rows = codex("■ You’ve hit your usage limit, visit https://chatgpt.com/", "settings or try again.")
    found = registry.load("codex").terminal.read(rows)
    assert found["kind"] == "notice" and found["text"].endswith("settings or try again.")
    assert registry.load("codex").terminal.read(codex("• ■ You’ve hit your usage limit."))["kind"] == "idle"
    assert (
        registry.load("codex").terminal.read(codex("• Ran cat x", "  └ ■ You’ve hit your usage limit."))["kind"]
        == "idle"
    )


def test_a_turn_that_is_over_says_so() -> None:
    assert (
        registry.load("claude").terminal.read(claude("● Done.", "", "✻ Cooked for 3s · done 6:05 AM"))["done"] is True
    )
    assert registry.load("codex").terminal.read(codex("• Done.", "", "  Worked for 3s • 05:30"))["done"] is True
    assert registry.load("codex").terminal.read(codex("• Working (3s • esc to interrupt)"))["kind"] == "busy"


def test_an_empty_screen_and_a_page_without_a_composer() -> None:
    assert registry.load("claude").terminal.read([])["kind"] == "unknown"
    assert registry.load("claude").terminal.read(["Welcome to Claude Code", "Unable to connect"])["kind"] == "page"


COMPOSER = {
    "claude": ["● done", "", RULE, "❯ ", RULE, "  ⏵⏵ accept edits on"],
    "codex": ["• done", "", "› Ask Codex to do anything", "", "  a-model · /w"],
}


def words(agent: str, rows: list[str], cursor: tuple[int, int]) -> str | None:
    return composer.words(registry.load(agent).terminal.composer(rows), cursor, ["Ask Codex to do anything"])


def test_where_the_composer_is() -> None:
    assert words("claude", COMPOSER["claude"], (3, 2)) == words("codex", COMPOSER["codex"], (2, 2)) == ""
    assert words("claude", [*COMPOSER["claude"][:3], "❯ one", "  two", RULE, "foot"], (4, 5)) == "one two"
    assert words("codex", [*COMPOSER["codex"][:2], "› one", "  two", "", "foot"], (3, 5)) == "one two"


def test_a_dialog_or_plain_words_are_no_composer() -> None:
    assert words("claude", ["just text", ""], (0, 0)) is None
    assert words("codex", ["› 1. Yes", "  2. No", "enter to confirm"], (0, 0)) is None
    assert words("codex", [], (0, 0)) is None


def test_titles() -> None:
    assert titles.doing("◐ Claude Code") == titles.doing("⠼ repo") == "working"
    assert titles.doing("✳ Claude Code") == "resting"
    assert titles.doing("repo") is None and titles.doing("") is None
    assert titles.doing("[ ! ] Action Required | repo") == "approval"


def test_a_screen_that_a_reader_fails_on_is_unknown() -> None:
    def fails(rows: object) -> Any:
        raise ValueError(rows)

    broken = SimpleNamespace(read=fails, composer=fails, doing=titles.doing)
    agent = replace(registry.load("claude"), terminal=broken)
    assert screens.read(agent, ["a row"]) == {"kind": "unknown", "text": ""}
