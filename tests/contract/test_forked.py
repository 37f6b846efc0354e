"""A call that is forked from a process that has the package loaded is what one in an interpreter of its own is."""

import os
import re
import signal
import subprocess
import threading
import time
from pathlib import Path

import pytest

from tests.e2e.person import Person
from tests.support import forked as support
from tests.support.forked import forked
from tests.support.lab import alive, eventually

CALLS = [
    ["ls", "--all"],
    ["ls", "--json"],
    ["status", "ended"],
    ["doctor", "--json"],
    ["handoff", "ended"],
    ["fsck", "ended"],
    ["launch", "--help"],
    ["no-such-verb"],
    ["stop", "nobody"],
    ["status", "nobody", "--json"],
    ["brief", "lint", "-"],
    ["_complete", "runs", ""],
    ["watchdog", "tick"],
]

NUMBERS = re.compile(r"\d+(?:\.\d+)?")
"""Times, and numbers of processes."""


@pytest.mark.parametrize("words", CALLS, ids=" ".join)
def test_output_and_exit_code_are_the_same(lab, words):
    lab.launch(lab.brief(name="ended"), "--wait")
    Path(lab.top, "brief").write_text("---\nobjective: [\n---\n")
    told = []
    for call in (lab.fresh, lambda *args, **more: lab.workcell(*args, code=None, **more)):
        with open(Path(lab.top, "brief")) as file:
            ran = call(*words, stdin=file, cwd=lab.repo)
        told.append((ran.returncode, *(NUMBERS.sub("0", text) for text in (ran.stdout, ran.stderr))))
    assert told[0] == told[1]


def test_it_is_used_for_all_but_another_interpreter(lab):
    assert lab.plain(lab.env()) and lab.plain(lab.env(WORKCELL_HOME="/elsewhere"))
    for name in ("PYTHONHASHSEED", "LC_ALL", "COLUMNS", "WORKCELL_ATTEMPT", "PATH"):
        assert not lab.plain(lab.env(**{name: "1"}))


def test_a_terminal_is_the_same_to_it(lab, monkeypatch):
    shown = []
    for forks in (True, False):
        monkeypatch.setattr(lab, "plain", (lambda env: lab.__class__.plain(lab, env)) if forks else lambda env: False)
        with Person(lab, "launch", "--help", columns=41) as person:
            assert person.ended(30.0) == 0
            shown.append(person.shown)
        with Person(lab, "wait", lab.launch(lab.brief("exec sleep 60"), repo=lab.new_repo())) as person:
            person.sees(b"brief running")
            assert os.getsid(person.pid) == person.pid
            person.type(b"\x03")
            assert person.ended(30.0) == 130
    assert shown[0] == shown[1]


SHOW = """
import os, sys
print(sorted(os.environ.items()), os.getcwd(), sorted(os.listdir("/proc/self/fd"))[:-1], sys.stdin.read())
print([sys.path[0], os.getpgid(0), os.getsid(0)], file=sys.stderr)
open(os.environ["MARKS"] + "/parent", "w").write(f"{os.getpid()} {os.getppid()}")
"""


def test_environment_directory_and_files_are_those_of_the_call(lab, monkeypatch):
    """Asked of the process that forks itself, with a package of that name that says what it is given."""
    package = Path(lab.top, "package")
    (package / "workcell").mkdir(parents=True)
    (package / "tests" / "support").mkdir(parents=True)
    Path(package, "workcell", "__init__.py").write_text("")
    Path(package, "workcell", "__main__.py").write_text(SHOW)
    Path(package, "tests", "support", "forked.py").write_bytes(Path(support.__file__).read_bytes())
    env = lab.env(PYTHONPATH=str(package))
    monkeypatch.setattr(support, "ROOT", package)
    own = support.Forked()
    own.start(env)
    told = []
    for at in range(2):
        Path(lab.top, "words").write_text("some words")
        with open(Path(lab.top, "words")) as file:
            if at:
                ran = own.run([], env, lab.repo, file, 60.0)
            else:
                ran = subprocess.run(lab.words(), env=env, cwd=lab.repo, stdin=file, capture_output=True, text=True)
        assert ran.returncode == 0, ran.stderr
        told.append((ran.stdout, ran.stderr))
    assert told[0] == told[1]
    pid, parent = map(int, lab.mark("parent").split())
    assert parent == own._process.pid and not alive(pid)
    own.close()
    assert not alive(parent)


def test_calls_of_several_threads_go_on_at_once(lab):
    run = lab.launch(lab.brief("exec sleep 600"))
    lab.phase(run, "running")
    waited = threading.Thread(target=lambda: lab.workcell("wait", run, code=None))
    waited.start()
    lab.workcell("stop", run)
    waited.join(30.0)
    assert not waited.is_alive()


def test_a_call_that_takes_too_long_is_killed(lab):
    run = lab.launch(lab.brief("exec sleep 600"))
    before = time.monotonic()
    with pytest.raises(subprocess.TimeoutExpired):
        lab.workcell("wait", run, timeout=0.5)
    assert time.monotonic() - before < 20.0
    eventually(lambda: not [one for one in _children(forked._process.pid) if alive(one)], what="it is ended")


def _children(pid):
    return list(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))


def test_a_call_that_is_killed_has_the_number_of_the_signal(lab):
    run = lab.launch(lab.brief("exec sleep 600"))
    codes = []
    waits = threading.Thread(target=lambda: codes.append(lab.workcell("wait", run, code=None).returncode))
    waits.start()
    [pid] = eventually(lambda: _children(forked._process.pid), what="the call")
    os.kill(pid, signal.SIGKILL)
    waits.join(30.0)
    assert codes == [-signal.SIGKILL]


def test_a_process_that_was_ended_is_started_again(lab):
    assert lab.workcell("ls").returncode == 0
    process = forked._process
    process.kill()
    process.wait()
    assert lab.workcell("ls").returncode == 0
    assert forked._process is not process
