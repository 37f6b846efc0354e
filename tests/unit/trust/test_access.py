"""Who may ask for what, with callers as they are found."""

import json
import os
from pathlib import Path

import pytest

from tests.unit.rundir.test_caller import Middle, make, started
from workcell.base import platform
from workcell.base.errors import Refused
from workcell.rundir import layout, locks
from workcell.trust import access


@pytest.fixture
def home(tmp_path):
    return str(tmp_path / "home")


def inside(home, *may):
    run = make(home, "one", may=list(may))
    return access.Caller(home, (run,), 1, frozenset(may))


def told(caller):
    box = os.path.join(caller.runs[0], layout.SPOOL, "new")
    names = sorted(os.listdir(box)) if os.path.isdir(box) else []
    return [json.loads(Path(box, name).read_text()) for name in names]


def test_outside_everything_is_allowed():
    access.check(access.OUTSIDE, "hold", {})
    access.check(access.OUTSIDE, "stop", {}, "/any/run")


def test_inside_a_person_is_asked_for_and_the_run_is_told(home):
    caller = inside(home)
    with pytest.raises(Refused) as error:
        access.check(caller, "gc", {"yes": True})
    assert "'workcell gc --yes' is for a person" in error.value.message and "one" in error.value.message
    assert error.value.hint.startswith("leave out --yes, or ask a person")
    [event] = told(caller)
    assert (event["type"], event["verb"], event["attempt"]) == ("access.refused", "gc", 1)
    access.check(caller, "gc", {"yes": False})
    assert len(told(caller)) == 1


def test_what_is_for_a_person_by_itself_names_no_option(home):
    with pytest.raises(Refused, match="'workcell hold' is for a person") as error:
        access.check(inside(home), "hold", {})
    assert "leave out" not in error.value.hint


def test_a_grant_allows(home):
    caller = inside(home, "hold", "stop")
    access.check(caller, "hold", {})
    access.check(caller, "stop", {}, os.path.join(home, "runs", "stranger"))
    with pytest.raises(Refused):
        access.check(caller, "release", {})


def test_reach_is_by_every_run_around(home):
    one, two = make(home, "one"), make(home, "two")
    child = make(home, "child", parent={"run": "one", "attempt": 1})
    access.check(access.Caller(home, (one,), 1), "stop", {}, child)
    for runs in ((two,), (one, two), (child,)):
        with pytest.raises(Refused):
            access.check(access.Caller(home, runs, 1), "stop", {}, child)


def test_a_run_of_another_home_reaches_nothing_here(home, tmp_path):
    elsewhere = make(str(tmp_path / "elsewhere"), "one", may=["hold"])
    child = make(home, "child", parent={"run": "one", "attempt": 1})
    caller = access.Caller(home, (elsewhere,), 1)
    assert not access.reaches(caller, child)


def test_grants_of_a_run_of_another_home_do_not_count(home, tmp_path):
    run = make(str(tmp_path / "elsewhere"), "one", may=["hold"])
    lock = locks.take(os.path.join(run, layout.RUNNER_LOCK))
    with Middle(locks=[lock]) as middle:
        os.close(lock)
        assert access.caller(home, middle.inner) == access.Caller(home, (run,), 1)
        assert access.caller(str(tmp_path / "elsewhere"), middle.inner).may == {"hold"}


def test_a_caller_that_could_not_be_asked_is_refused_only_what_is_for_a_person():
    caller = access.Caller("/home", known=False)
    with pytest.raises(Refused) as error:
        access.check(caller, "hold", {})
    assert "cannot be asked" in error.value.message
    access.check(caller, "launch", {})
    access.check(caller, "stop", {}, "/home/runs/one")


@pytest.mark.parametrize(("mark", "known"), [(None, True), ("one/1", False)])
def test_where_nothing_can_be_asked_the_environment_decides(home, monkeypatch, mark, known):
    """As on macOS: without /proc there are no ancestors."""
    monkeypatch.setattr(platform, "LINUX", False)
    monkeypatch.delenv(access.places.MARK, raising=False)
    if mark:
        monkeypatch.setenv(access.places.MARK, mark)
    caller = access.caller(home)
    assert (caller.known, caller.inside) == (known, False)


def test_words_of_a_caller(home):
    assert access.OUTSIDE.word() == "person"
    assert access.OUTSIDE.asked_by() == {"who": "person", "playbook": None}
    caller = inside(home)
    assert caller.word() == "run:one/1"
    assert caller.asked_by() == {"who": "run", "run": "one", "attempt": 1, "playbook": None}


def test_a_runner_on_record_ends_the_search_for_grants(home):
    run = make(home, "one", may=["hold"])
    with Middle(mark="one/1") as middle:
        started(run, platform.identity(middle.pid))
        assert access.caller(home, middle.inner) == access.Caller(home, (run,), 1, frozenset({"hold"}))
