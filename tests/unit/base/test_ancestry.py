"""What /proc tells of real processes: parents, environments and the locks that they hold."""

import fcntl
import os
import subprocess
import sys

from tests.support.lab import eventually
from workcell.base import ancestry


def child(**more):
    return subprocess.Popen(["sleep", "60"], **more)


def end(process):
    process.kill()
    process.wait()


def test_ancestors_lead_from_the_parent_to_a_process_without_one():
    process = child()
    try:
        found, complete = ancestry.ancestors(process.pid)
    finally:
        end(process)
    assert found[:2] == [os.getpid(), os.getppid()]
    assert complete and ancestry.parent(found[-1]) == 0


def test_a_process_that_is_gone_has_none_and_could_not_be_asked():
    process = child()
    end(process)
    assert ancestry.ancestors(process.pid) == ([], False)


def test_the_parent_that_ends_leaves_its_child_to_another():
    """The answer is the chain as it is now, not the one at the start of the process."""
    code = "import os, sys, time\nif os.fork(): os._exit(0)\nprint(os.getpid(), flush=True)\nsys.stdin.read()"
    process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    orphan = int(process.stdout.readline())
    process.wait()
    eventually(lambda: ancestry.parent(orphan) != process.pid)
    found, complete = ancestry.ancestors(orphan)
    process.stdin.close()
    process.stdout.close()
    assert complete and process.pid not in found


def test_a_variable_is_that_of_the_start():
    process = child(env={"NAME": "a=b", "EMPTY": "", "NAMED": "no"})
    try:
        eventually(lambda: ancestry.variable(process.pid, "NAMED") == "no", what="exec")
        assert ancestry.variable(process.pid, "NAME") == "a=b"
        assert ancestry.variable(process.pid, "EMPTY") == ""
        assert ancestry.variable(process.pid, "NAM") is None
    finally:
        end(process)


def test_only_exclusive_locks_count_and_a_file_that_was_replaced_counts(tmp_path):
    path = str(tmp_path / "agent.lock")
    fd = os.open(path, os.O_RDWR | os.O_CREAT)
    assert ancestry.locked(os.getpid(), ("/agent.lock",)) == []
    fcntl.flock(fd, fcntl.LOCK_SH)
    assert ancestry.locked(os.getpid(), ("/agent.lock",)) == []
    fcntl.flock(fd, fcntl.LOCK_EX)
    assert ancestry.locked(os.getpid(), ("/agent.lock",)) == [path]
    assert ancestry.locked(os.getpid(), ("/runner.lock",)) == []
    heir, stranger = child(pass_fds=[fd]), child()
    try:
        assert ancestry.locked(heir.pid, ("/agent.lock",)) == [path]
        eventually(lambda: ancestry.locked(stranger.pid, ("/agent.lock",)) == [], what="exec")
        os.rename(path, path + ".old")
        os.unlink(path + ".old")
    finally:
        end(heir)
        end(stranger)
    os.close(fd)


def test_no_other_program_is_a_tmux_server():
    assert not ancestry.is_tmux_server(os.getpid())
    code = "import ctypes, sys; ctypes.CDLL(None).prctl(15, b'tmux: server'); print(1, flush=True); sys.stdin.read()"
    process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        process.stdout.readline()
        with open(f"/proc/{process.pid}/comm") as file:
            assert file.read().strip() == "tmux: server"
        assert not ancestry.is_tmux_server(process.pid)
    finally:
        end(process)
        process.stdin.close()
        process.stdout.close()
