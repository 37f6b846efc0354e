"""The index of outcomes: a cache of names that any reader may distrust."""

import os
from pathlib import Path

from workcell.base import clock
from workcell.rundir import layout, outcomes

RUN = "20261120-0512-job-aaaa"


def document(attempt, outcome, at=1_800_000_000.0):
    return {"id": RUN, "attempt": attempt, "outcome": outcome, "ended_at": clock.stamp(at)}


def test_the_end_of_the_last_attempt_counts(tmp_path):
    home = str(tmp_path)
    assert outcomes.every(home) == {}
    outcomes.place(home, document(2, "passed"))
    outcomes.place(home, document(1, "failed", 1_700_000_000.0))
    end = outcomes.every(home)[RUN]
    assert (end.attempt, end.outcome, end.at) == (2, "passed", 1_800_000_000.0)


def test_what_is_no_end_is_not_noted_and_not_read(tmp_path):
    home = str(tmp_path)
    outcomes.place(home, document(1, None))
    outcomes.place(home, {**document(1, "passed"), "ended_at": None})
    folder = Path(home, layout.OUTCOMES)
    folder.mkdir(exist_ok=True)
    for name in ("a", "a.b", f"{RUN}.001.passed", f"{RUN}.x.passed.1", ".1.passed.1", f"{RUN}.001.passed.x"):
        (folder / name).touch()
    assert outcomes.every(home) == {}


def test_those_of_a_run_that_is_gone_go_with_it(tmp_path):
    home = str(tmp_path)
    outcomes.place(home, document(1, "failed"))
    outcomes.place(home, {**document(1, "failed"), "id": "other"})
    outcomes.remove(os.path.join(home, layout.RUNS, RUN))
    assert [name.split(".")[0] for name in os.listdir(Path(home, layout.OUTCOMES))] == ["other"]
