"""The screens before the list: a text to scroll, which may grow, and a question."""

from collections.abc import Callable
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import Key
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import RichLog, Static

MOST = 10_000
"""Lines of a page; of a longer text the last ones are shown."""

PAUSE = 1.0
"""Seconds between two looks at a text that grows, at least."""


class Page(ModalScreen[None]):
    """A text over the whole terminal. With `again`, it is asked for anew until `again` says that nothing comes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape,q,backspace", "leave", "Back"),
        ("down,j", "line(1)", "Down"),
        ("up", "line(-1)", "Up"),
        ("pagedown,space", "turn(1)", "Page down"),
        ("pageup", "turn(-1)", "Page up"),
        ("home", "edge(False)", "Begin"),
        ("end", "edge(True)", "End"),
        ("ctrl+c", "app.leave", "Leave"),
    ]

    class Came(Message):
        """The text as it is now, and whether more may come; sent by the thread that asked."""

        def __init__(self, text: str, more: bool, took: float) -> None:
            super().__init__()
            self.text, self.more, self.took = text, more, took

    def __init__(self, heading: str, ask: Callable[["Page"], None], *, at_end: bool = False) -> None:
        super().__init__()
        self._heading, self._ask, self._at_end = heading, ask, at_end
        self._lines: list[str] | None = None

    def compose(self) -> ComposeResult:
        yield Static(Text(self._heading), classes="bar")
        yield RichLog(wrap=True, markup=False, highlight=False, auto_scroll=False, min_width=1, id="text")
        yield Static(Text("↑ ↓ PgUp PgDn Home End scroll · Esc back"), classes="bar", id="pagefoot")

    def on_mount(self) -> None:
        self.query_one(RichLog).write(Text("…"))
        self._look()

    def _look(self) -> None:
        self.run_worker(lambda: self._ask(self), thread=True, exit_on_error=False)

    def on_page_came(self, message: Came) -> None:
        """Show the text; where the end was in sight, its new end."""
        lines = message.text.expandtabs().split("\n")
        while lines and not lines[-1].strip():
            lines.pop()
        lines = lines or ["(nothing)"]
        if len(lines) > MOST:
            lines = [f"… {len(lines) - MOST} lines before these", *lines[-MOST:]]
        if lines != self._lines:
            first = self._lines is None
            self._lines = lines
            self._draw(self._at_end if first else None)
        if message.more:
            # a log of many megabytes takes long to read: looking on must not take the whole processor
            self.set_timer(max(PAUSE, 4 * message.took), self._look)

    def _draw(self, to_end: bool | None) -> None:
        """Write the lines at the width as it is now; `to_end` None keeps the place, or the end where that was shown."""
        log = self.query_one(RichLog)
        there = log.scroll_offset.y
        end = log.is_vertical_scroll_end if to_end is None else to_end
        log.clear()
        for line in self._lines or ():
            log.write(Text(line))
        log.call_after_refresh(log.scroll_to, y=log.max_scroll_y if end else there, animate=False)

    def on_resize(self) -> None:
        if self._lines is not None:
            self._draw(None)

    def action_leave(self) -> None:
        self.dismiss()

    def action_line(self, by: int) -> None:
        self.query_one(RichLog).scroll_relative(y=by, animate=False)

    def action_turn(self, by: int) -> None:
        log = self.query_one(RichLog)
        log.scroll_relative(y=by * max(1, log.size.height - 1), animate=False)

    def action_edge(self, end: bool) -> None:
        log = self.query_one(RichLog)
        log.scroll_to(y=log.max_scroll_y if end else 0, animate=False)


class Question(ModalScreen[bool]):
    """A question that `y` answers with yes, and any other key with no."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self._words = words

    def compose(self) -> ComposeResult:
        yield Static(Text(f"{self._words}\n\ny yes · any other key no"), id="question")

    def on_key(self, event: Key) -> None:
        """Take the key as the answer, and from everything else."""
        event.stop()
        self.dismiss(event.character in ("y", "Y"))
