"""What launch refuses, with code, reason and cure; and a tmux server that hangs, which holds nobody up."""

import os
import resource
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.support.lab import Lab, eventually
from workcell.rundir import layout, look, phase


def nothing_made(lab: Lab) -> None:
    try:
        assert os.listdir(os.path.join(lab.home, layout.RUNS)) == []
    except FileNotFoundError:
        pass


def without_tmux(lab: Lab) -> dict[str, str]:
    """An environment in which there is everything but tmux."""
    where = os.path.join(lab.top, "bin")
    os.makedirs(where, exist_ok=True)
    for program in ("git", "bash", "sh", "env"):
        found = shutil.which(program)
        if found and not os.path.exists(os.path.join(where, program)):
            os.symlink(found, os.path.join(where, program))
    return lab.env(PATH=where)


def test_no_tmux(lab):
    brief = lab.brief("true", "true")
    ran = lab.workcell("launch", brief, "--repo", lab.repo, env=without_tmux(lab), code=69)
    assert "tmux" in ran.stderr and "--no-window" in ran.stderr
    nothing_made(lab)
    lab.launch(brief, "--wait", env=without_tmux(lab))


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_too_few_descriptors(lab):
    def few():
        resource.setrlimit(resource.RLIMIT_NOFILE, (200, 200))

    brief = lab.brief("true", "true")
    ran = lab.workcell("launch", brief, "--repo", lab.repo, code=77, preexec_fn=few)
    assert "ulimit" in ran.stderr
    nothing_made(lab)
    lab.launch(brief, "--wait", preexec_fn=few)


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_a_home_too_deep_for_a_socket_gets_a_short_one(lab):
    deep = os.path.join(lab.top, *["d" * 60] * 3)
    os.makedirs(deep, 0o700)
    env = lab.env(WORKCELL_HOME=os.path.join(deep, "home"))
    brief = lab.brief('until test -e "$MARKS/go"; do sleep 0.05; done', "true", io="terminal")
    ran = lab.workcell("launch", brief, "--repo", lab.repo, env=env)
    assert "no window" not in ran.stderr
    socket = Path(deep, "home", layout.SOCKET_POINTER).read_text().strip()
    try:
        run = os.path.join(deep, "home", layout.RUNS, ran.stdout.strip())
        listed = subprocess.run(["tmux", "-S", socket, "list-sessions"], capture_output=True, text=True, timeout=10)
        assert os.path.basename(run) in listed.stdout
        Path(lab.marks, "go").touch()
        assert lab.phase(run, phase.DONE).result["outcome"] == "passed"
    finally:
        subprocess.run(["tmux", "-S", socket, "kill-server"], capture_output=True, timeout=10)


def test_a_repository_in_the_middle_of_a_merge(lab):
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@localhost", "-C", lab.repo]
    for words in (
        ["checkout", "-qb", "other"],
        ["commit", "-qam", "two"],
        ["checkout", "-q", "main"],
        ["commit", "-qam", "three"],
    ):
        if words[0] == "commit":
            Path(lab.repo, "file.txt").write_text(words[-1])
        subprocess.run([*git, *words], check=True, env=lab.env())
    assert subprocess.run([*git, "merge", "other"], env=lab.env(), capture_output=True).returncode == 1
    ran = lab.workcell("launch", lab.brief("true"), "--repo", lab.repo, "--no-window", code=77)
    assert "merge" in ran.stderr and "abort" in ran.stderr
    nothing_made(lab)


def test_a_tree_that_another_run_holds(lab):
    brief = lab.brief('until test -e "$MARKS/go"; do sleep 0.05; done', "true")
    run = lab.launch(brief)
    os.symlink(lab.repo, os.path.join(lab.top, "another-way"))
    for path in (lab.repo, os.path.join(lab.top, "another-way")):
        ran = lab.workcell("launch", brief, "--repo", path, "--no-window", code=75)
        assert (
            os.path.basename(run) in ran.stderr
            and f"workcell wait {os.path.basename(run)}; workcell launch" in ran.stderr
        )
    assert len(lab.runs()) == 1
    Path(lab.marks, "go").touch()
    lab.phase(run, phase.DONE)
    lab.launch(brief, "--wait")


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_a_tmux_server_that_hangs_does_not_hold_up_verbs(lab):
    first = lab.launch(lab.brief('until test -e "$MARKS/go"; do sleep 0.05; done', "true"), window=True)
    (server,) = lab.servers()
    os.kill(server, signal.SIGSTOP)
    took = {}
    try:
        for words in (["ls"], ["status", first], ["logs", first], ["stop", first, "--grace", "1s"]):
            began = time.monotonic()
            lab.workcell(*words)
            took[words[0]] = time.monotonic() - began
        began = time.monotonic()
        # it lives until it was looked for a window: of one that is over none is opened, and nothing is said
        second = lab.brief('until test -e "$MARKS/go"; do sleep 0.05; done', "true", name="second")
        ran = lab.workcell("launch", second, "--repo", lab.repo)
        took["launch"] = time.monotonic() - began
        Path(lab.marks, "go").touch()
        assert "no window" in ran.stderr and "does not answer" in ran.stderr
        assert lab.phase(lab.runs()[-1], phase.DONE).result["outcome"] == "passed"
    finally:
        os.kill(server, signal.SIGCONT)
    assert look.at(first).result["outcome"] == "stopped"
    # two seconds for tmux, one for a killed tmux client that does not go, and the work on a busy machine
    assert all(seconds < 2 + 1 + 4 for seconds in took.values()), took
    eventually(lambda: not lab.servers(), what="the server has nothing to show and ends")
