"""Completion as the shells do it: each script is loaded by its own shell."""

import functools
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.lab import ROOT, Lab
from workcell.faces.cli import table

MARK = "XXX"


@pytest.fixture(scope="module")
def shells():
    """A lab with two runs and `workcell` on PATH; (lab, its environment). No shell that completes changes anything."""
    lab = Lab()
    try:
        for name in ("fix-login", "fix-logout"):
            lab.launch(lab.brief(name=name), "--prepare", "--group", "night", repo=lab.new_repo())
        bin = Path(lab.top, "bin")
        bin.mkdir()
        (bin / "workcell").write_text(f'#!/bin/sh\nexec {lab.words()[0]} -m workcell "$@"\n')
        (bin / "workcell").chmod(0o755)
        yield lab, lab.env(PATH=f"{bin}:{os.environ['PATH']}", TERM="dumb")
    finally:
        lab.close()


@functools.cache
def script_for(shell: str) -> str:
    """What `workcell completion SHELL` prints; it depends on no home."""
    words = [sys.executable, "-m", "workcell", "completion", shell]
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True).stdout


def bash(lab, env, *words: str) -> list[str]:
    """What bash offers for the last word."""
    script = script_for("bash")
    line = " ".join(f"'{word}'" for word in words)
    ask = f"COMP_WORDS=({line}); COMP_CWORD={len(words) - 1}; _workcell; printf '%s\\n' \"${{COMPREPLY[@]}}\""
    ran = subprocess.run(
        ["bash", "-c", f"{script}\n{ask}"], env=env, cwd=lab.top, capture_output=True, text=True, timeout=60
    )
    assert ran.returncode == 0 and not ran.stderr, ran.stderr
    return ran.stdout.split()


def fish(lab, env, *words: str) -> list[str]:
    if shutil.which("fish") is None:
        pytest.skip("no fish here")
    script = script_for("fish")
    ask = f"{script}\ncomplete -C '{' '.join(words)}'"
    ran = subprocess.run(["fish", "-c", ask], env=env, cwd=lab.top, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0 and not ran.stderr, ran.stderr
    return [line.partition("\t")[0] for line in ran.stdout.splitlines()]


def zsh(lab, env, *words: str) -> list[str]:
    """zsh completes only at a prompt of its own: type the words and Tab there, and read what it shows."""
    if shutil.which("zsh") is None:
        pytest.skip("no zsh here")
    Path(lab.top, "_workcell").write_text(script_for("zsh"))
    start = (
        f"PROMPT='{MARK}'; autoload -U compinit; compinit -u -D; source ./_workcell\n"
        "zstyle ':completion:*' list-packed no; setopt no_auto_menu; LISTMAX=0; unsetopt prompt_cr prompt_sp\n"
    )
    Path(lab.top, ".zshrc").write_text(start)
    pid, fd = pty.fork()
    if pid == 0:
        os.chdir(lab.top)
        os.execvpe("zsh", ["zsh", "-i"], {**env, "ZDOTDIR": lab.top, "COLUMNS": "200", "TERM": "xterm"})
    try:
        until(fd, MARK)
        os.write(fd, (" ".join(words) + "\t\t").encode())
        said = quiet(fd)
    finally:
        os.kill(pid, 9)
        os.waitpid(pid, 0)
        os.close(fd)
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x07", " ", said).split()


def until(fd: int, words: str, seconds: float = 20.0) -> None:
    said, deadline = "", time.monotonic() + seconds
    while words not in said:
        assert time.monotonic() < deadline, said
        if select.select([fd], [], [], 0.1)[0]:
            said += os.read(fd, 4096).decode("utf-8", "replace")


def quiet(fd: int, seconds: float = 20.0) -> str:
    """What is said until nothing more comes for a second and something has come."""
    said, deadline, last = "", time.monotonic() + seconds, time.monotonic()
    while time.monotonic() < deadline and (len(said.split()) < 3 or time.monotonic() - last < 1.0):
        if select.select([fd], [], [], 0.1)[0]:
            said += os.read(fd, 4096).decode("utf-8", "replace")
            last = time.monotonic()
    return said


@pytest.mark.parametrize("shell", [bash, zsh, fish], ids=lambda shell: shell.__name__)
def test_verbs_options_runs_and_recipes(shells, shell):
    lab, env = shells
    assert {"fix-login", "fix-logout"} <= set(shell(lab, env, "workcell", "status", "fix-log"))
    assert {"new", "lint"} <= set(shell(lab, env, "workcell", "brief", ""))
    assert {"runbook", "shell"} <= set(shell(lab, env, "workcell", "launch", "--recipe", ""))
    assert {"--raw", "--stderr"} <= set(shell(lab, env, "workcell", "logs", "--"))


@pytest.mark.parametrize("shell", [bash, fish], ids=lambda shell: shell.__name__)
def test_exactly_what_fits(shells, shell):
    lab, env = shells
    ids = [os.path.basename(run) for run in lab.runs()]
    assert set(shell(lab, env, "workcell", "status", "2")) == set(ids)
    assert shell(lab, env, "workcell", "ls", "--group", "n") == ["night"]
    assert shell(lab, env, "workcell", "recipe", "show", "ru") == ["runbook"]
    assert shell(lab, env, "workcell", "skill", "install", "--agent", "c") == ["claude", "codex"] or shell is fish
    assert "brief.md" not in shell(lab, env, "workcell", "status", "")
    assert "fix-login.md" in shell(lab, env, "workcell", "launch", "fix-logi")
    assert not shell(lab, env, "workcell", "ls", "")


def test_every_verb_is_offered(shells):
    lab, env = shells
    offered = set(bash(lab, env, "workcell", ""))
    assert {"launch", "ls", "brief", "doctor"} <= offered <= {*table.VERBS, "--help", "--version"}


def test_a_shell_is_never_told_an_error(lab):
    assert lab.workcell("_complete", "runs", "").stdout == ""
    assert lab.workcell("_complete").stdout == ""
    assert lab.workcell("_complete", "nothing", "x").stdout == ""
    lab.workcell("completion", "tcsh", code=2)


def test_a_name_that_a_shell_would_split_is_offered_by_its_id(lab):
    brief = lab.brief(name="two words")
    run = lab.launch(brief, "--prepare")
    assert lab.workcell("_complete", "runs", "").stdout.split() == [os.path.basename(run)]
