"""A run whose agent does what a test asks of it: commands go in by a pipe, and their outputs come back as files."""

import json
import os
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.support.lab import ROOT, Lab, eventually
from workcell.rundir import layout, phase

_SERVE = """
exec 3<>$MARKS/{name}.ask
echo ready > $MARKS/{name}.ready
while read -r f <&3; do
    sh "$f" >"$f.out" 2>"$f.err" </dev/null
    echo $? > "$f.tmp"
    mv "$f.tmp" "$f.rc"
done
"""


@dataclass
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str


class Agent:
    """The agent of one live run."""

    def __init__(self, lab: Lab, name: str = "agent", extra: str = "", parent: "Agent | None" = None) -> None:
        self.lab, self.name, self.asked = lab, name, 0
        self.script = program(lab)
        os.mkfifo(os.path.join(lab.marks, f"{name}.ask"))
        brief = lab.brief(_SERVE.format(name=name), name=name, extra=extra, verify=None)
        if parent is None:
            self.run = lab.launch(brief, repo=lab.new_repo())
        else:
            self.run = parent.launches(brief)
        eventually(lambda: lab.mark(f"{name}.ready"), what=f"the agent {name}")

    @property
    def id(self) -> str:
        return os.path.basename(self.run)

    def start(self, command: str) -> str:
        """Hand the agent a command; the path of which `.rc` appears when it has ended."""
        self.asked += 1
        path = os.path.join(self.lab.marks, f"{self.name}-{self.asked}")
        Path(path).write_text(command + "\n")
        fd = os.open(os.path.join(self.lab.marks, f"{self.name}.ask"), os.O_WRONLY)
        os.write(fd, f"{path}\n".encode())
        os.close(fd)
        return path

    def does(self, command: str, seconds: float = 60.0) -> Said:
        """Let the agent run a shell command to its end."""
        path = self.start(command)
        code = eventually(lambda: _text(path + ".rc"), seconds, command)
        return Said(int(code), _text(path + ".out"), _text(path + ".err"))

    def workcell(self, *words: str, before: str = "") -> Said:
        """Let the agent call workcell, with `before` in front of the command."""
        return self.does(f"{before} {shlex.join([self.script, *words])}")

    def launches(self, brief: str) -> str:
        """Let the agent launch a brief in a repository of its own; the directory of the run."""
        said = self.workcell("launch", brief, "--repo", self.lab.new_repo(), "--no-window")
        assert said.code == 0, said
        return self.lab.run(said.out.strip())

    def refusals(self) -> list[dict]:
        """The events access.refused of the run, also those that still wait in the spool."""
        waiting = []
        for path in sorted(Path(self.run, layout.SPOOL, "new").iterdir()):
            try:
                waiting.append(json.loads(path.read_text()))
            except FileNotFoundError:
                continue  # the runner has just taken it, and it stands in the journal
        found = {}
        for event in [*map(json.loads, Path(self.run, layout.EVENTS).read_text().splitlines()), *waiting]:
            if event.get("type") == "access.refused":
                found.setdefault(event.get("id", event.get("n")), event)
        return list(found.values())

    def runner(self) -> int:
        return self.lab.phase(self.run, phase.RUNNING).start["runner"]["pid"]


def program(lab: Lab) -> str:
    """A program that is workcell with the home of the lab, whatever environment it is called with."""
    path = Path(lab.top, "workcell")
    if not path.exists():
        words = [f'PYTHONPATH={ROOT} WORKCELL_HOME="${{OTHER_HOME:-{lab.home}}}"', f"HOME={lab.person}"]
        words += [f"MARKS={lab.marks} TMPDIR={lab.temporary} PATH=${{PATH:-/usr/bin:/bin}}"]
        path.write_text(f'#!/bin/sh\n{" ".join(words)} exec {sys.executable} -m workcell "$@"\n')
        path.chmod(0o755)
    return str(path)


def _text(path: str) -> str:
    try:
        return Path(path).read_text()
    except FileNotFoundError:
        return ""
