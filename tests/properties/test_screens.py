from hypothesis import given
from hypothesis import strategies as st

from workcell.agents import registry, screens
from workcell.judgement import verdict
from workcell.playbooks import library
from workcell.rundir.vocabulary import VERDICTS

SIGNALS = library.signals(library.load()[0])
RULE = "─" * 40
PIECES = [
    "",
    RULE,
    "❯ ",
    "› ",
    "❯ 1. Yes",
    "  2. No",
    "› 1. Yes, proceed (y)",
    "> 1. Sign in with ChatGPT",
    "  ⎿  out",
    "● ",
    "■ unexpected status 401",
    "• Working (3s • esc to interrupt)",
    "✻ Thinking… (1m 5s · ↓ 3 tokens)",
    "esc to interrupt",
    " Esc to cancel · Tab to amend",
    "Enter to confirm · Esc to cancel",
    "│ > │",
    "╭" + RULE + "╮",
    "  ❯ No, exit",
    "⚠ Usage limit reached · limit resets 7:29am",
    "Once fixed, resend your message",
    "99. x",
    "1. x",
    "2. y",
]
ROWS = st.lists(st.sampled_from(PIECES) | st.text(max_size=40), max_size=40)
AGENTS = st.sampled_from(["claude", "codex", "another"])


@given(ROWS, AGENTS)
def test_any_rows_are_read_as_something(rows: list[str], agent: str) -> None:
    found = screens.read(registry.find_or_generic(agent), rows)
    assert found["kind"] in ("dialog", "busy", "notice", "idle", "page", "unknown")
    assert isinstance(found["text"], str)
    if found["kind"] == "dialog":
        assert len(found["options"]) >= 2
        assert sum(option["selected"] for option in found["options"]) == 1


@given(st.lists(ROWS, max_size=4), AGENTS, st.text(max_size=80), st.none() | st.integers(-64, 255))
def test_any_frames_and_any_end_have_a_verdict(
    frames: list[list[str]], agent: str, words: str, code: int | None
) -> None:
    material = {
        "agent": agent,
        "now": 1_772_445_600.0,
        "frames": [
            {"name": str(number), "rows": rows, "screen": screens.read(registry.find_or_generic(agent), rows)}
            for number, rows in enumerate(frames)
        ],
        "stdout": words,
        "stderr": words,
        "exit": None if code is None else {"code": code, "signal": None, "how": "reaped", "ended_by": None},
    }
    found = verdict.judge(material, SIGNALS)
    assert found["verdict"] in VERDICTS
    assert 0 <= found["confidence"] <= 1
