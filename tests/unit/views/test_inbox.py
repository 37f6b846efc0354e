"""The messages of runs: in the order in which they are typed, cleaned, and with what was done with each."""

import os

import pytest

from workcell.base import clock
from workcell.rundir import find, inbox, inbox_edits, layout, maildir, suggestions
from workcell.rundir.cell import Cell
from workcell.views import inbox as view


@pytest.fixture
def cell(made_live):
    return Cell(made_live.home, {}, "/")


def send(made, text, key, mode="sequential", to=None):
    message = {"kind": "text", "text": text, "mode": mode, "by": "person", "at": clock.stamp()}
    name = f"190000000000000000{key}-1-aaaaaaaa"
    inbox.post(made.run, message, name, **({"to": to} if to else {}))
    return name


def listed(cell, **more):
    return [(one.text, one.state) for box in view.perform(cell, view.Request(**more)).runs for one in box.messages]


def test_a_run_in_which_nothing_waits_is_listed_only_when_it_is_named(made_live, cell):
    assert view.perform(cell, view.Request()).runs == []
    [box] = view.perform(cell, view.Request("r")).runs
    assert (box.id, box.messages) == (os.path.basename(made_live.run), [])


def test_what_waits_is_in_the_order_in_which_it_is_typed(made_live, cell):
    send(made_live, "second", 1)
    send(made_live, "third", 2)
    send(made_live, "first", 3, mode="urgent")
    assert listed(cell) == [("first", "queued"), ("second", "queued"), ("third", "queued")]


def test_a_suggestion_is_told_apart_from_what_will_be_typed(made_live, cell):
    key = "1900000000000000009-1-aaaaaaaa"
    suggestions.add(made_live.home, os.path.basename(made_live.run), key)
    send(made_live, "perhaps", 9, to=layout.SUGGESTED)
    send(made_live, "surely", 1)
    assert listed(cell) == [("surely", "queued"), ("perhaps", "suggested")]


def test_what_the_agent_has_is_listed_when_asked_for(made_live, cell):
    name = send(made_live, "heard", 1)
    box = os.path.join(made_live.run, layout.INBOX)
    os.makedirs(os.path.join(box, "cur"), exist_ok=True)
    os.rename(os.path.join(box, "new", f"{name}.json"), os.path.join(box, "cur", f"{name}.json"))
    assert listed(cell) == [] and listed(cell, all=True) == [("heard", "accepted")]


def test_words_are_cleaned(made_live, cell):
    send(made_live, "a\x1b[31mred\x1b[0m\x07", 1)
    [(text, _)] = listed(cell)
    assert "\x1b" not in text and "\x07" not in text


def test_a_name_of_a_run_comes_with_its_box(made_live, cell):
    send(made_live, "x", 1)
    [box] = view.perform(cell, view.Request()).runs
    assert box.name == find.name_of(made_live.run)


@pytest.mark.parametrize("part", [maildir.NEW, layout.SUGGESTED])
def test_the_text_of_an_edit_that_was_killed_is_listed_and_nothing_is_changed(made_live, cell, part, monkeypatch):
    key = send(made_live, "before", 1, to=part)
    send(made_live, "after it", 2)
    made = dict(inbox.in_state(made_live.run, listed_as := _STATE[part]))[f"{key}.json"]
    edit = inbox_edits.record(
        verb="edit", by="person", part=part, into="1900000000000000001-9-b.json", message={**made, "text": "edited"}
    )
    monkeypatch.setattr(maildir, "deliver_bytes", _dies_at(maildir.deliver_bytes, 2))
    with pytest.raises(KeyboardInterrupt):
        inbox_edits.change(made_live.run, f"{key}.json", edit)
    monkeypatch.undo()
    shown = [("edited", listed_as), ("after it", "queued")]
    assert sorted(listed(cell)) == sorted(shown)
    assert inbox.in_state(made_live.run, listed_as) != [] or part == layout.SUGGESTED
    assert "before" in [text for text, _ in listed(cell, all=True)], "it is on record"
    assert inbox_edits.settle_left(made_live.run) and sorted(listed(cell)) == sorted(shown)


_STATE = {maildir.NEW: inbox.QUEUED, layout.SUGGESTED: inbox.SUGGESTED}


def _dies_at(call, number):
    """The call, which is killed at the time of that number."""
    times = iter(range(1, number + 1))

    def made(*given, **more):
        if next(times) == number:
            raise KeyboardInterrupt
        return call(*given, **more)

    return made
