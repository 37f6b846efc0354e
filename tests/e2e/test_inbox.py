"""Messages that wait: changed until they are typed, suggested and released, each typed once."""

import json
import os
from pathlib import Path

from tests.e2e.test_messages_between_runs import WAITS, WORKCELL, agent, end, told
from tests.support.lab import eventually
from tests.support.stubs import Stub
from workcell.rundir import inbox, inbox_edits, layout, maildir, notice, suggestions
from workcell.together import typist


def ids(lab, run, *states):
    """Ids of the messages in these states, in the order of the list."""
    found = json.loads(lab.workcell("inbox", run, "--all", "--json").stdout)["runs"][0]["messages"]
    return [one["id"] for one in found if one["state"] in states]


def send(lab, run, *words):
    return json.loads(lab.workcell("send", run, *words, "--json").stdout)["message"].removesuffix(".json")


def test_what_waits_is_changed_and_typed_once_in_the_new_order(lab):
    stub = Stub(lab)
    stub.do("work 60")
    one = send(lab, stub.run, "one")
    later = [json.loads(lab.workcell("send", stub.run, text, "--json").stdout) for text in ("two", "three", "four")]
    assert [said["why"] for said in later] == [typist.BEHIND] * 3, "each is told at once"
    two, three, four = (said["message"].removesuffix(".json") for said in later)
    assert ids(lab, stub.run, "queued") == [one, two, three, four]
    lab.workcell("inbox", "edit", stub.run, two, "two, in other words")
    Path(lab.top, "four.txt").write_text("4")
    words = ("inbox", "edit", stub.run, four, "--file", os.path.join(lab.top, "four.txt"))
    assert "3 messages before it" in lab.workcell(*words).stdout
    lab.workcell("inbox", "first", stub.run, three)
    lab.workcell("inbox", "rm", stub.run, one[-8:])
    listed = lab.workcell("inbox", stub.run).stdout
    assert "two, in other words" in listed and "one" not in listed.split()
    stub.do("work 0")
    eventually(lambda: len(stub.texts()) == 3)
    assert stub.texts() == ["three", "two, in other words", "4"]
    assert set(ids(lab, stub.run, "removed")) == {one, two, three, four}
    for event, count in (("message.removed", 1), ("message.edited", 2), ("message.moved", 1)):
        assert len(eventually(lambda event=event: told(stub.run, event))) == count
    late = lab.workcell("inbox", "rm", stub.run, ids(lab, stub.run, "accepted")[0], code=77).stderr
    assert "has reached the agent" in late


def test_what_a_killed_change_left_is_put_right_by_a_tick_and_typed(lab):
    stub = Stub(lab)
    stub.do("work 60")
    key = send(lab, stub.run, "before")
    box, name = os.path.join(stub.run, layout.INBOX), f"{key}.json"
    message = maildir.read(box, name)
    new = "1764000000000000000-1-newnewne"
    made = inbox_edits.record(
        verb="edit", by="person", part="new", into=f"{new}.json", message={**message, "text": "after", "id": new}
    )
    maildir.deliver_bytes(box, name, json.dumps(made).encode(), to=layout.EDITS)
    maildir.move(box, name, layout.EDITED)
    lab.workcell("watchdog", "tick")
    assert ids(lab, stub.run, "queued") == [new]
    stub.do("work 0")
    eventually(lambda: stub.texts() == ["after"])


def test_a_suggestion_of_an_agent_waits_for_a_person(lab):
    stub = Stub(lab)
    to = os.path.basename(stub.run)
    commands = [
        f"{WORKCELL} send --suggest {to} 'deploy it' >$MARKS/said 2>&1",
        f"{WORKCELL} inbox release {to} $(ls $WORKCELL_HOME/suggestions | sed 's/.*[.]//') >$MARKS/refused 2>&1",
        f"{WORKCELL} inbox rm {to} 1 >>$MARKS/refused 2>&1",
    ]
    sender = agent(lab, *commands)
    assert "suggested: a person releases it" in lab.mark("said")
    assert lab.mark("refused").count("called from inside") == 2
    assert stub.texts() == [] and inbox.waiting(stub.run) == []
    needs = lab.status(stub.run)["needs"]
    assert needs["kind"] == "decide" and needs["why"] == f"{os.path.basename(sender)} suggests a message: deploy it"
    assert to in lab.workcell("ls", "--needs").stdout
    box = notice.box(lab.home)
    posted = [name for part in ("new", "cur", "sent", "failed") for name in maildir.waiting(box, part)]
    assert sum(".suggested." in name for name in posted) == 1
    lab.workcell("watchdog", "tick")
    posted = [name for part in ("new", "cur", "sent", "failed") for name in maildir.waiting(box, part)]
    assert sum(".suggested." in name for name in posted) == 1
    lab.workcell(*needs["command"].split()[1:])
    eventually(stub.texts)
    assert stub.texts()[0].endswith("\n\ndeploy it")
    assert lab.status(stub.run)["needs"] is None and suggestions.every(lab.home) == {}
    for run in (stub.run, sender):
        assert eventually(lambda run=run: told(run, "message.released"))
    end(lab, sender)


def test_a_suggestion_to_a_run_that_is_over_is_shown_and_reaches_its_next_brief_once_released(lab):
    run = lab.launch(lab.brief("true", "false", name="over"), "--wait", code=None)
    kept, gone = send(lab, run, "--suggest", "and the docs"), send(lab, run, "--suggest", "drop all tests")
    assert lab.status(run)["needs"]["command"].startswith("workcell resume")
    lab.workcell("ack", run)
    assert lab.status(run)["needs"]["options"][1]["command"] == f"workcell inbox rm {os.path.basename(run)} {kept}"
    assert os.path.basename(run) in lab.workcell("ls", "--needs").stdout
    lab.workcell("inbox", "release", run, kept)
    lab.workcell("inbox", "rm", run, gone)
    assert lab.status(run)["needs"] is None
    lab.workcell("resume", run, "--no-window")
    text = Path(run, layout.BRIEF).read_text()
    assert "and the docs" in text and "drop all tests" not in text
    lab.phase(run, "done")


def test_an_agent_changes_what_it_sent_to_a_child_and_nothing_of_a_stranger(lab):
    child = lab.brief(WAITS, name="child")
    other = lab.launch(lab.brief(WAITS, name="other"), repo=lab.new_repo())
    key = send(lab, other, "from a person")
    commands = [
        f"{WORKCELL} spawn {child} --no-window >$MARKS/spawned 2>&1",
        f"{WORKCELL} send child 'first words' >>$MARKS/said 2>&1",
        f"{WORKCELL} inbox edit child $(basename $WORKCELL_HOME/runs/*-child-*/inbox/new/*.json .json) 'last' >>$MARKS/said 2>&1",
        f"{WORKCELL} inbox rm {os.path.basename(other)} {key} >>$MARKS/said 2>&1",
    ]
    sender = agent(lab, *commands)
    said = lab.mark("said")
    assert "edited:" in said and "reaches only runs that this run launched, and the run itself" in said
    [run] = [one for one in lab.runs() if "-child-" in one]
    [(_, message)] = inbox.waiting(run)
    assert message["text"] == "last" and inbox.sender(message) == os.path.basename(sender)
    assert [name for name, _ in inbox.waiting(other)] == [f"{key}.json"]
    end(lab, sender, run, other)
