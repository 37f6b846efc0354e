"""Acknowledgements: sealed once for each attempt, found by one listing, gone with their run."""

import json
import os
from pathlib import Path

from tests.support import records
from workcell.rundir import acks, layout

RUN = "20261120-0512-job-aaaa"


def test_one_is_sealed_once_and_says_which_end_was_seen(tmp_path):
    home = str(tmp_path)
    assert not acks.stands(home, RUN, 1) and acks.every(home) == frozenset()
    assert acks.place(home, RUN, 1) and not acks.place(home, RUN, 1)
    assert acks.stands(home, RUN, 1) and not acks.stands(home, RUN, 2)
    [name] = acks.every(home)
    record = json.loads(Path(home, layout.ACKS, name).read_text())
    assert (record["run"], record["attempt"]) == (RUN, 1) and records.faults("ack", record) == []
    assert os.stat(Path(home, layout.ACKS)).st_mode & 0o777 == 0o700


def test_those_of_a_run_that_is_gone_go_with_it(tmp_path):
    home = str(tmp_path)
    for run, attempt in ((RUN, 1), (RUN, 2), ("20261120-0512-other-bbbb", 1)):
        acks.place(home, run, attempt)
    acks.remove(os.path.join(home, layout.RUNS, RUN))
    assert acks.every(home) == {"20261120-0512-other-bbbb.001"}
