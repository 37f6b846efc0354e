"""Programs that only the interactive shell of a person knows: functions and aliases, which workcell cannot start."""

import os
import re
import shlex
from collections.abc import Mapping

from workcell.base.errors import WorkcellError
from workcell.system import run_program

TIMEOUT = 2.0
"""Maximum seconds for the shell to read its start files and answer."""

_KINDS = (("alias", re.compile(r"\balias(?:ed)?\b")), ("function", re.compile(r"\bfunction\b")))


def defines(program: str, env: Mapping[str, str]) -> str | None:
    """`alias` or `function` where the shell of `env` has one of that name; None where not, or it could not be asked.

    The shell reads the start files of the person, as each of their terminals does.
    """
    shell = env.get("SHELL", "")
    if not os.path.isabs(shell) or not os.access(shell, os.X_OK):
        return None
    try:
        ran = run_program.run_briefly([shell, "-ic", f"type {shlex.quote(program)}"], timeout=TIMEOUT, env=env)
    except WorkcellError:
        return None
    if not ran.ok:
        return None
    said = [line for line in ran.text().splitlines() if line.startswith(f"{program} is ")]
    return next((kind for kind, words in _KINDS if said and words.search(said[-1].removeprefix(program))), None)


def words(program: str, kind: str, whose: str) -> str:
    """What is wrong."""
    what = "an alias" if kind == "alias" else "a function"
    return f"only {what} of your shell, which cannot be started; needed by {whose}"


def cure(program: str) -> str:
    """What mends it."""
    return f"'type {program}' shows what it runs: put a script of that name, which runs it, into a directory of PATH"
