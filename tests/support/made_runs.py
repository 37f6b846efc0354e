"""A run directory that is made by hand, for tests of what acts on a run without starting one."""

import json
import os
from pathlib import Path
from typing import Any

from workcell.base import json_codec, probe
from workcell.playbooks import caps, interpreter, playbook
from workcell.playbooks.playbook import Playbook
from workcell.rundir import heartbeat, layout, look, maildir, phase
from workcell.watch import observe
from workcell.watch.actions import Actions
from workcell.watch.live_run import Incident, LiveRun

PROSE = "\n".join(f"## {section}\n\nWords.\n" for section in playbook.SECTIONS)
WALL = 1_800_000_000.0


def book(steps: str, when: str = "{verdict: usage_limit}", limits: str = "{}", name: str = "p") -> Playbook:
    """The playbook with these steps, written as in a file: `- hold: run`, one a line."""
    lines = "\n".join(f"  {line}" for line in steps.strip().split("\n"))
    text = f"---\nname: {name}\nversion: 1\nwhen: {when}\nsteps:\n{lines}\nlimits: {limits}\n---\n{PROSE}"
    found, faults = playbook.parse(text.encode(), f"{name}.md")
    assert found is not None, [str(fault) for fault in faults]
    return found


def faults(steps: str, when: str) -> list[str]:
    """The faults of a playbook with these steps."""
    text = f"---\nname: p\nversion: 1\nwhen: {when}\nsteps:\n  {steps}\n---\n{PROSE}"
    return [str(fault) for fault in playbook.parse(text.encode(), "p.md")[1]]


class MadeRun:
    """A run of an agent with an account, in a home of its own; `seconds` is how late it is on every clock."""

    def __init__(self, top: Path) -> None:
        self.home = str(top / "home")
        self.run = os.path.join(self.home, layout.RUNS, "r")
        self.attempt: dict[str, Any] = {
            "reader": "claude",
            "io": "terminal",
            "typing": {"screen": "claude"},
            "cwd": str(top),
            "objective": "do it",
        }
        os.makedirs(layout.attempt(self.run, 1))
        os.mkdir(heartbeat.directory(self.home))
        env = {"schema": "workcell.file.env/1", "env": {"HOME": str(top)}, "umask": 18}
        Path(self.run, layout.ENV).write_text(json.dumps(env))
        self.seconds = 0.0

    def store(self) -> None:
        """Write the attempt down, so that a look finds it."""
        Path(self.run, layout.LAUNCH).write_text(json.dumps({"schema": "workcell.file.launch/1", "name": "r"}))
        Path(layout.attempt(self.run, 1), layout.ATTEMPT).write_text(
            json.dumps({"schema": "workcell.file.attempt/1", **self.attempt})
        )
        current = Path(self.run, layout.CURRENT)
        if not current.is_symlink():
            current.symlink_to(f"{layout.ATTEMPTS}/{layout.number(1)}")

    def seen(self, where: str = phase.RUNNING) -> look.Look:
        """The run as a look would find it in that phase."""
        seen = look.Look(self.run)
        seen.n, seen.directory, seen.phase, seen.attempt = 1, layout.attempt(self.run, 1), where, self.attempt
        seen.launch = {"name": "r"}
        return seen

    def now(self) -> observe.Now:
        at = self.seconds
        return observe.Now(wall=WALL + at, mono=1e5 + at, boottime=1e5 + at, boot="b")

    def actions(self) -> Actions:
        return Actions(self.home, self.now())

    def live(
        self, verdict: dict[str, Any] | None = None, seen: look.Look | None = None, attended: str = probe.NO
    ) -> LiveRun:
        """The run as a step sees it."""
        pin: Any = {"name": "p", "version": 1, "sha256": "0" * 64}
        judged: Any = verdict or {"verdict": "usage_limit"}
        found = Incident(judged, "e", ["verdict: x"], 100.0 + self.seconds, attended, pin)
        made = LiveRun(seen or self.seen(), "p", found, self.now())
        made.message = f"{self.seconds:.0f}"
        return made

    def case(self, followed: Playbook, subject: LiveRun | None = None) -> interpreter.Case:
        """One incident for which that playbook is followed, first seen 100 seconds before the start."""
        subject = subject or self.live()
        actor = caps.Actor("r", followed.name, subject.account, 0, "e")
        return interpreter.Case(subject, followed, "e", actor, self.actions(), ["verdict: x"], 100.0 + self.seconds)

    def messages(self) -> list[dict[str, Any]]:
        """What waits in the inbox."""
        box = os.path.join(self.run, layout.INBOX)
        return [maildir.read(box, name) or {} for name in maildir.waiting(box)]

    def notices(self) -> list[dict[str, Any]]:
        """What lies in the outbox, by time."""
        folder = Path(self.home, layout.OUTBOX, "new")
        found = [json_codec.decode(file.read_bytes()) for file in folder.glob("*.json")] if folder.is_dir() else []
        return sorted(found, key=lambda one: one["posted"])
