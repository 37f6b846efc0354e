"""Changes of messages that wait: done whole or not at all, wherever they are cut off."""

import os

import pytest

from tests.support import frozen
from workcell.rundir import attending, inbox, inbox_edits, layout, maildir, suggestions

NEW = "1764000000000000000-1-newnewne"


class Killed(BaseException):
    """The process ends at this call."""


@pytest.fixture
def run(tmp_path):
    return frozen.run_of(frozen.thaw(tmp_path / "home"), "frozen-created")


def post(run, text="before", to=maildir.NEW, **more):
    name = f"{1764000000000000000 + len(every(run))}-1-{text[:3]}aaaaa"
    message = {"kind": "text", "mode": "sequential", "text": text, "by": "person", "id": name, **more}
    if to == layout.SUGGESTED:
        suggestions.add(layout.home_of(run), os.path.basename(run), name)
    return inbox.post(run, message, name, to=to)


def every(run):
    """(state, text) of each message, by its file name."""
    found = {}
    for state in ("queued", "typed", "accepted", "refused", "suggested", "removed"):
        for name, message in inbox.in_state(run, state):
            assert name not in found, f"{name} stands in two places"
            found[name] = (state, message["text"])
    return found


def edit_of(run, name, verb, part=maildir.NEW):
    message = dict(inbox.in_state(run, inbox.SUGGESTED if part == layout.SUGGESTED else inbox.QUEUED))[name]
    made = None
    if verb in ("edit", "first"):
        text = "after" if verb == "edit" else message["text"]
        made = {**message, "text": text, "id": NEW, "replaces": name.removesuffix(".json")}
    return inbox_edits.record(verb=verb, by="person", part=part, into=made and f"{NEW}.json", message=made)


def change(run, name, verb, part=maildir.NEW):
    held = inbox_edits.lock(run, 0.0)
    try:
        return inbox_edits.change(run, name, edit_of(run, name, verb, part))
    finally:
        os.close(held)


WANTED = {
    ("rm", maildir.NEW): {"old": "removed"},
    ("edit", maildir.NEW): {"old": "removed", "new": ("queued", "after")},
    ("first", maildir.NEW): {"old": "removed", "new": ("queued", "before")},
    ("rm", layout.SUGGESTED): {"old": "removed"},
    ("edit", layout.SUGGESTED): {"old": "removed", "new": ("suggested", "after")},
    ("release", layout.SUGGESTED): {"old": "queued"},
}


def done(run, name, verb, part):
    """Whether the change is done; AssertionError where it is neither done nor undone."""
    found, wanted = every(run), WANTED[verb, part]
    old = found.pop(name)
    waits = inbox.SUGGESTED if part == layout.SUGGESTED else inbox.QUEUED
    if old[0] == waits:
        assert found == {} and old[1] == "before"
        return False
    assert old == (wanted["old"], "before")
    assert found == ({f"{NEW}.json": wanted["new"]} if "new" in wanted else {})
    return True


@pytest.mark.parametrize(("verb", "part"), WANTED)
def test_each_change_is_done_and_stays_on_record(run, verb, part):
    name = post(run, to=part)
    assert change(run, name, verb, part)
    assert done(run, name, verb, part)
    if verb != "release":
        kept = inbox.taken(dict(inbox.in_state(run, inbox.REMOVED))[name])
        assert kept["verb"] == verb and kept["by"] == "person"
        assert kept["into"] == (NEW if "new" in WANTED[verb, part] else None)
    assert maildir.waiting(os.path.join(run, layout.INBOX), layout.EDITS) == []
    waits = suggestions.every(layout.home_of(run)).get(os.path.basename(run), [])
    assert waits == ([NEW] if (verb, part) == ("edit", layout.SUGGESTED) else [])


def calls(monkeypatch, at):
    """Have the process end just before the call number `at` that changes something; the calls are counted."""
    count = [0]
    for name in ("rename", "unlink", "link", "fsync"):
        real = getattr(os, name)

        def counted(*args, _real=real, **more):
            count[0] += 1
            if count[0] == at:
                raise Killed
            return _real(*args, **more)

        monkeypatch.setattr(os, name, counted)
    return count


@pytest.mark.parametrize(("verb", "part"), WANTED)
def test_killed_at_any_call_nothing_is_lost_and_nothing_stands_twice(tmp_path, verb, part):
    ended = []
    for at in range(1, 60):
        run = frozen.run_of(frozen.thaw(tmp_path / str(at)), "frozen-created")
        name = post(run, to=part)
        with pytest.MonkeyPatch.context() as patch:
            calls(patch, at)
            try:
                change(run, name, verb, part)
                killed = False
            except Killed:
                killed = True
        inbox_edits.settle_left(run)
        ended.append(done(run, name, verb, part))
        assert maildir.waiting(os.path.join(run, layout.INBOX), layout.EDITS) == []
        inbox_edits.settle_left(run)
        assert done(run, name, verb, part) == ended[-1]
        if not killed:
            break
    assert not killed and ended[-1] and not ended[0]
    assert ended == sorted(ended), "once it is done it stays done"


def test_what_is_being_typed_is_not_taken_out(run):
    name = post(run)
    made = edit_of(run, name, "edit")
    inbox.begin(run, name, 1, "typing")
    assert not inbox_edits.change(run, name, made)
    assert every(run) == {name: ("typed", "before")}


def test_what_was_taken_out_is_not_typed(run):
    name = post(run)
    change(run, name, "rm")
    with pytest.raises(inbox.Taken):
        inbox.begin(run, name, 1, "typing")
    assert inbox.said(run, name) is None


def test_a_live_change_is_left_alone(run):
    name = post(run)
    made = edit_of(run, name, "edit")
    held = attending.take(run, attending.EDITS, 0.0)
    maildir.deliver(os.path.join(run, layout.INBOX), made, name.removesuffix(".json"))
    os.rename(
        os.path.join(run, layout.INBOX, maildir.NEW, name), os.path.join(run, layout.INBOX, maildir.TMP, "planted")
    )
    maildir.deliver_bytes(os.path.join(run, layout.INBOX), name, b"{}\n", to=layout.EDITS)
    assert not inbox_edits.settle_left(run)
    os.close(held)
    assert inbox_edits.settle_left(run)


@pytest.mark.parametrize(
    "planted",
    [
        b"no json",
        b"{}",
        b'{"schema": "workcell.file.inbox-edit/1", "verb": "edit", "part": "../..", "into": "x.json", "message": {}}',
        b'{"schema": "workcell.file.inbox-edit/1", "at": "", "by": "", "verb": "edit", "part": "new",'
        b' "into": "../../../x.json", "message": {}}',
        b'{"schema": "workcell.file.inbox-edit/1", "at": "", "by": "", "verb": "edit", "part": "new", "into": ".x.json",'
        b' "message": {}}',
    ],
)
def test_what_an_agent_planted_as_a_change_is_no_change(run, planted):
    name = post(run)
    maildir.deliver_bytes(os.path.join(run, layout.INBOX), name, planted, to=layout.EDITS)
    before = {path for path, _, _ in os.walk(run)}
    inbox_edits.settle_left(run)
    assert every(run) == {name: ("queued", "before")}
    assert {path for path, _, _ in os.walk(run)} == before
    assert maildir.waiting(os.path.join(run, layout.INBOX), layout.EDITS) == []


def test_a_directory_in_the_place_of_a_change_holds_nothing_up(run):
    name = post(run)
    os.makedirs(os.path.join(run, layout.INBOX, layout.EDITS, "planted", "deep"))
    assert change(run, name, "rm")
    assert inbox_edits.settle_left(run)


def test_an_attempt_that_is_opened_keeps_changes_away(run):
    post(run)
    with inbox_edits.paused(run):
        assert inbox_edits.lock(run, 0.0) is None
    os.close(inbox_edits.lock(run, 0.0))
