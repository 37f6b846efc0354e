"""Other programs, run with a time limit, and found outside of the tree."""

import os
import signal
import subprocess
import sys
import time

import pytest

from tests.support.lab import ROOT, alive, eventually
from workcell.base import platform
from workcell.base.errors import Unreachable
from workcell.system import find_program, run_program


def test_what_a_program_prints_and_how_it_ends():
    ran = run_program.run(["sh", "-c", "cat; echo bad >&2; exit 3"], timeout=10, input=b"in")
    assert (ran.code, ran.out, ran.ok, ran.timed_out, ran.complaint()) == (3, b"in", False, False, "bad")
    assert run_program.run(["printf", r"\377x"], timeout=10).text() == "\udcffx"
    assert run_program.run(["sh", "-c", "kill -9 $$"], timeout=10).code == -signal.SIGKILL
    assert run_program.run(["true"], timeout=10).complaint() == "exit code 0"


def test_past_its_time_its_whole_group_is_killed(tmp_path):
    begun = time.monotonic()
    ran = run_program.run(["sh", "-c", f"sleep 600 & echo $! > {tmp_path}/pid; echo out; wait"], timeout=2.0)
    assert time.monotonic() - begun < 60 and ran.timed_out and ran.out == b"out\n"
    assert ran.complaint() == "did not answer in time"
    pid = int((tmp_path / "pid").read_text())
    eventually(lambda: not alive(pid))


def test_a_program_of_the_tree_is_not_taken(tmp_path, monkeypatch):
    (tmp_path / ".git").mkdir()
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "tool").write_text("#!/bin/sh\necho evil\n")
    (tmp_path / "bin" / "tool").chmod(0o755)
    monkeypatch.chdir(tmp_path)
    for path in (f"{tmp_path}/bin", "bin", "."):
        with pytest.raises(Unreachable, match="cannot start 'tool'"):
            run_program.run(["tool"], timeout=5, env={"PATH": path})
    assert run_program.run([str(tmp_path / "bin" / "tool")], timeout=5).out == b"evil\n", "a path is what it says"
    assert find_program.find("sh", os.environ["PATH"], [None]) is not None


@pytest.mark.parametrize(("argv", "cwd", "words"), [(["no-such-program"], None, "install no-such-program"),
                                                    (["true"], "/nonexistent", "put it back")])  # fmt: skip
def test_what_cannot_be_started_has_a_cure(argv, cwd, words):
    with pytest.raises(Unreachable) as caught:
        run_program.run(argv, timeout=5, cwd=cwd)
    assert words in str(caught.value.hint)


def test_output_goes_into_a_file_and_a_question_ends_it_early(tmp_path):
    with open(tmp_path / "out", "wb") as file:
        words = {"setting": run_program.Setting(str(tmp_path), dict(os.environ)), "output": file.fileno()}
        assert (
            run_program.run_into(
                ["sh", "-c", "echo a; echo b >&2; umask; exit 4"],
                timeout=10,
                **{**words, "setting": run_program.Setting(str(tmp_path), dict(os.environ), umask=0o77)},
            )
            == 4
        )
        assert run_program.run_into(["sleep", "600"], timeout=0.2, **words) is None
        asked = []
        assert (
            run_program.run_into(["sleep", "600"], timeout=60, until=lambda: asked.append(1) is None, **words) is None
        )
        with pytest.raises(Unreachable):
            run_program.run_into(["no-such-program"], timeout=5, **words)
        with pytest.raises(Unreachable):
            run_program.run_into(["no-such-program"], timeout=5, place=lambda pid: None, **words)
    assert (tmp_path / "out").read_bytes() == b"a\nb\n0077\n" and asked


def test_a_program_waits_until_it_was_placed(tmp_path):
    placed = []
    with open(tmp_path / "out", "wb") as file:
        words = {
            "setting": run_program.Setting(str(tmp_path), dict(os.environ)),
            "output": file.fileno(),
            "timeout": 20,
        }
        assert run_program.run_into(["sh", "-c", "echo $$"], place=placed.append, **words) == 0
        with pytest.raises(OSError, match="not here"):
            run_program.run_into(["touch", "ran"], place=_refuse, **words)
    assert (tmp_path / "out").read_text() == f"{placed[0]}\n"
    assert not (tmp_path / "ran").exists()


def _refuse(pid):
    raise OSError("not here")


STAY = "import os, sys; from workcell.system import run_program; sys.exit(run_program.stay(sys.argv[1:], os.environ))"


def staying(*words: str) -> subprocess.Popen[bytes]:
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen([sys.executable, "-c", STAY, *words], env=env, stdout=subprocess.PIPE)


def test_a_program_that_is_given_the_terminal_and_stops_itself_stops_what_waits_for_it():
    with staying("sh", "-c", "kill -STOP $$; exit 5") as waits:
        _, ended = os.waitpid(waits.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(ended)
        os.kill(waits.pid, signal.SIGCONT)
        assert waits.wait(10) == 5


def test_what_ends_the_caller_ends_the_program_that_was_given_the_terminal():
    with staying("sh", "-c", "trap 'echo told; exit 1' TERM; echo begun; while :; do sleep 0.05; done") as waits:
        assert waits.stdout.readline() == b"begun\n"
        waits.terminate()
        assert (waits.wait(10), waits.stdout.read()) == (128 + signal.SIGTERM, b"told\n")


def test_a_key_that_interrupts_is_for_the_program_that_was_given_the_terminal():
    with staying("sh", "-c", "trap 'echo told; exit 4' INT; echo begun; while :; do sleep 0.05; done") as waits:
        assert waits.stdout.readline() == b"begun\n"
        os.kill(waits.pid, signal.SIGINT)
        for pid in platform.descendants(waits.pid):
            os.kill(pid, signal.SIGINT)
        assert (waits.wait(10), waits.stdout.read()) == (4, b"told\n")


def test_a_program_that_lives_on_is_left_alone_and_one_that_ends_is_told(tmp_path):
    kept = tmp_path / "pid"
    words = ["sh", "-c", f"echo $$ > {kept}; exec sleep 600"]
    assert run_program.start_apart(words, cwd="/", env=os.environ, seconds=0.5) is None
    pid = int(eventually(lambda: kept.exists() and kept.read_text(), what="the program"))
    assert os.getsid(pid) == pid
    os.kill(pid, signal.SIGKILL)
    ran = run_program.start_apart(["sh", "-c", "echo why >&2; exit 3"], cwd="/", env=os.environ, seconds=30.0)
    assert (ran.code, ran.complaint()) == (3, "why")
    with pytest.raises(Unreachable, match="cannot start 'no-such-program'"):
        run_program.start_apart(["no-such-program"], cwd="/", env=os.environ, seconds=1.0)
