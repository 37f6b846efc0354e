"""A run whose first attempt failed, and a playbook that asks a person about that end."""

import json
from pathlib import Path
from typing import Any

from tests.support import watching
from tests.support.lab import Lab, eventually
from tests.support.made_runs import PROSE
from workcell.rundir import look, phase, proposals

ASKS = f"""---
name: partial-completion
version: 1
when: {{verdict: [ok, partial, unknown], phase: interrupted}}
steps:
  - ask: {{text: Its work is half done., then: [{{snapshot: tree}}, {{resume: artifacts}}]}}
---
{PROSE}"""

SECOND = '[ "${WORKCELL_ATTEMPT##*/}" != 1 ]'
"""A check that the first attempt does not pass."""


class EndedRun:
    """The run, and the watchdog of its home; its second attempt passes."""

    def __init__(
        self, lab: Lab, command: str = "true", verify: str = SECOND, extra: str = "", *words: str, wait: bool = True
    ) -> None:
        self.lab, self.watch = lab, watching.Watch(lab)
        folder = Path(lab.home, "recovery")
        folder.mkdir(mode=0o700)
        (folder / "partial-completion.md").write_text(ASKS)
        more: dict[str, Any] = {"code": 1} if wait else {}
        brief = lab.brief(command, verify, extra=extra)
        self.run = lab.launch(brief, *(["--wait"] if wait else []), *words, **more)
        self.id = Path(self.run).name

    @property
    def name(self) -> str:
        """The id of what was proposed."""
        (found,) = proposals.of_attempt(self.lab.home, self.id, 1)
        return found

    def said(self, *words: str, code: int | None = 0) -> Any:
        return json.loads(self.lab.workcell(*words, "--json", code=code).stdout)

    def end(self) -> Any:
        return proposals.done(self.lab.home, self.name)

    def over(self, attempt: int) -> look.Look:
        """The run once that attempt is over."""

        def found() -> look.Look | None:
            seen = look.at(self.run)
            return seen if seen.n == attempt and seen.phase == phase.DONE else None

        seen: look.Look = eventually(found, 30.0, f"the end of attempt {attempt}")
        return seen
