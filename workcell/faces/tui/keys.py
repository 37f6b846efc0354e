"""The keys of the list: the one table that bindings, help page and documents are made from."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Key:
    """A key of the list and what it does."""

    shown: str
    """As people write it, e.g. `Enter, a`."""
    words: str
    """What it does, for the help page and the documents."""
    action: str | None = None
    """The action of the list; None for what its widgets do by themselves."""
    bound: str = ""
    """The names of the keys that are bound to the action, with commas; empty where `shown` is that name."""
    operation: str | None = None
    """The operation that it asks for. Without one of that name in the registry, the key is not there."""

    @property
    def names(self) -> str:
        """The names of the keys as Textual knows them."""
        return self.bound or self.shown


KEYS = (
    Key("↑ ↓ PgUp PgDn Home End", "choose a run"),
    Key("Enter, a", "attach: open the agent's terminal; this list comes back when it is left", "attach", "a", "attach"),
    Key("l", "show what the agent wrote, and follow it", "logs", operation="logs"),
    Key("w", "say why it ended or hangs", "page('why')", operation="why"),
    Key("i", "show all that its state rests on", "page('status')", operation="status"),
    Key("f", "show its handoff: what is left, and the end of its check", "page('handoff')", operation="handoff"),
    Key("o", "show the conversation", "page('show')", operation="show"),
    Key("d", "show what it changed", "page('diff')", operation="diff"),
    Key("s", "stop the run, after a question", "confirmed('stop')", operation="stop"),
    Key("r", "resume: open its next attempt", "act('resume')", operation="resume"),
    Key("h", "hold the watchdog away from it, or release it", "hold", operation="hold"),
    Key("k", "acknowledge its end", "act('ack')", operation="ack"),
    Key("x", "remove the run, after a question", "confirmed('rm')", operation="rm"),
    Key("/", "filter by name, label, state or repository; Enter keeps the filter, Esc ends it", "filter", "slash"),
    Key("n", "only what needs you, or all again", "needs"),
    Key("g", "under headings: by state, by repository, or none", "group"),
    Key("?", "show these keys", "help", "question_mark"),
    Key("Esc", "leave the filter, a page or a question", "cancel", "escape"),
    Key("q", "end this list, and no run", "leave", "q,ctrl+c"),
)

AT_ONCE = ("ctrl+c", "slash")
"""Names of keys that act before what is typed after them is given to the part of the screen that had the focus."""


def table() -> list[str]:
    """The keys as the lines of a table in Markdown."""
    return ["| key | what it does |", "|---|---|", *(f"| {key.shown} | {key.words} |" for key in KEYS)]
