"""The figures of a notice, in words that people read."""

import time

import pytest

from workcell.channels import figures


def test_the_numbers_and_their_words_agree():
    one = {"commits": 1, "files": 1, "added": 1, "removed": 0, "seconds": 62.0, "cost_usd": 1.5, "attempts": 1}
    assert figures.of(one) == ["1 commit", "1 file +1 −0", "1m 02s", "$1.50", "1 attempt"]
    assert figures.of({"commits": 2, "files": 3, "attempts": 2, "branch": "b"}) == [
        "2 commits",
        "3 files",
        "2 attempts",
        "branch b",
    ]


def test_new_files_that_git_does_not_know_are_counted_apart():
    assert figures.of({"commits": 0, "files": 0, "added": 0, "removed": 0, "untracked": 2}) == ["2 untracked files"]
    assert figures.of({"commits": 1, "files": 2, "untracked": 1}) == ["1 commit", "2 files", "1 untracked file"]
    assert figures.of({"commits": 0, "files": 0, "added": 0, "removed": 0}) == ["no file changed"]


def test_what_is_no_number_is_left_out():
    assert figures.of({"commits": True, "files": -1, "seconds": "soon", "cost_usd": None}) == []
    assert figures.of({"commits": 0}) == []


def test_a_time_is_that_of_the_clock_on_the_wall(monkeypatch):
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    try:
        assert figures.of({"due_at": "2026-01-02T13:57:00.000Z"}) == ["goes on at 2026-01-02 14:57 CET"]
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize("text", ["soon", ""])
def test_what_is_no_time_is_shown_as_it_is(text):
    assert figures.of({"due_at": text}) == [f"goes on at {text}"]
