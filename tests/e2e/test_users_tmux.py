"""A person's own tmux configuration, and a tmux server that uses it: workcell's windows are as without."""

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tests.e2e.person import Person
from tests.support.lab import Lab, eventually, naming
from workcell.rundir import phase

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")

HOOKS = (
    "session-created", "session-closed", "window-linked", "client-attached", "client-detached", "pane-died",
    "pane-exited", "after-new-session", "after-new-window",
)  # fmt: skip
CONF = """
set -g prefix C-a
unbind C-b
set -g remain-on-exit on
set -g default-command 'false'
set -g default-shell /bin/false
set -g destroy-unattached on
set -s exit-empty off
set -g mouse off
set -g status-left 'THE-PERSONS-OWN'
set -g history-limit 1
"""
AGENT = 'echo "the agent says hello"; until test -e "$MARKS/go"; do sleep 0.05; done; echo ended >>"$MARKS/ended"'


@pytest.fixture(params=[".tmux.conf", ".config/tmux/tmux.conf"])
def configured(lab, request):
    """The lab, with a configuration in the home of its person whose every hook leaves a mark."""
    path = Path(lab.person, request.param)
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"set-hook -g {hook} 'run-shell \"echo {hook} >>{lab.marks}/hooked\"'" for hook in HOOKS]
    path.write_text(CONF + "\n".join(lines) + f"\nrun-shell 'echo read >>{lab.marks}/read'\n")
    return lab


def sessions(lab: Lab) -> list[str]:
    return lab.tmux("list-sessions", "-F", "#{session_name}").stdout.split()


def test_launch_attach_and_end_are_as_without_it(configured):
    lab = configured
    run = lab.launch(lab.brief(AGENT, "true", io="terminal"), window=True)
    name = os.path.basename(run)
    eventually(lambda: sessions(lab) == [name])
    with Person(lab, "attach", run) as person:
        person.sees(b"the agent says hello")
        assert b"THE-PERSONS-OWN" not in person.shown
        person.type(b"\x02")  # the usual prefix; the one of the file is C-a
        eventually(lambda: lab.tmux("list-clients", "-F", "#{client_prefix}").stdout == "1\n")
        person.type(b"d")
        assert person.ended() == 0
    assert sessions(lab) == [name], "a window without anybody in it stays"
    lab.tmux("kill-server")
    eventually(lambda: not lab.servers())
    with Person(lab, "attach", run) as person:  # opens the window again, in a new server
        person.sees(b"the agent says hello")
        Path(lab.marks, "go").touch()
        assert person.ended() == 0
    seen = lab.phase(run, phase.DONE)
    assert (seen.result["outcome"], seen.exit["how"]) == ("passed", "reaped")
    assert lab.mark("ended") == "ended\n"
    eventually(lambda: not lab.servers(), what="a server without a session ends")
    eventually(lambda: not naming(run), what="a process of the run is left")
    assert (lab.mark("hooked"), lab.mark("read")) == ("", "")


def test_from_inside_of_the_persons_own_server(configured):
    """The file is in use there: nothing of it reaches the other server, and that one sees no session of a run."""
    lab = configured
    own = os.path.join(lab.top, "own.sock")

    def ours(*words: str) -> str:
        env = lab.env(SHELL="/bin/sh", TERM="xterm-256color")
        return subprocess.run(["tmux", "-S", own, *words], env=env, capture_output=True, text=True, timeout=10).stdout

    # in one go: with the person's own settings a session without a client ends at once
    words = ["new-session", "-d", "-s", "mine", "sleep", "300", ";", "set", "-g", "destroy-unattached", "off"]
    ours("start-server", ";", *words)
    begun = ["after-new-session", "session-created", "window-linked"]
    eventually(lambda: lab.mark("read") and sorted(lab.mark("hooked").split()) == begun, what="the person's server")
    pid, pane = ours("display-message", "-p", "#{pid} #{pane_id}").split()
    inside = {"TMUX": f"{own},{pid},0", "TMUX_PANE": pane}
    run = lab.launch(lab.brief(AGENT, "true", io="terminal"), window=True, env=lab.env(**inside))
    eventually(lambda: sessions(lab) == [os.path.basename(run)])
    with Person(lab, "attach", run, **inside) as person:
        person.sees(b"the agent says hello")
        assert b"nested" not in person.shown
        Path(lab.marks, "go").touch()
        assert person.ended() == 0
    assert lab.phase(run, phase.DONE).result["outcome"] == "passed"
    eventually(lambda: sessions(lab) == [])
    assert ours("list-sessions", "-F", "#{session_name}").split() == ["mine"]
    assert (sorted(lab.mark("hooked").split()), lab.mark("read")) == (begun, "read\n")
    ours("kill-server")


def test_watchdog_and_stop_with_windows(configured):
    lab = configured
    run = lab.launch(lab.brief(AGENT, "true", io="terminal"), window=True)
    eventually(lambda: sessions(lab) == [os.path.basename(run)])
    (server,) = lab.servers()
    for _ in range(2):
        lab.workcell("watchdog", "tick")
    assert lab.servers() == [server] and sessions(lab) == [os.path.basename(run)]
    begun = time.monotonic()
    lab.workcell("stop", run, "--grace", "1s")
    assert time.monotonic() - begun < 15
    assert lab.phase(run, phase.DONE).result["outcome"] == "stopped"
    eventually(lambda: not lab.servers(), what="a server without a session ends")
    assert (lab.mark("hooked"), lab.mark("read")) == ("", "")
