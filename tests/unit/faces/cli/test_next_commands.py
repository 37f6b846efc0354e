import pytest

from workcell.faces.cli import next_commands, out
from workcell.terminal import printable

COMMANDS = [
    ("workcell attach 20261120-0512-fix-7f3a", "opens its window"),
    ("workcell stop 20261120-0512-fix-7f3a", "ends it at once"),
]


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_lines_fit_and_no_command_is_broken(columns, monkeypatch, capsys):
    monkeypatch.setattr(out, "columns", lambda *_: columns)
    next_commands.say(COMMANDS)
    lines = capsys.readouterr().err.splitlines()
    assert all(printable.width(line) <= max(columns, 42) for line in lines)
    assert all(any(line.strip().startswith(command) for line in lines) for command, _ in COMMANDS)
    assert len(lines) == (4 if columns == 40 else 2)
