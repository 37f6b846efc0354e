"""The life of a runner in this process: a real agent behind its gate, its log, its records in their order."""

import json
import os
import signal
from pathlib import Path

import pytest

from tests.support import runs
from workcell.rundir import caller, layout, locks, look, phase, writer
from workcell.runner import life, starter

# its listening socket is closed when it becomes finish, which it does not here
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture(autouse=True)
def _as_it_was(lab, monkeypatch):
    """A runner changes its directory and its signals for good; the process of the tests does not."""
    for name, value in lab.env().items():
        monkeypatch.setenv(name, value)
    before = os.getcwd()
    kept = {number: signal.getsignal(number) for number in (signal.SIGCHLD, *life_signals())}
    yield
    _close_what_lies_below(lab.top)
    assert not caller.place_of(os.getpid(), lab.home).runs, "this process would be inside a run for good"
    signal.set_wakeup_fd(-1)
    for number, handler in kept.items():
        signal.signal(number, handler)
    os.chdir(before)


def _close_what_lies_below(top):
    """Locks above all, which a runner keeps until it ends."""
    for name in os.listdir("/proc/self/fd"):
        try:
            if os.readlink(f"/proc/self/fd/{name}").startswith(top + "/"):
                os.close(int(name))
        except OSError:
            continue


def life_signals():
    return (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGPIPE)


def lived(lab, brief, before=lambda: None):
    """The run after its first attempt was lived through in this process, and what its starter was told."""
    run = runs.start(lab, brief, prepare=True)
    before()
    os.chdir(run)
    held = writer.take(run)
    seen = look.at(run, holding=True)
    assert held is not None and seen.phase == phase.CREATED
    lock = locks.take(layout.AGENT_LOCK, alone=True)
    told, pipe = os.pipe()
    with held:
        life._Attempt(run, 1, seen.attempt, held).follow(lock, "none", starter.Starter(pipe))
    words = os.read(told, 1000).decode() if look.at(run).start is not None else ""
    os.close(told)
    return run, words


def events_of(run):
    return [json.loads(line)["type"] for line in Path(run, layout.EVENTS).read_text().splitlines()]


@pytest.mark.parametrize("io", ["file", "terminal"])
def test_an_agent_is_followed_to_its_end(lab, io):
    run, told = lived(lab, lab.brief("echo out; echo in-$WORKCELL_ATTEMPT; exit 3", io=io))
    seen = look.at(run)
    assert (seen.exit["how"], seen.exit["code"], seen.exit["signal"]) == ("reaped", 3, None) and told == ""
    assert seen.start["agent"]["pid"] != os.getpid() == seen.start["runner"]["pid"]
    assert f"in-{os.path.basename(run)}/1" in lab.log(run)
    assert events_of(run)[-2:] == ["attempt.started", "attempt.ended"]
    assert seen.phase == phase.INTERRUPTED and not Path(run, layout.CONTROL).exists()


def test_standard_error_and_the_prompt_have_files_of_their_own(lab):
    recipe = "  stdin: prompt\n  stderr: separate\n  prompt: the words"
    run, _ = lived(lab, lab.brief("cat; echo wrong >&2", recipe=recipe))
    directory = Path(layout.attempt(run, 1))
    assert "the words" in lab.log(run) and "wrong" not in lab.log(run)
    assert (directory / layout.STDERR_LOG).read_text() == "wrong\n"


def test_a_signal_that_ends_the_agent_is_on_record(lab):
    run, _ = lived(lab, lab.brief("kill -9 $$"))
    assert (look.at(run).exit["code"], look.at(run).exit["signal"]) == (None, signal.SIGKILL)


def test_an_idle_limit_ends_it(lab):
    run, _ = lived(lab, lab.brief("exec sleep 600", extra="limits: {idle: 1s}"))
    assert look.at(run).exit["how"] == "limit-idle"


def test_what_cannot_be_started_is_on_record(lab):
    run, _ = lived(lab, lab.brief(), before=lambda: os.rename(lab.repo, lab.repo + ".gone"))
    seen = look.at(run)
    assert (seen.exit["how"], seen.exit["error"]) == (
        "not-started",
        f"cannot enter {lab.repo!r}: No such file or directory",
    )
    assert events_of(run)[-1] == "attempt.failed-to-start"


def test_a_run_that_is_not_to_be_started_says_why(lab, capfd):
    run = runs.start(lab, lab.brief(), prepare=True)
    assert life.main(run, 2, "none") == life.TEMPORARY_FAILURE
    assert "attempt 2 is not to be started: the run is created in attempt 1" in capfd.readouterr().err


def test_leftovers_of_an_earlier_attempt_keep_it_from_its_start(lab, capfd):
    run = runs.start(lab, lab.brief(), prepare=True)
    held = locks.take(os.path.join(run, layout.AGENT_LOCK), alone=True)
    assert life.main(run, 1, "none") == life.TEMPORARY_FAILURE
    assert "the run is orphaned in attempt 1" in capfd.readouterr().err
    os.close(held)


def test_another_writer_keeps_it_from_its_start(lab, capfd):
    run = runs.start(lab, lab.brief(), prepare=True)
    with writer.take(run):
        assert life.main(run, 1, "none") == life.TEMPORARY_FAILURE
    assert "another process has the right to write this run" in capfd.readouterr().err
