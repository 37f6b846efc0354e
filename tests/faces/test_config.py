"""`config` as a person types it: through the command line, a real terminal and a real editor."""

import fcntl
import os
import pty
import struct
import subprocess
import termios
from pathlib import Path

import pytest

from workcell.terminal import printable


def on_a_terminal(lab, editor, *args, columns=80, verb="config"):
    """(exit code, what was shown) of a verb on a terminal whose person uses `editor`."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    ran = subprocess.Popen(
        lab.words(verb, *args),
        env=lab.env(VISUAL=editor, TERM="dumb"), cwd=lab.top, stdin=slave, stdout=slave, stderr=slave,
    )  # fmt: skip
    os.close(slave)
    shown = b""
    while True:
        try:
            data = os.read(master, 65536)
        except OSError:
            break
        if not data:
            break
        shown += data
    os.close(master)
    return ran.wait(30), shown.decode().replace("\r\n", "\n")


def left(lab):
    return [name for name in os.listdir(lab.temporary) if name.startswith("workcell-edit-")]


def test_without_a_file_the_example_is_edited_and_saved(lab):
    code, shown = on_a_terminal(lab, "sed -i s/^#recipe:.*/recipe:\\ claude/", "edit")
    file = Path(lab.home, "config.yaml")
    assert code == 0 and str(file) in shown, shown
    assert "\nrecipe: claude\n" in file.read_text() and "#dirty: allow" in file.read_text()
    assert left(lab) == []
    ran = lab.workcell("config", "show")
    assert any(line.split()[:2] == ["recipe", "claude"] for line in ran.stdout.splitlines())


def test_a_text_with_faults_is_kept_and_the_file_stays(lab):
    os.makedirs(lab.home, 0o700, exist_ok=True)
    file = Path(lab.home, "config.yaml")
    file.write_text("dirty: refuse\n")
    code, shown = on_a_terminal(lab, "sed -i s/refuse/maybe/", "edit")
    assert code == 78 and "your text is kept" in shown and "config.yaml:1" in shown
    [folder] = left(lab)
    assert Path(lab.temporary, folder, "config.yaml").read_text() == "dirty: maybe\n"
    assert file.read_text() == "dirty: refuse\n"


def test_a_text_that_was_not_changed_saves_nothing(lab):
    code, shown = on_a_terminal(lab, "true", "edit")
    assert code == 0 and "was not changed" in shown
    assert not Path(lab.home, "config.yaml").exists() and left(lab) == []


def test_without_a_terminal_the_cure_is_said(lab):
    ran = lab.workcell("config", "edit", code=2)
    assert "config edit needs a terminal" in ran.stderr and "config lint" in ran.stderr


def test_lint_says_that_defaults_are_in_force_and_ends_with_1_on_a_fault(lab):
    ran = lab.workcell("config", "lint")
    assert "does not exist: defaults are in force" in ran.stderr
    os.makedirs(lab.home, 0o700, exist_ok=True)
    Path(lab.home, "config.yaml").write_text("dirty: maybe\n")
    ran = lab.workcell("config", "lint", code=1)
    assert "config.yaml:1: 'dirty' must be one of" in ran.stdout


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_settings_fit_the_width_of_the_terminal(lab, columns):
    code, shown = on_a_terminal(lab, "true", "show", columns=columns)
    assert code == 0
    table = [line for line in shown.splitlines() if not line.startswith("/")]
    assert max(printable.width(line) for line in table) <= columns
    row = next(line for line in table if line.startswith("limits.attempts")).split()
    assert row[1] == "5" and row[2].startswith("def")
