"""Arguments and options that several verbs share, and the run that RUN means."""

from typing import Annotated, Any

import typer

from workcell.base.errors import NoSuchRun
from workcell.faces.cli import out
from workcell.rundir import find, layout

Run = Annotated[
    str,
    typer.Argument(
        metavar="RUN",
        help="An id, a name, a unique prefix, a path, or - for the newest.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON document.")]


NEAR = 200
"""The newest runs among whose names a near one is looked for."""


def run(word: str) -> str:
    """The directory of the run that `word` names; where none does, the hint is the nearest name."""
    try:
        return find.run(layout.home(), word)
    except NoSuchRun as error:
        raise with_near_name(error) from None


def with_near_name(error: NoSuchRun) -> NoSuchRun:
    """The same error; its hint is the nearest name of a run, where one is near."""
    home = layout.home()
    names = [find.name_of(find.path_of(home, entry)) for entry in reversed(find.ids_of(home)[-NEAR:])]
    known = list(dict.fromkeys(name for name in names if name))
    begun = [name for name in known if name.startswith(error.word)]
    near = begun[0] if begun else out.nearest(error.word, known)
    if near is not None:
        error.hint = f"did you mean {near!r}? 'workcell ls' shows all"
    return error


def one_of(word: str | None, words: tuple[str, ...]) -> Any:
    """`word`, of which the verb has checked that it is None or one of `words`: for fields that take nothing else."""
    assert word is None or word in words
    return word
