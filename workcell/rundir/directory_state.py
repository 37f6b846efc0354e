"""Whether a directory that is looked at again and again has changed, for the price of one lstat(2)."""

import os
import time

_SETTLED = 1.0
"""Seconds for which a directory must have looked the same: file systems count time in steps of some milliseconds, so
that two changes in a row may carry the same one."""


class DirectoryState:
    """Remembers how a directory looked when its content was dealt with.

    Compared are device, inode, mode and the time of the inode's last change: no program can set that one.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._state: tuple[int, ...] | None = None
        self._since = 0.0
        self._dealt_with = False

    def unchanged(self) -> bool:
        """Whether it looks as when `dealt_with` was called; to be asked before its content is listed, too."""
        try:
            about = os.lstat(self._path)
            state: tuple[int, ...] = about.st_dev, about.st_ino, about.st_mode, about.st_ctime_ns
        except OSError:
            state = ()  # it is not there, and looks otherwise as soon as it is
        if state != self._state:
            self._state, self._since, self._dealt_with = state, time.monotonic(), False
        return self._dealt_with

    def dealt_with(self) -> None:
        """What was listed since the last `unchanged` needs nothing more."""
        self._dealt_with = self._state == () or time.monotonic() - self._since >= _SETTLED
