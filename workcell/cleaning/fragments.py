"""Masks the parts of secrets that a screen shows: one that is drawn letter by letter, or whose rest scrolled away.

A cleaner knows a secret that is whole. On a screen its beginning stands at the end of a line before the rest has come,
and its end stands at the top once its beginning has left. At most a third of a secret, or LEAST characters, is left to
be seen.
"""

from collections.abc import Iterable

from workcell.cleaning.secret_shapes import SHAPES, compiled, plausible

LEAST = 4
"""Minimum characters of a part that is masked."""
MOST = 1000
"""Maximum number of secrets that are looked for by their parts."""
MASK = "[redacted:part]"

_MARGIN = " \t│┃║|"


class Fragments:
    """Masks parts of the secrets that it is given."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets = [(one, max(LEAST, len(one) // 3)) for one in sorted(secrets, key=len, reverse=True)[:MOST]]

    def line(self, text: str) -> str:
        """One line without the beginning of a secret at its end, the end of one at its beginning, or a part alone."""
        if len(text.strip(_MARGIN)) < LEAST:
            return text
        for secret, least in self._secrets:
            if secret[:least] in text or secret[-least:] in text or text.strip(_MARGIN) in secret:
                text = _masked(text, secret, least)
        return text


def _masked(text: str, secret: str, least: int) -> str:
    inner = text.strip(_MARGIN)
    if len(inner) < least:
        return text
    if inner in secret:
        return text.replace(inner, MASK)
    before, after = text[: text.index(inner)], text[text.index(inner) + len(inner) :]
    for size in range(min(len(secret) - 1, len(inner)), least - 1, -1):
        if inner.endswith(secret[:size]):
            inner = inner[:-size] + MASK
            break
    for size in range(min(len(secret) - 1, len(inner)), least - 1, -1):
        if inner.startswith(secret[-size:]):
            inner = MASK + inner[size:]
            break
    return before + inner + after


def shaped(text: str) -> set[str]:
    """What in a text looks like the token of a service."""
    found = set()
    low = text.lower()
    for kind, words, pattern in SHAPES:
        if any(word in low for word in words):
            for match in compiled(pattern).finditer(text):
                if plausible(kind, match):
                    found.add(match[match.lastindex or 0])
    return found
