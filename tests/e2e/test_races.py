"""Many at once: resumes, launches, readers beside writers, and many live runs in one tmux server."""

import collections
import json
import os
import shutil
import subprocess
import threading
import time
from pathlib import Path

import pytest

from tests.faults import truth
from tests.support.lab import Lab, eventually, naming
from workcell.rundir import find, layout, look, phase
from workcell.views import ls as listing


def at_once(lab: Lab, commands: list[list[str]], **more) -> list[tuple[int, str]]:
    """Start all commands together; (exit code, standard error) of each."""
    started = [
        subprocess.Popen(
            lab.words(*words), env=lab.env(), cwd=lab.top, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, text=True, **more,
        )
        for words in commands
    ]  # fmt: skip
    ended = [(process, process.communicate(timeout=60)[1]) for process in started]
    return [(process.returncode, said) for process, said in ended]


@pytest.mark.parametrize("rounds", [1, pytest.param(4, marks=pytest.mark.heavy)])
def test_eight_resumes_at_once_start_one_agent(lab, rounds):
    brief = lab.brief(
        'exec 9>>"$MARKS/flock"; flock -n 9 || echo beside >>"$MARKS/overlap"\n'
        'echo "$WORKCELL_ATTEMPT" >>"$MARKS/started"\n'
        'until test -e "$MARKS/go.${WORKCELL_ATTEMPT##*/}"; do sleep 0.02; done; exit 7',
        "exit 1",
        extra="limits: {attempts: 20}",
    )
    Path(lab.marks, "go.1").touch()
    run = lab.launch(brief, "--wait", code=1)
    for n in range(2, 2 + rounds):
        # the attempt lasts until all eight have had their answer: one that comes after its end may open the next
        ended = at_once(lab, [["resume", run, "--no-window"]] * 8)
        Path(lab.marks, f"go.{n}").touch()
        codes = collections.Counter(code for code, _ in ended)
        # who comes between the birth of the attempt and its runner starts that same attempt, and is told so
        assert codes[0] >= 1 and set(codes) <= {0, 75}, ended
        lab.phase(run, phase.DONE)
        assert layout.current(run) == n
        assert len(lab.mark("started").splitlines()) == n
        assert lab.mark("overlap") == "" and truth.unsound(run) == []


def test_eight_resumes_of_a_run_that_was_never_started_start_one_agent(lab):
    command = 'echo x >>"$MARKS/started"; until test -e "$MARKS/go"; do sleep 0.05; done'
    run = lab.launch(lab.brief(command, "true"), "--prepare")
    ended = at_once(lab, [["resume", run, "--no-window"]] * 8)
    Path(lab.marks, "go").touch()
    assert all(code in (0, 75) for code, _ in ended), ended
    assert lab.phase(run, phase.DONE).result["outcome"] == "passed"
    assert lab.mark("started") == "x\n" and layout.current(run) == 1


def test_eight_launches_on_one_tree_make_one_run(lab):
    brief = lab.brief('echo x >>"$MARKS/started"; until test -e "$MARKS/go"; do sleep 0.05; done', "true")
    ended = at_once(lab, [["launch", brief, "--repo", lab.repo, "--no-window"]] * 8)
    assert sorted(code for code, _ in ended) == [0] + [75] * 7, ended
    assert len(lab.runs()) == 1
    assert not [name for name in os.listdir(os.path.join(lab.home, layout.RUNS)) if name.startswith(".")]
    Path(lab.marks, "go").touch()
    lab.phase(lab.runs()[0], phase.DONE)
    # a launch returns when the agent's program runs, which may be before its first line has
    assert lab.mark("started") == "x\n"


TRUE_WORDS = {
    phase.CREATED: 0, phase.STARTING: 0, phase.RUNNING: 1, phase.FINISHING: 2, phase.DONE: 3,
}  # fmt: skip
"""The phases of a run that nobody kills, in the order in which it passes through them: launch still holds runner.lock
when it renames the run, so that it is starting, created and starting again."""


def test_a_hundred_lists_beside_launches_see_no_false_phase(lab):
    brief = lab.brief("echo hello", "true")
    repos = [lab.new_repo() for _ in range(4)]
    seen: dict[str, list[str]] = collections.defaultdict(list)
    stop = threading.Event()
    rounds = [0, 0]

    def look_on(which: int) -> None:
        while not stop.is_set():
            for run in listing.ls(lab.home, everything=True).runs:
                seen[f"{which} {run['id']}"].append(run["phase"])
            rounds[which] += 1

    watchers = [threading.Thread(target=look_on, args=(which,)) for which in range(2)]
    for watcher in watchers:
        watcher.start()
    try:
        for _ in range(3):
            ended = at_once(lab, [["launch", brief, "--repo", repo, "--no-window", "--wait"] for repo in repos])
            assert [code for code, _ in ended] == [0] * 4, ended
    finally:
        stop.set()
        for watcher in watchers:
            watcher.join()
    assert min(rounds) >= 100
    assert len(seen) >= 12
    for run, phases in seen.items():
        assert set(phases) <= set(TRUE_WORDS), (run, set(phases))
        ranks = [TRUE_WORDS[word] for word in phases]
        assert ranks == sorted(ranks), (run, list(dict.fromkeys(phases)))


def test_one_look_is_of_one_moment(lab):
    """A reader that is held up anywhere in a look sees a state that was, never a mixture of two."""
    run = lab.launch(lab.brief("sleep 0.05", "exit 1", extra="limits: {attempts: 500}"), "--wait", code=1)
    stop = threading.Event()
    seen = collections.Counter()

    def look_on() -> None:
        while not stop.is_set():
            one = look.at(run)
            seen[one.phase, one.why if one.phase not in TRUE_WORDS else None] += 1

    watchers = [threading.Thread(target=look_on) for _ in range(6)]  # they take turns: each is held up often
    for watcher in watchers:
        watcher.start()
    try:
        for _ in range(5):
            lab.workcell("resume", run, "--no-window", "--wait", code=1)
    finally:
        stop.set()
        for watcher in watchers:
            watcher.join()
    assert {word for word, _ in seen} <= set(TRUE_WORDS), seen


def crowd(lab: Lab, count: int, at_a_time: int) -> None:
    """`count` runs that live at once, half of them in terminals, all with windows; each ends as it should."""
    briefs = [
        lab.brief(
            f'echo "agent {i}"; echo x >>"$MARKS/up.{i}"; until test -e "$MARKS/go"; do sleep 1; done; exit {i % 5}',
            "true" if i % 3 else "exit 1",
            io="terminal" if i % 2 else "file",
            name=f"crowd-{i}",
        )
        for i in range(count)
    ]
    places = []
    for i in range(count):
        places.append(os.path.join(lab.top, f"place{i}"))
        os.mkdir(places[-1])
    for first in range(0, count, at_a_time):
        some = range(first, min(count, first + at_a_time))
        ended = at_once(lab, [["launch", briefs[i], "--repo", places[i]] for i in some])
        assert all(code == 0 and "no window" not in said for code, said in ended), ended
    runs = lab.runs()
    assert len(runs) == count
    eventually(lambda: all(look.at(run).phase == phase.RUNNING for run in runs), 30)
    sessions = lab.tmux("list-sessions", "-F", "#{session_name}").stdout.split()
    assert sorted(sessions) == sorted(map(os.path.basename, runs))
    Path(lab.marks, "go").touch()
    began = time.monotonic()
    eventually(lambda: all(look.at(run).phase == phase.DONE for run in runs), 30 + count)
    print(f"\n{count} runs ended within {time.monotonic() - began:.1f} s")
    for run in runs:
        seen = look.at(run)
        i = int(find.name_of(run).split("-")[1])
        assert (seen.exit["how"], seen.exit["code"]) == ("reaped", i % 5), run
        assert seen.result["outcome"] == ("passed" if i % 3 else "failed"), seen.result
        assert f"agent {i}" in lab.log(run)
        assert lab.mark(f"up.{i}") == "x\n"
        assert truth.unsound(run) == []
    eventually(lambda: not naming(os.path.join(lab.home, layout.RUNS)), 20)


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_ten_runs_at_once(lab):
    crowd(lab, 10, 4)


@pytest.mark.heavy
@pytest.mark.serial
@pytest.mark.timeout(900)
@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_two_hundred_runs_at_once(lab):
    crowd(lab, 200, 8)


def test_waits_at_once_settle_once(lab):
    run = lab.launch(lab.brief("sleep 60", 'echo x >>"$MARKS/verified"; sleep 0.3'))
    seen = lab.phase(run, phase.RUNNING)
    os.kill(seen.start["runner"]["pid"], 9)
    os.killpg(seen.start["agent"]["pid"], 9)
    lab.phase(run, phase.LOST)
    ended = at_once(lab, [["wait", run]] * 6)
    assert [code for code, _ in ended] == [0] * 6, ended
    assert lab.mark("verified") == "x\n"
    assert json.loads(lab.workcell("status", run, "--json").stdout)["attempts"][0]["exit"]["how"] == "vanished"
    assert truth.unsound(run) == []
