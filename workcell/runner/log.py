"""The log of a terminal: appended, rolled into parts, and never short of a byte."""

import errno
import os

from workcell.rundir import layout, log_segments, safe_open

_WAITED_FOR = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EFBIG, errno.EMFILE, errno.ENFILE, errno.ENOMEM)
"""What passes, as a full disk does; anything else was done to the directory, and stays."""

ROLL_BYTES = 4_000_000
"""A part holds exactly this much. Full-screen programs write up to 240 MB an hour; it packs to a few percent."""

SMALLEST_PART = 4096
"""Bytes below which a part is not worth a file: under such a limit the output is dropped and counted."""


class Log:
    """The writer of agent.log in `directory`."""

    def __init__(self, directory: str, roll_bytes: int = ROLL_BYTES) -> None:
        self._directory = directory
        self._roll_bytes = roll_bytes
        self._path = os.path.join(directory, layout.AGENT_LOG)
        self._open()
        self._named = False
        """Whether the part that is full has its name already, and only the next one could not be begun."""
        self._next = 1
        for name in log_segments.parts(directory):
            if name != layout.AGENT_LOG:
                self._next = int(name.removesuffix(".gz").rpartition(".")[2]) + 1
        self.dropped = 0
        """Bytes that no file takes: a limit on the size of files leaves not even SMALLEST_PART."""
        self.waiting: list[int] = []
        """Numbers of parts that no process compresses yet."""

    def _open(self) -> None:
        self._fd = safe_open.append(self._path)
        self._size = os.fstat(self._fd).st_size

    def write(self, data: "bytes | memoryview") -> int:
        """Append as much as fits on the disk now; how many bytes that was. The rest is for the caller to keep."""
        done = 0
        while done < len(data):
            room = self._roll_bytes - self._size
            if room <= 0:
                if not self._roll():
                    return done
                continue
            try:
                written = os.write(self._fd, data[done : done + room])
            except OSError as error:
                if error.errno != errno.EFBIG:
                    return done
                # a limit on the size of a file does not go away as a full disk does: another file takes more
                if self._size >= SMALLEST_PART:
                    self._roll_bytes = self._size
                    continue
                self.dropped += len(data) - done
                return len(data)
            self._size += written
            done += written
        return done

    def _roll(self) -> bool:
        """Give the full part its name and begin the next one; False when the disk refuses, to be tried again."""
        name = log_segments.part(self._next)
        old = self._fd
        try:
            if not self._named:
                os.rename(self._path, os.path.join(self._directory, name))
                self._named = True
            self._open()
        except OSError as error:
            return error.errno not in _WAITED_FOR and self._without_name()
        self._named = False
        os.close(old)
        self.waiting.append(self._next)
        self._next += 1
        return True

    def _without_name(self) -> bool:
        """Something took the log away: begin it anew, or, where its directory cannot be used, go on without a name.

        An agent that is not read from any more would stand still for ever.
        """
        old = self._fd
        try:
            self._open()
        except OSError as error:
            if error.errno in _WAITED_FOR:
                return False
            self._size = 0
            return True
        os.close(old)
        return True

    def tail(self, size: int) -> bytes:
        """The last `size` bytes at most, reaching back into the last part while it is still plain."""
        data = b""
        try:
            data = os.pread(self._fd, size, max(0, self._size - size))
            if len(data) < size and self.waiting:
                with open(os.path.join(self._directory, log_segments.part(self.waiting[-1])), "rb") as file:
                    file.seek(0, os.SEEK_END)
                    file.seek(max(0, file.tell() - (size - len(data))))
                    data = file.read() + data
        except OSError:
            pass  # a disk that cannot read, or a part that has just become a .gz: the window shows less
        return data

    def sync(self) -> None:
        """fdatasync, so that no line is lost to a power cut once the exit is on record."""
        os.fdatasync(self._fd) if hasattr(os, "fdatasync") else os.fsync(self._fd)

    def close(self) -> None:
        os.close(self._fd)
