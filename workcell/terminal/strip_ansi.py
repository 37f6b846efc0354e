"""Taking every control sequence out of bytes, so that replaying them into a terminal can ask it nothing."""

# No import: the runner loads this, and `re` alone would add a megabyte to every live run.

_PARAMETERS = "0123456789:;<=>?"
_INTERMEDIATES = " !\"#$%&'()*+,-./"
_STRINGS = "]PX^_k"  # OSC, DCS, SOS, PM, APC, and the window name of screen(1)

# A byte that is no part of UTF-8 decodes to U+DC80..U+DCFF. Those below U+DCA0, like U+0080..U+009F, are C1
# controls to some terminals: each becomes its two-byte form, so that one rule takes out both.
_SEVEN_BIT: "dict[int, str | None]" = dict.fromkeys(range(0x20))
_SEVEN_BIT |= {0x7F: None, 0x07: "\x07", 0x09: "\t", 0x0A: "\n", 0x18: "\x18", 0x1A: "\x1a", 0x1B: "\x1b"}
_SEVEN_BIT |= {code: "\x1b" + chr(code - 0x40) for code in range(0x80, 0xA0)}
_SEVEN_BIT |= {0xDC00 + code: "\x1b" + chr(code - 0x40) for code in range(0x80, 0xA0)}
_SEVEN_BIT |= dict.fromkeys(range(0xDCA0, 0xDD00), "\ufffd")

_LEFT = dict.fromkeys((0x07, 0x18, 0x1A))


def strip_control(data: bytes) -> bytes:
    """`data` as UTF-8 text whose only control characters are newline and tab.

    Out go CSI, OSC, DCS, APC, PM and SOS with their contents up to BEL, ST, CAN, SUB or the end of the line
    (ECMA-48, 8.3; a string that lost its end must not swallow the rest of a log), two-byte escapes, the
    8-bit forms of all these, and every other control character, carriage return among them. Bytes that are
    not UTF-8 become U+FFFD. Linear in the length of `data`; never raises.
    """
    pieces = data.decode("utf-8", "surrogateescape").translate(_SEVEN_BIT).split("\x1b")
    kept = [pieces[0]]
    kept.extend(map(_after_escape, pieces[1:]))
    return "".join(kept).translate(_LEFT).encode()


def _after_escape(piece: str) -> str:
    """What is left of the text between one ESC and the next once the sequence at its start is gone."""
    introducer = piece[:1]
    if introducer == "[":
        rest = piece[1:].lstrip(_PARAMETERS).lstrip(_INTERMEDIATES)
        return rest[1:] if "@" <= rest[:1] <= "~" else rest
    if introducer and introducer in _STRINGS:
        ends = [at for at in map(piece.find, "\x07\x18\x1a\n") if at >= 0]
        return piece[min(ends) :] if ends else ""
    rest = piece.lstrip(_INTERMEDIATES)
    return rest[1:] if "0" <= rest[:1] <= "~" else rest
