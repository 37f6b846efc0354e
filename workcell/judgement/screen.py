"""What the end of a rendered screen says, as plain data; how it is read stands in the folder of each agent."""

from typing import Literal, Required, TypedDict

Kind = Literal["dialog", "busy", "notice", "idle", "page", "unknown"]


class Option(TypedDict):
    """One option of a dialog: its number, or None where the dialog has none, its words, whether the mark is at it."""

    n: str | None
    text: str
    selected: bool


class Screen(TypedDict, total=False):
    """`text` is what the program itself put there: the line of a spinner, a notice, the words of a dialog; never what
    the agent or its tools printed above. Which of the other keys are there depends on `kind`."""

    kind: Required[Kind]
    text: Required[str]

    question: str
    """dialog: the words that end with a question mark, else the last ones above the options."""
    above: list[str]
    """dialog: the rows above the options, without blanks around them; empty where none or a line stands."""
    options: list[Option]
    """dialog: at least two, one of them selected."""
    keys: str
    """dialog: the line that names its keys, or empty."""
    safe: str | None
    """dialog: the number or words of an option that changes nothing, or Esc."""

    tool: bool
    """busy: whether a tool runs."""
    seconds: int | None
    """busy: what the spinner's clock shows."""
    tokens: str | None
    """busy: the tokens that the spinner counts; the clock alone is no progress."""

    sure: bool
    """notice: whether the place shows that the program itself says it."""
    warned: str
    """notice: what the program warns of below the composer."""

    done: bool
    """idle: whether it shows the end of a turn."""
    typed: str
    """idle: what stands in the composer."""


class Prompt(TypedDict):
    """A dialog that waits for an answer."""

    text: str
    question: str
    options: list[Option]
    safe: str | None
    """The number or words of an option that changes nothing, or Esc."""
