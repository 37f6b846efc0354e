"""What an agent asks permission for, by the records that were captured of it."""

import pytest

from workcell.evidence import dialog
from workcell.judgement import session
from workcell.rundir import look


def brief(text, **more):
    return {"text": text, "at": None, "id": None, "question": False, **more}


def told(**keys):
    return {**session.empty(), "events": 1, **keys}


HOOK = told(approval=brief("Bash: rm -rf\n  build", tool="Bash"))
NOTICE = told(approval=brief("Claude needs your permission to use Bash"))
CALL = told(open={"c": brief("exec_command: make")})
CALLS = told(open={"c": brief("exec_command: make"), "d": brief("exec_command: ls")})
QUESTION = told(approval=brief("Which one?", question=True), open={"c": brief("Which one?", question=True)})


@pytest.mark.parametrize(
    ("sessions", "asks"),
    [
        ([HOOK, CALL], "Bash: rm -rf build"),
        ([NOTICE, CALL], "exec_command: make"),
        ([NOTICE, CALLS], "Claude needs your permission to use Bash"),
        ([CALLS], None),
        ([QUESTION], None),
        ([], None),
    ],
)
def test_the_tool_and_its_words_are_named(sessions, asks):
    assert dialog.asks(sessions) == asks


def test_what_was_captured_of_a_live_run_names_what_it_asks(made_live):
    assert dialog.asked(look.at(made_live.run)) is None
    made_live.captured(approval=brief("Bash: make", tool="Bash"))
    assert dialog.asked(look.at(made_live.run)) == "Bash: make"
