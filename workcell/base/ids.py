"""Names that people give and ids that we make."""

import os
import time

_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"

_LETTERS = {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ł": "l", "ı": "i", "þ": "th", "ð": "d", "ə": "e"}
"""Letters of the Latin script that Unicode takes for no letter with a mark."""


def token(length: int = 4) -> str:
    """Random lower-case letters and digits."""
    return "".join(_ALPHABET[byte % 36] for byte in os.urandom(length))


def uuid() -> str:
    """A random UUID (RFC 9562, version 4). The module `uuid` loads `platform` for others."""
    digits = f"{int.from_bytes(os.urandom(16)) & ~(0xF << 76 | 0x3 << 62) | 0x4 << 76 | 0x2 << 62:032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def slug(text: str, limit: int = 40) -> str:
    """`text` as a-z, 0-9 and single hyphens, cut at a word; empty when nothing is left.

    Letters with marks lose them (`prüfe` becomes `prufe`, `Straße` `strasse`); other scripts are left out.
    """
    out: list[str] = []
    lowered = text.lower()
    if not lowered.isascii():
        import unicodedata

        whole = unicodedata.normalize("NFKD", "".join(_LETTERS.get(char, char) for char in lowered))
        lowered = "".join(char for char in whole if not unicodedata.combining(char))
    for char in lowered:
        if char in _ALPHABET:
            out.append(char)
        elif out and out[-1] != "-":
            out.append("-")
    whole = "".join(out).strip("-")
    if len(whole) <= limit:
        return whole
    cut = whole[: limit + 1].rsplit("-", 1)[0]
    return cut[:limit].strip("-") or whole[:limit]


def plain(word: str) -> bool:
    """Whether `word` is made of what ids of runs are made of: no path, and no name that begins with a dot."""
    return bool(word) and all(char in _ALPHABET or char == "-" for char in word)


def run_id(name: str, seconds: "float | None" = None) -> str:
    """`20261120-0512-fix-login-7f3a`: UTC, then the name, then four random characters."""
    when = time.strftime("%Y%m%d-%H%M", time.gmtime(seconds))
    middle = slug(name) or "run"
    return f"{when}-{middle}-{token()}"


_last = 0


def unique() -> str:
    """An id for a message: sorts by the nanosecond in which it was made, and never repeats.

    Two of one process are in the order in which they were made, also within one tick of a coarse clock.
    """
    global _last
    _last = max(_last + 1, time.time_ns())
    return f"{_last:019d}-{os.getpid()}-{token(8)}"


def unique_at(moment: "str | None") -> str:
    """Like `unique`, in the place of the nanosecond `moment` of 19 digits; now without one."""
    made = unique()
    return made if moment is None else moment + made[len(moment) :]
