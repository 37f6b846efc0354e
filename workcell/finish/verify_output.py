"""What a verify script prints, kept within a limit: beginning and end, and how much is left out between them."""

import os
import select
import threading
import time

MOST = 64_000_000
"""Bytes of a verify.log."""

_CHUNK = 1 << 16
_LAST = 1 << 20
"""Bytes read after the script has ended: as much as a pipe holds, and no more from who goes on printing into it."""


class Output:
    """A pipe for the script to write to, and a thread that empties it into the file `target`.

    `fd` is the script's end. It is read whatever becomes of the file, so that no limit and no full disk blocks the
    script or ends it with SIGPIPE. The end of the output is kept in two unnamed files in `directory`, used in turn.
    A process that the script leaves behind may hold the pipe open; nothing waits for it.
    """

    def __init__(self, target: int, directory: str, most: int = MOST) -> None:
        self._target, self._directory = target, directory
        self._head, self._half = most // 2, most // 4
        self._halves: list[int] = []
        self._sizes = [0, 0]
        self._now = 0
        self.total = self._in_head = 0
        self._in_tail = False
        self.dropped = 0
        """Bytes that are not kept; known after the end of the `with` block."""
        self._reader, self.fd = os.pipe()
        os.set_blocking(self._reader, False)
        self._over, self._close = os.pipe()
        self._thread = threading.Thread(target=self._empty, daemon=True)

    def __enter__(self) -> "Output":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self.fd)
        os.close(self._close)
        self._thread.join()
        for fd in (self._reader, self._over):
            os.close(fd)
        self._join()
        for fd in self._halves:
            os.close(fd)

    # -- the thread

    def _empty(self) -> None:
        poll = select.poll()
        poll.register(self._reader, select.POLLIN)
        poll.register(self._over, select.POLLIN)
        left = _LAST
        while left > 0:
            over = any(fd == self._over for fd, _ in poll.poll())
            try:
                data = os.read(self._reader, _CHUNK)
            except BlockingIOError:
                if over:
                    return
                continue
            if not data:
                return
            left -= len(data) if over else 0
            self.total += len(data)
            self._keep(data)

    def _keep(self, data: bytes) -> None:
        if not self._in_tail:
            part = data[: self._head - self._in_head]
            done = _written(self._target, part)
            self._in_head += done
            self._in_tail = done < len(part) or self._in_head >= self._head
            data = data[done:]
        while data:
            if not self._halves and not self._make_halves():
                return
            if self._sizes[self._now] >= self._half:
                self._now = 1 - self._now
                self._clear(self._now)
            part = data[: self._half - self._sizes[self._now]]
            done = _written(self._halves[self._now], part)
            self._sizes[self._now] += done
            if done < len(part):
                for number in (0, 1):  # the disk is full: what is kept must be the end, without a gap
                    self._clear(number)
                return
            data = data[done:]

    def _make_halves(self) -> bool:
        try:
            while len(self._halves) < 2:
                self._halves.append(_unnamed(self._directory))
        except OSError:
            while self._halves:
                os.close(self._halves.pop())
            return False
        return True

    def _clear(self, number: int) -> None:
        os.ftruncate(self._halves[number], 0)
        os.lseek(self._halves[number], 0, os.SEEK_SET)
        self._sizes[number] = 0

    # -- at the end

    def _join(self) -> None:
        """Put the kept end behind the beginning, with one line between them where anything is left out."""
        kept = sum(self._sizes)
        self.dropped = self.total - self._in_head - kept
        if self.dropped:
            words = f"\n[workcell: {self.dropped} bytes of the output are left out here]\n".encode()
            _written(self._target, words)
        if not kept:
            return
        for number in (1 - self._now, self._now):
            at = 0
            while at < self._sizes[number]:
                data = os.pread(self._halves[number], _CHUNK, at)
                done = _written(self._target, data)
                at += len(data)
                self.dropped += len(data) - done


def _unnamed(directory: str) -> int:
    path = os.path.join(directory, f".output.{os.getpid()}.{time.monotonic_ns()}")
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    os.unlink(path)
    return fd


def _written(fd: int, data: bytes) -> int:
    """How much of `data` the file takes; a full disk takes a part or nothing."""
    done = 0
    try:
        while done < len(data):
            done += os.write(fd, data[done:])
    except OSError:
        pass
    return done
