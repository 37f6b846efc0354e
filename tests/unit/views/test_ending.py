"""How an attempt ended is told with its cause, and with the end of what a failed check printed."""

from pathlib import Path

import pytest

from tests.support import frozen, lab
from workcell.rundir import layout, look
from workcell.views import ending


@pytest.fixture
def run(tmp_path):
    return frozen.run_of(frozen.thaw(tmp_path / "home"), "frozen-two")


def printed(run, text, code=1):
    seen = look.at(run)
    lab.rewrite_record(run, seen.n, layout.VERIFY, {**look.verify_at(seen, seen.n), "code": code})
    Path(seen.directory, layout.VERIFY_LOG).write_bytes(text)
    return ending.of(look.at(run)).check


def test_the_last_lines_of_a_failed_check(run):
    assert printed(run, b"".join(b"line %d\n\n" % n for n in range(30))) == [f"line {n}" for n in range(20, 30)]


def test_nothing_of_a_check_that_passed(run):
    assert printed(run, b"all is well\n", code=0) == []


def test_lines_are_clean_and_short(run):
    assert printed(run, b"\x1b[31mred\x1b[0m\r\n" + b"x" * 500) == ["red", "x" * 199 + "…"]
    token = "ghp_" + "a1B2" * 9
    assert token not in "".join(printed(run, token.encode()))


def test_a_log_that_is_gone_gives_no_lines(run):
    printed(run, b"")
    Path(look.at(run).directory, layout.VERIFY_LOG).unlink()
    assert ending.of(look.at(run)).check == []


@pytest.mark.parametrize("name", frozen.DONE)
def test_the_headline_is_the_outcome_and_its_cause(tmp_path, name):
    seen = look.at(frozen.run_of(frozen.thaw(tmp_path / "home"), name))
    assert ending.of(seen).headline.startswith(f"{seen.outcome}: ")


def test_what_has_not_begun_has_its_phase_as_headline(tmp_path):
    assert ending.of(look.at(frozen.run_of(frozen.thaw(tmp_path / "home"), "frozen-created"))).headline == "created"
