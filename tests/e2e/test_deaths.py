"""The runner dies at each phase, the machine starts again, the agent is on another host: settle says what it knows."""

import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from tests.faults import truth
from tests.support.lab import Lab, alive, eventually, naming, rewrite_record
from workcell.base import platform
from workcell.finish import settle
from workcell.rundir import layout, look, phase


def test_the_runner_dies_before_it_starts_the_agent(lab):
    run = lab.launch(lab.brief('echo x >>"$MARKS/started"', "true"), "--prepare")
    assert lab.workcell("wait", run, "--timeout", "2s", code=1).stdout.splitlines()[0].endswith("created")
    lab.workcell("resume", run, "--no-window", "--wait")
    assert lab.mark("started") == "x\n"


@pytest.mark.parametrize("io", ["file", "terminal"])
def test_the_runner_dies_while_the_agent_runs(lab, io):
    brief = lab.brief(
        'trap "" HUP; for i in 1 2 3; do echo "line $i"; echo "line $i" >>"$MARKS/ack.1"; done; '
        'until test -e "$MARKS/go"; do sleep 0.05; done; echo 2>/dev/null; exit 0',
        "true",
        io=io,
    )
    run = lab.launch(brief)
    seen = lab.phase(run, phase.RUNNING)
    eventually(lambda: lab.mark("ack.1").count("\n") == 3)
    if io == "terminal":
        eventually(lambda: "line 3" in lab.log(run))
    os.kill(seen.start["runner"]["pid"], signal.SIGKILL)
    lab.phase(run, phase.ORPHANED)
    assert settle.settle(run).phase == phase.ORPHANED, "its agent is alive: nobody takes its place"
    assert "still alive" in lab.workcell("resume", run, "--no-window", code=77).stderr
    assert alive(seen.start["agent"]["pid"])
    Path(lab.marks, "go").touch()
    lab.workcell("wait", run)
    ended = look.at(run)
    assert (ended.exit["how"], ended.exit["code"]) == ("vanished", None)
    assert truth.unsound(run) == [] and truth.breaches(lab, run) == []


def test_finish_dies_while_the_check_runs(lab):
    brief = lab.brief(
        "exit 7",
        'exec 8>>"$MARKS/flock"; flock -n 8 || echo beside >>"$MARKS/overlap"\n'
        'echo $$ >>"$MARKS/verifying"; test -e "$MARKS/again" || sleep 60',
    )
    run = lab.launch(brief)
    eventually(lambda: lab.mark("verifying"))
    holder = lab.phase(run, phase.FINISHING)
    pid = holder.start["runner"]["pid"]
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: not alive(pid))
    assert lab.phase(run, phase.INTERRUPTED).exit["code"] == 7
    Path(lab.marks, "again").touch()
    lab.workcell("wait", run)
    assert lab.mark("overlap") == "" and lab.mark("verifying").count("\n") == 2
    assert look.at(run).exit["code"] == 7 and truth.unsound(run) == []
    eventually(lambda: not naming(os.path.basename(run)))


def test_settling_ends_nothing_that_the_caller_started_himself(lab):
    """The watchdog and other programs settle runs in their own process: their children are no leftovers."""
    run = lab.launch(lab.brief("sleep 60", "true"))
    seen = lab.phase(run, phase.RUNNING)
    os.kill(seen.start["runner"]["pid"], signal.SIGKILL)
    os.killpg(seen.start["agent"]["pid"], signal.SIGKILL)
    lab.phase(run, phase.LOST)
    mine = subprocess.Popen(["sleep", "60"])
    try:
        assert settle.settle(run).phase == phase.DONE
        assert mine.poll() is None
    finally:
        mine.kill()
        mine.wait()


def elsewhere(run: str, **change: object) -> None:
    """The run as it is after it was started somewhere else: its agent's identity says so."""
    start = look.at(run).start
    for who in ("agent", "runner"):
        start[who].update(change)
    rewrite_record(run, 1, layout.START, start)


@pytest.mark.parametrize("change", [{"host": "another.host"}, {"pidns": "pid:[1]"}])
def test_what_cannot_be_asked_is_unknown_and_automation_keeps_away(lab, change):
    run = lab.launch(lab.brief("sleep 60", "true"))
    seen = lab.phase(run, phase.RUNNING)
    os.kill(seen.start["runner"]["pid"], signal.SIGKILL)
    lab.phase(run, phase.ORPHANED)
    elsewhere(run, **change)
    for pid in naming(os.path.basename(run)):  # as nothing here holds agent.lock, so it would be seen from elsewhere
        os.kill(pid, signal.SIGKILL)
    assert lab.phase(run, phase.UNKNOWN).why
    before = sorted(os.listdir(seen.directory))
    lab.workcell("wait", run, code=1)
    assert "unknown" in lab.workcell("resume", run, "--no-window", code=77).stderr
    assert sorted(os.listdir(seen.directory)) == before
    ran = lab.workcell("stop", run)
    assert "could not be asked" in ran.stderr
    assert look.at(run).result["outcome"] == "stopped"


def test_a_pid_that_was_used_again_is_another_process(lab):
    run = lab.launch(lab.brief("sleep 60", "true"))
    seen = lab.phase(run, phase.RUNNING)
    os.kill(seen.start["runner"]["pid"], signal.SIGKILL)
    os.killpg(seen.start["agent"]["pid"], signal.SIGKILL)
    lab.phase(run, phase.LOST)
    other = subprocess.Popen(["sleep", "60"], start_new_session=True)
    try:
        elsewhere(run, **{**platform.identity(other.pid), "start": platform.start_ticks(other.pid) - 1})
        assert look.at(run).phase == phase.LOST
        lab.workcell("stop", run)
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


REBOOT = """
set -e
echo "$2" >"$1/boot"
mount --bind "$1/boot" /proc/sys/kernel/random/boot_id
cd "$1"
shift 2
"$@"
"""


def boot(lab: Lab, identifier: str, *words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    """Run words on a machine that was started as `identifier`; all that it started dies with it."""
    script = ["sh", "-c", REBOOT, "sh", lab.top, identifier, *words]
    ran = subprocess.run(
        ["unshare", "-mpf", "--mount-proc", "--kill-child", *script],
        env=lab.env(),
        capture_output=True,
        text=True,
        timeout=60,
        stdin=subprocess.DEVNULL,
    )
    assert ran.returncode == code, ran
    return ran


def test_the_machine_is_started_again(lab):
    if os.geteuid() != 0 or shutil.which("unshare") is None:
        pytest.skip("needs root and unshare")
    trial = subprocess.run(["unshare", "-mpf", "--mount-proc", "true"], capture_output=True, text=True)
    if trial.returncode != 0:
        pytest.skip(f"namespaces are not allowed here: {trial.stderr.strip()}")
    first = "11111111-1111-1111-1111-111111111111"
    brief = lab.brief('echo begun; echo x >>"$MARKS/begun"; test -e "$MARKS/go" || sleep 60', "true")
    launch = lab.words("launch", brief, "--repo", lab.repo, *([] if shutil.which("tmux") else ["--no-window"]))
    wait = f'until test -e "{lab.marks}/begun"; do sleep 0.05; done; {" ".join(lab.words("status", "-", "--json"))}'
    shown = boot(lab, first, "sh", "-c", f"{' '.join(launch)} && {wait}")
    (run,) = lab.runs()
    assert '"phase": "running"' in shown.stdout
    assert look.at(run).start["agent"]["boot"] == first
    Path(lab.marks, "go").touch()
    second = "22222222-2222-2222-2222-222222222222"
    shown = boot(lab, second, *lab.words("status", run, "--json"))
    assert '"phase": "lost"' in shown.stdout
    shown = boot(lab, second, *lab.words("wait", run))
    assert "passed" in shown.stdout
    assert look.at(run).exit["how"] == "vanished" and truth.unsound(run) == []


def test_a_socket_of_a_dead_runner_is_not_in_the_way(lab):
    run = lab.launch(lab.brief("sleep 60", "true"))
    seen = lab.phase(run, phase.RUNNING)
    os.kill(seen.start["runner"]["pid"], signal.SIGKILL)
    os.killpg(seen.start["agent"]["pid"], signal.SIGKILL)
    lab.phase(run, phase.LOST)
    assert os.path.exists(os.path.join(run, layout.CONTROL))
    lab.workcell("stop", run)
    connection = socket.socket(socket.AF_UNIX)
    with pytest.raises(OSError):
        connection.connect(os.path.join(run, layout.CONTROL))
    connection.close()
