"""Arguments and options that several verbs share, and the run that RUN means."""

from typing import Annotated, Any

import typer

Run = Annotated[
    str,
    typer.Argument(
        metavar="RUN",
        help="An id, a name, a unique prefix, a path, or - for the newest.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON document.")]


def one_of(word: str | None, words: tuple[str, ...]) -> Any:
    """`word`, of which the verb has checked that it is None or one of `words`: for fields that take nothing else."""
    assert word is None or word in words
    return word
