"""Finding the newest of many runs of one name."""

import os
import time

from workcell.rundir import find, layout


def _run(home, run: str, created: str | None = None) -> str:
    path = home / "runs" / run
    path.mkdir(parents=True)
    if created:
        (path / layout.LAUNCH).write_text(f'{{"schema": "workcell.file.launch/2", "created_at": "{created}"}}')
    return run


def test_the_newest_is_told_by_its_minute(tmp_path):
    old, new = _run(tmp_path, "20261121-1200-zz-aaaa"), _run(tmp_path, "20261121-1201-aa-aaaa")
    assert find.newest(str(tmp_path), [old, new]) == new


def test_within_a_minute_launch_json_tells_which_is_newest(tmp_path):
    known = [
        _run(tmp_path, "20261121-1200-job-aaaa", "2026-11-21T12:00:10.000Z"),
        _run(tmp_path, "20261121-1200-job-bbbb", "2026-11-21T12:00:40.000Z"),
        _run(tmp_path, "20261121-1200-job-cccc", "2026-11-21T12:00:20.000Z"),
    ]
    assert find.newest(str(tmp_path), known).endswith("bbbb")


def test_of_two_born_at_once_the_last_name_counts(tmp_path):
    born = "2026-11-21T12:00:10.000Z"
    known = [_run(tmp_path, f"20261121-1200-job-{end}", born) for end in ("aaaa", "bbbb")]
    assert find.newest(str(tmp_path), known).endswith("bbbb")


def _cost(home: str, known: list[str]) -> float:
    began = time.process_time()
    for _ in range(5):
        find.newest(home, known)
    return time.process_time() - began


def test_the_cost_grows_with_the_number_of_runs_and_no_faster(tmp_path):
    """One name, launched every minute: eight times as many runs may not cost sixty-four times as much."""
    ids = [f"2026{n // 1440 % 365:04}-{n % 1440:04}-job-aaaa" for n in range(40_000)]
    few, many = _cost(str(tmp_path), ids[:5000]), _cost(str(tmp_path), ids)
    assert many <= 30 * max(few, 0.001)


def test_a_name_leads_to_the_newest_run_that_is_not_done(tmp_path):
    os.chmod(tmp_path, 0o700)
    for run in ("20261121-1200-job-aaaa", "20261121-1201-job-bbbb"):
        _run(tmp_path, run)
        (tmp_path / "runs" / run / layout.LAUNCH).write_text('{"schema": "workcell.file.launch/2", "name": "job"}')
    assert find.run(str(tmp_path), "job").endswith("bbbb")
