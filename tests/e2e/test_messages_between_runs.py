"""Messages that runs send each other: from whom, how they are answered, how many, and to whom all at once."""

import json
import os
import shlex
import sys
from pathlib import Path

from tests.support.lab import Lab, eventually
from tests.support.stubs import Stub
from workcell.rundir import events, inbox, layout, phase
from workcell.rundir.cell import Cell
from workcell.together import send
from workcell.trust import access

WORKCELL = f"{shlex.quote(sys.executable)} -m workcell"
WAITS = 'until test -e "$MARKS/go"; do sleep 0.05; done'


def agent(lab: Lab, *commands: str, name: str = "sender") -> str:
    """Launch a run whose agent runs these commands and then waits; its directory, once they have run."""
    lines = [f"export PYTHONPATH={shlex.quote(lab.env()['PYTHONPATH'])}", *commands, f"touch $MARKS/{name}", WAITS]
    run = lab.launch(lab.brief("\n".join(lines), name=name), repo=lab.new_repo())
    eventually(lambda: os.path.exists(os.path.join(lab.marks, name)), 60.0)
    return run


def end(lab: Lab, *runs: str) -> None:
    Path(lab.marks, "go").touch()
    for run in runs:
        lab.phase(run, phase.DONE)


def told(run: str, kind: str) -> list[dict]:
    """Events of that type, once the holder of the right to write has taken them in."""
    return [one for _, one in events.read(os.path.join(run, layout.EVENTS)) if one and one["type"] == kind]


def test_an_agent_is_told_which_run_wrote_and_how_to_answer(lab):
    stub = Stub(lab)
    to = os.path.basename(stub.run)
    sender = agent(lab, f"{WORKCELL} send {to} 'the tests are red' >$MARKS/said 2>&1")
    name = os.path.basename(sender)
    line = f"Message from the run {name}. To answer it: workcell send {name} 'TEXT'"
    eventually(stub.texts, what=lab.mark("said"))
    assert stub.texts() == [f"{line}\n\nthe tests are red"]
    sent = eventually(lambda: told(sender, "message.sent"))
    received = eventually(lambda: told(stub.run, "message.received"))
    assert (sent[0]["to"], received[0]["from"], received[0]["text"]) == (to, name, "the tests are red")
    assert sent[0]["message"] == received[0]["message"]
    end(lab, sender)


def test_a_person_is_no_run_and_has_no_line(lab):
    stub = Stub(lab)
    assert lab.workcell("send", stub.run, "go on").stdout.startswith("accepted")
    assert stub.texts() == ["go on"]


def test_a_run_without_a_composer_reads_it_in_its_next_brief(lab):
    to = lab.launch(lab.brief(WAITS, "false", name="receiver"))
    sender = agent(lab, f"{WORKCELL} send receiver 'use the old API' >$MARKS/said 2>&1")
    assert lab.mark("said").startswith("queued")
    end(lab, to, sender)
    lab.workcell("resume", to, "--no-window")
    brief = Path(to, layout.BRIEF).read_text()
    assert f"Message from the run {os.path.basename(sender)}." in brief and "use the old API" in brief


def test_beyond_thirty_an_hour_from_one_run_to_another_it_is_refused(lab):
    to = lab.launch(lab.brief(WAITS, name="receiver"), "--prepare")
    sender = lab.launch(lab.brief(WAITS, name="sender"), "--prepare", repo=lab.new_repo())
    inside = Cell(lab.home, {}, "/", ask_caller=lambda: access.Caller(lab.home, (sender,), 1))
    for n in range(send.MOST_TO_ONE):
        done = send.perform(inside, send.Request(to, f"{n}"))
        assert done.state == inbox.QUEUED
    try:
        send.perform(inside, send.Request(to, "one more"))
        raise AssertionError("it was sent")
    except send.Refused as error:
        assert f"has sent {send.MOST_TO_ONE} messages to" in error.message
    assert len(inbox.waiting(to)) == send.MOST_TO_ONE
    an_hour_later = Cell(lab.home, {}, "/", clock=lambda: inside.clock() + send.HOUR, ask_caller=lambda: inside.caller)
    assert send.perform(an_hour_later, send.Request(to, "one more")).state == inbox.QUEUED
    other = lab.launch(lab.brief(WAITS, name="other"), "--prepare", repo=lab.new_repo())
    assert send.perform(inside, send.Request(other, "hello")).state == inbox.QUEUED


def test_a_text_for_a_group_reaches_each_live_run_of_it_and_not_the_sender(lab):
    brief = lab.brief(WAITS, name="member")
    runs = [lab.launch(brief, "--group", "night", "--prepare", repo=lab.new_repo()) for _ in range(2)]
    over = lab.launch(lab.brief("true", name="over"), "--group", "night", "--wait")
    found = json.loads(lab.workcell("send", "--group", "night", "stop at noon", "--json").stdout)
    assert found["schema"] == "workcell.send-several/1" and found["failed"] == []
    assert sorted(one["id"] for one in found["runs"]) == sorted(os.path.basename(run) for run in runs)
    assert not inbox.waiting(over)
    assert "no run of group 'none' is not over" in lab.workcell("send", "--group", "none", "hello", code=66).stderr
    assert "2 words where TEXT" in lab.workcell("send", "--group", "night", "a", "b", code=2).stderr
    assert "the text is missing" in lab.workcell("send", "night", code=2).stderr


def test_children_get_what_their_parent_says_to_all_and_no_one_else_does(lab):
    child = lab.brief(WAITS, name="child")
    spawn = f"{WORKCELL} spawn {child} --no-window --prepare --repo"
    repos = [shlex.quote(lab.new_repo()) for _ in range(2)]
    parent = agent(
        lab,
        *(f"{spawn} {repo} >>$MARKS/children 2>>$MARKS/said" for repo in repos),
        f"{WORKCELL} send --children 'the plan has changed' >$MARKS/sent 2>>$MARKS/said",
        name="parent",
    )
    children = [lab.run(one) for one in lab.mark("children").split()]
    assert len(lab.mark("sent").splitlines()) == len(children) == 2, lab.mark("said")
    for child in children:
        ((_, message),) = inbox.waiting(child)
        assert inbox.sender(message) == os.path.basename(parent)
    assert not inbox.waiting(parent)
    assert "was not called from inside one" in lab.workcell("send", "--children", "hello", code=77).stderr
    end(lab, parent)


def test_an_urgent_text_to_a_group_reaches_descendants_alone(lab):
    stranger = lab.launch(lab.brief(WAITS, name="stranger"), "--group", "night", "--prepare")
    sender = lab.launch(lab.brief(WAITS, name="sender"), "--prepare", repo=lab.new_repo())
    inside = Cell(lab.home, {}, "/", ask_caller=lambda: access.Caller(lab.home, (sender,), 1))
    done = send.perform(inside, send.Request(None, "now", "urgent", group="night"))
    assert not done.runs and "reaches only runs that this run launched" in str(done.failed[0]["error"])
    assert not inbox.waiting(stranger)
    assert len(send.perform(inside, send.Request(None, "later", group="night")).runs) == 1
