"""show as an operation: the turns of an attempt."""

import pytest

from tests.support import recorded_runs as made
from workcell.base.errors import NotFound
from workcell.rundir.cell import Cell
from workcell.views import show

TALK = made.lines(*(one for n in range(30) for one in (made.prompt(f"q{n}", f"p{n}"), made.said(f"a{n}", f"s{n}"))))


def asked(run, **more):
    return show.perform(Cell(made.home_of(run), {}, "/"), show.Request(run, **more))


def test_the_last_turns_and_that_there_are_earlier_ones(tmp_path):
    run = made.recorded(tmp_path, transcript=TALK)
    found = asked(run)
    assert found.earlier and len(found.turns) == show.LAST and found.agent == "claude" and found.source == "transcript"
    assert [turn.prompt for turn in asked(run, last=2).turns] == ["q28", "q29"]
    assert not asked(run, last=30).earlier


def test_a_reader_who_follows_gets_lines_to_the_end(tmp_path):
    run = made.recorded(tmp_path, transcript=TALK)
    assert list(asked(run, last=1, follow=True)) == ["> q29", "  a29"]


def test_secrets_are_masked(tmp_path):
    token = "ghp_" + "a1B2" * 9
    run = made.recorded(tmp_path, transcript=made.lines(made.prompt(f"use {token}"), made.said(f"used {token}")))
    assert token not in repr(asked(run))


def test_what_is_not_there_is_said_with_a_cure(tmp_path):
    run = made.recorded(tmp_path, reader="none")
    with pytest.raises(NotFound, match="no conversation") as error:
        asked(run)
    assert "workcell logs" in error.value.hint
    with pytest.raises(NotFound, match="no attempt 7"):
        asked(run, attempt=7)
