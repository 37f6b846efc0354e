"""A note stands in the events of its run, once, also of one that is over, and is never lost on the way."""

import json
import os
from pathlib import Path

import pytest

from tests.support import frozen
from workcell.base.errors import InputOutput, NotFound, Refused, Usage
from workcell.operations import registry
from workcell.rundir import caller, events, layout, look, maildir, phase, writer
from workcell.rundir.cell import Cell
from workcell.together import note

SECRET = "ghp_" + "a1B2" * 9


@pytest.fixture
def home(tmp_path):
    return str(frozen.thaw(tmp_path / "home"))


def annotations(run):
    found = [event for _, event in events.read(os.path.join(run, layout.EVENTS))]
    return [event for event in found if event["type"] == "annotation"]


def ask(home, run, text, who=caller.OUTSIDE):
    return registry.perform(Cell(home, {}, "/", ask_caller=lambda: who), "note", note.Request(run, text))


@pytest.mark.parametrize("name", ["frozen-two", "frozen-created", "frozen-lost"])
def test_a_run_without_an_agent_has_it_at_once_and_nothing_else_changes(home, name):
    run = frozen.run_of(home, name)
    before = look.at(run)
    done = ask(home, os.path.basename(run), "  look at the\nsecond file ")
    [event] = annotations(run)
    assert (done.written, done.event, done.attempt) == (True, event["id"], before.n)
    assert (event["text"], event["by"], event["attempt"]) == ("look at the\nsecond file", "person", before.n)
    numbers = [one["n"] for _, one in events.read(os.path.join(run, layout.EVENTS))]
    assert numbers == sorted(set(numbers)) and event["n"] == numbers[-1]
    after = look.at(run)
    assert (after.phase, after.n, after.altered) == (before.phase, before.n, before.altered)
    assert maildir.waiting(os.path.join(run, layout.SPOOL)) == []


def test_while_another_process_writes_the_run_it_waits_and_stands_there_once_afterwards(home):
    run = frozen.run_of(home, "frozen-two")
    with writer.take(run):
        done = ask(home, os.path.basename(run), "first")
    assert not done.written and annotations(run) == []
    assert ask(home, os.path.basename(run), "second").written
    assert [event["text"] for event in annotations(run)] == ["first", "second"]


def test_killed_between_the_event_and_the_spool_it_is_there_once(home):
    run = frozen.run_of(home, "frozen-two")
    done = ask(home, os.path.basename(run), "once")
    maildir.deliver(os.path.join(run, layout.SPOOL), {"type": "annotation", "text": "once"}, done.event)
    ask(home, os.path.basename(run), "again")
    assert [event["text"] for event in annotations(run)] == ["once", "again"]


@pytest.mark.parametrize(("text", "why"), [(" \n", "the note is empty"), ("x" * 4001, "at most 4000 characters")])
def test_what_is_no_note_leaves_nothing_behind(home, text, why):
    before = frozen.state(home)
    with pytest.raises(Usage, match=why):
        ask(home, "frozen-two", text)
    assert frozen.state(home) == before


def test_a_run_whose_directory_is_gone_and_a_disk_that_refuses_are_named(home):
    run = frozen.run_of(home, "frozen-two")
    spool = Path(run, layout.SPOOL)
    spool.symlink_to("/nowhere")
    with pytest.raises(InputOutput, match="could not be kept"):
        ask(home, os.path.basename(run), "x")
    os.rename(run, run + ".away")
    with pytest.raises(NotFound, match="is gone, and its events with it"):
        ask(home, os.path.basename(run), "x")


def test_from_inside_a_run_it_reaches_that_run_and_says_so_and_no_stranger(home):
    run, stranger = frozen.run_of(home, "frozen-created"), frozen.run_of(home, "frozen-two")
    who = caller.Caller(home, (run,), 1)
    assert ask(home, os.path.basename(run), f"the key is {SECRET}", who).written
    assert annotations(run)[0]["by"] == f"run:{os.path.basename(run)}/1"
    with pytest.raises(Refused, match="reaches only runs that this run launched, and the run itself"):
        ask(home, os.path.basename(stranger), "x", who)
    assert annotations(stranger) == []
    granted = caller.Caller(home, (run,), 1, frozenset({"note"}))
    assert ask(home, os.path.basename(stranger), "x", granted).written


def test_status_shows_the_last_three_without_secrets(home, monkeypatch, capsys):
    from workcell.faces.cli import app

    run = os.path.basename(frozen.run_of(home, "frozen-two"))
    for text in ("one", "two", f"three {SECRET}", "four\x1b[2J\nand more"):
        ask(home, run, text)
    monkeypatch.setenv("WORKCELL_HOME", home)
    assert app.main(["status", run]) == 0
    said = capsys.readouterr().out
    lines = [line.strip() for line in said.splitlines() if line.strip().startswith("note ")]
    assert len(lines) == 3 and "two (" in lines[0] and "[redacted" in lines[1] and SECRET not in said
    assert "four" in lines[2] and "and more" in lines[2] and "\x1b" not in said
    assert app.main(["status", run, "--json"]) == 0
    assert [one["by"] for one in json.loads(capsys.readouterr().out)["notes"]] == ["person"] * 3
    assert look.at(frozen.run_of(home, "frozen-two")).phase == phase.DONE
