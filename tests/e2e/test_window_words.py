"""A window says which run it is, how it stands and how to leave; when it closes, the terminal says how the run ended."""

import os
import re
import shutil
from pathlib import Path

import pytest

from tests.e2e.person import Person
from tests.support import tmux_servers
from tests.support.lab import Lab, eventually
from workcell.rundir import phase
from workcell.terminal import printable
from workcell.terminal.emulator import Screen

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")

AGENT = 'echo "the agent says hello"; until test -e "$MARKS/go"; do sleep 0.05; done; exit "$(cat "$MARKS/go")"'
NAME = "fix-the-login-page-of-the-shop-for-good"


def launched(lab: Lab, verify: str = "true", name: str = NAME) -> str:
    run = lab.launch(lab.brief(AGENT, verify, io="terminal", name=name), window=True)
    lab.phase(run, phase.RUNNING)
    return run


def go(lab: Lab, code: int = 0) -> None:
    Path(lab.marks, "made").write_text(str(code))
    os.rename(Path(lab.marks, "made"), Path(lab.marks, "go"))


def bottom(person: Person, columns: int) -> str:
    screen = Screen(columns, 30)
    screen.feed(person.look(0.05))
    return screen.lines()[-1]


@pytest.mark.parametrize(
    ("columns", "name", "right"),
    [(40, "fix-the-log…", "Ctrl-b d"), (80, NAME, "Ctrl-b d leaves"), (120, NAME, "Ctrl-b d leaves")],
)
def test_the_status_line_names_the_run_its_state_and_the_way_out(lab, columns, name, right):
    run = launched(lab)
    with Person(lab, "attach", run, columns=columns) as person:
        person.sees(b"the agent says hello")
        line = eventually(lambda: (found := bottom(person, columns)).rstrip().endswith(right) and found)
        assert line.startswith(f" {name}  ● running"), line
        assert ("  shell " in line) == (columns > 60), line
        assert printable.width(line) <= columns
        person.sees(f"\x1b]0;{NAME} · ● running · workcell".encode())
    go(lab)
    lab.phase(run, phase.DONE)


def test_a_state_that_is_not_true_any_more_is_mended_while_somebody_looks(lab):
    run = launched(lab)
    session = f"={os.path.basename(run)}:"

    def state() -> str:
        return lab.tmux("show-options", "-v", "-t", session, "@workcell_state").stdout.strip()

    lab.tmux("set-option", "-t", session, "@workcell_state", "untrue")
    with Person(lab, "attach", run) as person:
        person.sees(b"the agent says hello")
        eventually(lambda: state() == "● running", 15.0)
    go(lab)
    lab.phase(run, phase.DONE)


def test_inside_a_persons_tmux_the_keys_that_are_shown_leave_the_window_and_not_that_tmux(lab):
    run = launched(lab)
    home = {name: value for name, value in lab.env().items() if name != "PATH"}
    exports = " ".join(f"{name}='{value}'" for name, value in home.items())
    command = f"cd {lab.top}; {exports} {' '.join(lab.words('attach', run))} 2>&1; echo back; sleep 600"
    with tmux_servers.private(
        os.path.join(lab.top, "own"), f"sh -c '{command.replace(chr(39), chr(34))}'", 100, 30
    ) as own:
        pane = own.sessions[0].panes[0]
        eventually(lambda: "Ctrl-b Ctrl-b d leaves" in "\n".join(pane.capture_pane()))
        pane.send_keys("C-b", enter=False, suppress_history=False)  # what the second Ctrl-b of a client sends
        pane.send_keys("d", enter=False, suppress_history=False)
        lines = eventually(lambda: (found := "\n".join(pane.capture_pane())) and "back" in found and found)
        assert "it goes on without this window" in lines
    go(lab)
    lab.phase(run, phase.DONE)


@pytest.mark.parametrize(("verify", "word", "verb"), [("true", "✓ passed", "handoff"), ("exit 7", "✗ failed", "why")])
def test_when_the_agent_ends_the_terminal_says_how_and_what_to_type(lab, verify, word, verb):
    run = launched(lab, verify)
    with Person(lab, "attach", run) as person:
        person.sees(b"the agent says hello")
        go(lab, 3)
        assert person.ended() == 0
        shown = person.look().decode()
        assert word in re.sub(r"\x1b\[[0-9;]*m", "", shown[shown.index("[exited]") :])
        assert f"workcell {verb} {os.path.basename(run)}" in shown
        # tmux discards at its start what the terminal has not read yet, and keeps the title itself where terminfo says how
        kept = re.search(r"\x1b\[22;(2|0;0)t", shown)
        assert kept, "the title is kept"
        assert kept.start() < shown.index("[exited]") < shown.index("\x1b[23;2t"), "the title is put back"
    ran = lab.workcell("attach", run, code=0)
    assert word in ran.stderr and f"workcell {verb} " in ran.stderr


def test_a_window_without_tmux_has_a_title_that_is_put_back(lab):
    run = launched(lab)
    with Person(lab, "attach", run, PATH="/nonexistent") as person:
        person.sees(b"the agent says hello")
        person.sees(f"\x1b[22;2t\x1b]2;{NAME} · workcell\x1b\\".encode())
        go(lab)
        assert person.ended() == 0
        assert person.shown.index("✓ passed".encode()) > person.shown.index(b"\x1b[23;2t") > 0


def test_a_stray_call_of_the_status_lines_program_is_told_what_it_is(lab):
    assert "the status line of a window calls this verb" in lab.workcell("_window", code=2).stderr
    assert lab.workcell("_window", os.path.join(lab.home, "runs", "none"), code=None).returncode not in (0, 70)
