"""Who lives: what could not be asked is never an answer, and a pid that is used again is nobody's."""

import os
import subprocess
import sys

import pytest

from tests.support.lab import ROOT
from workcell.base import platform, probe

linux = pytest.mark.skipif(not platform.LINUX, reason="what /proc says")

WITHOUT_DESCRIPTORS = """
import os, resource, sys
from workcell.base import platform
me = platform.identity(os.getpid())
assert platform.alive(me) == "yes"
resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
os.write(1, platform.alive(me).encode())
"""

WITHOUT_PROC = """
import os, subprocess, sys
from workcell.base import platform
me = platform.identity(os.getpid())
assert platform.alive(me) == "yes"
subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/proc"], check=True)
os.write(1, platform.alive(me).encode())
"""


def ask(program, *words):
    return subprocess.run(
        [*words, sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=20,
    )


@linux
def test_a_living_process_is_not_gone_because_no_file_can_be_opened():
    assert ask(WITHOUT_DESCRIPTORS).stdout == probe.UNKNOWN


@linux
def test_a_living_process_is_not_gone_because_proc_is_not_there():
    if subprocess.run(["unshare", "-rm", "true"], capture_output=True).returncode:
        pytest.skip("no mount namespaces here")
    ran = ask(WITHOUT_PROC, "unshare", "-rm")
    assert ran.stdout == probe.UNKNOWN, ran.stderr


@linux
@pytest.mark.parametrize("key", ["boot", "start", "pidns", "host"])
def test_an_identity_that_was_not_written_whole_cannot_be_asked(key):
    assert platform.alive({**platform.identity(os.getpid()), key: None}) == probe.UNKNOWN


@linux
def test_a_pid_that_is_used_again_and_one_that_is_gone():
    me = platform.identity(os.getpid())
    assert platform.alive({**me, "start": 1}) == probe.NO
    ended = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    other = platform.identity(ended.pid)
    assert platform.alive(other) == probe.YES
    ended.communicate(b"\n")
    assert platform.alive(other) == probe.NO
    assert platform.alive({**other, "start": None}) == probe.NO


def test_descriptors_are_closed_also_where_their_number_has_no_limit(monkeypatch):
    kept = os.dup(0)
    monkeypatch.setattr(os, "sysconf", lambda name: -1)
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            platform.close_from(3)
            os.fstat(kept)
        except OSError:
            code = 0
        finally:
            os._exit(code)
    os.close(kept)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
