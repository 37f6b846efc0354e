"""clear and compact: a conversation begins anew or is compacted with the next turn, and the run goes on."""

import json
import os
from pathlib import Path

import pytest

from tests.support.lab import eventually
from tests.support.standing_by import Listening
from tests.support.stubs import Stub
from workcell.rundir import inbox, layout, look, maildir, standby


@pytest.fixture
def listening(lab):
    return Listening(lab)


def test_on_standby_the_next_message_begins_a_new_conversation(listening):
    lab, run = listening.lab, listening.launch()
    lab.workcell("send", run, "the word is aardvark")
    listening.waits(run, 2)
    first = lab.workcell("clear", run).stdout
    assert "queued" in first and "does not wake it" in first
    assert lab.workcell("clear", run).stdout == first
    assert listening.watch.tick() == [] and standby.waits(look.at(run)) and look.at(run).n == 2
    lab.workcell("compact", run)
    assert all(word in lab.workcell("inbox", run).stdout for word in ("clear", "compact"))
    lab.workcell("send", run, "now the parser")
    listening.waits(run, 3)
    lab.workcell("send", run, "and the lexer")
    listening.waits(run, 4)
    old, told, then, last = listening.turns()
    assert (told["how"], told["session"]) == ("continued", old["session"])
    assert then["how"] == "new" and then["session"] != old["session"], "and a conversation that begins is not compacted"
    assert "now the parser" in then["prompt"] and "Listen." in then["prompt"] and "aardvark" not in then["prompt"]
    assert (last["how"], last["session"], last["prompt"]) == ("continued", then["session"], "and the lexer\n")
    assert look.Sealed(look.at(run), 3).attempt["native_why"].startswith("it was cleared")
    assert maildir.waiting(os.path.join(run, layout.INBOX)) == []
    kinds = [one["kind"] for _, one in inbox.in_state(run, inbox.ACCEPTED)]
    assert (kinds.count("clear"), kinds.count("compact")) == (1, 1)


def test_compacted_it_goes_on_and_a_clear_can_be_taken_back(listening):
    lab, run = listening.lab, listening.launch()
    lab.workcell("compact", run)
    lab.workcell("clear", run)
    [clear] = [name.removesuffix(".json") for name, one in inbox.waiting(run) if one["kind"] == "clear"]
    assert lab.workcell("inbox", "edit", run, clear, "words", code=2)
    lab.workcell("inbox", "rm", run, clear)
    lab.workcell("send", run, "go on")
    listening.waits(run, 2)
    assert [(one["how"], one["prompt"]) for one in listening.turns()[1:]] == [
        ("continued", "/compact\n"),
        ("continued", "go on\n"),
    ]
    assert Path(layout.attempt(run, 2), layout.AGENT_DIR, "compact.log").exists()


def test_in_a_turn_it_is_refused_and_of_a_run_that_is_over_it_is_for_its_next_attempt(listening):
    lab = listening.lab
    busy = listening.mark("busy")
    run = lab.launch(listening.brief(), "--standby", repo=lab.new_repo())
    eventually(listening.turns)
    refused = lab.workcell("clear", run, code=77)
    assert "in a turn" in refused.stderr and "--force" in refused.stderr and inbox.waiting(run) == []
    busy.unlink()
    listening.waits(run)
    lab.workcell("stop", run)
    assert "the run is over (stopped)" in lab.workcell("clear", run).stdout
    said = json.loads(lab.workcell("resume", run, "--native", "--no-window", "--json").stdout)
    assert (said["how"], said["how_why"].partition(":")[0]) == ("artifacts", "it was cleared")
    listening.waits(run, 2)
    assert [one["how"] for one in listening.turns()] == ["new", "new"]


def test_at_a_terminal_the_words_of_the_recipe_are_typed_once(lab):
    stub = Stub(lab)
    stub.do("work 600")
    refused = lab.workcell("clear", stub.run, code=77)
    assert "in a turn" in refused.stderr and "cut the turn off: workcell clear" in refused.stderr
    assert "accepted" in lab.workcell("clear", stub.run, "--force").stdout
    assert "accepted" in lab.workcell("compact", stub.run).stdout
    assert stub.said() == [{"interrupted": True}, {"text": "/clear"}, {"text": "/compact"}]
    lab.workcell("stop", stub.run)
