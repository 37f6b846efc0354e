"""Turns are shown with their prompt first, and everything else below it."""

from workcell.sessions import turn_lines
from workcell.sessions.turns import Step, Turn

SAID = Step("said", "It works.", "It works.\n\nReally.", None)
CALL = Step("tool", "Bash: make → ok", "Bash: make", None, tool="Bash", result="a\nb", failed=False)


def shown(*steps, tools=False, **more):
    turn = {"prompt": "Do it.", "own": False, "started_at": None, "ended_at": None, "ok": True, "left_out": 0, **more}
    return list(turn_lines.turns([Turn(steps=steps, **turn)], tools=tools))


def test_a_turn():
    assert shown(CALL, SAID) == ["> Do it.", "  · Bash: make → ok", "  It works.", "", "  Really."]


def test_the_answer_of_a_tool_where_it_is_asked_for():
    assert shown(CALL, tools=True) == ["> Do it.", "  · Bash: make → ok", "      a", "      b"]


def test_when_and_how_it_ended(monkeypatch):
    monkeypatch.setenv("TZ", "UTC")
    turn_lines.time.tzset()
    times = {"started_at": "2026-03-02T10:00:00.000Z", "ended_at": "2026-03-02T10:02:10.000Z"}
    assert shown(**times) == ["> Do it.  (10:00, took 2m 10s)"]
    assert shown(**times, ok=False) == ["> Do it.  (10:00, took 2m 10s, failed)"]
    assert shown(ok=None, started_at="yesterday") == ["> Do it.  (not ended)"]


def test_what_is_not_known_is_said():
    assert shown(prompt=None) == ["> (what was asked is not in these records)"]
    assert shown(left_out=3) == ["> Do it.", "  (3 earlier steps are not shown)"]


def test_turns_have_an_empty_line_between_them():
    turn = Turn("a", False, None, None, True, (), 0)
    assert list(turn_lines.turns([turn, turn])) == ["> a", "", "> a"]
