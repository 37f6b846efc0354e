"""The files that a tool call edits."""

import pytest

from workcell.agents import edits

PATCH = "*** Begin Patch\n*** Update File: a.py\n@@\n-x\n+y\n*** Add File: new/b.py\n+z\n*** Delete File: /t/c.py\n*** End Patch"
MOVED = "*** Begin Patch\n*** Update File: a.py\n*** Move to: d.py\n*** End Patch"


@pytest.mark.parametrize(
    ("tool", "given", "expected"),
    [
        ("Edit", {"file_path": "/t/a.py", "old_string": "x", "new_string": "y"}, ["a.py"]),
        ("Write", {"file_path": "a/../b.py", "content": "x"}, ["b.py"]),
        ("NotebookEdit", {"notebook_path": "/t/n.ipynb"}, ["n.ipynb"]),
        ("Read", {"file_path": "/t/a.py"}, []),
        ("Grep", {"pattern": "x", "path": "/t"}, []),
        ("apply_patch", {"command": PATCH}, ["a.py", "new/b.py", "c.py"]),
        ("apply_patch", {"command": MOVED}, ["a.py", "d.py"]),
        ("Bash", {"command": f"apply_patch <<'EOF'\n{PATCH}\nEOF"}, ["a.py", "new/b.py", "c.py"]),
        ("Bash", {"command": ["ls"]}, []),
        ("Edit", None, []),
        ("Edit", {"file_path": 3}, []),
    ],
)
def test_the_files_of_tools_and_patches(tool, given, expected):
    assert edits.paths_of(tool, given, "/t") == [f"/t/{path}" for path in expected]


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("make test", []),
        ("cat a.py b.py", []),
        ("echo x > a.py", ["a.py"]),
        ("echo x >>'a b.py'", ["a b.py"]),
        ("make 2>/dev/null >log.txt 2>&1", ["log.txt"]),
        ("cat > a.py <<'EOF'\nrm x.py > y.py\nEOF\ntouch b.py", ["a.py", "b.py"]),
        ("cat <<EOF | tee a.py\nrm b.py\nEOF", ["a.py"]),
        ("sed -i 's/a/b/' a.py b.py", ["a.py", "b.py"]),
        ("sed -i -e 's/a/b/' a.py", ["a.py"]),
        ("sed 's/a/b/' a.py", []),
        ("cd src && sed -i s/a/b/ a.py; rm c.py", ["src/a.py", "src/c.py"]),
        ("mv a.py b.py; cp c.py d.py", ["a.py", "b.py", "d.py"]),
        ("rm -f $FILE *.py `x` && touch ok.py", ["ok.py"]),
        ("(echo x > a.py)", ["a.py"]),
        ("grep '>' a.py", []),
        ("echo a\\>b", []),
        ("echo 'unterminated > a.py", []),
        ("x " * 40_000 + "> a.py", []),
    ],
)
def test_the_files_that_a_command_line_names(command, expected):
    assert edits.paths_of("Bash", {"command": command}, "/t") == [f"/t/{path}" for path in expected]
