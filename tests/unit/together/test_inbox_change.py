"""Verbs on a message that waits: which message is meant, what is refused, and where it stands afterwards."""

import os
import shutil
from pathlib import Path

import pytest

from tests.support import frozen
from tests.unit.conftest import MadeLive
from workcell.base import json_codec
from workcell.base.errors import NotFound, Refused, TryAgain, Usage
from workcell.rundir import attending, inbox, layout, maildir, standby, suggestions
from workcell.rundir.cell import Cell
from workcell.together import inbox_change as op
from workcell.together import send
from workcell.views import inbox as listing


@pytest.fixture
def run(tmp_path):
    return frozen.run_of(frozen.thaw(tmp_path / "home"), "frozen-created")


@pytest.fixture
def cell(run):
    return Cell(layout.home_of(run), {}, "/")


def post(run, text, mode="sequential", to=maildir.NEW, **more):
    name = inbox.post(run, {"kind": "text", "mode": mode, "text": text, "by": "person", **more}, to=to)
    if to == layout.SUGGESTED:
        suggestions.add(layout.home_of(run), os.path.basename(run), name.removesuffix(".json"))
    return name.removesuffix(".json")


def texts(run):
    return [message["text"] for _, message in inbox.in_order(inbox.waiting(run))]


def test_an_edited_message_keeps_its_place_and_names_the_one_before(cell, run):
    post(run, "a"), post(run, "c")
    key = post(run, "d")
    post(run, "e")
    done = op.edit(cell, op.EditRequest(run, key, "dd"))
    assert texts(run) == ["a", "c", "dd", "e"] and done.ahead == 2
    again = op.edit(cell, op.EditRequest(run, done.into, "ddd"))
    assert texts(run) == ["a", "c", "ddd", "e"]
    message = dict(inbox.waiting(run))[f"{again.into}.json"]
    assert (message["replaces"], message["by"], message["mode"]) == (done.into, "person", "sequential")


def test_first_goes_before_its_mode_and_hastier_modes_before_it(cell, run):
    post(run, "a"), post(run, "now", "urgent")
    key, last = post(run, "b"), post(run, "c")
    assert op.first(cell, op.FirstRequest(run, key)).ahead == 1
    assert texts(run) == ["now", "b", "a", "c"]
    into = op.first(cell, op.FirstRequest(run, last)).into
    assert texts(run) == ["now", "c", "b", "a"]
    assert op.first(cell, op.FirstRequest(run, into)).into is None
    assert texts(run) == ["now", "c", "b", "a"]


def test_a_message_is_named_by_its_end_and_not_by_what_fits_several(cell, run):
    key, other = post(run, "a"), post(run, "b")
    with pytest.raises(Usage, match="fits 2 messages") as caught:
        op.rm(cell, op.RmRequest(run, key[:4]))
    assert caught.value.details == [key, other]
    assert op.rm(cell, op.RmRequest(run, key[-8:])).message == key
    with pytest.raises(NotFound, match="no message 'zzz' waits"):
        op.rm(cell, op.RmRequest(run, "zzz"))
    with pytest.raises(NotFound):
        op.rm(cell, op.RmRequest(run, ""))
    assert texts(run) == ["b"]
    # lists show the last part of an id, and the begin of that is what one types
    assert op.rm(cell, op.RmRequest(run, other[-8:-2])).message == other


@pytest.mark.parametrize("verb", ["rm", "edit", "first", "release"])
def test_what_is_being_typed_or_further_is_not_changed(cell, run, verb):
    key = post(run, "a")
    asked = {"edit": op.EditRequest(run, key, "b"), "rm": op.RmRequest(run, key)}
    asked |= {"first": op.FirstRequest(run, key), "release": op.ReleaseRequest(run, key)}
    message = dict(inbox.waiting(run))[f"{key}.json"]
    inbox.begin(run, f"{key}.json", 1, "typing")
    with pytest.raises(Refused, match="is being typed at this moment"):
        getattr(op, verb)(cell, asked[verb])
    inbox.accept(run, f"{key}.json", message, "seen", 1)
    with pytest.raises(Refused, match="has reached the agent"):
        getattr(op, verb)(cell, asked[verb])


def test_one_that_stands_in_the_brief_has_reached_the_agent(cell, run):
    key = post(run, "a")
    path = os.path.join(layout.attempt(run, 1), layout.ATTEMPT)
    with open(path, "rb") as file:
        attempt = json_codec.decode(file.read())
    with open(path, "wb") as file:
        file.write(json_codec.encode({**attempt, "messages": [key]}))
    with pytest.raises(Refused, match="stands in the brief of attempt 1"):
        op.rm(cell, op.RmRequest(run, key))


def test_only_what_was_suggested_is_released(cell, run):
    key, waits = post(run, "a", to=layout.SUGGESTED), post(run, "b")
    with pytest.raises(Refused, match="was not suggested: it is queued"):
        op.release(cell, op.ReleaseRequest(run, waits))
    assert texts(run) == ["b"]
    done = op.release(cell, op.ReleaseRequest(run, key))
    assert (done.ahead, done.why) == (0, "the run is created: the brief that it begins with will hold it")
    assert texts(run) == ["a", "b"]


def test_of_one_released_to_a_run_that_is_over_it_is_said_what_lets_it_be_read(tmp_path):
    over = frozen.run_of(frozen.thaw(tmp_path / "home"), "frozen-stopped")
    key = post(over, "try this", to=layout.SUGGESTED)
    done = op.release(Cell(layout.home_of(over), {}, "/"), op.ReleaseRequest(over, key))
    assert done.why == send.send(over, "and this").why and f"workcell resume {done.id}" in str(done.why)


def test_of_one_released_to_a_run_that_is_to_finish_it_is_said_whether_a_turn_is_left_for_it(tmp_path):
    live = MadeLive(tmp_path)
    live.attempt.update(standby=True, io="file")
    live.starts()
    standby.ask_to_finish(live.run, 1)
    try:
        done = op.release(Cell(live.home, {}, "/"), op.ReleaseRequest("r", post(live.run, "a", to=layout.SUGGESTED)))
        assert "one more turn begins with it before the run finishes with its check" in str(done.why)
        # that turn is the one of now
        shutil.copytree(layout.attempt(live.run, 1), layout.attempt(live.run, 2))
        record = Path(layout.attempt(live.run, 2), layout.ATTEMPT)
        record.write_bytes(
            json_codec.encode({**json_codec.decode(record.read_bytes()), "asked_by": {"who": "message"}})
        )
        os.unlink(os.path.join(live.run, layout.CURRENT))
        os.symlink(f"{layout.ATTEMPTS}/002", os.path.join(live.run, layout.CURRENT))
        done = op.release(Cell(live.home, {}, "/"), op.ReleaseRequest("r", post(live.run, "b", to=layout.SUGGESTED)))
        assert str(done.why).startswith("the run finishes with its check after this turn")
        assert str(done.why).endswith(f"workcell resume {done.id} --brief NEW.md")
    finally:
        live.loses_its_runner()


def test_keys_and_empty_texts_are_refused(cell, run):
    key = post(run, "a")
    with pytest.raises(Usage, match="the message is empty"):
        op.edit(cell, op.EditRequest(run, key, " "))
    name = maildir.deliver(os.path.join(run, layout.INBOX), {"kind": "interrupt", "attempt": 1})
    with pytest.raises(Usage, match="of kind 'interrupt'"):
        op.first(cell, op.FirstRequest(run, name.removesuffix(".json")))
    assert op.edit(cell, op.EditRequest(run, key)).text == "a"


def test_another_change_that_is_under_way_is_waited_for(cell, run, monkeypatch):
    key = post(run, "a")
    monkeypatch.setattr(op, "PATIENCE", 0.05)
    held = attending.take(run, attending.EDITS, 0.0)
    with pytest.raises(TryAgain):
        op.rm(cell, op.RmRequest(run, key))
    os.close(held)
    op.rm(cell, op.RmRequest(run, key))


def test_the_list_shows_what_waits_and_on_request_what_was(cell, run):
    key, gone = post(run, "a\x1b[31m"), post(run, "b")
    op.rm(cell, op.RmRequest(run, gone))
    suggested = post(run, "c", to=layout.SUGGESTED)
    [box] = listing.perform(cell, listing.Request(run)).runs
    assert [(one.id, one.state) for one in box.messages] == [(key, "queued"), (suggested, "suggested")]
    assert "\x1b" not in box.messages[0].text
    [box] = listing.perform(cell, listing.Request(run, all=True)).runs
    assert box.messages[-1].why.startswith("removed by person at ")
    assert [one.id for one in listing.perform(cell, listing.Request()).runs] == [os.path.basename(run)]


def test_the_id_of_an_edited_message_means_what_took_its_place(cell, run):
    key = post(run, "a")
    once = op.edit(cell, op.EditRequest(run, key, "aa"))
    twice = op.first(cell, op.FirstRequest(run, post(run, "b"))), op.edit(cell, op.EditRequest(run, key, "aaa"))
    assert (twice[1].message, twice[1].named) == (once.into, key) and texts(run) == ["b", "aaa"]
    assert op.edit(cell, op.EditRequest(run, key[-8:])).text == "aaa"
    gone = op.rm(cell, op.RmRequest(run, key))
    assert (gone.message, gone.named) == (twice[1].into, key) and texts(run) == ["b"]
    with pytest.raises(Refused, match=f"{gone.message} was taken out before"):
        op.rm(cell, op.RmRequest(run, key))


def test_what_became_of_the_message_in_its_place_is_said(cell, run):
    key = post(run, "a")
    done = op.edit(cell, op.EditRequest(run, key, "aa"))
    name = f"{done.into}.json"
    message = dict(inbox.waiting(run))[name]
    inbox.begin(run, name, 1, "typing")
    with pytest.raises(Refused, match=f"{done.into} is being typed"):
        op.rm(cell, op.RmRequest(run, key))
    inbox.accept(run, name, message, "seen", 1)
    with pytest.raises(Refused, match=f"{done.into} has reached the agent"):
        op.edit(cell, op.EditRequest(run, key, "aaa"))


def test_a_ring_of_messages_ends_the_search(cell, run):
    box = os.path.join(run, layout.INBOX)
    for name, into in (("x1", "x2"), ("x2", "x1")):
        taken = {"verb": "edit", "at": "2026-11-20T05:00:00.000Z", "by": "person", "into": into}
        line = json_codec.encode_line({"kind": "text", "text": "a", "taken": taken})
        maildir.deliver_bytes(box, f"{name}.json", line, to=layout.EDITED)
    with pytest.raises(Refused, match="was taken out before"):
        op.rm(cell, op.RmRequest(run, "x1"))
