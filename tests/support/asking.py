"""A live run with a playbook that asks whether to stop an agent whose turn is over."""

import json
from pathlib import Path
from typing import Any

from tests.e2e.test_attending import hook
from tests.support import watching
from tests.support.lab import Lab, eventually
from tests.support.made_runs import PROSE
from tests.support.stubs import Stub
from workcell.rundir import proposals

ASKS = f"""---
name: turn-ready
version: 1
when: {{verdict: [ok, partial], activity: idle, phase: running, evidence: has-check}}
steps:
  - ask: {{text: Its turn is over., then: [{{hold: {{for: 1h}}}}, {{stop: 5s}}]}}
---
{PROSE}"""


class Asking:
    """The run, and the watchdog that proposes."""

    def __init__(self, lab: Lab, text: str = ASKS) -> None:
        self.lab, self.watch = lab, watching.Watch(lab)
        folder = Path(lab.home, "recovery")
        folder.mkdir(mode=0o700)
        (folder / "turn-ready.md").write_text(text)
        self.stub = Stub(lab, verify="true")
        self.run = self.stub.run
        self.id = Path(self.run).name
        hook(lab, self.run, "UserPromptSubmit", prompt="go", prompt_id="1")
        hook(lab, self.run, "Stop", last_assistant_message="Done.")
        eventually(lambda: self.said("status", self.run)["state"] == "idle", 20.0, "the end of the turn")

    def proposed(self) -> str:
        """Ticks until something is proposed; its id."""
        for _ in range(4):
            self.watch.tick()
            if self.ids():
                break
        (found,) = self.ids()
        return found

    def ids(self) -> list[str]:
        return proposals.of_attempt(self.lab.home, self.id, 1)

    def said(self, *words: str, code: int | None = 0) -> Any:
        return json.loads(self.lab.workcell(*words, "--json", code=code).stdout)

    def end(self, identity: str) -> Any:
        return proposals.done(self.lab.home, identity)
