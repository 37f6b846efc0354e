"""Cures for misspelt words."""

from collections.abc import Iterable


def nearest(word: str, known: Iterable[str], likeness: float = 0.6) -> str | None:
    """The known word that is spelt most like `word`; None where none is as like as that, from 0 to 1."""
    import difflib

    near = difflib.get_close_matches(word, list(known), n=1, cutoff=likeness)
    return near[0] if near else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A cure for a misspelt word: the nearest known one, else all of them."""
    near = nearest(word, known)
    return f"did you mean {near!r}?" if near else "known: " + ", ".join(sorted(known))
