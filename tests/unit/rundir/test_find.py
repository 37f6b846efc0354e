"""Finding the run that a person means."""

import json
import os
import shutil
import time
from pathlib import Path

import pytest

from tests.support import frozen
from workcell.base.errors import Invalid, NotFound, Refused, Usage
from workcell.rundir import find, layout, ledger


@pytest.fixture
def home(tmp_path):
    return frozen.thaw(tmp_path / "home")


def test_by_id_name_prefix_and_path(home):
    run = frozen.run_of(home, "frozen-two")
    name = os.path.basename(run)
    for word in (name, "frozen-two", name[:-2], run, os.path.join(run, "attempts", "001")):
        assert find.run(home, word) == run, word


def test_the_newest_is_a_dash(home):
    assert find.run(home, "-") == find.path_of(home, find.newest(home, find.ids_of(home)))


@pytest.mark.parametrize("word", ["", "  "])
def test_an_empty_word_picks_nothing(home, word):
    with pytest.raises(Usage, match="RUN is empty"):
        find.run(home, word)


@pytest.mark.parametrize("word", ["nothing-like-it", "/tmp", "."])
def test_what_is_no_run_is_not_found(home, word):
    with pytest.raises(NotFound):
        find.run(home, word)


def test_a_prefix_of_several_names_them(home):
    with pytest.raises(Usage, match="fits") as caught:
        find.run(home, "2026")
    assert sorted(caught.value.details) == find.ids_of(home)


def test_without_runs_there_is_no_newest(tmp_path):
    assert find.ids_of(str(tmp_path)) == []
    with pytest.raises(NotFound, match="no run yet"):
        find.run(str(tmp_path), "-")


def test_a_run_of_a_newer_format_is_refused(home):
    run = frozen.run_of(home, "frozen-two")
    record = json.loads(Path(run, layout.LAUNCH).read_text())
    Path(run, layout.LAUNCH).write_text(json.dumps({**record, "schema": "workcell.file.launch/99"}))
    with pytest.raises(Invalid, match="newer format"):
        find.run(home, "frozen-two")


def test_a_home_that_others_can_write_to_is_refused(home):
    os.chmod(home, 0o777)
    with pytest.raises(Refused, match="others can write"):
        find.run(home, "-")


def test_a_run_whose_directory_is_gone_is_still_known(home):
    run = frozen.run_of(home, "frozen-created")
    shutil.rmtree(run)
    assert find.run(home, os.path.basename(run)) == run


def test_what_is_live(home):
    for name in frozen.DONE:
        assert not find.is_live(home, os.path.basename(frozen.run_of(home, name)))
    assert find.is_live(home, os.path.basename(frozen.run_of(home, "frozen-created")))
    assert not find.is_live(home, "20200101-0000-none-aaaa")
    run = frozen.run_of(home, "frozen-two")
    os.unlink(ledger.ended_path(run))
    assert not find.is_live(home, os.path.basename(run)), "its ledger says that it is over"


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


def test_of_several_runs_of_one_name_the_others_are_told(tmp_path):
    os.chmod(tmp_path, 0o700)
    runs = ["20261121-1200-job-aaaa", "20261121-1201-job-bbbb", "20261121-1202-job-cccc"]
    for run in (*runs, "20261121-1203-other-dddd"):
        _run(tmp_path, run)
        name = "other" if "other" in run else "job"
        record = {"schema": "workcell.file.launch/2", "name": name}
        (tmp_path / "runs" / run / layout.LAUNCH).write_text(json.dumps(record))
    assert find.namesakes(str(tmp_path), "job") == (runs[2], [runs[1], runs[0]])
    for word in ("other", runs[0], "-", "", ".", "20261121", str(tmp_path / "runs" / runs[0])):
        assert find.namesakes(str(tmp_path), word) is None, word


def test_what_changes_a_run_takes_the_one_that_is_meant_and_refuses_to_guess(tmp_path):
    os.chmod(tmp_path, 0o700)
    for run in ("20261121-1200-job-aaaa", "20261121-1201-job-bbbb", "20261121-1203-other-dddd"):
        _run(tmp_path, run)
        record = {"schema": "workcell.file.launch/2", "name": "other" if "other" in run else "job"}
        (tmp_path / "runs" / run / layout.LAUNCH).write_text(json.dumps(record))
    home = str(tmp_path)
    for ended in (False, True):
        with pytest.raises(Usage, match=r"2 (live )?runs are named 'job'") as refused:
            find.run_to_change(home, "job", ended)
        assert sorted(refused.value.details) == ["20261121-1200-job-aaaa", "20261121-1201-job-bbbb"]
        assert find.run_to_change(home, "other", ended).endswith("dddd")
        assert find.run_to_change(home, "20261121-1200-job-aaaa", ended).endswith("aaaa")
