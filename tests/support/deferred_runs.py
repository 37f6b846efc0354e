"""Runs whose agent, a stub of Claude Code without a terminal, asks about a command and ends until a person decides."""

import json
import os
import re
import sys
from pathlib import Path
from typing import Any

from tests.support import ruled_run
from tests.support.lab import ROOT, Lab
from workcell.approvals import journal
from workcell.rundir import layout, look, phase

STUB = Path(__file__).resolve().parent / "stub_claude.py"
COMMAND = 'echo ran >> "$MARKS/ran"'
VERIFY = 'echo checked >> "$MARKS/checked"; test -s "$MARKS/ran"'
RULES = "ask: [echo]\n"


class Asking:
    """A lab whose home has the shipped recipe of Claude Code, with the stub in place of the program."""

    def __init__(self, lab: Lab, rules: str = RULES) -> None:
        self.lab = lab
        program = Path(lab.top, "claude")
        program.write_text(f'#!/bin/sh\nexec {sys.executable} -I -S {STUB} {lab.marks} "$@"\n')
        program.chmod(0o755)
        shipped = Path(ROOT, "recipes", "claude.yaml").read_text()
        text, places = re.subn(r"^(  - |needs: \[)claude\b", rf"\g<1>{program}", shipped, flags=re.MULTILINE)
        assert places == 3, "command, resume and needs name the program"
        recipe = Path(lab.home, "recipes", "claude.yaml")
        recipe.parent.mkdir(mode=0o700, parents=True)
        os.chmod(lab.home, 0o700)
        recipe.write_text(text)
        ruled_run.write(lab.home, rules)

    def launch(self, *calls: dict[str, Any], extra: str = "") -> str:
        """Launch a run that makes these calls, one where none is given; its directory once it waits."""
        Path(self.lab.marks, "calls.json").write_text(json.dumps(calls or [{"id": "t1", "command": COMMAND}]))
        path = Path(self.lab.top, "asks.md")
        words = ["---", "objective: run the command", "name: asks", "recipe: claude", "env: [MARKS]"]
        words += [f"verify: '{VERIFY}'", *([extra] if extra else []), "---", "Run the command.", ""]
        path.write_text("\n".join(words))
        run = self.lab.launch(str(path))
        self.lab.phase(run, phase.SCHEDULED)
        return run

    def hooks(self) -> list[str]:
        """What the hook said, in order: `id answer`."""
        return self.lab.mark("hooks").splitlines()

    def ran(self) -> int:
        """How often the command ran."""
        return len(self.lab.mark("ran").splitlines())

    def lines(self) -> list[Any]:
        """The lines of the journal."""
        return journal.read(self.lab.home)

    def decisions(self) -> list[str]:
        """What a person said, in order."""
        return [line["answer"] for line in self.lines() if line.get("decides")]

    def asked_by(self, run: str) -> dict[str, Any]:
        """Who asked for the current attempt."""
        return json.loads(Path(layout.attempt(run, look.at(run).n), layout.ATTEMPT).read_text())["asked_by"]
