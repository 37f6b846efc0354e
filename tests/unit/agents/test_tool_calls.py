"""The input of a tool call tells which files it touches."""

import pytest

from workcell.agents import tool_calls
from workcell.agents.events import Where

WHOLE = Where("claude", "f", 0, whole=True)


def touched(path, how, added=None, removed=None):
    return {"path": path, "how": how, "added": added, "removed": removed}


@pytest.mark.parametrize(
    ("tool", "given", "files"),
    [
        ("Read", {"file_path": "a"}, [touched("a", "read")]),
        ("Write", {"file_path": "a", "content": "1\n2"}, [touched("a", "wrote", 2)]),
        ("Edit", {"file_path": "a", "old_string": "x\ny\nz", "new_string": "x\nz"}, [touched("a", "edited", 0, 1)]),
        ("Edit", {"file_path": "a", "old_string": "x", "new_string": "x"}, [touched("a", "edited", 0, 0)]),
        ("NotebookEdit", {"notebook_path": "n"}, [touched("n", "edited")]),
        ("file_change", {"changes": [{"path": "a", "kind": {"type": "delete"}}, 3]}, [touched("a", "deleted")]),
        ("Bash", {"command": "cat <<X\n+++ a\nX"}, None),
        ("Grep", {"pattern": "x", "path": "src"}, None),
        ("odd", {"file_path": 3, "changes": "no"}, None),
    ],
)
def test_the_files_of_a_call(tool, given, files):
    assert tool_calls.files(tool, given) == files


def test_a_call_names_at_most_twenty_files():
    patch = "*** Begin Patch\n" + "".join(f"*** Add File: {n}\n+x\n" for n in range(100))
    assert len(tool_calls.files("apply_patch", {"input": patch})) == tool_calls.MOST_FILES


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("/bin/bash -lc 'make test'", "make test"),
        ("bash -lc 'it'\\''s'", "it's"),
        ('sh -c "echo \\"a\\" \\$b"', 'echo "a" $b'),
        ("zsh -lc make", "make"),
        ("make test", "make test"),
        ("bash -lc 'cut off at the e…", "cut off at the e…"),
    ],
)
def test_the_command_inside_a_shell(line, command):
    assert tool_calls.command_of(line) == command


def test_the_whole_input_stands_below_the_line_on_a_call():
    assert tool_calls.words(WHOLE, "Bash", {"command": "make"}) == "Bash: make"
    assert tool_calls.words(WHOLE, "Bash", {"command": "cd a\nmake"}) == "Bash: cd a make\ncd a\nmake"
    edit = {"file_path": "a", "old_string": "x", "new_string": "y\nz"}
    assert tool_calls.words(WHOLE, "Edit", edit) == "Edit: a\n- x\n+ y\n+ z"
    assert tool_calls.words(Where("claude", "f", 0), "Edit", edit) == "Edit: a"
    assert tool_calls.words(WHOLE, "Grep", {"pattern": "x", "path": "src"}) == "Grep: src\npattern: x\npath: src"
