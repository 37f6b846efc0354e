"""One line of what `doctor` found."""

from dataclasses import dataclass

OK, UNKNOWN, WARN, FAIL = "ok", "unknown", "warn", "fail"
"""`unknown`: it could not be asked, and nothing speaks against it."""


@dataclass(frozen=True)
class Line:
    """One thing looked at: what, how it is, in words, and the cure where there is one."""

    name: str
    level: str
    words: str
    cure: str | None = None


def worst(found: list[Line]) -> str:
    """The gravest level among the lines."""
    return next((level for level in (FAIL, WARN) if any(line.level == level for line in found)), OK)
