"""What an agent did since a time: turns, calls, a run of tests, its last words."""

import pytest

from workcell.base import clock
from workcell.sessions import done_since
from workcell.sessions.turns import Step, Turn

BEGIN = 1_800_000_000.0


def at(seconds):
    return clock.stamp(BEGIN + seconds)


def tool(line, seconds, **more):
    return Step("tool", line, line, at(seconds), **more)


def said(text, seconds, **more):
    return Step("said", text, text, at(seconds), **more)


def turn(*steps, ended=None):
    return Turn("go", False, None, None if ended is None else at(ended), None if ended is None else True, steps, 0)


def test_only_what_came_later_counts():
    first = turn(tool("Bash: ls → ok", 5), said("One.", 8), ended=9)
    second = turn(tool("read a.py", 20), tool("edited a.py +1", 21), said("Two.", 22))
    found = done_since.among([first, second], BEGIN + 10)
    assert (found.turns, found.tool_calls, found.said) == (0, 2, "Two.")
    found = done_since.among([first, second], BEGIN)
    assert (found.turns, found.tool_calls, found.said) == (1, 3, "Two.")


def test_nothing_later_is_nothing():
    assert done_since.among([turn(said("One.", 8), ended=9)], BEGIN + 9) == done_since.Done(0, 0, None, None)


def test_records_without_times_are_left_out():
    untimed = Turn("go", False, None, None, True, (Step("said", "Hm.", "Hm.", None),), 0)
    torn = Turn("go", False, None, "yesterday", True, (), 0)
    assert done_since.among([untimed, torn], BEGIN) == done_since.Done(0, 0, None, None)


def test_words_of_a_sub_agent_are_not_those_of_the_agent():
    assert done_since.among([turn(said("Mine.", 1), said("Its.", 2, side=True))], BEGIN).said == "Mine."


def test_the_last_run_of_tests_is_told_with_its_end():
    steps = (tool("Bash: make test → exit 2", 1), tool("Bash: pytest -q → ok", 2), tool("Bash: git status → ok", 3))
    assert done_since.among([turn(*steps)], BEGIN).tests == "Bash: pytest -q → ok"


@pytest.mark.parametrize(
    "command",
    [
        "pytest -x tests/unit",
        "uv run pytest",
        "python -m unittest discover",
        "cd web && npm test",
        "CI=1 npm run test:unit",
        "scripts/test --heavy",
        "./run-tests.sh",
        "make -j4 check",
        "cargo test --all 2>&1 | tail -3",
        "go test ./...",
        "./gradlew test",
    ],
)
def test_commands_that_run_tests(command):
    assert done_since.among([turn(tool(f"Bash: {command} → ok", 1))], BEGIN).tests


@pytest.mark.parametrize(
    "line",
    [
        "Bash: cat tests/test_a.py",
        "Bash: test -f a.txt",
        "Bash: make",
        "Bash: git checkout test",
        "Grep: pytest",
        "Bash: ",
    ],
)
def test_commands_that_do_not(line):
    assert done_since.among([turn(tool(line, 1))], BEGIN).tests is None
