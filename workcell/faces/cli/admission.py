"""Asking, before a verb runs, whether its caller may use it."""

from typing import Any

from workcell.faces.cli import call
from workcell.rundir import layout, operations
from workcell.trust import access


def guard(command: Any, words: str) -> None:
    """Let the click command of `words`, and those of a group, run only after `check`."""
    for name, inner in getattr(command, "commands", {}).items():
        guard(inner, f"{words} {name}")
    if hasattr(command, "commands"):
        return
    invoke = command.invoke

    def checked(context: Any) -> Any:
        check(words, context.params)
        return invoke(context)

    command.invoke = checked


def check(words: str, options: dict[str, Any]) -> None:
    """Raise Refused when this process may not use the verb `words` with these options.

    Where the caller stands is asked only for what is not allowed everywhere.
    """
    if operations.access(words, options) == operations.LOOK:
        return
    home = layout.home()
    caller = access.caller(home)
    if caller.known and not caller.inside:
        return
    named = options.get("run")
    target = call.run(named) if operations.descendants_only(words, options) and isinstance(named, str) else None
    access.check(caller, words, options, target)
