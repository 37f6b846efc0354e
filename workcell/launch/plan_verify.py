"""The bytes of a run's verify script: a file that the brief names, its own commands, or the repository's tests."""

import os

from workcell.texts import brief as briefs
from workcell.texts import document
from workcell.texts.document import Fault, Faulty

BUILT_IN = "built in"
_SHELL_HEAD = "#!/usr/bin/env bash\nset -euo pipefail\n"


def script(brief: briefs.Brief, tests: list[str] | None, top: str, rules: str, origins: dict[str, str]) -> bytes | None:
    """The script, or None where no file gives one. One line that names a file is that file; else it is the commands.

    `tests` are the commands of `rules` (a SUPERVISOR.md), for a brief without `verify`. Where the script came from is
    noted in `origins`. Raises Faulty for an empty `verify`, and for the name of a file that is not there.
    """
    text = brief.values["verify"]
    if text is None:
        if tests:
            origins["verify"] = f"{rules} (tests)"
            return (_SHELL_HEAD + "\n".join(tests) + "\n").encode()
        origins["verify"] = BUILT_IN
        return None
    origins["verify"] = brief.path
    line = brief.document.lines.get(("verify",))
    word = str(text).strip()
    if not word:
        raise Faulty([Fault(brief.path, line, "'verify' is empty")])
    if "\n" not in word:
        for base in (brief.directory(), top):
            path = os.path.join(base, os.path.expanduser(word))
            if os.path.isfile(path):
                origins["verify"] = path
                return document.load(path)
        if " " not in word and ("/" in word or word.endswith((".sh", ".bash", ".py"))):
            raise Faulty(
                [Fault(brief.path, line, f"no file {word!r} beside the brief or in {top}")],
                "'verify' names a script file, or holds the commands themselves",
            )
    return (_SHELL_HEAD + str(text).rstrip("\n") + "\n").encode()
