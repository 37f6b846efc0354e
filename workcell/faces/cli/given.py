"""Arguments and options that several verbs share, and the run that RUN means."""

from typing import Annotated

import typer

from workcell.ops import find
from workcell.rundir import layout


def complete(incomplete: str) -> list[str]:
    """Ids and the names in them, from directory names only: no record is read while somebody waits for Tab."""
    known = find.ids_of(layout.home())
    return [entry for entry in reversed(known) if entry.startswith(incomplete)][:50]


Run = Annotated[
    str,
    typer.Argument(
        metavar="RUN",
        help="An id, a name, a unique prefix, a path, or - for the newest.",
        autocompletion=complete,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON document.")]


def run(word: str) -> str:
    """The directory of the run that `word` names."""
    return find.run(layout.home(), word)
