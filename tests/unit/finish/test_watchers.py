"""A watched run tells its watchers once each, whatever was killed before, and no watcher can keep it from its end."""

import json
import os
import shutil
from pathlib import Path

import pytest

from tests.support import frozen
from workcell.finish import watch_words, watchers
from workcell.rundir import inbox, layout, ledger, look, maildir, phase, watches

NOW = 1.9e9
IDLE = {"state": "idle", "since": None, "confidence": 1.0, "evidence": []}
BUSY = {**IDLE, "state": "working"}


@pytest.fixture
def home(tmp_path):
    return frozen.thaw(tmp_path / "home")


@pytest.fixture
def watcher(home):
    """A run that is not over."""
    return frozen.run_of(home, "frozen-created")


@pytest.fixture
def ended(home):
    return frozen.run_of(home, "frozen-two")


@pytest.fixture
def live(home):
    """A look at a run as if its agent were at work."""
    seen = look.at(frozen.run_of(home, "frozen-lost"))
    seen.phase = phase.RUNNING
    return seen


def watch(home, run, watcher, wanted="done", due=None):
    by = {"run": os.path.basename(watcher), "attempt": 1}
    return watches.place(home, os.path.basename(run), by, wanted, due)


def letters(run):
    return [message for _, message in inbox.waiting(run)]


def left(home, run):
    return [one.id for one in watches.on(home, os.path.basename(run))]


def fired(home):
    folder = watches.directory(home, watches.FIRED)
    return sorted(name.split(".")[1] for name in os.listdir(folder)) if os.path.isdir(folder) else []


def test_a_run_that_is_over_tells_its_outcome_what_was_done_and_the_next_command(home, ended, watcher):
    made = watch(home, ended, watcher)
    seen = look.at(ended)
    assert watchers.tell(seen) == [f"{os.path.basename(watcher)}: told of {seen.id}"]
    [letter] = letters(watcher)
    assert (letter["id"], letter["kind"], letter["mode"]) == (made["id"], "text", "sequential")
    assert letter["by"] == f"watch:{seen.id}/{seen.n}" and inbox.sender(letter) is None
    text = inbox.words(letter)
    assert text.startswith(f"The run {seen.id} ({seen.name}), which you watch, is over: {seen.outcome},")
    assert f"workcell handoff {seen.id}" in text and "Branch: " in text
    assert left(home, ended) == [] and fired(home) == [made["id"]]
    box = os.path.join(watcher, layout.SPOOL)
    events = [maildir.read(box, name) for name in maildir.waiting(box)]
    [event] = [one for one in events if one["type"] == "message.received"]
    assert (event["from"], event["message"]) == (seen.id, made["id"])
    assert watchers.tell(seen) == [] and len(letters(watcher)) == 1


@pytest.mark.parametrize("part", ["new", "typed", "cur", "refused"])
def test_a_message_that_was_delivered_before_a_kill_is_not_delivered_again(home, ended, watcher, part):
    made = watch(home, ended, watcher)
    box = os.path.join(watcher, layout.INBOX)
    maildir.deliver(box, {"kind": "text", "text": "told"}, made["id"])
    if part != "new":
        maildir.move(box, f"{made['id']}.json", part)
    assert watchers.tell(look.at(ended)) == []
    assert fired(home) == [made["id"]] and left(home, ended) == []
    assert sum(len(maildir.waiting(box, one)) for one in ("new", "typed", "cur", "refused")) == 1


def test_what_a_killed_delivery_left_is_no_hindrance(home, ended, watcher):
    made = watch(home, ended, watcher)
    tmp = os.path.join(watcher, layout.INBOX, maildir.TMP)
    os.makedirs(tmp, exist_ok=True)
    Path(tmp, f"{made['id']}.json").write_text('{"kin')
    watchers.tell(look.at(ended))
    assert [one["id"] for one in letters(watcher)] == [made["id"]] and os.listdir(tmp) == []


def test_of_several_watches_of_one_run_on_one_that_is_over_one_is_told(home, ended, watcher, monkeypatch):
    for wanted, due in (("done", None), ("attention", None), ("done", NOW)):
        watch(home, ended, watcher, wanted, due)

    def killed(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(watchers, "put", killed)
    with pytest.raises(KeyboardInterrupt):
        watchers.tell(look.at(ended))
    assert len(fired(home)) == 2 and letters(watcher) == []
    monkeypatch.undo()
    watchers.tell(look.at(ended))
    assert len(fired(home)) == 3 and len(letters(watcher)) == 1


def test_one_that_was_told_of_its_time_is_told_of_the_end_by_the_other(home, ended, watcher):
    timed, other = watch(home, ended, watcher, due=NOW), watch(home, ended, watcher)
    maildir.deliver(os.path.join(watcher, layout.INBOX), {"kind": "text", "text": "the time is over"}, timed["id"])
    watchers.tell(look.at(ended))
    assert sorted(one["id"] for one in letters(watcher)) == sorted([timed["id"], other["id"]])


def test_a_watcher_that_is_over_or_gone_is_told_nothing(home, ended, watcher):
    over = watch(home, ended, frozen.run_of(home, "frozen-stopped"))
    gone = watch(home, ended, os.path.join(home, layout.RUNS, "20260101-0000-gone-aaaa"))
    assert watchers.tell(look.at(ended)) == []
    assert fired(home) == sorted([over["id"], gone["id"]])
    assert letters(frozen.run_of(home, "frozen-stopped")) == []


def test_a_live_run_is_told_of_by_what_each_watch_waits_for(home, live, watcher):
    kinds = {wanted: watch(home, live.run, watcher, wanted)["id"] for wanted in ("done", "attention", "idle")}
    assert watchers.tell(live, NOW, BUSY) == []
    watchers.tell(live, NOW, IDLE)
    [letter] = letters(watcher)
    assert letter["id"] == kinds["idle"] and "has ended its turn and waits for words" in letter["text"]
    watchers.tell(live, NOW, {**IDLE, "state": "question"})
    by_id = {one["id"]: one["text"] for one in letters(watcher)}
    assert set(by_id) == {kinds["idle"], kinds["attention"]}
    assert "needs a person: it waits for an answer: question." in by_id[kinds["attention"]]
    assert left(home, live.run) == [kinds["done"]]


def test_a_run_that_has_a_message_before_it_is_not_idle(home, live, watcher):
    watch(home, live.run, watcher, "idle")
    inbox.post(live.run, {"kind": "text", "mode": "sequential", "text": "the next task", "by": "person"})
    assert watchers.tell(live, NOW, IDLE) == []


def test_once_its_time_has_come_a_watch_is_told_how_the_run_stands(home, live, watcher):
    watch(home, live.run, watcher, due=NOW)
    assert watchers.tell(live, NOW - 1, BUSY) == []
    watchers.tell(live, NOW, BUSY)
    [letter] = letters(watcher)
    assert (
        f"The time for which you watch the run {live.id}" in letter["text"]
        and "is over. It is working" in letter["text"]
    )
    assert f"Next: workcell watch {live.id} --within 10m" in letter["text"]


def test_a_run_that_was_removed_or_cannot_be_read_is_told_of(home, ended, watcher):
    run = look.at(ended).id
    watch(home, ended, watcher)
    Path(layout.attempt(ended, 1)).rename(layout.attempt(ended, 7))
    seen = look.at(ended)
    seen.phase, seen.why = phase.CORRUPT, "current is missing"
    watchers.tell(seen)
    assert (
        f"({look.at(ended).name}), which you watch, cannot be read: current is missing." in letters(watcher)[0]["text"]
    )
    watch(home, ended, watcher, "idle")
    shutil.rmtree(ended)
    os.unlink(ledger.path(ended))
    os.unlink(ledger.ended_path(ended))
    watchers.tell(look.at(ended))
    assert letters(watcher)[1]["text"].startswith(f"The run {run}, which you watch, is gone")


def test_a_watcher_whose_inbox_takes_nothing_stays_and_keeps_no_other_from_its_word(home, ended, live):
    watcher, other = frozen.run_of(home, "frozen-created"), live.run
    made, told = watch(home, ended, watcher), watch(home, ended, other)
    box = os.path.join(watcher, layout.INBOX)
    shutil.rmtree(box, ignore_errors=True)
    os.symlink("/dev", box)
    did = watchers.tell(look.at(ended))
    assert [line.split(":")[0] for line in did] == [os.path.basename(watcher), os.path.basename(other)]
    assert "not told of" in did[0] and left(home, ended) == [made["id"]]
    assert [one["id"] for one in letters(other)] == [told["id"]]
    os.unlink(box)
    watchers.tell(look.at(ended))
    assert [one["id"] for one in letters(watcher)] == [made["id"]]


def test_while_another_process_fires_nothing_is_done_and_nothing_is_raised(home, ended, watcher, monkeypatch):
    watch(home, ended, watcher)
    held = watches.lock(home, os.path.basename(ended))
    monkeypatch.setattr(watches, "PATIENCE", 0.0)
    monkeypatch.setattr(watches, "lock", lambda *_: None)
    assert watchers.tell(look.at(ended)) == []
    monkeypatch.undo()
    os.close(held)
    assert watchers.tell(look.at(ended)) != []


def test_secrets_of_the_watched_run_are_masked_and_its_words_are_cut(home, ended, watcher):
    env = json.loads(Path(ended, layout.ENV).read_text())
    env["env"]["DEPLOY_TOKEN"] = "s3cret-Words-9"
    Path(ended, layout.ENV).write_text(json.dumps(env))
    seen = look.at(ended)
    words = "## Done\n\nused s3cret-Words-9\n" + "x " * watch_words.LONGEST
    Path(seen.directory, layout.HANDOFF).write_text(words)
    os.makedirs(os.path.join(seen.directory, layout.AGENT_DIR), exist_ok=True)
    Path(seen.directory, layout.AGENT_DIR, layout.HANDOFF).write_text(words)
    watch(home, ended, watcher)
    watchers.tell(seen)
    [letter] = letters(watcher)
    assert "Done, in its own words:\nused" in letter["text"] and "s3cret" not in letter["text"]
    assert "… (workcell handoff has all of it)" in letter["text"] and len(letter["text"]) < watch_words.LONGEST + 900


def test_a_watcher_whose_watch_a_person_took_back_is_told_that(home, ended, watcher):
    made = watch(home, ended, watcher)
    entry = watches.parse(watches.name_of(made))
    for _ in range(2):
        watchers.tell_taken_back(home, made, entry)
    [letter] = letters(watcher)
    assert letter["text"].startswith("A person took back your watch on the run") and fired(home) == [made["id"]]
