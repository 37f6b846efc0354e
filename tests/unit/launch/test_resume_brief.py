"""The brief of a later attempt: what it says of what stands, and how it is laid out."""

import json
from pathlib import Path

import pytest

from tests.support import frozen
from tests.support.made_standby import AGO, MadeStandby
from workcell.cleaning.clean import Cleaner
from workcell.launch import resume_brief
from workcell.launch.resume_unheard import Unheard
from workcell.rundir import layout, look


@pytest.fixture
def seen(tmp_path):
    return look.at(frozen.run_of(frozen.thaw(tmp_path / "home"), "frozen-two"))


def made(seen, *messages, **limits):
    new = [{"id": text, "kind": "text", "text": text} for text in messages]
    letters = resume_brief.Letters(Unheard(), new)
    return resume_brief.brief(seen.run, seen, letters, Cleaner(), limits, {})


@pytest.mark.parametrize("messages", [(), ("look at the tests first",), ("one", "two")])
def test_a_blank_line_stands_before_every_heading(seen, messages):
    lines = made(seen, *messages).partition("\n---\n")[0].split("\n")
    headings = [n for n, line in enumerate(lines) if line.startswith("## ")]
    assert len(headings) >= 3
    assert all(lines[n - 1] == "" and lines[n - 2] != "" for n in headings)


def test_messages_that_reached_no_attempt_stand_apart(seen):
    assert "\n\n    one\n\n    two\n\n## Budget" in made(seen, "one", "two")


def test_the_budget_says_which_attempt_of_how_many_it_is(seen):
    text = made(seen, attempts=seen.n + 3, wall_seconds=60)
    assert f"- attempt {seen.n + 1} of {seen.n + 3}" in text and "- this attempt may take 1m 00s" in text
    assert f"attempt {seen.n + 1}, which a person asked for beyond the limit of 1" in made(seen, attempts=1)


def test_the_budget_of_a_run_on_standby_counts_from_the_last_message(tmp_path):
    run = MadeStandby(tmp_path)
    run.waits()
    seen = look.at(run.run)
    seen.n = 7  # the six before it were opened by messages
    path = Path(layout.attempt(run.run, 7), layout.ATTEMPT)
    path.parent.mkdir()
    path.write_text(json.dumps({**run.attempt, "schema": "workcell.file.attempt/1", "asked_by": {"who": "message"}}))
    assert "\n- attempt 2 of 5\n" in made(seen, attempts=5)


def test_numbers_and_their_words_agree(seen):
    git = {"commits": 1, "files": 1, "insertions": 2, "deletions": 0, "base": None, "clean": True, "untracked_count": 0}
    assert "1 commit, 1 file changed, +2 -0; " in resume_brief._stands(seen, {"git": git}, None, "attempts/001")[1]


def test_what_git_could_not_count_is_not_counted(seen):
    git = {"commits": None, "files": None, "note": "the commit 12ab is not in the repository any more", "clean": True}
    said = resume_brief._stands(seen, {"git": git}, None, "attempts/001")[1]
    assert said.startswith("since launch: not known: the commit 12ab") and "None" not in said


def test_the_check_of_a_run_that_was_finished_is_told_from_its_result(tmp_path):
    run = MadeStandby(tmp_path)
    run.waits()
    verify = {"attempt": 1, "how": "exited", "code": 1, "signal": None, "seconds": 0.1, "sha256": "0" * 64}
    run.record(layout.RESULT, outcome="failed", reason="no", ended_at=AGO, verify=verify)
    Path(layout.attempt(run.run, 1), layout.VERIFY_LOG).write_text("two tests fail\n")
    text = made(look.at(run.run))
    assert "the check: exited, exit code 1 (`attempts/001/result.json`)" in text and "has not run" not in text
    assert "two tests fail" in text
