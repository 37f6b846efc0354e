"""Notices dropped into the outbox: once each, whole, and without what has no JSON form."""

import os

import pytest

from tests.support.notices import make, names, read
from workcell.channels import outbox
from workcell.rundir import notice


@pytest.fixture
def home(tmp_path):
    return str(tmp_path)


def test_a_notice_waits_until_it_is_settled(home):
    assert not outbox.waiting(home)
    outbox.post(home, make("passed"))
    assert outbox.waiting(home)
    [name] = names(home, notice.NEW)
    assert read(home, notice.NEW, name)["event"] == "passed"


@pytest.mark.parametrize("part", [notice.NEW, notice.CUR, notice.SENT, notice.FAILED])
def test_one_that_is_known_in_any_folder_changes_nothing(home, part):
    message = make("passed")
    assert outbox.post(home, message) == message["id"]
    [name] = names(home, notice.NEW)
    box = notice.box(home)
    os.makedirs(os.path.join(box, part), exist_ok=True)
    os.rename(os.path.join(box, notice.NEW, name), os.path.join(box, part, name))
    assert outbox.post(home, message) == message["id"]
    assert [names(home, one) for one in (notice.NEW, notice.CUR) if one != part and names(home, one)] == []


def test_an_edge_tells_two_of_one_kind_apart(home):
    outbox.post(home, make("question"))
    outbox.post(home, make("question", edge="second"))
    assert len(names(home, notice.NEW)) == 2


def test_what_is_no_event_and_what_is_no_number():
    with pytest.raises(ValueError, match="no such event"):
        make("conjured")
    facts = make("passed", facts={"cost_usd": float("nan"), "seconds": float("inf"), "files": 3})["facts"]
    assert facts == {"files": 3}


def test_a_folder_that_cannot_be_made_leaves_nothing_behind(home):
    open(notice.box(home), "w").close()
    with pytest.raises(OSError):
        outbox.post(home, make("passed"))
    assert os.listdir(home) == [os.path.basename(notice.box(home))]
