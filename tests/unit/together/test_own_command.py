"""What clear and compact put into an inbox, and when they refuse."""

import json
import os
from pathlib import Path

import pytest

from tests.support.made_standby import AGO, MadeStandby
from tests.unit.conftest import MadeLive
from workcell.base.errors import InputOutput, Refused, TryAgain
from workcell.operations import registry
from workcell.rundir import attending, caller, inbox, inbox_edits, layout, maildir, standby
from workcell.rundir.cell import Cell
from workcell.together import inbox_change, own_command, send


def ask(made, kind="clear", who=caller.OUTSIDE, **more):
    request = own_command.ClearRequest if kind == "clear" else own_command.CompactRequest
    return registry.perform(Cell(made.home, {}, "/", ask_caller=lambda: who), kind, request("r", **more))


def waiting(made):
    return [(one["kind"], one.get("mode"), one.get("text")) for _, one in inbox.waiting(made.run)]


@pytest.fixture
def made(tmp_path):
    made = MadeStandby(tmp_path)
    values = made.attempt["recipe"]["values"]
    values.update(io="file", stdin="prompt", own_commands={"compact": "/compact"})
    made.attempt["native"] = False
    made.waits()
    return made


@pytest.fixture
def live(tmp_path, monkeypatch):
    """An agent at a terminal; no runner is there to type."""
    made = MadeLive(tmp_path)
    made.attempt["native"] = False
    made.attempt["recipe"] = {"name": "tui", "values": {"own_commands": {"clear": "/new", "compact": "/squeeze"}}}
    made.starts()
    monkeypatch.setattr(send, "PATIENCE", 0.0)
    yield made
    made.loses_its_runner()


def test_on_standby_it_waits_for_the_next_attempt_and_wakes_nothing(made):
    done = ask(made)
    assert (done.state, waiting(made)) == ("queued", [("clear", "sequential", None)])
    assert "does not wake it" in done.why and "the attempt after this one begins a new conversation" in done.why
    assert standby.letters(standby.look.at(made.run)) == [] and not standby.due(standby.look.at(made.run))
    assert ask(made).message == done.message, "asked for again, it is the same message"
    assert ask(made, "compact").why == "the next attempt begins with it, if it goes on in this conversation"
    assert [kind for kind, *_ in waiting(made)] == ["clear", "compact"]


def test_a_program_that_cannot_be_told_to_compact_is_named_with_what_can_be_done(made):
    made.attempt["recipe"]["values"]["own_commands"] = {}
    made.store()
    with pytest.raises(Refused, match="recipe 'listener' does not say how its program is told to") as caught:
        ask(made, "compact")
    assert caught.value.hint.endswith("workcell clear r") and waiting(made) == []


def test_where_each_attempt_begins_anew_nothing_is_done(made):
    made.attempt["recipe"]["values"]["resume"] = None
    made.store()
    done = ask(made)
    assert (done.message, done.state) == (None, None) and "no 'resume'" in done.why and waiting(made) == []


def test_of_a_run_that_is_over_it_is_for_the_attempt_after_it(made):
    made.record(layout.RESULT, outcome="passed", reason="yes", ended_at=AGO)
    assert "the run is over (passed)" in ask(made).why
    assert "workcell resume r --native" in ask(made, "compact").why


def test_in_an_open_turn_it_is_refused_without_force(tmp_path):
    live = MadeLive(tmp_path)
    live.attempt.update(io="file", native=False, recipe={"name": "p", "values": {"resume": ["p"]}})
    live.starts()
    try:
        with pytest.raises(Refused, match="cannot clear r: its agent is in a turn") as caught:
            ask(live)
        assert caught.value.hint.endswith("or clear it after the turn: workcell clear r --force")
        assert waiting(live) == []
        assert ask(live, force=True).why.startswith("its agent is in a turn; the attempt after this one")
        assert waiting(live) == [("clear", "urgent", None)]
    finally:
        live.loses_its_runner()


def test_at_a_terminal_the_words_of_the_recipe_wait_to_be_typed(live):
    done = ask(live)
    assert (done.state, done.why) == ("queued", "nothing is known of it yet")
    assert waiting(live) == [("clear", "sequential", "/new")]
    forced = ask(live, force=True)
    assert waiting(live) == [("clear", "urgent", "/new")], "it takes the place of the one that waits for idle"
    assert ask(live).message == forced.message
    ask(live, "compact")
    assert waiting(live)[-1] == ("compact", "sequential", "/squeeze")


def test_a_recipe_without_words_for_a_terminal_is_told_what_types_them(live):
    live.attempt["recipe"]["values"] = {}
    live.store()
    with pytest.raises(Refused, match="own_commands: clear") as caught:
        ask(live)
    assert caught.value.hint == "workcell send r /clear"


@pytest.mark.parametrize(
    ("kind", "cure"), [("clear", "or cut the turn off: workcell clear r --force"), ("compact", "workcell compact r")]
)
def test_what_the_typist_refuses_is_an_error(live, monkeypatch, kind, cure):
    def refuse(run):
        [(name, message)] = inbox.waiting(run)
        inbox.refuse(run, name, message, "its agent is in a turn", 1)

    monkeypatch.setattr(own_command.control, "notify_runner", refuse)
    with pytest.raises(Refused, match=f"cannot {kind} r: its agent is in a turn") as caught:
        ask(live, kind)
    assert cure in caught.value.hint


def test_a_runner_that_drops_what_it_does_not_know_is_no_success(live, monkeypatch):
    box = os.path.join(live.run, layout.INBOX)

    def drop(run):
        [(name, _)] = inbox.waiting(run)
        maildir.move(box, name)

    monkeypatch.setattr(own_command.control, "notify_runner", drop)
    with pytest.raises(Refused, match="is older") as caught:
        ask(live)
    assert caught.value.hint == "workcell send r /new"


def test_an_attempt_that_is_opened_meanwhile_is_waited_for(made, monkeypatch):
    monkeypatch.setattr(inbox_change, "PATIENCE", 0.05)
    held = attending.take(made.run, attending.EDITS, 0.0)
    with pytest.raises(TryAgain, match="another process changes the inbox of r"):
        ask(made)
    os.close(held)
    assert ask(made).state == "queued"


def test_a_disk_that_refuses_leaves_nothing_behind(made, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(inbox, "post", full)
    with pytest.raises(InputOutput, match="No space left"):
        ask(made)
    held = inbox_edits.lock(made.run, 0.0)
    assert waiting(made) == [] and held is not None
    os.close(held)


def test_a_deferred_call_is_an_open_turn(made):
    made.record(
        layout.NEXT, how="native", reason="", not_before=AGO, when="approval", approval={"id": "c", "name": "Bash"}
    )
    with pytest.raises(Refused, match="waits for a yes or no") as caught:
        ask(made)
    assert caught.value.hint == "answer it first: workcell approve r, or workcell deny r"


def test_both_runs_are_told_of_what_another_run_asks(made, tmp_path):
    parent = tmp_path / "home" / layout.RUNS / "boss"
    (parent / layout.SPOOL / "new").mkdir(parents=True)
    who = caller.Caller(made.home, (str(parent),), 1, frozenset({"clear"}))
    ask(made, who=who)
    told = {}
    for run in (str(parent), made.run):
        box = os.path.join(run, layout.SPOOL)
        [name] = maildir.waiting(box)
        told[os.path.basename(run)] = json.loads(Path(box, "new", name).read_text())
    assert (told["boss"]["type"], told["boss"]["to"], told["boss"]["kind"]) == ("message.sent", "r", "clear")
    assert (told["r"]["type"], told["r"]["from"]) == ("message.received", "boss")
    assert inbox.waiting(made.run)[0][1]["by"] == "run:boss/1"
