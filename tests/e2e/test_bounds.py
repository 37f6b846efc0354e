"""Limits on memory and processes: the agent and all that it starts are inside, and the outcome names a limit hit."""

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.support.lab import Lab, alive, eventually
from workcell.rundir import layout, look, phase, spool
from workcell.system import cgroup, cgroup_ways, control, resource_limits

WAYS, NOT_HERE = cgroup_ways.ways(cgroup_ways.CONTROLLERS)
pytestmark = pytest.mark.skipif(not WAYS, reason="; ".join(NOT_HERE))

EAT = "python3 -c 'import time; kept = bytearray({} << 20); print(len(kept), flush=True); time.sleep({})'"
LIMITS = "limits: {memory: 96M, processes: 60}"
GROW = """
import os, time
marks = os.environ["MARKS"]
kept = bytearray(64 << 20)
with open(marks + "/large", "w") as file:
    file.write("yes")
while not os.path.exists(marks + "/go"):
    time.sleep(0.02)
more = bytearray(200 << 20)
"""
WAIT = 'until test -e "$MARKS/go"; do sleep 0.05; done'


@pytest.fixture(autouse=True)
def _no_group_is_left(lab):
    yield
    lab.end()
    if os.path.isdir(lab.home):
        left = standing(lab)
        for path, _, _ in left:
            resource_limits.remove_path(path)
        assert left == []


def standing(lab) -> list[tuple[str, str, int]]:
    return resource_limits.left(
        lab.home, {place for run in lab.runs() for place in resource_limits.places(look.at(run))}
    )


def groups(run: str) -> list[str]:
    found = look.at(run).start["cgroup"]
    return sorted({found[key] for key in ("memory", "pids") if found[key]})


def result(lab: Lab, run: str) -> tuple[str, str]:
    lab.workcell("wait", run, "--timeout", "60s", code=None)
    found = look.at(run).result
    return found["outcome"], found["reason"]


@pytest.mark.parametrize("io", ["file", "terminal"])
def test_agent_and_descendants_are_inside_and_the_runner_is_not(lab, io):
    brief = lab.brief(f"(setsid sleep 60 & echo $! >$MARKS/far); echo $$ >$MARKS/near; {WAIT}", io=io, extra=LIMITS)
    run = lab.launch(brief)
    seen = lab.phase(run, phase.RUNNING)
    eventually(lambda: lab.mark("near") and lab.mark("far"))
    inside = cgroup.members(seen.start["cgroup"])
    assert seen.start["agent"]["pid"] in inside
    assert {int(lab.mark("near")), int(lab.mark("far"))} <= set(inside)
    assert seen.start["runner"]["pid"] not in inside
    assert (seen.start["cgroup"]["memory_bytes"], seen.start["cgroup"]["processes"]) == (96 << 20, 60)
    assert all(os.path.basename(run) + ".001" in path or "_" in path for path in groups(run))
    Path(lab.marks, "go").touch()
    assert result(lab, run) == ("passed", "verify.sh ended with 0")
    assert not alive(int(lab.mark("far")))
    assert not [path for path in groups(run) if os.path.exists(path)]
    facts = look.read_record(look.at(run).directory, layout.FACTS, [])["cgroup"]
    assert (facts["memory_kills"], facts["processes_refused"]) == (0, 0) and facts["memory_peak_bytes"] > 0


def test_an_agent_over_its_memory_is_killed_and_the_outcome_says_so(lab):
    program = Path(lab.top, "grow.py")
    program.write_text(GROW)
    run = lab.launch(lab.brief(f"exec python3 {program}", "false", extra=LIMITS))
    eventually(lambda: lab.mark("large"))
    spool.note(run, "test.looked")
    control.notify_runner(run)
    eventually(lambda: "test.looked" in Path(run, layout.EVENTS).read_text(), what="a look of the runner")
    Path(lab.marks, "go").touch()
    outcome, reason = result(lab, run)
    assert outcome == "failed"
    assert "by signal 9" in reason and "the memory limit of 96 MiB was hit: the kernel killed 1 process" in reason
    assert "the largest was python3 (pid " in reason
    seen = look.at(run)
    assert seen.exit["signal"] == signal.SIGKILL
    assert seen.exit["largest"]["command"] == "python3" and seen.exit["largest"]["rss_bytes"] > 60 << 20
    judged = json.loads(lab.workcell("judge", run, "--json").stdout)
    assert judged["verdict"] != "ok"
    assert reason in Path(run, "handoff.md").read_text()


def test_a_child_over_the_limit_leaves_the_agent_alive_and_is_named(lab):
    run = lab.launch(lab.brief(f"{EAT.format(200, 0)} || echo it died; exit 0", extra=LIMITS))
    outcome, reason = result(lab, run)
    assert outcome == "passed", "only the pinned script says so"
    assert "memory limit of 96 MiB was hit" in reason
    if WAYS[0].kind != "scope":  # systemd before 253 stops the whole scope then
        assert "it died" in lab.log(run)
    judged = json.loads(lab.workcell("judge", run, "--json").stdout)
    assert judged["verdict"] == "partial" or (WAYS[0].kind == "scope" and judged["verdict"] == "vanished")


def test_processes_beyond_the_limit_are_refused_and_counted(lab):
    command = "exec sh -c 'for i in $(seq 40); do sleep 60 & done'"  # bash would try again for fifteen seconds
    run = lab.launch(lab.brief(command, "false", extra="limits: {processes: 20}"))
    outcome, reason = result(lab, run)
    assert outcome == "failed"
    said = {"scope": "the limit of 20 processes was "}.get(
        WAYS[0].kind, "the limit of 20 processes was hit: one more was"
    )
    assert said in reason
    assert "Cannot fork" in lab.log(run) or "Resource temporarily" in lab.log(run)


def test_the_verify_script_has_the_same_limits(lab):
    inside = f"grep -o 'workcell-[^/]*' /proc/self/cgroup | sort -u >$MARKS/where; {EAT.format(200, 0)}"
    run = lab.launch(lab.brief("true", inside, extra=LIMITS))
    outcome, reason = result(lab, run)
    assert outcome == "failed"
    assert "in verify.sh the memory limit of 96 MiB was hit" in reason
    assert "-verify" in lab.mark("where") or "_verify" in lab.mark("where")
    again = lab.workcell("verify", run, code=None)
    assert again.returncode != 0
    assert not standing(lab)


def test_the_kernel_kills_the_agent_while_the_runner_dies(lab):
    run = lab.launch(lab.brief(f"{WAIT}; exec {EAT.format(200, 60)}", "true", extra=LIMITS))
    seen = lab.phase(run, phase.RUNNING)
    os.kill(seen.start["runner"]["pid"], signal.SIGSTOP)  # it sees nothing of what happens now
    Path(lab.marks, "go").touch()
    eventually(lambda: not alive(seen.start["agent"]["pid"]))
    os.kill(seen.start["runner"]["pid"], signal.SIGKILL)
    outcome, reason = result(lab, run)
    ended = look.at(run)
    assert (ended.exit["how"], ended.exit["code"], ended.exit["signal"]) == ("vanished", None, None)
    assert outcome == "passed" and "the agent vanished" in reason and "memory limit of 96 MiB was hit" in reason
    assert not [path for path in groups(run) if os.path.exists(path)]


def test_a_fork_bomb_in_a_limit_ends_with_its_attempt(lab):
    bomb = "f() { while true; do (setsid sleep 0.02 & setsid sleep 600 &) 2>/dev/null; done; }; trap '' TERM"
    run = lab.launch(lab.brief(f"{bomb}; (f &) ; (f &); sleep 0.5; exit 0", extra="limits: {processes: 50}"))
    outcome, _ = result(lab, run)
    assert outcome == "passed"
    assert not [path for path in groups(run) if os.path.exists(path)]


def test_gc_takes_the_group_that_a_killed_finish_left(lab):
    run = lab.launch(lab.brief("true", "true", extra=LIMITS))
    assert result(lab, run)[0] == "passed"
    seen = look.at(run)
    paths = groups(run)
    for path in paths:
        os.mkdir(path)
    listed = json.loads(lab.workcell("gc", "--json").stdout)
    assert {item["path"] for item in listed["items"] if item["kind"] == "cgroup"} == set(paths)
    assert all(os.path.isdir(path) for path in paths), "nothing goes before a person says yes"
    lab.workcell("gc", "--yes")
    assert not any(os.path.isdir(path) for path in paths)
    assert seen.result == look.at(run).result


def test_the_agent_is_more_killable_than_its_runner(lab):
    run = lab.launch(lab.brief(f"sleep 60 & echo $! >$MARKS/child; {WAIT}"))
    seen = lab.phase(run, phase.RUNNING)
    eventually(lambda: lab.mark("child"))

    def score(pid: int) -> int:
        return int(Path(f"/proc/{pid}/oom_score_adj").read_text())

    runner = score(seen.start["runner"]["pid"])
    assert score(seen.start["agent"]["pid"]) == score(int(lab.mark("child"))) == min(1000, runner + 200)
    assert seen.start["cgroup"] is None
    Path(lab.marks, "go").touch()
    lab.workcell("wait", run)


def test_a_runner_that_can_make_no_group_says_so_and_starts_nothing(lab):
    # the check at launch passed, and then the place was taken: as when a timer starts the next attempt elsewhere
    run = lab.launch(lab.brief("echo x >$MARKS/started", extra=LIMITS), "--prepare")
    n = cgroup.name(lab.home, run, 1)
    way = WAYS[0]
    if way.kind == "scope":
        pytest.skip("a unit of that name would have to be started by hand")
    taken = os.path.join(way.places["memory"], n)
    os.makedirs(os.path.join(taken, "below"))
    try:
        lab.workcell("resume", run, "--no-window", code=None)
        lab.phase(run, phase.DONE)
    finally:
        os.rmdir(os.path.join(taken, "below"))
        os.rmdir(taken)
    seen = look.at(run)
    assert (seen.exit["how"], seen.result["outcome"]) == ("not-started", "failed")
    assert "limits on memory and processes cannot be kept" in seen.result["reason"] and taken in seen.result["reason"]
    assert lab.mark("started") == ""


WITHOUT = ["unshare", "-m", "sh", "-c", 'mount -t tmpfs none /sys/fs/cgroup && exec "$@"', "sh"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can hide the control groups of this machine")
def test_where_nothing_can_limit_a_launch_is_refused_with_the_cure_and_doctor_says_so(lab):
    def there(*args: str) -> subprocess.CompletedProcess[str]:
        words = [*WITHOUT, *lab.words(*args)]
        return subprocess.run(words, cwd=lab.top, env=lab.env(), capture_output=True, text=True, timeout=60)

    brief = lab.brief("echo x >$MARKS/started", extra=LIMITS)
    ran = there("launch", brief, "--repo", lab.repo, "--no-window")
    assert ran.returncode == 69
    assert "nothing on this machine can limit memory and processes" in ran.stderr and "loginctl" in ran.stderr
    assert lab.runs() == [] and lab.mark("started") == ""
    ran = there("doctor", "--json")
    line = next(one for one in json.loads(ran.stdout)["lines"] if one["name"] == "memory and process limits")
    assert line["level"] == "warn" and "cgroup v1" in line["words"] and line["cure"]
    ran = there("launch", lab.brief("true", name="free"), "--repo", lab.repo, "--no-window", "--wait")
    assert ran.returncode == 0, "without such limits nothing is needed"
