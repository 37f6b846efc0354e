"""The bytes of a run's verify script: a file that is named, commands, or the repository's tests."""

from __future__ import annotations

import os
from typing import Literal

from workcell.base.light_dataclass import dataclass
from workcell.launch.options import Options
from workcell.texts import brief as briefs
from workcell.texts import document
from workcell.texts.document import Fault, Faulty

BUILT_IN = "built in"
_SHELL_HEAD = "#!/usr/bin/env bash\nset -euo pipefail\n"


@dataclass(frozen=True)
class Asked:
    """Who says what the check is: a text, or False for none; `folders` are those that a file is looked for in."""

    text: str | Literal[False]
    origin: str
    file: str
    line: int | None
    folders: tuple[str, str]
    script: bytes | None = None
    """The script itself, where it was read before."""


def asked(brief: briefs.Brief, options: Options, top: str) -> Asked | None:
    """What command line or brief say of the check; None where neither says anything."""
    if options.script is not None:
        who = options.who("verify")
        return Asked(False, who, who, None, ("", ""), options.script)
    if options.verify is not None:
        who = options.who("verify")
        return Asked(options.verify, who, who, None, (os.getcwd(), top))
    text = brief.values["verify"]
    if text is None:
        return None
    line = brief.document.lines.get(("verify",))
    return Asked(text, brief.path, brief.path, line, (brief.directory(), top))


def script(wish: Asked | None, tests: list[str] | None, rules: str, origins: dict[str, str]) -> bytes | None:
    """The script, or None where no file gives one. One line that names a file is that file; else it is the commands.

    `tests` are the commands of `rules` (a SUPERVISOR.md), for a launch that says nothing of a check. Where the script
    came from is noted in `origins`. Raises Faulty for an empty `verify`, and for the name of a file that is not there.
    """
    if wish is None:
        if tests:
            origins["verify"] = f"{rules} (tests)"
            return (_SHELL_HEAD + "\n".join(tests) + "\n").encode()
        origins["verify"] = BUILT_IN
        return None
    origins["verify"] = wish.origin
    if wish.text is False:
        return wish.script
    word = wish.text.strip()
    if not word:
        raise Faulty([Fault(wish.file, wish.line, "'verify' is empty")], "verify: false is a run without a check")
    if "\n" not in word:
        for base in wish.folders:
            path = os.path.join(base, os.path.expanduser(word))
            if os.path.isfile(path):
                origins["verify"] = path
                return document.load(path)
        if " " not in word and ("/" in word or word.endswith((".sh", ".bash", ".py"))):
            raise Faulty(
                [Fault(wish.file, wish.line, f"no file {word!r} in {' or in '.join(dict.fromkeys(wish.folders))}")],
                "'verify' names a script file, or holds the commands themselves",
            )
    return (_SHELL_HEAD + wish.text.rstrip("\n") + "\n").encode()
