"""Windows come and go, stop, or fall with their server: the agent never notices, and the log is whole."""

import os
import re
import shutil
import signal
import sys
import termios
import time
from pathlib import Path

import pytest

from tests.e2e.person import Person
from tests.support.lab import ROOT, Lab, alive, eventually
from workcell.rundir import layout, phase
from workcell.sessions import agent_log

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")

RECORDER = f"exec {sys.executable} -I -S {ROOT}/tests/e2e/recorder.py"
NO_TMUX = {"PATH": "/nonexistent"}
QUESTIONS = (
    b"\xc2\x9b6n\xc2\x9bc\xc2\x9d11;?\x07\x9b6n\x1b[c\x1b[>c\x1b[5n\x1b[6n"
    b"\x1b]11;?\x07\x1b]10;?\x1b\\\x1bP$qm\x1b\\\x1b[?1;2c\x1bZ\x05\x9bc"
)


def recorder(lab: Lab, *, io: str = "terminal", window: bool = False, first: str = "") -> str:
    run = lab.launch(lab.brief(f"{RECORDER} {first}", "true", io=io), window=window)
    lab.phase(run, phase.RUNNING)
    eventually(lambda: lab.mark("ready"), what="the agent's program")
    return run


def go(lab: Lab) -> None:
    Path(lab.marks, "go").touch()


def over(lab: Lab, run: str) -> None:
    """Let the agent end, and see that nothing of it was lost."""
    go(lab)
    seen = lab.phase(run, phase.DONE)
    assert seen.result["outcome"] == "passed"
    assert (seen.exit["how"], seen.exit["code"]) == ("reaped", 3)
    numbers = [int(number) for number in re.findall(r"tick (\d+)\.", lab.log(run))]
    assert numbers == list(range(1, len(lab.mark("ticks")) + 1))
    assert "the end" in lab.log(run)


def goes_on(lab: Lab) -> None:
    """The agent writes on, and what it writes reaches the log."""
    before = len(lab.mark("ticks"))
    eventually(lambda: len(lab.mark("ticks")) >= before + 5)


def session(lab: Lab, run: str) -> bool:
    return os.path.basename(run) in lab.tmux("list-sessions", "-F", "#{session_name}").stdout.split()


def stop_server(lab, run):
    os.kill(lab.servers()[0], signal.SIGSTOP)


KILLS = {
    "pane": lambda lab, run: lab.tmux("kill-pane", "-t", f"={os.path.basename(run)}:"),
    "session": lambda lab, run: lab.tmux("kill-session", "-t", f"={os.path.basename(run)}"),
    "server": lambda lab, run: lab.tmux("kill-server"),
    "server with SIGKILL": lambda lab, run: os.kill(lab.servers()[0], signal.SIGKILL),
    "socket": lambda lab, run: os.unlink(os.path.join(lab.home, layout.TMUX_SOCKET)),
    "server with SIGSTOP": stop_server,
}


@pytest.mark.parametrize("kill", list(KILLS))
def test_the_agent_outlives_what_shows_it(lab, kill):
    run = recorder(lab, window=True)
    eventually(lambda: session(lab, run))
    goes_on(lab)
    KILLS[kill](lab, run)
    goes_on(lab)
    with Person(lab, "attach", run) as person:
        person.sees(b"tick")
        person.sees(f"tick {len(lab.mark('ticks')) + 3}.".encode())
        if kill != "server with SIGSTOP":
            assert session(lab, run)
    goes_on(lab)
    assert lab.mark("typed") == ""
    over(lab, run)
    assert lab.mark("typed") == ""
    for pid in lab.servers():
        os.kill(pid, signal.SIGCONT)


def test_a_replay_asks_the_terminal_nothing(lab):
    Path(lab.marks, "questions").write_bytes(QUESTIONS * 200 + b"\r\nlast line\r\n")
    Path(lab.marks, "quiet").touch()
    run = recorder(lab, first="questions")
    answers = eventually(lambda: lab.mark("typed").count("\x1b[0n") == 200 and lab.mark("typed"))
    assert answers.count("\x1b[?62;22c") == 200, "DA, answered while no window is there"
    assert answers.count("\x1b[1;1R") == 200
    with Person(lab, "attach", run, **NO_TMUX) as person:
        person.sees(b"last line")
        eventually(lambda: lab.mark("sizes").count("\n") >= 2)
        shown = person.shown[person.shown.rindex(b"\x18") :]
        assert shown.startswith(b"\x18\x1b[m")
        assert b"\x1b" not in shown[4:] and b"\x05" not in shown and b"\x9b" not in shown and b"\x9d" not in shown
    assert lab.mark("typed") == answers
    over(lab, run)


def test_two_windows_show_the_same_and_both_type(lab):
    run = recorder(lab)
    with Person(lab, "attach", run, **NO_TMUX) as one, Person(lab, "attach", run, **NO_TMUX) as two:
        for person in (one, two):
            person.sees(b"tick")
            person.sees(f"tick {len(lab.mark('ticks')) + 3}.".encode())
        one.type(b"from one;")
        eventually(lambda: "from one;" in lab.mark("typed"))
        two.type(b"\x03\x04\x1a\x00and two")
        eventually(lambda: lab.mark("typed") == "from one;\x03\x04\x1a\x00and two")
    over(lab, run)


def test_a_window_that_only_looks_types_nothing(lab):
    run = recorder(lab)
    with Person(lab, "attach", "--read-only", run, **NO_TMUX) as person:
        person.sees(b"tick")
        person.type(b"no")
        goes_on(lab)
        assert lab.mark("typed") == ""
    over(lab, run)


@pytest.mark.parametrize("way", ["tmux", "no tmux"])
def test_the_terminal_takes_the_size_of_its_window(lab, way):
    run = recorder(lab)
    with Person(lab, "attach", run, columns=91, rows=31, **({} if way == "tmux" else NO_TMUX)) as person:
        person.sees(b"tick")
        status_line = way == "tmux"
        eventually(lambda: lab.mark("sizes").endswith(f"91x{31 - status_line}\n"))
        person.resize(77, 20)
        eventually(lambda: lab.mark("sizes").endswith(f"77x{20 - status_line}\n"))
    over(lab, run)


@pytest.mark.parametrize("io", ["terminal", "file"])
def test_a_window_that_takes_nothing_delays_neither_agent_nor_windows(lab, io):
    flood = (
        "import os, signal\n"
        "seen = []\n"
        "signal.signal(signal.SIGWINCH, lambda *_: seen.append(1))\n"
        "for i in range(300):\n"
        "  data = memoryview(b'%07d.' % i * 12500)\n"
        "  while data:\n"
        "    data = data[os.write(1, data):]\n"
        "open(os.environ['MARKS'] + '/winch', 'w').write(str(len(seen)))\n"
    )
    Path(lab.top, "flood.py").write_text(flood)
    wait = 'until test -e "$MARKS/flood"; do sleep 0.02; done'
    command = f"{wait}\n{sys.executable} -I -S {lab.top}/flood.py\n{wait}"
    run = lab.launch(lab.brief(command, io=io))
    lab.phase(run, phase.RUNNING)
    with Person(lab, "attach", run, **NO_TMUX) as person:
        eventually(lambda: b"\x18" in person.look(0.05))
        began = time.monotonic()
        Path(lab.marks, "flood").touch()  # nobody reads the window from here on
        seen = lab.phase(run, phase.DONE, seconds=30)
        assert seen.result["outcome"] == "passed"
        assert time.monotonic() - began < 20
    assert sum(len(chunk) for chunk in agent_log.raw(layout.attempt(run, 1))) == 300 * 8 * 12500
    assert int(lab.mark("winch")) < 8, "a window that takes nothing is shown nothing anew"


def test_windows_of_a_log_that_the_agent_writes_follow_and_drop_input(lab):
    run = recorder(lab, io="file")
    with Person(lab, "attach", run, **NO_TMUX) as person:
        person.sees(f"tick {len(lab.mark('ticks')) + 3}.".encode())
        person.type(b"nobody reads this")
        goes_on(lab)
        assert lab.mark("typed") == ""
    over(lab, run)


def test_without_tmux_the_calling_terminal_is_the_window_and_gets_its_settings_back(lab):
    run = recorder(lab)
    with Person(lab, "attach", run, **NO_TMUX) as person:
        before = termios.tcgetattr(person.fd)
        person.sees(b"tick")
        eventually(lambda: not termios.tcgetattr(person.fd)[3] & termios.ICANON)
        go(lab)
        assert person.ended() == 0
        assert termios.tcgetattr(person.fd) == before
    over(lab, run)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_window_that_is_ended_gives_the_terminal_its_settings_back(lab, number):
    run = recorder(lab)
    with Person(lab, "attach", run, **NO_TMUX) as person:
        before = termios.tcgetattr(person.fd)
        person.sees(b"tick")
        eventually(lambda: not termios.tcgetattr(person.fd)[3] & termios.ICANON)
        os.kill(person.pid, number)
        person.ended()
        assert termios.tcgetattr(person.fd) == before
    goes_on(lab)
    over(lab, run)


def test_attach_to_a_run_that_is_over_says_so(lab):
    run = lab.launch(lab.brief("true"), "--wait")
    with Person(lab, "attach", run) as person:
        assert person.ended() == 0
        assert b"workcell handoff" in person.shown and "✓ passed".encode() in person.shown


def test_the_runner_dies_and_its_windows_close(lab):
    run = recorder(lab, window=True)
    eventually(lambda: session(lab, run))
    seen = lab.phase(run, phase.RUNNING)
    with Person(lab, "attach", run, **NO_TMUX) as person:
        person.sees(b"tick")
        before = termios.tcgetattr(person.fd)
        os.kill(seen.start["runner"]["pid"], signal.SIGKILL)
        assert person.ended() == 0
        assert termios.tcgetattr(person.fd) != before
    eventually(lambda: not alive(seen.start["runner"]["pid"]))
    eventually(lambda: not session(lab, run), what="the pane of a dead runner stays")


@pytest.mark.serial
def test_a_stopped_tmux_holds_no_verb_and_no_tick_for_longer_than_two_seconds(lab):
    run = lab.launch(lab.brief("exec sleep 100", "true", io="terminal"), window=True)
    lab.workcell("watchdog", "tick")
    brief = lab.brief("exec sleep 100", None, name="second")

    def took(*words: str) -> float:
        begun = time.monotonic()
        lab.workcell(*words)
        return time.monotonic() - begun

    # what the same words take without windows, on the same busy machine
    bare = took("launch", brief, "--repo", lab.new_repo(), "--no-window")
    (server,) = lab.servers()
    os.kill(server, signal.SIGSTOP)
    try:
        assert took("launch", brief, "--repo", lab.new_repo()) < 2.0 + 3 * bare
        assert took("watchdog", "tick") < 2.0 + 3 * bare
        assert took("status", run) < 2.0 + bare
    finally:
        os.kill(server, signal.SIGCONT)
