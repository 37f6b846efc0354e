"""approvals ls: what waits for a yes or no, with its exact words, its risk and what answers it."""

import pytest

from workcell.approvals import pending
from workcell.base import clock
from workcell.rundir.cell import Cell


def asked(made_live, text="Bash: rm -rf build", tool="Bash"):
    at = clock.stamp()
    made_live.captured(
        approval={"at": at, "text": text, "id": None, "question": False, "tool": tool},
        last={"at": at, "type": "approval.requested", "text": text},
        last_at=at,
    )


def test_a_request_is_listed_with_its_words_and_answers(made_live):
    asked(made_live)
    found = pending.perform(Cell(made_live.home, {}, "/"), pending.Request()).approvals
    assert [(one.asks, one.risk) for one in found] == [("Bash: rm -rf build", "destructive")]
    assert (found[0].approve, found[0].deny) == (f"workcell approve {found[0].id}", f"workcell deny {found[0].id}")
    assert pending.age(found[0], clock.parse(found[0].since) + 5 if found[0].since else 0) in (None, 5.0)


def test_a_run_that_shows_no_dialog_waits_for_nothing(made_live):
    made_live.shows("Nothing is up.\n")
    assert pending.perform(Cell(made_live.home, {}, "/"), pending.Request()).approvals == []


@pytest.mark.parametrize(
    "asks, risk",
    [
        ("Bash: ls", "low"),
        ("Bash: ls …", "write"),
        ("Edit: /t/a.py", "write"),
        ("Edit: /etc/hosts", "destructive"),
        ("WebFetch: https://example.org", "network"),
        ("a permission", "write"),
    ],
)
def test_the_risk_is_that_of_the_words(asks, risk):
    assert pending.of_words(asks, "/t") == risk
