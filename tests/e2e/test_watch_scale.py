"""A thousand open watches cost no process, and a list and a tick no more than a fifth beside those of as many runs."""

import os
import subprocess

import pytest

from tests.e2e.test_watchdog_scale import TICK, crowd
from tests.support import cpu_seconds
from tests.support.lab import naming
from workcell.rundir import find, watches

WATCHES = 1000
MOST = 1.2


@pytest.mark.heavy
@pytest.mark.serial
@pytest.mark.timeout(300)
def test_a_thousand_open_watches_cost_a_fifth_at_most(lab):
    live = crowd(lab, 1000, 50)
    runs = [run for run in find.ids_of(lab.home) if find.is_live(lab.home, run)]
    watcher = {"run": runs[0], "attempt": 1}
    for number in range(WATCHES):
        watches.place(lab.home, runs[number % len(runs)], watcher, ("done", "attention", "idle")[number % 3])
    assert subprocess.run(TICK, env=lab.env(), capture_output=True, check=True).stdout == b""
    folder, aside = watches.directory(lab.home), os.path.join(lab.top, "aside")

    def without(argv):
        os.rename(folder, aside)
        try:
            return cpu_seconds.of(argv, lab.env())
        finally:
            os.rename(aside, folder)

    for argv in (TICK, [*lab.words("ls", "--json")]):
        before, after = cpu_seconds.medians(
            15, lambda argv=argv: without(argv), lambda argv=argv: cpu_seconds.of(argv, lab.env())
        )
        print(f"\n{argv[-1]}: {before:.3f} s, with watches {after:.3f} s: {after / before:.2f}")
        assert after <= MOST * before, (argv, before, after)
    assert len(watches.every(lab.home)) == WATCHES
    assert not naming(os.path.join(lab.home, "watches"))
    live.close()
