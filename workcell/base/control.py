"""Taking terminal control sequences out of bytes, so that replaying them can ask a terminal nothing."""

_STRINGS = b"]PX^_"  # OSC, DCS, SOS, PM, APC: they last until BEL or ST


def strip(data: bytes) -> bytes:
    """`data` without control sequences and without control bytes but newline and tab.

    A sequence that starts before `data` or ends after it is cut at the edge: a tail of a log may begin
    anywhere. Bytes above 0x7f are kept, since they are UTF-8 far more often than 8-bit controls, and no
    terminal in UTF-8 mode reads them as such.
    """
    out = bytearray()
    index, end = 0, len(data)
    while index < end:
        byte = data[index]
        if byte == 0x1B:
            index = _after_sequence(data, index + 1)
            continue
        if (byte >= 0x20 and byte != 0x7F) or byte in (0x0A, 0x09):
            out.append(byte)
        index += 1
    return bytes(out)


def _after_sequence(data: bytes, index: int) -> int:
    """The index behind the sequence whose ESC stands just before `index`."""
    end = len(data)
    if index >= end:
        return end
    kind = data[index]
    index += 1
    if kind == 0x5B:  # CSI: parameters, then one final byte
        while index < end and 0x20 <= data[index] <= 0x3F:
            index += 1
        return index + 1 if index < end and 0x40 <= data[index] <= 0x7E else index
    if kind in _STRINGS:
        while index < end:
            if data[index] == 0x07:
                return index + 1
            if data[index] == 0x1B:
                return index + 2 if data[index + 1 : index + 2] == b"\\" else index
            index += 1
        return end
    while 0x20 <= kind <= 0x2F and index < end:  # ESC ( B and its like: intermediates, then one final byte
        kind = data[index]
        index += 1
    return index
