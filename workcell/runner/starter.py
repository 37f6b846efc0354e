"""The pipe to the process that started this runner: it reads end of file once the agent has started or never will."""

import os

MOST = 1000
"""Bytes of a reason; a pipe takes them at once, also when no process reads."""


class Starter:
    """Our end of the pipe. `fd` is None where no process waits."""

    def __init__(self, fd: "int | None") -> None:
        self._fd = fd
        if fd is not None:
            os.set_inheritable(fd, False)  # whatever else this process becomes, it says no more about the start

    def say(self, words: str) -> None:
        """Say why the agent will not start."""
        if self._fd is not None:
            try:
                os.write(self._fd, words.encode("utf-8", "backslashreplace")[:MOST] + b"\n")
            except OSError:
                pass  # the process that started us is gone

    def close(self) -> None:
        """Say that start.json or exit.json stands."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None
