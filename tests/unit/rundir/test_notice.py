"""Ids and names of notices, and which of several outdate others."""

from tests.support.notices import make
from workcell.rundir import notice


def kept(*told):
    """Those that are left of these, oldest first, each as (event, run)."""
    made = [make(event, run) for event, run in told]
    return [(one["event"], one["run"]) for one in notice.without_outdated(made)]


def test_of_the_progress_of_a_run_the_last_one_counts():
    told = (("progress", "a"), ("progress", "b"), ("limited", "a"), ("progress", "a"))
    assert kept(*told) == [("progress", "b"), ("limited", "a"), ("progress", "a")]


def test_progress_of_a_run_that_is_over_says_nothing_new():
    assert kept(("progress", "a"), ("progress", "b"), ("failed", "a")) == [("progress", "b"), ("failed", "a")]


def test_other_notices_outdate_nothing():
    told = (("progress", "a"), ("prompt", "a"), ("prompt", "a"), ("told", "a"))
    assert kept(*told) == list(told)


def test_an_id_is_a_readable_name_of_a_file():
    assert notice.key("r", 2, "progress", "x") == "r/002/progress/x"
    assert notice.file_name("r/002/progress") == "r.002.progress"
    assert "~" in notice.file_name("r/002/progress/2026-11-22T05:00:00.000Z")
