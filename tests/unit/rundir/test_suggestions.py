"""The index of messages that wait for a person: what stands in it without a message counts for nothing."""

import os

import pytest

from tests.support import frozen
from workcell.channels import outbox
from workcell.rundir import inbox, layout, look, maildir, notice, suggestions
from workcell.together import suggest


@pytest.fixture
def run(tmp_path):
    return frozen.run_of(frozen.thaw(tmp_path / "home"), "frozen-created")


def notices(home):
    return [name for name in maildir.waiting(notice.box(home)) if ".suggested." in name]


def test_an_entry_without_its_message_counts_for_nothing(run):
    home, name = layout.home_of(run), os.path.basename(run)
    assert suggestions.every(home) == {}
    suggestions.add(home, name, "17-1-a")
    suggestions.add(home, "no-such-run", "17-1-a")
    assert suggestions.every(home) == {}
    inbox.post(run, {"kind": "text", "text": "hello", "by": "person"}, "17-1-a", to=layout.SUGGESTED)
    assert suggestions.every(home) == {name: ["17-1-a"]}
    [found] = suggestions.read(home, name, ["17-1-a", "18-1-b"])
    assert (found.id, found.by, found.text) == ("17-1-a", "person", "hello")
    suggestions.remove(run)
    assert suggestions.every(home) == {}


def test_what_another_run_suggests_is_told_once_also_after_its_notice_was_taken(run):
    home = layout.home_of(run)
    suggest.put(look.at(run), {"kind": "text", "text": "hello", "by": "run:20261120-0510-boss-bbbb/1"})
    [name] = notices(home)
    assert suggestions.every(home, untold=True) == {} and suggest.tell_left(home) == []
    maildir.drop(notice.box(home), name)
    assert suggest.tell_left(home) == [] and notices(home) == []


def test_a_person_is_not_told_of_what_a_person_suggests(run):
    home = layout.home_of(run)
    suggest.put(look.at(run), {"kind": "text", "text": "hello", "by": "person"})
    assert notices(home) == [] and suggestions.every(home, untold=True) == {}


def test_what_a_killed_sender_did_not_tell_a_tick_tells(run, monkeypatch):
    home = layout.home_of(run)
    monkeypatch.setattr(outbox, "post", lambda *_: (_ for _ in ()).throw(OSError(28, "no space")))
    suggest.put(look.at(run), {"kind": "text", "text": "hello", "by": "run:20261120-0510-boss-bbbb/1"})
    assert suggestions.every(home, untold=True) == {
        os.path.basename(run): suggestions.every(home)[os.path.basename(run)]
    }
    monkeypatch.undo()
    assert suggest.tell_left(home) == [f"{os.path.basename(run)}: told of a suggestion"]
    assert len(notices(home)) == 1 and suggest.tell_left(home) == []
