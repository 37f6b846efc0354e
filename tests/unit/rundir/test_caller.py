"""Which runs a process is inside of, with real processes, locks and records."""

import os
import subprocess
import sys

import pytest

from tests.support.lab import eventually, rewrite_record
from workcell.base import ancestry, json_codec, platform
from workcell.rundir import caller, family, layout, ledger, locks, writer

MIDDLE = """
import subprocess, sys
inner = subprocess.Popen(["sleep", "60"], env={}, start_new_session=True)
print(inner.pid, flush=True)
sys.stdin.read()
inner.kill()
inner.wait()
"""
"""A process that starts another one, with nothing inherited: no environment, no lock, no session."""


class Middle:
    """That process; `inner` is the pid of the one that it started."""

    def __init__(self, mark=None, locks=()):
        env = {"PATH": os.environ["PATH"], **({caller.MARK: mark} if mark else {})}
        self.process = subprocess.Popen(
            [sys.executable, "-c", MIDDLE], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, pass_fds=locks
        )
        self.pid = self.process.pid
        self.inner = int(self.process.stdout.readline())
        eventually(lambda: ancestry.variable(self.inner, "PATH") is None, what="exec")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()


@pytest.fixture
def home(tmp_path):
    return str(tmp_path / "home")


def make(home, name, **launched):
    """A run directory with the records and locks that are asked here; its path."""
    run = family.directory(home, name)
    os.makedirs(layout.attempt(run, 1))
    os.symlink(f"{layout.ATTEMPTS}/001", os.path.join(run, layout.CURRENT))
    writer.create(run, {"by": "launch", **launched}, [{"attempt": 1, "born": True}]).close()
    return run


def started(run, identity):
    rewrite_record(run, 1, layout.START, {"schema": "workcell.file.start/1", "runner": identity})


def test_a_descendant_of_the_runner_on_record_is_inside(home):
    run = make(home, "one")
    with Middle(mark="one/1") as middle:
        started(run, platform.identity(middle.pid))
        place = caller.place_of(middle.inner, home)
        assert (place.runs, place.attempt, place.known) == ([run], 1, True)
        assert place.ancestors == [middle.pid]
        assert caller.place_of(middle.pid, home).runs == []


@pytest.mark.parametrize("key", ["start", "boot", "pidns", "host"])
def test_a_process_that_only_has_the_pid_of_the_runner_is_not_the_runner(home, key):
    run = make(home, "one")
    with Middle(mark="one/1") as middle:
        started(run, {**platform.identity(middle.pid), key: None if key == "start" else "another"})
        place = caller.place_of(middle.inner, home)
        assert place.runs == [] and place.known


def test_a_runner_whose_mark_names_another_run_is_not_believed(home):
    run = make(home, "one")
    with Middle(mark="two/1") as middle:
        started(run, platform.identity(middle.pid))
        assert caller.place_of(middle.inner, home).runs == []


@pytest.mark.parametrize("mark", ["", "one", "/1", "one/x", "../one/1", "a/one/1", ".one/1"])
def test_a_mark_that_names_no_attempt_is_no_fault(home, mark):
    make(home, "one")
    with Middle(mark=mark) as middle:
        assert caller.place_of(middle.inner, home).runs == []


@pytest.mark.parametrize("of", ["runner.lock", "the ledger"])
def test_the_holder_of_the_right_to_write_is_the_runner_without_a_record(home, of):
    run = make(home, "one")
    lock = locks.take(os.path.join(run, layout.RUNNER_LOCK) if of == "runner.lock" else ledger.path(run))
    with Middle(locks=[lock]) as middle:
        os.close(lock)
        assert caller.place_of(middle.inner, home).runs == [run]
        assert caller.place_of(middle.inner, os.path.join(home, "other")).runs == [run]


def test_what_only_holds_a_lock_does_not_end_the_walk(home):
    """This process is the runner of one run; below it a process holds the lock of another."""
    outer, inner = make(home, "outer"), make(home, "inner")
    mine, other = (locks.take(ledger.path(run)) for run in (outer, inner))
    with Middle(locks=[other]) as middle:
        os.close(other)
        assert caller.place_of(middle.inner, home).runs == [inner, outer]
    os.close(mine)


def test_what_the_files_of_a_run_say_does_not_count(home):
    """The agent can write there; the ledger lies outside."""
    run = make(home, "one", parent={"run": "two", "attempt": 1}, may=["hold"])
    with Middle(mark="one/1") as middle:
        started(run, platform.identity(middle.pid))
        for name, said in (
            ((layout.CURRENT, layout.START), {"schema": "workcell.file.start/1", "runner": None}),
            ((layout.LAUNCH,), {"schema": "workcell.file.launch/2", "parent": None, "may": ["answer"]}),
        ):
            with open(os.path.join(run, *name), "wb") as file:
                file.write(json_codec.encode(said))
        assert caller.place_of(middle.inner, home).runs == [run]
    assert family.parent_of(home, "one") == {"run": "two", "attempt": 1}
    assert family.granted_to(home, "one") == {"hold"}


def test_a_run_that_is_still_being_made_is_none(home):
    staged = make(home, ".new-one")
    lock = locks.take(os.path.join(staged, layout.RUNNER_LOCK))
    with Middle(locks=[lock]) as middle:
        assert caller.place_of(middle.inner, home).runs == []
    os.close(lock)


@pytest.mark.parametrize("holder", ["itself", "an ancestor"])
def test_agent_lock_makes_its_holder_inside(home, holder):
    run = make(home, "one")
    lock = locks.take(os.path.join(run, layout.AGENT_LOCK))
    with Middle(locks=[lock]) as middle:
        os.close(lock)
        assert caller.place_of(middle.pid if holder == "itself" else middle.inner, home).runs == [run]
        os.unlink(os.path.join(run, layout.AGENT_LOCK))
        assert caller.place_of(middle.pid, home).runs == [run]


def test_the_environment_makes_a_process_inside_while_the_run_lives(home):
    run = make(home, "one")
    with Middle(mark="one/1") as middle:
        assert caller.place_of(middle.pid, home).runs == []
        lock = locks.take(ledger.path(run))
        assert caller.place_of(middle.pid, home).runs == [run]
        os.close(lock)


def test_a_process_that_is_gone_is_nowhere(home):
    with Middle() as middle:
        pass
    place = caller.place_of(middle.pid, home)
    assert place.runs == [] and not place.known


def test_descent_by_parents(home):
    make(home, "a")
    make(home, "b", parent={"run": "a", "attempt": 1})
    make(home, "c", parent={"run": "b", "attempt": 2})
    assert family.descends_from(home, "c", "a") and family.descends_from(home, "b", "a")
    assert not family.descends_from(home, "a", "a") and not family.descends_from(home, "a", "c")
    assert family.parent_of(home, "c") == {"run": "b", "attempt": 2}


def test_a_circle_of_parents_ends(home):
    make(home, "a", parent={"run": "b", "attempt": 1})
    make(home, "b", parent={"run": "a", "attempt": 1})
    assert not family.descends_from(home, "a", "c")


@pytest.mark.parametrize("said", [{"parent": "a"}, {"parent": {"run": 1}}, {"may": "hold"}, {"may": [1]}, {}])
def test_records_that_say_nonsense_give_nothing(home, said):
    make(home, "a", **said)
    assert family.parent_of(home, "a") is None
    assert family.granted_to(home, "a") == frozenset()
    assert family.parent_of(home, "gone") is None
