"""Arguments and options that several verbs share, and the run that RUN means."""

from typing import Annotated

import typer

from workcell.ops import find
from workcell.rundir import layout

Run = Annotated[
    str,
    typer.Argument(
        metavar="RUN",
        help="An id, a name, a unique prefix, a path, or - for the newest.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON document.")]


def run(word: str) -> str:
    """The directory of the run that `word` names."""
    return find.run(layout.home(), word)
