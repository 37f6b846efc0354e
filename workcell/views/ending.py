"""How the current attempt of a run ended: the outcome with its cause, and the end of what a failed check printed."""

from __future__ import annotations

import os
from dataclasses import dataclass

from workcell.cleaning import run_cleaner
from workcell.cleaning.clean import Cleaner
from workcell.rundir import layout, look, phase, proposals, safe_open
from workcell.terminal.strip_ansi import strip_control

LINES = 10
"""Maximum number of lines that are shown of what a check printed."""
WIDE = 200
"""Maximum characters of such a line."""
_TAIL = 1 << 16


@dataclass(frozen=True)
class Ending:
    headline: str | None
    """The outcome, or the phase, and its cause: `failed: verify.sh ended with exit code 1`; null while it runs."""
    check: list[str]
    """The last lines that the check printed; empty where it passed or did not run."""


def of(seen: look.Look, cleaner: Cleaner | None = None) -> Ending:
    """The ending of the current attempt, cleaned."""
    cleaner = cleaner or run_cleaner.of_run(seen.run)
    return Ending(_headline(seen, cleaner), failed_check(seen, cleaner))


def _headline(seen: look.Look, cleaner: Cleaner) -> str | None:
    word: str | None
    if seen.phase == phase.DONE:
        word, cause = seen.outcome, proposals.reason(seen)
    elif seen.phase == phase.RUNNING:
        return None
    else:
        word, cause = seen.phase, (seen.next.get("reason") if seen.next else None) or seen.why
    return cleaner.line(f"{word}: {cause}" if cause else str(word))


def failed_check(seen: look.Look, cleaner: Cleaner) -> list[str]:
    """The last lines that the check of the current attempt printed, cleaned; none where it did not fail."""
    verify = look.verify_at(seen, seen.n) if seen.n else None
    if verify is None or verify.get("code") == 0:
        return []
    try:
        data = safe_open.tail(os.path.join(seen.directory, layout.VERIFY_LOG), _TAIL) or b""
    except OSError:
        return []
    text = cleaner.text(strip_control(data.replace(b"\r", b"\n")).decode("utf-8", "replace"))
    lines = [line.rstrip() for line in text.split("\n") if line.strip()]
    return [line if len(line) <= WIDE else line[: WIDE - 1] + "…" for line in lines[-LINES:]]
