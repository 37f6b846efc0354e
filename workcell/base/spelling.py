"""Cures for misspelt words."""

from collections.abc import Sequence


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """A cure for a misspelt word: the nearest known one, else all of them."""
    import difflib

    near = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return f"did you mean {near[0]!r}?" if near else "known: " + ", ".join(sorted(known))
