"""A message wakes a run on standby in no more than one and a half times what a launch takes."""

import statistics
import time

import pytest

from tests.support import cpu_seconds
from tests.support.standing_by import Listening
from workcell.rundir import look

ROUNDS = 9
MOST = 1.5


@pytest.mark.heavy
@pytest.mark.serial
def test_a_message_wakes_a_run_in_one_and_a_half_launches_at_most(lab):
    listening = Listening(lab)
    run = listening.launch("--no-window")
    found = {"launch": [], "send": []}
    for number in range(ROUNDS):
        words = ["launch", listening.brief(f"new{number}"), "--standby", "--no-window", "--repo", lab.new_repo()]
        found["launch"].append(measured(lab, words))
        listening.waits(next(one for one in lab.runs() if f"-new{number}-" in one))
        found["send"].append(measured(lab, ["send", run, "go on"]))
        assert listening.waits(run, number + 2).n == number + 2
    assert look.at(run).n == ROUNDS + 1 and listening.turns()[-1]["how"] == "continued"
    # of the wall clock the shortest: the disk, and what else the machine does, only ever add to it
    for what, place, of in (("wall", 0, min), ("CPU", 1, statistics.median)):
        launch, send = (of(one[place] for one in found[verb]) for verb in ("launch", "send"))
        print(f"\n{what}: launch {launch:.3f} s, send to a run on standby {send:.3f} s: {send / launch:.2f}")
        assert send <= MOST * launch, (what, launch, send)


def measured(lab, words):
    """Wall and CPU seconds of a verb that returns once its agent has begun."""
    begun = time.monotonic()
    spent = cpu_seconds.of(lab.words(*words), lab.env())
    return time.monotonic() - begun, spent
