"""Watchdogs against each other, against their own death, against clocks, tmux and the disk; healthy runs throughout."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.faults import torture
from tests.support import crowds, watching
from tests.support.lab import ROOT, alive, eventually, rewrite_record
from workcell.base import platform
from workcell.rundir import layout, look, maildir, phase
from workcell.watch import observe, tick

HOUR = 3600.0
TICK = [sys.executable, "-I", str(ROOT / "workcell" / "__main__.py"), "watchdog", "tick"]


@pytest.fixture
def watch(lab):
    watching.quick(lab.home, "partial-completion", "vanished-session")
    return watching.Watch(lab)


def many(lab, count):
    """Watchdogs at once."""
    started = [
        subprocess.Popen(TICK, env=lab.env(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(count)
    ]
    return [process.communicate(timeout=90) for process in started]


def incidents(lab, watch, rounds, watchdogs):
    """Run after run that is due, and many watchdogs that all see it."""
    passed = 'test "${WORKCELL_ATTEMPT##*/}" -ge 2'
    brief = lab.brief("date +%s%N >>grows.txt", passed)
    for _ in range(rounds):
        run = lab.launch(brief)
        lab.phase(run, phase.SCHEDULED)
        many(lab, watchdogs)
        eventually(lambda run=run: look.at(run).phase == phase.DONE, 30.0)
        seen = look.at(run)
        assert (seen.n, seen.result["outcome"]) == (2, "passed")
        mine = [one for one in watch.acts("resume") if one["run"] == seen.id]
        assert len(mine) == 1, mine
        watch.path("actions.jsonl").unlink()


def test_many_watchdogs_act_once(lab, watch):
    incidents(lab, watch, 2, 6)


@pytest.mark.sweep
@pytest.mark.timeout(1800)
def test_eight_watchdogs_act_once_on_each_of_sixty_incidents(lab, watch):
    incidents(lab, watch, 60, 8)


@pytest.mark.skipif(not torture.points.STRACE, reason="strace is not installed")
@pytest.mark.timeout(300)
@pytest.mark.heavy
def test_a_watchdog_killed_in_the_act_leaves_an_intent_that_the_next_one_settles():
    found = torture.torture(5, 1, 3, 90.0, ["tick that resumes"])
    assert not found["wrong"] and sum(found["deaths"].values()) >= 1, found


@pytest.mark.sweep
@pytest.mark.timeout(5400)
def test_the_kill_matrix():
    found = torture.torture(1000, 2, 11, 4800.0)
    assert not found["wrong"], found["wrong"]
    assert sum(found["deaths"].values()) >= 1000


# -- healthy runs


@pytest.fixture
def healthy(lab, watch):
    """Five live runs, each with an agent whose records can be read."""
    like = lab.launch(lab.brief("true", "true", recipe="  reader: claude"), "--wait")
    agent = subprocess.Popen(["sleep", "1000"])
    live = crowds.Live(lab, like, 5, agent.pid)
    yield live
    live.close()
    agent.kill()
    agent.wait()


def journal(run, *events):
    with open(os.path.join(run, layout.EVENTS), "a") as file:
        for number, (kind, at, data) in enumerate(events, start=100):
            event = {"n": number, "at": watching.stamp(at), "type": kind, "source": "hook", "id": f"x{number}{kind}"}
            file.write(
                json.dumps({**event, "attempt": 1, "agent_time": watching.stamp(at), "text": "", "data": data}) + "\n"
            )


IN_A_TOOL = (("turn.started", -HOUR, {}), ("tool.call", -HOUR, {"call": "c1", "name": "Bash", "text": "make test"}))


def undisturbed(watch, healthy, before):
    """No act, no message, no signal, nothing changed; at most a notice."""
    assert not [one for one in watch.acts() if one["step"] not in ("notify", "wait_until", "escalate")]
    for run in healthy.runs:
        seen = look.at(run)
        assert (seen.phase, seen.n) == (phase.RUNNING, 1)
        assert not maildir.waiting(os.path.join(run, layout.INBOX))
    assert {run: sorted(os.listdir(run)) for run in healthy.runs} == before


def ticks(watch, count, *, mono=60.0, slept=0.0, stepped=0.0):
    """Ticks on a clock of their own: `mono` seconds apart, then one more after a sleep or a step of the clock."""
    begun = observe.Now()
    for number in range(count):
        gap = number * mono
        tick.tick(watch.lab.home, observe.Now(begun.wall + gap, begun.mono + gap, begun.boottime + gap, begun.boot))
    gap = count * mono
    last = observe.Now(begun.wall + gap + slept + stepped, begun.mono + gap, begun.boottime + gap + slept, begun.boot)
    tick.tick(watch.lab.home, last)


@pytest.mark.parametrize("more", [{}, {"slept": 10 * HOUR}, {"stepped": 2 * HOUR}, {"stepped": -2 * HOUR},
                                  {"stepped": 48 * HOUR}, {"stepped": -48 * HOUR}])  # fmt: skip
def test_silent_for_an_hour_inside_a_tool_call(watch, healthy, more):
    for run in healthy.runs:
        journal(run, *IN_A_TOOL)
    before = {run: sorted(os.listdir(run)) for run in healthy.runs}
    ticks(watch, 60, **more)
    undisturbed(watch, healthy, before)


def test_silent_for_an_hour_with_nothing_on_record(watch, healthy):
    before = {run: sorted(os.listdir(run)) for run in healthy.runs}
    ticks(watch, 60)
    undisturbed(watch, healthy, before)


def test_a_spinner_without_progress_is_told_of_once_seen_twice_and_no_more(lab, watch, healthy):
    """Its log grows with every redraw, its tokens stand still: that is the terminal's word alone."""
    healthy.change(layout.ATTEMPT, io="terminal")
    before = {run: sorted(os.listdir(run)) for run in healthy.runs}
    begun = observe.Now()
    for minute in range(20):
        for run in healthy.runs:
            with open(os.path.join(layout.attempt(run, 1), layout.AGENT_LOG), "ab") as file:
                file.write(f"\r\x1b[2K✻ Thinking… ({minute + 1}m 0s · ↓ 120 tokens · esc to interrupt)".encode())
        gap = 60.0 * minute
        tick.tick(lab.home, observe.Now(begun.wall + gap, begun.mono + gap, begun.boottime + gap, begun.boot))
    undisturbed(watch, healthy, before)


def test_a_directory_that_cannot_be_read_is_not_a_run_that_is_gone(lab, watch, healthy):
    before = {run: sorted(os.listdir(run)) for run in healthy.runs}
    os.rename(os.path.join(healthy.runs[0], layout.CURRENT), os.path.join(healthy.runs[0], "kept"))
    os.symlink("attempts/001/loop", os.path.join(healthy.runs[0], "attempts", "001", "loop"))
    os.symlink("attempts/001/loop", os.path.join(healthy.runs[0], layout.CURRENT))
    ticks(watch, 5)
    os.unlink(os.path.join(healthy.runs[0], "attempts", "001", "loop"))
    os.rename(os.path.join(healthy.runs[0], "kept"), os.path.join(healthy.runs[0], layout.CURRENT))
    undisturbed(watch, healthy, before)


def test_a_run_on_another_host_is_left_alone(lab, watch, healthy):
    elsewhere = {**platform.identity(1), "host": "another"}
    healthy.change(layout.START, agent=elsewhere, runner=elsewhere)
    healthy.close()
    healthy._locks.clear()
    assert all(look.at(run).phase == phase.UNKNOWN for run in healthy.runs)
    before = {run: sorted(os.listdir(run)) for run in healthy.runs}
    ticks(watch, 20)
    assert not [one for one in watch.acts() if one["step"] != "notify"]
    assert {run: sorted(os.listdir(run)) for run in healthy.runs} == before
    assert len([one for one in watch.notices() if one.startswith("20260101")]) == len(healthy.runs), "each told once"


def test_git_add_never_fails_under_ticks(lab, watch):
    loop = 'for i in $(seq 1 400); do echo $i >f$i; git add f$i || { echo broken >>"$MARKS/broken"; exit 1; }; done'
    run = lab.launch(lab.brief(loop, "true"))
    count = 0
    while look.at(run).phase != phase.DONE:
        watch.tick(later=400.0)
        count += 1
        assert count < 4000
    assert look.at(run).result["outcome"] == "passed" and not lab.mark("broken")


# -- tmux


def windowed(lab):
    run = lab.launch(lab.brief("exec sleep 60", "true", io="terminal"), window=True)
    lab.phase(run, phase.RUNNING)
    eventually(lambda: lab.tmux("list-sessions").stdout)
    return run, lab.servers()[0]


def test_a_tmux_that_hangs_is_told_of_and_nothing_else(lab, watch):
    run, server = windowed(lab)
    watch.tick()
    os.kill(server, signal.SIGSTOP)
    try:
        begun = time.monotonic()
        for _ in range(3):
            watch.tick()
        assert time.monotonic() - begun < 3 * 4.0
    finally:
        os.kill(server, signal.SIGCONT)
    assert look.at(run).phase == phase.RUNNING
    assert [one["step"] for one in watch.acts()] == ["notify"]
    assert [one.partition("/")[0] for one in watch.notices()] == ["watchdog"]
    lab.workcell("stop", run, "--grace", "1s")


def test_a_tick_that_opens_an_attempt_waits_for_a_stopped_tmux_once(lab, watch):
    run, server = windowed(lab)
    due = lab.launch(lab.brief("true", 'test "${WORKCELL_ATTEMPT##*/}" -ge 2', name="due"), repo=lab.new_repo())
    lab.phase(due, phase.SCHEDULED)
    watch.tick()
    lab.phase(due, phase.DONE)
    again = lab.launch(lab.brief("true", 'test "${WORKCELL_ATTEMPT##*/}" -ge 2', name="again"), repo=lab.new_repo())
    lab.phase(again, phase.SCHEDULED)
    os.kill(server, signal.SIGSTOP)
    try:
        begun = time.monotonic()
        watch.tick()
        took = time.monotonic() - begun
    finally:
        os.kill(server, signal.SIGCONT)
    assert lab.phase(again, phase.DONE).n == 2
    assert took < 2.0 + 3.0, "the question of the tick, and the start of an attempt"
    lab.workcell("stop", run, "--grace", "1s")


def test_a_socket_that_was_tidied_away_is_made_again(lab, watch):
    run, server = windowed(lab)
    watch.tick()
    os.unlink(os.path.join(lab.home, layout.TMUX_SOCKET))
    did = watch.tick()
    assert any("repair_socket" in line for line in did), did
    assert os.path.basename(run) in lab.tmux("list-sessions").stdout
    assert lab.servers() == [server] and look.at(run).phase == phase.RUNNING
    lab.workcell("stop", run, "--grace", "1s")


def test_a_pid_that_is_not_the_server_any_more_gets_no_signal(lab, watch):
    run, _ = windowed(lab)
    watch.tick()
    victim = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        stored = watch.record("seen.json")
        stored["tmux"]["server"] = {**stored["tmux"]["server"], "pid": victim.pid}  # the pid is used again
        watch.path("seen.json").write_text(json.dumps(stored))
        os.unlink(os.path.join(lab.home, layout.TMUX_SOCKET))
        watch.tick()
        assert alive(victim.pid), "SIGUSR1 ends a program that does not know it"
    finally:
        victim.kill()
        victim.wait()
    assert look.at(run).phase == phase.RUNNING
    lab.workcell("stop", run, "--grace", "1s")


# -- disk and reboot


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")
def test_a_full_disk_stops_the_watchdog_with_words_and_no_act(lab):
    os.mkdir(lab.home, 0o700)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", lab.home], check=True)
    try:
        watch = watching.Watch(lab)
        run = lab.launch(lab.brief("true", "false"))
        lab.phase(run, phase.SCHEDULED)
        full = Path(lab.home, "full")
        with pytest.raises(OSError), open(full, "wb", buffering=0) as file:
            while True:
                file.write(b"x" * 4096)
        ran = lab.workcell("watchdog", "tick", code=None)
        assert ran.returncode in (0, 74) and "Traceback" not in ran.stderr
        assert look.at(run).phase in (phase.SCHEDULED, phase.CREATED) and look.at(run).n <= 2
        full.unlink()
        watching.quick(lab.home, "partial-completion")
        for _ in range(6):
            watch.tick(ahead=120.0)
        assert look.at(run).n >= 2
        eventually(lambda: look.at(run).phase in (phase.SCHEDULED, phase.DONE), 20.0)
    finally:
        subprocess.run(["umount", "-l", lab.home], check=True)


REBOOT = """
set -eu
cd "$TOP"
$PYTHON -m workcell launch "$TOP/brief.md" --repo "$REPO" --no-window >"$TOP/ids"
$PYTHON -m workcell launch "$TOP/brief.md" --repo "$REPO2" --no-window >>"$TOP/ids"
sleep 1
kill -9 -1
"""


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("unshare"), reason="a pid namespace needs root")
def test_after_a_reboot_every_run_goes_on_within_one_tick(lab, watch):
    """A pid namespace that ends takes every process with it; another boot id makes it a reboot."""
    again = 'test "${WORKCELL_ATTEMPT##*/}" = 1 && exec sleep 60\ntouch passed'
    lab.brief(again, "test -e passed")
    env = lab.env(TOP=lab.top, REPO=lab.repo, REPO2=lab.new_repo(), PYTHON=sys.executable)
    script = Path(lab.top, "machine.sh")
    script.write_text(REBOOT)
    subprocess.run(["unshare", "-pf", "--mount-proc", "sh", str(script)], env=env, timeout=60, check=False)
    runs = [lab.run(line.split()[0]) for line in Path(lab.top, "ids").read_text().splitlines()]
    assert len(runs) == 2
    old = {**json.loads(Path(layout.attempt(runs[0], 1), layout.START).read_text())["agent"]}
    assert look.at(runs[0]).phase == phase.UNKNOWN, "another pid namespace of this boot cannot be asked"
    for run in runs:
        start = look.at(run).start
        for who in ("runner", "agent"):
            start[who]["boot"] = "00000000-0000-0000-0000-000000000000"
        rewrite_record(run, 1, layout.START, start)
    assert old["boot"] == platform.boot_id()
    watch.tick()
    for run in runs:
        seen = eventually(lambda run=run: _waits(run), 30.0)
        assert seen.next["playbook"] == "vanished-session", seen.next
    for _ in range(3):
        watch.tick(ahead=600.0)
    for run in runs:
        eventually(lambda run=run: look.at(run).phase == phase.DONE, 30.0)
        assert look.at(run).result["outcome"] == "passed" and look.at(run).n == 2


def _waits(run):
    seen = look.at(run)
    return seen if seen.phase in (phase.SCHEDULED, phase.DONE) else None
