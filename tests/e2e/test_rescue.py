"""RESCUE.md: every command in it is run as it stands, in a plain shell without workcell."""

import os
import re
import subprocess
from pathlib import Path


def commands(text):
    """The indented lines, in their blocks."""
    blocks = re.findall(r"(?:^    .*\n)+", text, flags=re.M)
    return ["\n".join(line[4:] for line in block.splitlines()) for block in blocks]


def shell(script, cwd):
    env = {"PATH": os.environ["PATH"], "HOME": cwd, "TERM": "dumb"}
    return subprocess.run(["sh", "-c", script], cwd=cwd, env=env, capture_output=True, text=True, timeout=30)


def test_the_commands_work_on_a_run_that_is_over(lab, tmp_path):
    run = lab.launch(lab.brief("echo the work; echo hello > out.txt", verify="grep hello out.txt"), "--wait")
    read, alive, check, watch = commands(Path(run, "RESCUE.md").read_text())
    shown = shell(read, str(tmp_path))
    assert shown.returncode == 0 or "No such file" not in shown.stderr, shown.stderr
    for words in ("attempts/001", "the objective of brief", "Handoff", '"outcome": "passed"', "the work"):
        assert words in shown.stdout
    asked = shell(f"cd {run}\n{alive}", str(tmp_path))
    assert "no runner" in asked.stdout and "nothing of the run holds it" in asked.stdout
    assert shell(check, str(tmp_path)).returncode == 0
    assert watch.startswith("tmux -S ")


def test_the_locks_say_who_lives(lab, tmp_path):
    run = lab.launch(lab.brief("sleep 60"))
    lab.phase(run, "running")
    _, alive, _, _ = commands(Path(run, "RESCUE.md").read_text())
    asked = shell(f"cd {run}\n{alive}", str(tmp_path))
    assert "the runner lives" in asked.stdout and "something of the run lives" in asked.stdout
    assert lab.phase(run, "running"), "asking disturbed nobody"


def test_the_window_command_shows_the_screen(lab, tmp_path):
    run = lab.launch(lab.brief("echo on the screen; sleep 60", io="terminal"), window=True)
    *_, watch = commands(Path(run, "RESCUE.md").read_text())
    socket, session = re.search(r"-S (\S+) attach -t (\S+)", watch).groups()
    shown = shell(f"tmux -S {socket} capture-pane -p -t {session}:", str(tmp_path))
    assert shown.returncode == 0, shown.stderr
