from workcell.judgement import screen

RULE = "─" * 80


def claude(*above: str, typed: str = "", footer: str = "  ⏵⏵ accept edits on (shift+tab to cycle)") -> list[str]:
    return ["❯ Fix it", "", *above, "", RULE, f"❯ {typed}", RULE, footer, "", ""]


def codex(*above: str) -> list[str]:
    return ["› Fix it", "", *above, "", "› Ask Codex to do anything", "", "  m default · /r"]


BUSY = "  ⏵⏵ accept edits on (shift+tab to cycle) · esc to interrupt"


def test_a_dialog_has_its_question_its_options_and_the_answer_that_changes_nothing() -> None:
    rows = ["● I run it.", RULE, " Bash command", " make test", " Do you want to proceed?", " ❯ 1. Yes",
            "   2. Yes, and don't ask again", "   3. No", "", " Esc to cancel · Tab to amend"]  # fmt: skip
    found = screen.read(rows, "claude")
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
    found = screen.read(rows, "claude")
    assert found["kind"] == "dialog" and found["safe"] == "No, exit"


def test_options_that_the_agent_printed_above_the_composer_are_no_dialog() -> None:
    rows = claude("● Choose:", "  ❯ 1. Yes", "    2. No", "  Esc to cancel · Tab to amend")
    assert screen.read(rows, "claude")["kind"] == "idle"
    rows = codex("• Choose:", "  1. Yes, proceed (y)", "  2. No", "  Press enter to confirm or esc to cancel")
    assert screen.read(rows, "codex")["kind"] == "idle"


def test_the_line_of_a_spinner_is_the_program_s_own_and_words_before_it_are_not() -> None:
    rows = claude("● 401 invalid x-api-key · retrying in 18s", "", "✻ Thinking… (1m 5s · ↓ 1.2k tokens)", footer=BUSY)
    found = screen.read(rows, "claude")
    assert (found["kind"], found["text"]) == ("busy", "✻ Thinking… (1m 5s · ↓ 1.2k tokens)")
    assert (found["seconds"], found["tokens"]) == (65, "1.2k")


def test_what_an_agent_says_is_a_notice_only_with_the_program_s_own_advice_below() -> None:
    words = "● API Error: 500 Internal server error."
    assert screen.read(claude(words), "claude")["kind"] == "idle"
    with_advice = screen.read(claude(words, typed="Resend your message to try again"), "claude")
    assert (with_advice["kind"], with_advice["text"]) == ("notice", "API Error: 500 Internal server error.")


def test_a_line_under_the_prompt_is_the_program_s_and_one_under_a_tool_is_not() -> None:
    own = screen.read(claude("❯ Go on", "  ⎿  Credit balance too low"), "claude")
    assert (own["kind"], own["text"]) == ("notice", "Credit balance too low")
    tool = screen.read(claude("● Bash(cat x)", "  ⎿  Credit balance too low"), "claude")
    assert tool["kind"] == "idle"
    rows = claude("● Bash(ls)", "  ⎿  x", "  ⎿  Credit balance too low", typed="Once fixed, resend your message")
    assert screen.read(rows, "claude")["text"] == "Credit balance too low"
    command = screen.read(claude("❯ /status", "  ⎿  Credit balance too low"), "claude")
    assert command["kind"] == "idle"


def test_codex_s_notice_is_read_over_its_wrap_to_column_0() -> None:
    found = screen.read(
        codex("■ You’ve hit your usage limit, visit https://chatgpt.com/", "settings or try again."), "codex"
    )
    assert found["kind"] == "notice" and found["text"].endswith("settings or try again.")
    assert screen.read(codex("• ■ You’ve hit your usage limit."), "codex")["kind"] == "idle"
    assert screen.read(codex("• Ran cat x", "  └ ■ You’ve hit your usage limit."), "codex")["kind"] == "idle"


def test_a_turn_that_is_over_says_so() -> None:
    assert screen.read(claude("● Done.", "", "✻ Cooked for 3s · done 6:05 AM"), "claude")["done"] is True
    assert screen.read(codex("• Done.", "", "  Worked for 3s • 05:30"), "codex")["done"] is True
    assert screen.read(codex("• Working (3s • esc to interrupt)"), "codex")["kind"] == "busy"


def test_an_empty_screen_and_a_page_without_a_composer() -> None:
    assert screen.read([], "claude")["kind"] == "unknown"
    assert screen.read(["Welcome to Claude Code", "Unable to connect"], "claude")["kind"] == "page"
