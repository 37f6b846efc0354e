"""What a terminal would answer, for the time in which no window is there to answer."""

_QUESTIONS = (
    (b"\x1b[c", b"\x1b[?62;22c"),  # primary device attributes: VT220 with colour
    (b"\x1b[0c", b"\x1b[?62;22c"),
    (b"\x1b[>c", b"\x1b[>1;10;0c"),
    (b"\x1b[>0c", b"\x1b[>1;10;0c"),
    (b"\x1b[5n", b"\x1b[0n"),
    (b"\x1b[6n", b"\x1b[1;1R"),
)

_LONGEST = max(len(question) for question, _ in _QUESTIONS)


class Answers:
    """Finds questions in the output, also where a read cut one in two."""

    def __init__(self) -> None:
        self._tail = b""

    def to(self, data: bytes) -> bytes:
        """The bytes to type into the terminal as answers to what `data` asks."""
        if b"\x1b" not in data and b"\x1b" not in self._tail:
            self._tail = b""
            return b""
        seen = len(self._tail)
        text = self._tail + data
        found = []
        for question, answer in _QUESTIONS:
            at = text.find(question)
            while at >= 0:
                if at + len(question) > seen:
                    found.append((at, answer))
                at = text.find(question, at + 1)
        self._tail = text[-(_LONGEST - 1) :]
        return b"".join(answer for _, answer in sorted(found))
