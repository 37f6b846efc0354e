"""Every failure of a verb as words and an exit code, for the verbs that are parsed and for the plain forms alike."""

import os
import sys
from collections.abc import Callable

from workcell import __version__
from workcell.base.errors import TreeBusy, WorkcellError
from workcell.faces.cli import out
from workcell.rundir import home_creation as homes
from workcell.rundir import layout


def told(act: Callable[[], int], words: list[str], as_json: bool) -> int:
    """The exit code of `act`; what it raises is told on standard error. `words` are those that were typed."""
    for number, name in ((1, "stdout"), (2, "stderr")):
        if getattr(sys, name) is None:  # closed by the caller: what is said goes nowhere, and is no failure
            os.dup2(os.open(os.devnull, os.O_WRONLY), number)
            setattr(sys, name, open(number, "w", closefd=False))
    try:
        code = act()
        sys.stdout.flush()
        return code
    except WorkcellError as failure:
        error = failure
        if isinstance(failure, TreeBusy):
            from workcell.faces.cli import busy_tree

            error = busy_tree.pasteable(failure, words)
        said, hint, *details = as_typed(words, error.message, error.hint, *error.details)
        out.error(error.code, error.exit_code, str(said), hint, [str(line) for line in details], as_json)
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # the reader has enough; the interpreter must not complain about it on its way out
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 0
    except Exception as error:
        return failed(error, words, as_json)


def as_typed(words: list[str], *texts: str | None) -> list[str | None]:
    """The texts, in which commands to launch name `spawn` where that was typed: it takes the same words."""
    if words[:1] != ["spawn"]:
        return list(texts)
    return [text and text.replace("workcell launch", "workcell spawn") for text in texts]


def failed(error: Exception, words: list[str], as_json: bool) -> int:
    """A failure that was not foreseen: a report to paste, and one line that says where it is."""
    if isinstance(error, OSError) and error.errno is not None:
        where = f": {error.filename!r}" if error.filename else ""
        out.error(
            "io", 74, f"{error.strerror}{where}", "check the disk and the permissions: workcell doctor", [], as_json
        )
        return 74
    import time
    import traceback

    from workcell.base import ids

    text = "".join(traceback.format_exception(error))
    where = os.path.join(layout.home(), layout.CRASHES)
    path = os.path.join(where, time.strftime("%Y%m%d-%H%M%S-", time.gmtime()) + ids.token() + ".txt")
    report = f"workcell {__version__}\npython {sys.version}\nverb {words[:1]}\n\n{text}"
    try:
        homes.check(layout.home())  # nothing is written into a home that must not be used
        os.makedirs(layout.home(), 0o700, exist_ok=True)  # of parents that makedirs makes on the way, the umask decides
        os.makedirs(where, 0o700, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(report)
        hint = f"the report is in {path}"
    except (OSError, WorkcellError):
        hint = "its report could not be written:\n" + text
    out.error("bug", 70, f"a bug: {type(error).__name__}: {out.safe(str(error))}", hint, [], as_json)
    return 70
