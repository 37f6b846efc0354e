"""Asking for operations from the list: about one run, by name, as far as the registry has them."""

import dataclasses
import os
import sys
from typing import Any

from workcell.faces.cli import call
from workcell.operations import catalog, registry
from workcell.system import run_program

LONGEST = 60.0
"""Seconds before a verb whose output is shown as a page is given up."""


def there(operation: str) -> bool:
    """Whether there is an operation of that name."""
    return operation in catalog.OPERATIONS


def about(operation: str, run: str, **options: object) -> Any:
    """The result of an operation on one run. Raises what `call.perform` raises.

    Some operations take one run as `run`, others several as `runs`. An option that the request does not have is left
    out: what a question has settled, as `yes`, is asked again by no operation that does not ask.
    """
    request = registry.get(operation).request
    known = {field.name for field in dataclasses.fields(request)}
    named: dict[str, object] = {"run": run} if "run" in known else {"runs": (run,)}
    return call.perform(operation, request(**named, **{key: options[key] for key in options.keys() & known}))


def verb(*words: str) -> list[str]:
    """The command line of a verb of this installation."""
    package = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    return [sys.executable, os.path.join(package, "__main__.py"), *words]


def page(*words: str) -> str:
    """What a verb prints where its output is no terminal: its result, and what it says beside it.

    The words are the verb's own, cleaned. Raises Unreachable when it cannot be started.
    """
    ran = run_program.run(verb(*words), timeout=LONGEST)
    if ran.timed_out:
        return f"workcell {' '.join(words)}: no answer within {LONGEST:.0f} s"
    return (ran.err + ran.out).decode("utf-8", "replace")
