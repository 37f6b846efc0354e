"""What is played: frames that fit the terminal, or lines, with pauses that are not too long."""

import pytest

from tests.support import recorded_runs as made
from tests.unit.sessions.test_turns import prompt, said
from tests.unit.views.test_recordings import TOKEN, drawn
from workcell.base.errors import NotFound, Refused, Usage
from workcell.rundir.cell import Cell
from workcell.terminal.emulator import Screen
from workcell.views import replay

__all__ = ["drawn"]


def played(run, **more):
    return list(replay.perform(Cell(made.home_of(run), {}, "/"), replay.Request(run, **more)))


def test_frames_are_drawn_over_each_other_and_fit(drawn):
    steps = played(drawn, columns=20, rows=4, idle=0.25, speed=5)
    screen = Screen(20, 4)
    shown = []
    for step in steps:
        screen.feed(step.text.encode())
        shown.append(screen.lines())
    assert shown == [
        ["red é", "", "", ""],
        ["red é", "[redacted:github]", "", ""],
        ["last", "", "", ""],
    ]
    assert [(step.at, step.pause, step.whole_screen) for step in steps] == [
        (1, 0, True),
        (2, 0.05, True),
        (3, 0.05, True),
    ]
    assert steps[-1].still == "last\n"
    assert TOKEN not in "".join(step.text for step in steps)


def test_a_conversation_is_played_in_lines(tmp_path):
    records = made.lines(prompt("Fix it", 0), said(f"Done with {TOKEN}.", 9))
    steps = played(made.recorded(tmp_path, transcript=records))
    assert [(step.text.strip(), step.pause) for step in steps if step.text.strip()] == [
        ("> Fix it", 0),
        ("Done with [redacted:github].", 2),
    ]
    assert not any(step.whole_screen or step.still for step in steps)


@pytest.mark.parametrize("more", [{"speed": 0}, {"speed": -1}, {"speed": 1e9}, {"idle": -1}])
def test_a_speed_that_is_none_is_refused(drawn, more):
    with pytest.raises(Usage, match="speed"):
        played(drawn, **more)


def test_what_is_not_there_is_named(drawn, tmp_path):
    with pytest.raises(NotFound, match="no attempt 9"):
        played(drawn, attempt=9)
    with pytest.raises(Refused, match="cannot be played"):
        played(made.recorded(tmp_path / "other", b"text", reader="none"))
