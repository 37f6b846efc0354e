"""Counted things for people: `1 file`, `2 files`."""


def count(number: int, word: str, many: str | None = None) -> str:
    """The number and its word: `1 error`, `2 errors`; `many` is the plural where it takes more than an s."""
    return f"{number} {word if number == 1 else many or word + 's'}"


def changed(files: int | None, added: int | None, removed: int | None, untracked: int | None) -> list[str]:
    """What changed in a tree: `3 files +10 −2`, `1 untracked file`; empty where nothing is known to have changed."""
    words = []
    if files:
        lines = f" +{added} −{removed}" if added is not None and removed is not None else ""
        words.append(f"{count(files, 'file')}{lines}")
    if untracked:
        words.append(count(untracked, "untracked file"))
    return words
