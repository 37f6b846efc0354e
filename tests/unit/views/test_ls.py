"""The list of runs: what is shown, what is left out, and that looking changes nothing."""

import os
import shutil

import pytest

from tests.support import frozen
from workcell.rundir import layout, look
from workcell.views import events, log_lines, ls, status, what, why


@pytest.fixture
def home(tmp_path):
    return frozen.thaw(tmp_path / "home")


def names(found):
    return [run["name"] for run in found.runs]


def test_what_is_not_over_stands_above_what_is(home):
    found = ls.ls(home, everything=True)
    assert sorted(names(found)[:2]) == sorted(frozen.OPEN)
    assert sorted(names(found)[2:]) == sorted(frozen.DONE)
    assert found.hidden == 0


def test_of_a_group_only_its_runs_are_listed(home):
    assert names(ls.ls(home, everything=True, group="no-such-group")) == []


def test_an_empty_home_and_one_that_is_not_there_have_no_runs(tmp_path):
    os.makedirs(tmp_path / "empty" / layout.RUNS)
    assert ls.ls(str(tmp_path / "empty")).runs == ls.ls(str(tmp_path / "none")).runs == []


def test_looking_changes_nothing(home):
    before = frozen.state(home)
    ls.ls(home, everything=True)
    for name in (*frozen.DONE, *frozen.OPEN):
        run = frozen.run_of(home, name)
        assert status.status(run)["name"] == name
        assert what.what(run).name == name
        assert why.why(home, run).id == os.path.basename(run)
        list(events.events(run))
        list(log_lines.whole(look.at(run), 1))
    assert frozen.state(home) == before


def test_a_cache_that_is_gone_is_worked_out_anew(home):
    run = frozen.run_of(home, "frozen-two")
    before = ls.ls(home, everything=True).runs
    os.unlink(os.path.join(run, layout.STATUS))
    after = ls.ls(home, everything=True).runs
    assert [one["state"] for one in after] == [one["state"] for one in before]


def test_a_directory_that_is_no_run_is_left_out_or_said_to_be_broken(home):
    run = frozen.run_of(home, "frozen-unverified")
    shutil.rmtree(os.path.join(run, layout.ATTEMPTS))
    shutil.rmtree(os.path.join(home, layout.LEDGER))
    shutil.rmtree(os.path.join(home, layout.ENDED))
    os.unlink(os.path.join(run, layout.STATUS))
    [found] = [one for one in ls.ls(home, everything=True).runs if one["id"] == os.path.basename(run)]
    assert found["state"] == "corrupt"
