"""The context of an operation."""

from workcell.rundir.caller import OUTSIDE, Caller
from workcell.rundir.cell import Cell


def test_who_asks_is_found_out_once_and_only_when_it_is_asked_for():
    asked = []

    def ask() -> Caller:
        asked.append(1)
        return Caller("/home", ("/home/runs/a",), 1)

    cell = Cell("/home", {}, "/", ask_caller=ask)
    assert not asked
    assert cell.caller.inside and cell.caller.word() == "run:a/1"
    assert len(asked) == 1


def test_without_anybody_to_ask_it_is_a_person_outside():
    assert Cell("/home", {}, "/").caller == OUTSIDE
    assert Cell("/home", {}, "/").caller.word() == "person"


def test_progress_goes_to_whoever_listens():
    told = []
    Cell("/home", {}, "/", progress=lambda what, value: told.append((what, value))).progress("line", "x")
    assert told == [("line", "x")]
    Cell("/home", {}, "/").progress("line", "x")


def test_callers_are_equal_by_what_they_say():
    assert Caller("h", ("r",), 1) == Caller("h", ("r",), 1) != Caller("h", ("r",), 2)
    assert "known=True" in repr(Caller("h"))
