"""The answer to a question about the world: yes, no, or could not ask."""

YES = "yes"
NO = "no"
UNKNOWN = "could not ask"


def answer(value: "bool | None") -> str:
    """YES, NO or UNKNOWN for True, False or None."""
    return UNKNOWN if value is None else YES if value else NO
