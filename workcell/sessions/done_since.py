"""What an agent did since a time, by its records: turns, tool calls, a run of tests, its last words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from workcell.base import clock
from workcell.sessions.conversation import Conversation
from workcell.sessions.turns import Step, Turn

TURNS = 50
"""Maximum number of turns that are looked at, the newest."""

_TESTERS = ("pytest", "tox", "nox", "unittest", "jest", "vitest", "mocha", "rspec", "phpunit", "ctest")
_BUILDERS = (
    *("make", "just", "task", "npm", "pnpm", "yarn", "bun", "deno", "cargo", "go", "dotnet", "mix", "swift", "zig"),
    *("sbt", "mvn", "rake", "bazel", "gradle", "gradlew"),
)
_TARGETS = ("test", "tests", "check")
_SCRIPTS = (*_TARGETS, "run-tests", "run_tests", "runtests")
"""Programs and targets that run tests in most repositories; one of another name is a tool call like any other."""

_RUNNERS = (
    *("uv", "poetry", "pdm", "hatch", "npx", "pnpx", "bunx", "python", "python3"),
    *("time", "nice", "sudo", "run", "exec"),
)
"""Words before the program that counts."""


@dataclass(frozen=True)
class Done:
    """What was done. Records without times are left out of the figures."""

    turns: int
    """Turns that ended."""
    tool_calls: int
    tests: str | None
    """The last run of tests, and how it ended: `Bash: make test → exit 1`."""
    said: str | None
    """The last words of the agent."""


def of(talk: Conversation, since: float) -> Done:
    """What the conversation tells of the time after `since`, in epoch seconds."""
    return among(talk.last_turns(TURNS).turns.closed(), since)


def among(turns: Iterable[Turn], since: float) -> Done:
    """The same of these turns, oldest first."""
    ended = calls = 0
    tests = said = None
    for turn in turns:
        ended += _after(turn.ended_at, since)
        for step in turn.steps:
            if not _after(step.at, since):
                continue
            if step.kind == "tool":
                calls += 1
                tests = step.line if _runs_tests(step) else tests
            elif step.kind == "said" and not step.side:
                said = step.line
    return Done(ended, calls, tests, said)


def _runs_tests(step: Step) -> bool:
    command, _, _ = step.line.partition(" → ")
    return command.startswith("Bash: ") and runs_tests(command[6:])


def runs_tests(command: str) -> bool:
    """Whether one of the commands in a line for a shell runs tests."""
    return any(map(_is_test, re.split(r"&&|\|\||[;|\n]", command)))


def _is_test(command: str) -> bool:
    """Whether one simple command of a shell runs tests."""
    words = [word for word in command.split() if not word.startswith("-") and "=" not in word]
    while words and words[0] in _RUNNERS:
        del words[0]
    if not words:
        return False
    path, _, program = words[0].rpartition("/")
    program = program.removesuffix(".sh")
    if program in _TESTERS or (path and program in _SCRIPTS):
        return True
    return program in _BUILDERS and any(word in _TARGETS or word.startswith(("test:", "test-")) for word in words[1:])


def _after(at: str | None, since: float) -> bool:
    try:
        return at is not None and clock.parse(at) > since
    except ValueError:
        return False
