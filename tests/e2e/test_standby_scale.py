"""A hundred runs on standby have no process, and cost a list and a tick a fifth more than a hundred that are over."""

import json
import os
import shutil
import subprocess

import pytest

from tests.e2e.test_watchdog_scale import TICK
from tests.support import cpu_seconds, crowds, standing_by
from tests.support.lab import naming
from workcell.rundir import layout, look, standby

RUNS = 100
MOST = 1.2


@pytest.mark.heavy
@pytest.mark.serial
@pytest.mark.timeout(300)
def test_a_hundred_runs_on_standby_cost_a_fifth_more_than_a_hundred_that_are_over(lab):
    listening = standing_by.Listening(lab)
    passed = lab.launch(listening.brief("passed"), "--wait", repo=lab.new_repo())
    over = os.path.join(lab.top, "over")
    shutil.copytree(lab.home, over, symlinks=True)
    crowds.done(over, RUNS, passed)
    runs = [listening.launch()]
    runs += crowds.standing_by(lab.home, runs[0], RUNS - 1)
    assert all(standby.waits(look.at(run)) for run in runs)
    env = {lab.home: lab.env(), over: lab.env(WORKCELL_HOME=over)}
    for one in env.values():  # writes the documents of the runs that were copied
        assert subprocess.run(TICK, env=one, capture_output=True, check=True).stdout == b""
    assert len(os.listdir(os.path.join(lab.home, layout.RESTING))) == RUNS
    for argv in (TICK, lab.words("ls", "--all", "--json")):
        before, after = cpu_seconds.medians(
            15,
            lambda argv=argv: cpu_seconds.of(argv, env[over]),
            lambda argv=argv: cpu_seconds.of(argv, env[lab.home]),
        )
        print(f"\n{argv[-1]}: {before:.3f} s, on standby {after:.3f} s: {after / before:.2f}")
        assert after <= MOST * before, (argv, before, after)
    shown = json.loads(lab.workcell("ls", "--all", "--json").stdout)["runs"]
    assert {one["dir"] for one in shown if one["state"] == standby.WAITING} == set(runs)
    assert not any(naming(run) for run in runs)
