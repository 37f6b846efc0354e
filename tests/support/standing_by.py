"""Runs on standby, whose agent is a stub that notes what it is told in each of its turns."""

import json
import os
import sys
from pathlib import Path
from typing import Any

from tests.support import watching
from tests.support.lab import Lab, eventually
from workcell.rundir import layout, look, phase, standby

STUB = Path(__file__).resolve().parent / "stub_listener.py"
COMPACT = "/compact"
"""What the stub reads to compact its conversation."""
VERIFY = 'echo checked >> "$MARKS/checked"; test ! -e "$MARKS/unfit"'


class Listening:
    """A lab with a watchdog, and a recipe `listener` for the stub."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        recipe = Path(lab.home, "recipes", "listener.yaml")
        recipe.parent.mkdir(mode=0o700, parents=True)
        os.chmod(lab.home, 0o700)
        words = [sys.executable, "-I", "-S", str(STUB), str(lab.marks)]
        values: dict[str, Any] = {"name": "listener", "io": "file", "stdin": "prompt", "reader": "none"}
        values["command"] = [*words, "new", "{{ session }}"]
        values["resume"] = [*words, "continued", "{{ session }}"]
        values["own_commands"] = {"compact": COMPACT}
        recipe.write_text(json.dumps(values))
        self.watch = watching.Watch(lab)
        watching.regular(lab.home)

    def launch(self, *options: str, name: str = "listener", front: str = "") -> str:
        """Launch a run on standby; its directory once it waits."""
        run = self.lab.launch(self.brief(name, front), "--standby", *options, repo=self.lab.new_repo())
        self.waits(run)
        return run

    def brief(self, name: str = "listener", front: str = "") -> str:
        """The path of a brief for the stub."""
        path = Path(self.lab.top, f"{name}.md")
        words = ["---", "objective: listen", f"name: {name}", "recipe: listener", "env: [MARKS]", f"verify: '{VERIFY}'"]
        path.write_text("\n".join([*words, *([front] if front else []), "---", "Listen.", ""]))
        return str(path)

    def waits(self, run: str, n: int | None = None) -> look.Look:
        """The run once it is on standby, in attempt `n` where that is given."""

        def there() -> look.Look | None:
            seen = look.at(run)
            return seen if standby.waits(seen) and n in (None, seen.n) else None

        found: look.Look = eventually(there, what=f"{run} on standby in attempt {n}")
        return found

    def turns(self) -> list[dict[str, str]]:
        """What the agent was told, a turn each."""
        return [json.loads(line) for line in self.lab.mark("turns").splitlines()]

    def checked(self) -> int:
        """How often the check ran."""
        return len(self.lab.mark("checked").splitlines())

    def asked_by(self, run: str) -> dict[str, Any]:
        """Who asked for the current attempt."""
        found: dict[str, Any] = json.loads(Path(layout.attempt(run, look.at(run).n), layout.ATTEMPT).read_text())
        return dict(found["asked_by"])

    def mark(self, name: str, text: str = "") -> Path:
        path = Path(self.lab.marks, name)
        path.write_text(text)
        return path

    def ended(self, run: str) -> str | None:
        """How the run ended, once it did."""
        return self.lab.phase(run, phase.DONE).outcome
