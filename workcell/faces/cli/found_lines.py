"""Hits of a search as lines to read: the conversation once, and below it what was found in it."""

import os
import time
from collections.abc import Iterator, Sequence

from workcell.base import clock
from workcell.faces.cli import out
from workcell.sessions.search_words import Words
from workcell.terminal import printable
from workcell.views.search import Hit


class Lines:
    """Makes the lines of hits in the order in which they come."""

    def __init__(self, words: Sequence[str], width: int) -> None:
        self._words, self._width = Words(words), width
        self._place: str | None = None

    def of(self, hit: Hit) -> Iterator[str]:
        """The lines of the next hit."""
        place = f"{hit.show}/{hit.attempt}"
        if place != self._place:
            if self._place is not None:
                yield ""
            self._place = place
            yield self._heading(hit)
        label = f"  {hit.kind:<8} "
        text = printable.clip(out.safe(hit.text), max(20, self._width - len(label)))
        yield label + self._marked(text)

    def _heading(self, hit: Hit) -> str:
        """The name for `show`, how old it is, where it worked, what it is called."""
        age = clock.span(max(0.0, time.time() - clock.parse(hit.changed_at)))
        attempt = f" attempt {hit.attempt}" if hit.attempt is not None and hit.show == hit.run else ""
        name = out.safe(f"{hit.show}{attempt}")
        more = [f"{age} ago", os.path.basename(hit.directory or ""), hit.title or ""]
        rest = out.safe(" · ".join(word for word in more if word))
        room = self._width - len(name) - 2
        return out.paint(name, "1") + (f"  {printable.clip(rest, room)}" if room > 8 else "")

    def _marked(self, text: str) -> str:
        """The text with the words of the search in bold."""
        made, at = "", 0
        for begin, end in self._words.places(text):
            made += text[at:begin] + out.paint(text[begin:end], "1")
            at = end
        return made + text[at:]
