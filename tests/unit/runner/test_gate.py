"""The gate that an agent waits behind: real children, their descriptors, and what they become."""

import os
import signal
from pathlib import Path

import pytest

from workcell.runner import gate


@pytest.fixture
def forked(tmp_path):
    """Forks a child whose output goes to a file; (gate, what it wrote after its end, its wait status)."""
    children = []

    def fork(words, cwd=None, below="", **more):
        out = os.open(tmp_path / "out", os.O_RDWR | os.O_CREAT)
        null = os.open(os.devnull, os.O_RDONLY)
        lock = os.open(tmp_path / "agent.lock", os.O_RDWR | os.O_CREAT)
        held = os.open(tmp_path / "runner.lock", os.O_RDWR | os.O_CREAT)
        program = gate.Program(words, {"PATH": os.environ["PATH"], "A": "b"}, (str(cwd or tmp_path), below), 0o027)
        child = gate.fork(program, stdio=(null, out, out), terminal=False, agent_lock=lock, runner_locks=[held], **more)
        for fd in (out, null, lock, held):
            os.close(fd)
        children.append(child.pid)
        return child

    yield fork
    for pid in children:
        try:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        except (ProcessLookupError, ChildProcessError):
            pass


def ended(child):
    _, status = os.waitpid(child.pid, 0)
    return os.waitstatus_to_exitcode(status)


def test_it_becomes_the_agent_once_the_gate_is_open(forked, tmp_path):
    child = forked(["sh", "-c", "umask; pwd; echo $A; ls -l /proc/self/fd; exit 7"])
    assert (tmp_path / "out").read_bytes() == b"", "until then it does nothing"
    assert child.open() is None and ended(child) == 7
    said = (tmp_path / "out").read_text()
    assert said.splitlines()[:3] == ["0027", str(tmp_path), "b"]
    assert "agent.lock" in said and "runner.lock" not in said, "it inherits one of the locks"


def test_a_gate_that_is_shut_starts_nothing(forked, tmp_path):
    child = forked(["sh", "-c", "echo started"])
    child.shut()
    assert ended(child) == gate.GATE_SHUT and (tmp_path / "out").read_bytes() == b""


@pytest.mark.parametrize(
    ("words", "cwd", "why"),
    [
        (["no-such-program"], None, "cannot start 'no-such-program': No such file or directory"),
        (["true"], "/no/such/place", "cannot enter '/no/such/place': No such file or directory"),
        (["a\0b"], None, "cannot start 'a\\x00b': "),
    ],
)
def test_why_it_could_not_become_the_agent(forked, words, cwd, why):
    child = forked(words, cwd)
    assert (child.open() or "").startswith(why)
    assert ended(child) == gate.GATE_SHUT


def test_it_leads_a_session_and_is_killed_before_its_runner(forked):
    own = int(Path("/proc/self/oom_score_adj").read_text())
    child = forked(["sleep", "60"])
    assert child.open() is None
    assert os.getsid(child.pid) == child.pid
    assert int(Path(f"/proc/{child.pid}/oom_score_adj").read_text()) == min(1000, own + gate.MORE_KILLABLE)


def test_signals_that_its_starter_ignored_mean_to_it_what_they_mean_to_any_program(forked, tmp_path):
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        child = forked(["sh", "-c", "kill -TERM $$; echo survived"])
        assert child.open() is None and ended(child) == -signal.SIGTERM
    finally:
        signal.signal(signal.SIGTERM, before)
