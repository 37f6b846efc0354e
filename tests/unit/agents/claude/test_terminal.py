"""What stands around the composer of Claude Code."""

from workcell.agents.claude import terminal
from workcell.judgement.screen import Screen

RULE = "─" * 40


def read(*above: str, typed: str = "❯", below: tuple[str, ...] = ("  ? for shortcuts",)) -> Screen:
    return terminal.read([*above, RULE, typed, RULE, *below])


def test_a_spinner_works_and_tells_whether_a_tool_runs() -> None:
    busy = ("  esc to interrupt",)
    found = read("● Bash(make)", "  ⎿ Running…", "", "✻ Baking… (5s · ↓ 12 tokens)", below=busy)
    assert found == {"kind": "busy", "text": "✻ Baking… (5s · ↓ 12 tokens)", "tool": True, "seconds": 5, "tokens": "12"}
    assert read("● I look at it.", below=busy)["text"] == ""


def test_a_limit_below_the_composer_is_sure() -> None:
    below = ("  ⚠ Usage limit reached · /upgrade",)
    assert read("  ⎿ You've hit your session limit", below=below) == {
        "kind": "notice",
        "text": "You've hit your session limit",
        "warned": "⚠ Usage limit reached · /upgrade",
        "sure": True,
    }
    assert read("● Done.", below=below)["text"] == "⚠ Usage limit reached · /upgrade"


def test_an_answer_directly_under_the_prompt_is_the_program_s_own() -> None:
    assert read("❯ fix", "  it all", "  ⎿ API Error: 529") == {
        "kind": "notice",
        "text": "API Error: 529",
        "sure": False,
    }
    assert read("❯ /login", "  ⎿ Login interrupted")["kind"] == "idle"
    assert read("● Bash(make)", "  ⎿ API Error: 529")["kind"] == "idle"


def test_the_program_s_advice_in_the_composer_makes_a_notice_sure_and_counts_as_nothing_typed() -> None:
    advice = "❯ Once fixed, resend your message"
    found = read("❯ fix", "● API Error: 401", typed=advice)
    assert found == {"kind": "notice", "text": "API Error: 401", "sure": True}
    assert read("● API Error: 401")["kind"] == "idle"
    assert read("  words", typed=advice) == {"kind": "idle", "text": "", "done": False, "typed": ""}


def test_a_program_that_rests() -> None:
    assert read("● Done.", "", "✻ Baked for 5s", typed="❯ fix it") == {
        "kind": "idle",
        "text": "",
        "done": True,
        "typed": "fix it",
    }
    assert terminal.read([])["kind"] == "unknown"
    assert terminal.read(["a page"])["kind"] == "page"
