"""Reads the file of a session: its last turns, and what comes after them.

The file is another program's: it may grow, be cut, be written anew or vanish at any time.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

from workcell.agents.protocol import Agent
from workcell.agents.session_files import SessionFile
from workcell.base.errors import NotFound
from workcell.rundir import safe_open
from workcell.sessions import tail
from workcell.sessions.records import Reader
from workcell.sessions.story import Story
from workcell.sessions.turns import Turns

CHUNK = 1 << 18
POLL = 0.3
"""Seconds between two looks at a file that grows."""
WITNESS = 256
"""Bytes before the place up to which a file was read, by which it is known that it was not written anew."""


class SessionReading:
    """One open file of a session. Close it."""

    def __init__(self, agent: Agent, file: SessionFile, directory: str | None = None) -> None:
        """NotFound where the file is gone. Paths below `directory` are shown relative to it."""
        fd = safe_open.reader(file.path)
        if fd is None:
            raise NotFound(f"the session {file.agent}:{file.id} is gone: {file.path}", "workcell sessions")
        self._agent, self._path, self._directory = agent, file.path, directory
        self._fd = fd
        self._read_to = 0
        self._before = b""
        """The bytes before that place."""

    def __enter__(self) -> SessionReading:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._fd)

    def last_turns(self, number: int) -> tail.Tail:
        """The last turns that stand in the file now."""
        size = os.fstat(self._fd).st_size
        witness = os.pread(self._fd, min(WITNESS, size), max(0, size - WITNESS))
        self._read_to, self._before = size, witness

        def end(count: int) -> tuple[bytes, bool]:
            start = max(0, size - count)
            return os.pread(self._fd, size - start, start), start == 0

        return tail.last(
            end,
            number,
            self.reader,
            lambda most: Turns(most, self._directory),
            lambda count: (self._between(max(0, size - count), size), size <= count),
        )

    def reader(self) -> Reader:
        """A reader that begins at any line."""
        return Reader(self._agent, os.path.basename(self._path), "transcript")

    def whole(self) -> Iterator[bytes]:
        """What stands in the file now, from its beginning."""
        return self._between(0, os.fstat(self._fd).st_size)

    def _between(self, start: int, end: int) -> Iterator[bytes]:
        while start < end and (data := os.pread(self._fd, min(CHUNK, end - start), start)):
            start += len(data)
            yield data

    def grown(self) -> Iterator[bytes | None]:
        """What is written behind the last turns that were read, without an end: an empty piece whenever nothing is new.

        None says that the file was cut, written anew or replaced: what follows begins at its beginning. It ends with
        the file.
        """
        while True:
            data = self._more()
            if data is not None:
                yield data
                if data:
                    continue
                time.sleep(POLL)
                # what came into the old file before another took its name is read first
                anew = not self._same() and os.fstat(self._fd).st_size <= self._read_to
            if data is None or anew:
                if not self._opened_again():
                    return
                yield None

    def _more(self) -> bytes | None:
        """What follows; None where the file has no longer what was read of it last, so that this is no continuation.

        Both come of one read: between two the file could be written anew.
        """
        known = len(self._before)
        found = os.pread(self._fd, known + CHUNK, self._read_to - known)
        if found[:known] != self._before:
            return None
        data = found[known:]
        self._read_to += len(data)
        self._before = found[-WITNESS:]
        return data

    def _same(self) -> bool:
        try:
            found = os.stat(self._path, follow_symlinks=False)
        except OSError:
            return False
        own = os.fstat(self._fd)
        return (found.st_dev, found.st_ino) == (own.st_dev, own.st_ino)

    def _opened_again(self) -> bool:
        fd = safe_open.reader(self._path)
        if fd is None:
            return False
        os.close(self._fd)
        self._fd, self._read_to, self._before = fd, 0, b""
        return True


class SessionTalk:
    """A whole session, as far as its file goes when its reading begins; the file is opened then."""

    def __init__(self, agent: Agent, file: SessionFile, directory: str | None = None) -> None:
        self._agent, self._file, self._directory = agent, file, directory

    def reader(self) -> Reader:
        """A reader that begins at any line."""
        return Reader(self._agent, os.path.basename(self._file.path), "transcript")

    def story(self) -> Story:
        """What makes parts of its pieces."""
        return Story(self._directory)

    def chunks(self) -> Iterator[bytes]:
        """All of its bytes. NotFound where the file is gone."""
        with SessionReading(self._agent, self._file, self._directory) as reading:
            yield from reading.whole()
