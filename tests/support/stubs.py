"""Runs of the stub program, for tests that put messages before it."""

import json
import os
import sys
from pathlib import Path
from typing import Any

from tests.support import lab as labs
from tests.support.stub_tui import QUEUED
from workcell.evidence import screen
from workcell.rundir import inbox, layout

STUB = Path(__file__).resolve().parent / "stub_tui.py"
SHOWN = {"dialog": "Yes, and always allow it", "undo": "Yes, and always allow it", "work": "Working…"}
"""What is on the screen once the stub does it, and is not once it has stopped."""


class Stub:
    """One run of the stub: `run` is its directory, `said()` what it was told."""

    def __init__(
        self, lab: labs.Lab, name: str = "stub", window: bool = False, verify: str | None = None, **env: str
    ) -> None:
        self.lab = lab
        self.directory = os.path.join(lab.marks, name)
        os.mkdir(self.directory)
        given = "".join(f"{key}={value} " for key, value in env.items())
        ghosts = f"ghosts: [{QUEUED}]"
        agent = "codex" if env.get("CODEX") else "claude"
        recipe = f'  resume: ["false"]\n  reader: {agent}\n  typing: {{screen: {agent}, settle: 0.15s, patience: 3s, {ghosts}}}'
        recipe += "\n  own_commands: {clear: /clear, compact: /compact}"
        brief = lab.brief(
            f"{given}exec {sys.executable} {STUB} {self.directory}", verify, "terminal", name, recipe=recipe
        )
        self.run = lab.launch(brief, repo=lab.new_repo(), window=window)
        labs.eventually(lambda: any("❯" in row or row.startswith("›") for row in self.rows()), what="the composer")

    @property
    def attempt(self) -> str:
        """The directory of its attempt, wherever the run is by now."""
        return layout.attempt(self.run, 1)

    def rows(self) -> list[str]:
        try:
            return screen.draw(self.attempt, 200, 50).lines()
        except OSError:
            return []

    def said(self) -> list[dict[str, Any]]:
        try:
            with open(os.path.join(self.directory, "said")) as file:
                return [json.loads(line) for line in file]
        except FileNotFoundError:
            return []

    def texts(self) -> list[str]:
        return [one["text"] for one in self.said() if "text" in one]

    def do(self, words: str) -> None:
        """Let it do something, and wait until it has read what and the log shows that: a message that comes before
        finds the screen as it was."""
        path = os.path.join(self.directory, "do")
        with open(path + ".new", "w") as file:
            file.write(words)
        os.rename(path + ".new", path)
        labs.eventually(lambda: not os.path.exists(path), what=words)
        if words.split()[0] in SHOWN:
            shown, there = SHOWN[words.split()[0]], words not in ("undo", "work 0")
            labs.eventually(lambda: any(shown in row for row in self.rows()) is there, what=f"{words}, on the screen")

    def state(self, name: str) -> str | None:
        return inbox.state(self.run, name)[0]
