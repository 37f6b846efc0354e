"""The plain forms of the verbs that are called most: a parser of options takes longer than they do.

The options themselves stand with the verbs and nowhere else. A form that is not known here is left to the verb.
"""

from __future__ import annotations

from collections.abc import Callable

from workcell.faces.cli import failures
from workcell.rundir import home_creation, layout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

Act = Callable[[], int]

VALUES = {
    "--dir": "dir",
    "--from": "saved",
    "--group": "group",
    "--message": "message",
    "--model": "model",
    "--name": "name",
    "--recipe": "recipe",
    "--repo": "repo",
    "--verify": "verify",
    "-m": "message",
}
"""Options of `launch` with one value each, and the field of its request that is just that value."""

FLAGS = {
    "--again": "again",
    "--ignore-repo": "ignore_repo",
    "--no-verify": "no_verify",
    "--no-window": "no_window",
    "--now": "now",
    "--prepare": "prepare",
    "--wait": "wait",
}
"""Options of `launch` without a value, and the field that each sets; `--wait` is the verb's own."""


def main(words: list[str]) -> int:
    """Run a command line: one of the plain forms here, any other as the parser reads it. The exit code."""
    act = _plain(words)
    if act is None:
        from workcell.faces.cli import app

        return app.main(words)
    return failures.told(lambda: _in_checked_home(act), words, False)


def _in_checked_home(act: Act) -> int:
    home_creation.check(layout.home())
    return act()


def _plain(words: list[str]) -> Act | None:
    """What the words ask for; None where they are not one of the plain forms."""
    match words:
        case [] | ["ls"]:
            return _ls
        case ["launch", *rest]:
            said = launch_words(rest)
            return None if said is None else _launch(said)
        case ["resume", run] if _names_a_run(run):
            return _resume(run)
        case ["attach" | "status" | "wait" as verb, run] if _names_a_run(run):
            return {"attach": _attach, "status": _status, "wait": _wait}[verb](run)
    return None


def _names_a_run(word: str) -> bool:
    return word == "-" or not word.startswith("-")


def launch_words(words: list[str]) -> dict[str, Any] | None:
    """The fields of a LaunchRequest that the words behind `launch` set, and `wait`; None: the verb must read them."""
    fields: dict[str, Any] = {}
    briefs: list[str] = []
    left = iter(words)
    for word in left:
        if not word.startswith("-"):
            briefs.append(word)
            continue
        name = VALUES.get(word) or FLAGS.get(word)
        value = next(left, "-") if word in VALUES else True
        if name is None or name in fields or (isinstance(value, str) and value.startswith("-")):
            return None
        fields[name] = value
    if "wait" in fields and "prepare" in fields:
        return None  # the verb says what is wrong with that
    return {**fields, "briefs": tuple(briefs)}


def _launch(said: dict[str, Any]) -> Act:
    def act() -> int:
        from workcell.faces.cli import launching
        from workcell.launch.requests import LaunchRequest

        wait = said.pop("wait", False)
        return launching.launch(LaunchRequest(**said), wait=wait, attach=False, as_json=False)

    return act


def _ls() -> int:
    from workcell.faces.cli import call, show
    from workcell.views import ls

    found: ls.Result = call.perform("ls", ls.Request())
    show.ls(found)
    show.warning(found.warning)
    return 0


def _attach(run: str) -> Act:
    def act() -> int:
        from workcell.faces.cli import foreground

        return foreground.attach(run, False)

    return act


def _status(run: str) -> Act:
    def act() -> int:
        from workcell.faces.cli import call, show
        from workcell.views.status import Request

        show.any_status(call.perform("status", Request((run,))))
        return 0

    return act


def _resume(run: str) -> Act:
    def act() -> int:
        from workcell.faces.cli import resuming
        from workcell.launch.requests import ResumeRequest

        return resuming.one(ResumeRequest(run), wait=False, as_json=False)

    return act


def _wait(run: str) -> Act:
    def act() -> int:
        from workcell.faces.cli import foreground
        from workcell.launch.wait import Request

        told: dict[str, object] = {}
        return foreground.show_waited(foreground.wait(Request((run,)), told=told), told)

    return act
