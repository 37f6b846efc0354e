"""A thousand open watches cost no process, and a list and a tick no more than a fifth beside those of as many runs."""

import os
import subprocess

import pytest

from tests.e2e.test_watchdog_scale import TICK, cpu, crowd
from tests.support.lab import naming
from workcell.rundir import find, watches

WATCHES = 1000
MOST = 1.2


@pytest.mark.heavy
@pytest.mark.serial
@pytest.mark.timeout(300)
def test_a_thousand_open_watches_cost_a_fifth_at_most(lab):
    live = crowd(lab, 1000, 50)
    ls = [*lab.words("ls", "--json")]
    before = [cpu(words, lab.env(), 15) for words in (TICK, ls)]
    runs = [run for run in find.ids_of(lab.home) if find.is_live(lab.home, run)]
    watcher = {"run": runs[0], "attempt": 1}
    for number in range(WATCHES):
        watches.place(lab.home, runs[number % len(runs)], watcher, ("done", "attention", "idle")[number % 3])
    assert subprocess.run(TICK, env=lab.env(), capture_output=True, check=True).stdout == b""
    after = [cpu(words, lab.env(), 15) for words in (TICK, ls)]
    assert len(watches.every(lab.home)) == WATCHES
    assert not naming(os.path.join(lab.home, "watches"))
    live.close()
    ratios = [now / then for now, then in zip(after, before, strict=True)]
    print(f"\ntick {before[0]:.3f} s, then {after[0]:.3f} s; ls {before[1]:.3f} s, then {after[1]:.3f} s; {ratios}")
    assert max(ratios) <= MOST, ratios
