"""events.jsonl: one numbered line for each thing that happened, appended by the holder of the right to write."""

import os

from workcell.base import clock, json_codec
from workcell.rundir import safe_open

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_TAIL = 1 << 16
_OWN = ("n", "at", "type")


class Journal:
    """The writer, of the file `path` or of the one open as `fd`.

    A line that the disk refuses is kept and comes before the next one.
    """

    def __init__(self, path: str, fd: "int | None" = None) -> None:
        self._fd = safe_open.append(path) if fd is None else fd
        self._ids: set[str] = set()
        self._number = self._mend()
        self._kept: list[tuple[bytes, object]] = []
        """(line, id) of what is not written yet."""

    def has(self, key: str) -> bool:
        """Whether an event of that id stands in the file, among the last ones (the last 64 KiB at least)."""
        return key in self._ids

    def _mend(self) -> int:
        """Cut back a line that a dead writer left half written; the number of the last whole one."""
        size = os.fstat(self._fd).st_size
        window = _TAIL
        while True:
            start = max(0, size - window)
            tail = os.pread(self._fd, size - start, start)
            cut = tail.rfind(b"\n") + 1
            last = self._numbered(tail[:cut])
            if last or start == 0:
                break
            window *= 16  # one line may be longer than the window, and numbers must not begin anew behind it
        if start + cut < size:
            os.ftruncate(self._fd, start + cut)
        return last

    def _numbered(self, lines: bytes) -> int:
        """The highest number in those lines, whose ids are taken in; 0 when none of them is whole."""
        last = 0
        for line in lines.split(b"\n"):
            try:
                event = json_codec.decode(line)
            except ValueError:
                continue
            number, key = event.get("n"), event.get("id")
            if isinstance(number, int):
                last = max(last, number)
            if isinstance(key, str):
                self._ids.add(key)
        return last

    def append(self, event: str, /, **fields: object) -> bool:
        """Add one event; False when the disk has no room and the line is kept for later.

        Fields come from hooks and other programs, too: none of them can change a line's number, time or type.
        Raises ValueError, and writes nothing, when they have no JSON form (an infinite number, nested too deep).
        """
        own = {"n": self._number + 1, "at": clock.stamp(), "type": event}
        line = json_codec.encode_line({**dict.fromkeys(_OWN), **fields, **own})
        self._number += 1
        self._kept.append((line, fields.get("id")))
        return self.flush()

    @property
    def flushed(self) -> bool:
        """Whether every event stands in the file."""
        return not self._kept

    def flush(self) -> bool:
        """Write what was kept. True when nothing is kept any more."""
        while self._kept:
            line, key = self._kept[0]
            try:
                size = os.fstat(self._fd).st_size
                written = os.write(self._fd, line)
                if written < len(line):
                    os.ftruncate(self._fd, size)
                    return False
            except OSError:
                del self._kept[:-1000]
                return False
            self._kept.pop(0)
            if isinstance(key, str):
                if len(self._ids) > 10_000:
                    self._ids.clear()
                self._ids.add(key)
        return True

    def close(self) -> None:
        self.flush()
        os.close(self._fd)


def read(path: str, start: int = 0) -> "Iterator[tuple[int, dict[str, object] | None]]":
    """Whole lines from byte `start` on, as (offset behind the line, event); None in place of a bad line.

    A last line without its newline is not whole yet and is left for the next time.
    """
    fd = safe_open.reader(path)
    if fd is None:
        return
    with open(fd, "rb") as file:
        file.seek(start)
        for line in file:
            if not line.endswith(b"\n"):
                return
            start += len(line)
            try:
                yield start, json_codec.decode(line)
            except ValueError:
                yield start, None
