"""Which file holds the conversation of an attempt, and what is read of it."""

import pytest

from tests.support import recorded_runs as made
from tests.support.agent_sessions import Claude
from workcell.rundir import look
from workcell.sessions import conversation
from workcell.sessions.turns import Step

STREAM = made.lines(made.said("from the stream"))
TRANSCRIPT = made.lines(made.prompt("asked"), made.said("from the transcript"))


def found(run, prefer=None):
    seen = look.at(run)
    return conversation.of_attempt(seen, seen.n, prefer)


@pytest.mark.parametrize(
    ("io", "log", "transcript", "prefer", "kind"),
    [
        ("file", STREAM, TRANSCRIPT, None, "transcript"),
        ("file", STREAM, TRANSCRIPT, "stream", "stream"),
        ("file", STREAM, b"", None, "stream"),
        ("file", b"", TRANSCRIPT, "stream", "transcript"),
        ("terminal", b"a screen", TRANSCRIPT, "stream", "transcript"),
    ],
)
def test_the_file_that_is_read(tmp_path, io, log, transcript, prefer, kind):
    talk = found(made.recorded(tmp_path, log, transcript, io=io), prefer)
    assert talk.kind == kind
    [turn] = talk.last_turns(5).turns.closed()
    assert turn.steps[0].text == f"from the {kind}" and turn.prompt == ("asked" if kind == "transcript" else None)
    assert b"".join(talk.chunks()) == (log if kind == "stream" else transcript)
    assert [one for one in talk.chunks(follow=True) if one] == [log if kind == "stream" else transcript]


@pytest.mark.parametrize("more", [{"reader": "none"}, {"reader": "gone"}, {"io": "terminal"}])
def test_there_is_none(tmp_path, more):
    assert found(made.recorded(tmp_path, STREAM, **more)) is None


def test_the_end_says_whether_it_is_everything(tmp_path):
    talk = found(made.recorded(tmp_path, transcript=TRANSCRIPT))
    assert talk.end(10) == (TRANSCRIPT[-10:], False)
    assert talk.end(len(TRANSCRIPT)) == (TRANSCRIPT, True)


@pytest.mark.parametrize(
    ("by", "shown"),
    [
        ({"who": "person"}, "all is well"),
        ({"who": "message", "from": "run"}, "The part is merged: hand out the next."),
    ],
)
def test_messages_that_woke_a_run_are_shown_and_a_composed_prompt_as_its_objective(tmp_path, by, shown):
    given = "The part is merged: hand out the next."
    log = made.lines(made.prompt(given), made.said("It is handed out."))
    run = made.recorded(tmp_path, log, prompt=given, objective="all is well", asked_by=by)
    turns = found(run).last_turns(1).turns.closed()
    assert [turn.prompt for turn in turns] == [shown]


def test_an_attempt_that_goes_on_with_an_approved_call_shows_the_call_and_its_result(tmp_path):
    before = Claude().prompt("deploy it").call("make lint", "t1").result("clean", "t1").call("make deploy", "t2")
    run = made.recorded(tmp_path, transcript=made.lines(*before.records))
    made.go_on(run)
    after = Claude().result("deployed", "t2").said("It is deployed.")
    asked_by = {"who": "approval", "decision": "d1"}
    made.record(run, transcript=made.lines(*after.records), asked_by=asked_by)
    talk = found(run)
    [turn] = talk.last_turns(5).turns.closed()
    assert [step.line for step in turn.steps] == ["Bash: make deploy → ok", "It is deployed."]
    assert turn.steps[0].result == "deployed"
    pieces = list(talk.reader().read(made.lines(*after.records)))
    lines, story = talk.lines(), talk.story()
    assert next(line for piece in pieces for line in lines.add(piece)) == "Bash: make deploy → ok"
    steps = [part for piece in pieces for part in story.add(piece) if isinstance(part, Step)]
    assert (steps[0].line, steps[0].result) == ("Bash: make deploy → ok", "deployed")
    made.record(run, transcript=made.lines(*after.records), asked_by={"who": "person"})
    assert [step.line for step in found(run).last_turns(5).turns.closed()[0].steps] == ["It is deployed."]
