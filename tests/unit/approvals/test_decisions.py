"""approvals log: what rules decided, and whether the program heard of it."""

import pytest

from tests.support import proposed
from workcell.approvals import decide, decisions, journal
from workcell.base.errors import NotFound
from workcell.rundir import proposals
from workcell.rundir.cell import Cell


def decided(home, command, run="r", told=True):
    answer = decide.Answer("deny", "network", "rules/approvals.yaml:1", "no")
    line = journal.line(journal.Decided(run, 1, "Bash", {"command": command}, None, answer, "deny"))
    journal.intent(home, line)
    if told:
        journal.told(home, line)


def test_decisions_are_told_by_time_with_what_was_not_heard(made_live):
    decided(made_live.home, "git push")
    decided(made_live.home, "git push\x1b[2J", run="other", told=False)
    cell = Cell(made_live.home, {}, "/")
    first, second = decisions.perform(cell, decisions.Request()).decisions
    assert (first.words, first.answer, first.rule, first.heard) == ("git push", "deny", "rules/approvals.yaml:1", True)
    assert not second.heard and "\x1b" not in second.words
    assert [one.words for one in decisions.perform(cell, decisions.Request("r")).decisions] == ["git push"]
    assert len(decisions.perform(cell, decisions.Request(last=1)).decisions) == 1
    with pytest.raises(NotFound):
        decisions.perform(cell, decisions.Request("nowhere"))


def test_what_was_typed_into_a_dialog_says_what_came_of_it(made_live):
    home = made_live.home
    answer = decide.Answer("allow", "low", "rules/approvals.yaml:1", None)
    for number, came in enumerate([None, journal.Result("allowed"), journal.Result("refused", "it changed")]):
        line = journal.line(journal.Decided("r", 1, "Bash", {"command": "make"}, None, answer, "allow"))
        line.update({"dialog": "d", "asked": f"h{number}", "message": f"m{number}"})
        journal.intent(home, line)
        if came is not None:
            journal.told(home, line, came)
    found = decisions.perform(Cell(home, {}, "/"), decisions.Request()).decisions
    assert [(one.by, one.at_dialog, one.heard, one.result) for one in found] == [
        ("rule", True, False, None),
        ("rule", True, True, "allowed"),
        ("rule", True, False, "refused"),
    ]
    assert decisions.count(home, 0.0) == decisions.Counts(3, 3)


def test_what_was_decided_about_proposals_stands_among_them_with_what_came_of_it(made_live):
    made_live.shows("Nothing is up.\n")
    home = made_live.home
    names = {}
    for word in ("approved", "denied", "void", "waits", "done"):
        found = proposed.proposed(made_live, "[hold]", incident=word)
        names[found["id"]] = word
        if word != "waits":
            proposals.decide(home, found["id"], "approved" if word == "done" else word)
    decided(home, "git push")
    for identity, word in names.items():
        if word in ("denied", "done"):
            proposals.end(home, identity, word)
    found = decisions.perform(Cell(home, {}, "/"), decisions.Request()).decisions
    assert [one.at for one in found] == sorted(one.at for one in found) and found[-1].proposal is None
    asked = {names[one.proposal]: (one.answer, one.by, one.heard, one.result) for one in found if one.proposal}
    assert asked == {
        "approved": ("allow", "person", False, None),
        "denied": ("deny", "person", True, "denied"),
        "done": ("allow", "person", True, "done"),
    }
    assert all(one.words.startswith("holds the run") for one in found if one.proposal)
    assert decisions.count(home, 0.0).answered == 1, "rules answered none of them"
    with pytest.raises(NotFound):
        decisions.perform(Cell(home, {}, "/"), decisions.Request("nowhere"))
