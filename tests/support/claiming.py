"""Runs in a shared tree whose agents do what a test says, one command after the other."""

import os
import shlex
import sys
from pathlib import Path

from tests.support.lab import Lab, eventually
from workcell.rundir import phase

WORKCELL = f"{shlex.quote(sys.executable)} -m workcell"


def lines(lab: Lab, name: str) -> str:
    """Lines for an agent that runs what stands in the files `<name>.1`, `<name>.2`… of marks, until `go` is there."""
    path = shlex.quote(lab.env()["PYTHONPATH"])
    step = (
        f'n=1; until test -e "$MARKS/go"; do if test -e "$MARKS/{name}.$n"; then . "$MARKS/{name}.$n"; n=$((n+1)); fi'
    )
    return f'export PYTHONPATH={path}\nworkcell() {{ {WORKCELL} "$@"; }}\n{step}; sleep 0.05; done'


class Worker:
    """A run in a shared tree whose agent does what the test says."""

    def __init__(self, lab: Lab, name: str, *options: str, verify: str = "true", extra: str = "") -> None:
        self.lab, self.name, self.count = lab, name, 0
        brief = lab.brief(lines(lab, name), verify, name=name, extra=extra)
        self.run = lab.launch(brief, "--name", name, *options)
        self.id = os.path.basename(self.run)

    def begins(self, command: str) -> str:
        """Run the command, and do not wait for its end; the name of the mark for its answer."""
        self.count += 1
        answer = f"{self.name}.out.{self.count}"
        text = f'{{ {command}; }} >"$MARKS/{answer}.new" 2>&1; echo "exit $?" >>"$MARKS/{answer}.new"\n'
        text += f'mv "$MARKS/{answer}.new" "$MARKS/{answer}"\n'
        part = Path(self.lab.marks, f".{self.name}.{self.count}")
        part.write_text(text)
        part.rename(Path(self.lab.marks, f"{self.name}.{self.count}"))
        return answer

    def answer(self, mark: str) -> tuple[int, str]:
        """(exit code, what it printed) of a command that was begun."""
        eventually(lambda: os.path.exists(os.path.join(self.lab.marks, mark)), 40.0)
        text, _, code = self.lab.mark(mark).strip().rpartition("exit ")
        return int(code), text.strip()

    def does(self, command: str) -> tuple[int, str]:
        return self.answer(self.begins(command))


def end(lab: Lab, *workers: Worker) -> None:
    Path(lab.marks, "go").touch()
    for worker in workers:
        lab.phase(worker.run, phase.DONE)
