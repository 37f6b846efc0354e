"""Masking secrets in what leaves the machine or goes to another agent: known values, then known shapes."""

import base64
import bisect
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial

from workcell.cleaning.secret_shapes import SHAPES, compiled, plausible

_MIN = 6  # shorter values turn up in ordinary words
_MIN_WRAPPED = 12  # a value broken over lines matches more by chance
_MIN_BASE64 = 8
_PASSES = 6
_MARK = re.compile(r"(\[redacted:[a-z0-9-]+\])")
_KNOWN = "[redacted:secret]"
_MARGIN = " \t│┃║|"
_HEX = re.compile("[0-9a-f]+")
_OBJECT_ID = re.compile("(?<![0-9a-fA-F])(?:[0-9a-f]{64}|[0-9a-f]{40})(?![0-9a-fA-F])")
"""What git calls a commit, and a SHA-256: a short value in such a number is there by chance."""


def kinds(text: str) -> Counter[str]:
    """How often each kind of mask stands in a text."""
    return Counter(mask[len("[redacted:") : -1] for mask in _MARK.findall(text))


class Redactor:
    """Masks `secrets`, wherever they come from, and whatever looks like a token, with `[redacted:<kind>]`.

    A secret is found exact, URL-quoted, JSON-escaped (once or twice), in base64 by itself or inside
    something larger, and, from 12 characters on, broken over lines as a terminal of fixed width does it,
    borders and margins aside (best effort: a break inside an escape, or text beside it in the same row,
    hides it). Values under 6 characters are not masked, nor what stands inside a commit's id or a SHA-256 and is
    shorter. Without `shapes` only `secrets` are masked. What was masked is never masked again, so doing it
    twice changes nothing. Never raises; linear in the length of the text.
    """

    def __init__(self, secrets: Iterable[str], *, shapes: bool = True) -> None:
        self._shapes = SHAPES if shapes else []
        self._words = tuple(dict.fromkeys(word for _, words, _ in self._shapes for word in words))
        """One of them stands, in any case, in whatever has a shape: most texts have none, and are looked at once."""
        forms: set[str] = set()
        for secret in secrets:
            if len(secret) >= _MIN and not _MARK.search(secret):  # those with a mask in them are masked
                forms |= _forms(secret)
        self._forms = sorted(forms, key=lambda form: (-len(form), form))
        self._wrapped = [form for form in self._forms if len(form) >= _MIN_WRAPPED]

    def text(self, text: str) -> str:
        """`text` with every secret masked."""
        for _ in range(_PASSES):  # a mask may lay bare a shape beside it
            masked = self._once(text)
            if masked == text:
                break
            text = masked
        return text

    def bytes(self, data: bytes) -> bytes:
        """`data`, mostly UTF-8, with every secret masked; bytes that are not survive."""
        return self.text(data.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")

    def _once(self, text: str) -> str:
        parts = _MARK.split(text)  # text and masks in turn
        for form in self._forms:
            if form in text:
                parts = _each_text(parts, partial(_mask_value, form))
        if self._wrapped and "\n" in text:
            parts = _each_text(parts, self._unwrap)
        low = text.lower()
        there = {word for word in self._words if word in low}
        for kind, words, pattern in self._shapes if there else ():
            if not there.isdisjoint(words):
                parts = _each_text(parts, partial(_mask_shape, kind, compiled(pattern)))
        return "".join(parts)

    def _unwrap(self, part: str) -> list[str]:
        """`part` with the secrets masked that go over a line end; each piece of one gets its own mask."""
        lines = part.split("\n")
        if len(lines) == 1:
            return [part]
        # the words of each line without its margins, and where they begin in `part` and in all words joined
        pieces: list[str] = []
        starts: list[int] = []
        joined_starts: list[int] = []
        at = joined_at = 0
        for number, line in enumerate(lines):
            words = line.rstrip(_MARGIN + "\r") if number + 1 < len(lines) else line
            margin = len(words) - len(words.lstrip(_MARGIN)) if number else 0
            starts.append(at + margin)
            joined_starts.append(joined_at)
            pieces.append(words[margin:])
            at += len(line) + 1
            joined_at += len(pieces[-1])
        joined = "".join(pieces)
        spans = []
        for form in self._wrapped:
            found = joined.find(form)
            inside = _inside_ids(form)  # in one line, `_mask_value` has left it there on purpose
            while found >= 0:
                row = bisect.bisect_right(joined_starts, found)
                if not inside or (row < len(pieces) and joined_starts[row] < found + len(form)):
                    spans.append((found, found + len(form)))
                found = joined.find(form, found + len(form))
        out: list[str] = []
        done = 0
        for start, end in sorted(spans):
            row = bisect.bisect_right(joined_starts, start) - 1
            while row < len(pieces) and joined_starts[row] < end:
                first = starts[row] + max(start - joined_starts[row], 0)
                last = starts[row] + min(end - joined_starts[row], len(pieces[row]))
                if first >= done and last > first:
                    out += [part[done:first], _KNOWN]
                    done = last
                row += 1
        return [*out, part[done:]]


def _each_text(parts: list[str], mask: Callable[[str], list[str]]) -> list[str]:
    """`parts` with each text among them replaced by what `mask` makes of it: text, mask, ..., text."""
    out: list[str] = []
    for at, part in enumerate(parts):
        if at % 2 or not part:
            out.append(part)
        else:
            out += mask(part)
    return out


def _inside_ids(form: str) -> bool:
    """Whether `form` could stand in a commit's id by chance."""
    return len(form) < 40 and _HEX.fullmatch(form) is not None


def _mask_value(form: str, part: str) -> list[str]:
    ids = [found.span() for found in _OBJECT_ID.finditer(part)] if _inside_ids(form) else []
    out: list[str] = []
    done = number = 0
    at = part.find(form)
    while at >= 0:
        while number < len(ids) and ids[number][1] <= at:
            number += 1
        if number < len(ids) and ids[number][0] <= at:
            at = part.find(form, ids[number][1])
            continue
        out += [part[done:at], _KNOWN]
        done = at + len(form)
        at = part.find(form, done)
    return [*out, part[done:]]


def _mask_shape(kind: str, pattern: "re.Pattern[str]", part: str) -> list[str]:
    out, done = [], 0
    for found in pattern.finditer(part):
        if plausible(kind, found):
            start, end = found.span(found.lastindex or 0)
            out += [part[done:start], f"[redacted:{kind}]"]
            done = end
    return [*out, part[done:]]


def _forms(secret: str) -> set[str]:
    """Every way that `secret` is looked for."""
    from urllib.parse import quote, quote_plus

    forms = {secret, secret.strip()}
    forms |= {line.strip() for line in secret.splitlines() if len(line.strip()) >= 20 and line[:5] != "-----"}
    for form in list(forms):
        for ascii_only in (True, False):
            once = json.dumps(form, ensure_ascii=ascii_only)[1:-1]
            twice = json.dumps(once, ensure_ascii=ascii_only)[1:-1]
            forms |= {once, twice, once.replace("/", "\\/")}
        raw = form.encode("utf-8", "surrogatepass")
        for quoted in (quote(raw, safe=""), quote(raw), quote_plus(raw)):
            forms |= {quoted, re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), quoted)}
        forms |= _in_base64(raw)
    return {form for form in forms if len(form) >= _MIN}


def _in_base64(raw: bytes) -> set[str]:
    """`raw` encoded by itself, and the characters that it alone decides inside something larger."""
    forms = set()
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        forms |= {encode(raw).decode(), encode(raw).decode().rstrip("=")}
        for before in range(3):
            whole = len(raw) + before
            text = encode(b"\0" * before + raw).decode()
            forms.add(text[(0, 2, 3)[before] : whole * 8 // 6])
    return {form for form in forms if len(form) >= _MIN_BASE64}
