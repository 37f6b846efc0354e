"""Arguments and options that several verbs share, and the run that RUN means."""

from typing import Annotated, Any

import typer

from workcell.base.errors import Usage

Run = Annotated[
    str,
    typer.Argument(
        metavar="RUN",
        help="An id, a name, a unique prefix, a path, or - for the newest.",
    ),
]
RunOrSession = Annotated[
    str,
    typer.Argument(
        metavar="RUN|SESSION",
        help="A run as elsewhere, or a session as 'workcell sessions' names it.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON document.")]


def duration(option: str, text: str | None) -> float | None:
    """Seconds of an option like `--wall 2h`; None where it was not given. Raises Usage for what is no duration."""
    if text is None:
        return None
    from workcell.texts import fields

    seconds = fields.parse_duration(text)
    if seconds is None:
        raise Usage(f"{option}: {text!r} is not a duration", f"{option} 90s, {option} 8h or {option} 7d")
    return seconds


def one_of(word: str | None, words: tuple[str, ...]) -> Any:
    """`word`, of which the verb has checked that it is None or one of `words`: for fields that take nothing else."""
    assert word is None or word in words
    return word
