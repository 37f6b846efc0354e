"""A tool call in one line."""

from typing import Any

import pytest

from workcell.agents.describe import describe


@pytest.mark.parametrize(
    ("tool", "given", "line"),
    [
        ("Bash", {"description": "tests", "command": "make\ntest"}, "Bash: make test"),
        ("Read", {"file_path": "/w/a.py"}, "Read: /w/a.py"),
        (None, {"command": "ls"}, "tool: ls"),
        ("Bash", {"command": "  ", "prompt": 7}, "Bash"),
        (None, {}, "tool"),
        ("Ask", {"questions": [{"question": "A?", "options": [{"label": "yes"}, {"label": "no"}]}]}, "A? (yes / no)"),
        ("Ask", {"questions": [7]}, "()"),
    ],
)
def test_the_argument_that_tells_most(tool: str | None, given: dict[str, Any], line: str) -> None:
    assert describe(tool, given) == line
