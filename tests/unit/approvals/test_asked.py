"""Which tool call a dialog asks for: a hook and the screen have to say exactly the same."""

import json
import os
from pathlib import Path

import pytest

from workcell.agents import registry, screens
from workcell.approvals import asked
from workcell.approvals.gate import Call
from workcell.rundir import layout, look

RULE = "─" * 40
DOTS = "╌" * 40
CLAUDE = """\
● I will run one command.

{rule}
 Bash command
 Tip: auto mode handles these prompts for you

 Run the tests
{dots}
 {command}
{dots}
 Do you want to proceed?
 ❯ 1. Yes
   2. Yes, and always allow access to /src/app from this project
   3. No

 Esc to cancel · Tab to amend
"""
OLDER = """\
{rule}
 Bash command

   {command}
   Run the tests

 Do you want to proceed?
 ❯ 1. Yes
   2. No

 Esc to cancel
"""
CODEX = """\
• I run one command.

  Would you like to run the following command?

  Reason: May it run outside of the sandbox?

  $ {command}

› 1. Yes, proceed (y)
  2. Yes, and don't ask again for commands that start with `make` (p)
  3. No, and tell Codex what to do differently (esc)

  Press enter to confirm or esc to cancel
"""
FILE = """\
{rule}
 Create file
 {shown}
{dots}
  1 hello
{dots}
 Do you want to create {name}?
 ❯ 1. Yes
   2. Yes, and switch to accept edits for this session
   3. No

 Esc to cancel · Tab to amend
"""


def drawn(text, agent="claude", **words):
    found = screens.read(registry.find(agent), text.format(rule=RULE, dots=DOTS, **words).split("\n"))
    assert found["kind"] == "dialog"
    return found


def bash(command, **more):
    return Call("Bash", {"command": command, **more}, "/src/app")


def write(path, content="hello"):
    return Call("Write", {"file_path": path, "content": content}, "/src/app")


def requests(*calls):
    return [asked.Asked(f"hook:{number}", call) for number, call in enumerate(calls)]


@pytest.mark.parametrize("screen, agent", [(CLAUDE, "claude"), (OLDER, "claude"), (CODEX, "codex")])
def test_the_command_stands_last_above_the_question_and_whole(screen, agent):
    call = bash("make test", description="Run the tests")
    assert asked.shows(drawn(screen, agent, command="make test"), call)
    for other in ("make test && rm -rf /", "make", "make test\n\n   make test2", "rm x\n\n   make", "…make test"):
        assert not asked.shows(drawn(screen, agent, command=other), call), other


def test_a_command_that_is_broken_at_the_end_of_the_terminal_is_the_same():
    dialog = drawn(CLAUDE, command="make tes\n t-everything -j")
    assert asked.shows(dialog, bash("make test-everything -j"))


def test_a_long_command_may_have_a_bar_before_each_row():
    long = "make " + "x" * 60
    assert asked.shows(drawn(CLAUDE, command="│ make " + "x" * 50 + "\n │ " + "x" * 10), bash(long))
    assert not asked.shows(drawn(CLAUDE, command="│ make " + "x" * 50 + "\n " + "x" * 10), bash(long))


def test_the_usual_reason_may_stand_below_the_command_and_no_other():
    reasoned = CLAUDE.replace(" Do you want", " {reason}\n\n Do you want")
    assert asked.shows(drawn(reasoned, command="make", reason="This command requires approval"), bash("make"))
    assert not asked.shows(drawn(reasoned, command="make", reason="It writes outside of the tree"), bash("make"))


def test_words_of_the_agent_above_the_command_are_no_command():
    dialog = drawn(CLAUDE.replace("Run the tests", "git status"), command="rm -rf /")
    assert not asked.shows(dialog, bash("git status"))


@pytest.mark.parametrize(
    "path, shown, fits",
    [
        ("/src/app/out.txt", "out.txt", True),
        ("/src/app/a/out.txt", "a/out.txt", True),
        ("/src/app/a/../out.txt", "out.txt", True),
        ("/src/app/a/out.txt", "out.txt", False),
        ("/etc/out.txt", "out.txt", False),
        ("/etc/out.txt", "/etc/out.txt", True),
    ],
)
def test_a_file_is_named_above_and_in_the_question(path, shown, fits):
    assert asked.shows(drawn(FILE, shown=shown, name="out.txt"), write(path)) == fits
    assert not asked.shows(drawn(FILE, shown=shown, name="other.txt"), write(path))


@pytest.mark.parametrize(
    "call, exact",
    [
        (bash("make"), True),
        (bash("make " + "x" * 590 + "…"), False),
        (bash(""), False),
        (bash("make", options={}), False),
        (bash("make", **{f"key{number}": 1 for number in range(30)}), False),
        (Call("Bash", {"command": ["make"]}, "/"), False),
        (Call("Bash", None, "/"), False),
        (write("/a/b", "x" * 599 + "…"), True),
        (write("/a/" + "b" * 598 + "…"), False),
        (Call("mcp__db__query", {"command": "make"}, "/"), False),
        (Call("apply_patch", {"command": "*** Begin Patch"}, "/"), False),
        (Call("WebFetch", {"url": "https://example.org"}, "/"), False),
    ],
)
def test_what_was_cut_or_is_of_another_kind_is_not_exact(call, exact):
    assert asked.is_exact(call) == exact


def test_of_the_same_request_again_the_newest_is_answered():
    found = asked.of_dialog(requests(bash("make"), bash("make", description="again")), drawn(CLAUDE, command="make"))
    assert found is not None and found.id == "hook:1"


def test_of_two_requests_the_one_that_is_shown_is_answered():
    found = asked.of_dialog(requests(bash("git status"), bash("make")), drawn(CLAUDE, command="git status"))
    assert found is not None and found.id == "hook:0"


@pytest.mark.parametrize(
    "other",
    [
        bash("rm -rf /\n\nmake"),
        bash("rm -rf /", description="make"),
        bash("x" * 599 + "…"),
        Call("mcp__db__query", {"query": "make"}, "/"),
        Call("Bash", None, "/"),
    ],
)
def test_where_another_open_request_may_be_meant_none_is_answered(other):
    assert asked.of_dialog(requests(bash("make"), other), drawn(CLAUDE, command="make")) is None
    assert asked.of_dialog(requests(other, bash("make")), drawn(CLAUDE, command="make")) is None


def test_a_dialog_that_no_request_fits_is_not_answered():
    assert asked.of_dialog([], drawn(CLAUDE, command="make")) is None
    assert asked.of_dialog(requests(bash("make")), drawn(CLAUDE, command="make test")) is None


# -- the requests that are open


def happens(made, *hooks, attempt=1):
    """Let these hooks stand in the events of the run."""
    with Path(made.run, layout.EVENTS).open("a") as file:
        for number, (event, payload) in enumerate(hooks):
            line = {"type": "hook", "id": f"h{number}", "attempt": attempt, "payload": {"hook_event_name": event}}
            line["payload"] |= payload
            file.write(json.dumps(line) + "\n")


def ids(made, answered=()):
    return [one.id for one in asked.open_requests(look.at(made.run), answered)]


MAKE = {"tool_name": "Bash", "tool_input": {"command": "make"}, "cwd": "/src"}
LIST = {"tool_name": "Bash", "tool_input": {"command": "ls", "description": "look"}, "cwd": "/src"}
ASKS = ("PermissionRequest", MAKE)


@pytest.mark.parametrize(
    "hooks, found",
    [
        ([ASKS], ["h0"]),
        ([ASKS, ("PermissionRequest", LIST)], ["h0", "h1"]),
        ([ASKS, ("PermissionRequest", LIST), ("PostToolUse", MAKE)], ["h1"]),
        ([ASKS, ASKS, ("PostToolUse", MAKE)], ["h1"]),
        ([ASKS, ("PermissionDenied", MAKE)], []),
        ([ASKS, ("PreToolUse", LIST), ("PostToolUse", LIST)], ["h0"]),
        ([ASKS, ("Stop", {})], []),
        ([ASKS, ("UserPromptSubmit", {"prompt": "go"})], []),
        ([ASKS, ("Notification", {"notification_type": "permission_prompt"})], ["h0"]),
        ([("PreToolUse", MAKE)], []),
    ],
)
def test_a_request_is_open_until_its_tool_ran_or_its_turn_ended(made_live, hooks, found):
    happens(made_live, *hooks)
    assert ids(made_live) == found


def test_what_was_answered_or_is_of_another_attempt_is_not_open(made_live):
    happens(made_live, ASKS)
    assert ids(made_live, {"h0"}) == []
    os.unlink(os.path.join(made_live.run, layout.EVENTS))
    happens(made_live, ASKS, attempt=2)
    assert ids(made_live) == []


def test_events_of_any_form_are_passed_over(made_live):
    Path(made_live.run, layout.EVENTS).write_text('{"type": "hook", "attempt": 1, "payload": 3}\nno json\n[]\n{}\n')
    happens(made_live, ("PermissionRequest", {"tool_name": 3, "tool_input": [1]}), ASKS)
    assert ids(made_live) == ["h0", "h1"]
    found = asked.open_requests(look.at(made_live.run))
    assert [asked.is_exact(one.call) for one in found] == [False, True]


def test_without_events_there_is_nothing_to_read(made_live):
    with pytest.raises(FileNotFoundError):
        asked.open_requests(look.at(made_live.run))
