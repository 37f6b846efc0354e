"""Removing a run that is over, and all that its home says of it."""

import os
from pathlib import Path

from tests.support import frozen
from workcell.rundir import acks, child_index, family, layout, ledger, orders, writer
from workcell.upkeep import run_removal


def frozen_home(tmp_path):
    return frozen.thaw(tmp_path / "home")


def named(home, name):
    (found,) = [run for run in os.listdir(os.path.join(home, layout.RUNS)) if f"-{name}-" in run]
    return family.directory(home, found)


def test_a_run_that_is_over_goes_with_what_the_home_says_of_it(tmp_path):
    home = frozen_home(tmp_path)
    run = named(home, "frozen-two")
    acks.place(home, os.path.basename(run), 1)
    os.makedirs(child_index.directory(home, os.path.basename(run)))
    assert run_removal.remove(run) == run_removal.REMOVED
    assert not os.path.exists(run) and not ledger.exists(run)
    assert not os.path.exists(ledger.ended_path(run)) and not os.path.exists(orders.directory(run))
    assert not acks.stands(home, os.path.basename(run), 1)
    assert not os.path.exists(child_index.directory(home, os.path.basename(run)))


def test_a_run_that_is_not_over_or_is_being_written_stays(tmp_path):
    home = frozen_home(tmp_path)
    live, over = named(home, "frozen-created"), named(home, "frozen-stopped")
    assert run_removal.remove(live).startswith("left: it is not done")
    held = writer.take(over)
    assert held is not None
    with held:
        assert run_removal.remove(over) == "left: a process is writing it"
    assert os.path.isdir(live) and os.path.isdir(over)


def test_a_removal_that_was_killed_is_gone_on_with(tmp_path):
    home = frozen_home(tmp_path)
    run = named(home, "frozen-stopped")
    away = os.path.join(os.path.dirname(run), f"{layout.STAGED}gone-{os.path.basename(run)}")
    os.rename(run, away)
    assert run_removal.remove(run) == run_removal.REMOVED
    assert not Path(away).exists() and not ledger.exists(run)
