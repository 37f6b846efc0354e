"""One `events --all -f`, and when it told what."""

import os
import re
import subprocess
import threading
import time

from measuring import place

_MARK = re.compile(rb"mark-(\d+)")


class Follower:
    """The process, and a thread of this one that reads what it prints."""

    def __init__(self, here: place.Place) -> None:
        words = here.words("events", "--all", "-f", "--json")
        self.process = subprocess.Popen(words, env=here.env, cwd=here.repo, stdout=subprocess.PIPE)
        self.told: dict[int, float] = {}
        """When the call of each number was told, by `time.monotonic`."""
        self.kinds: dict[str, int] = {}
        """How many events of each kind were told."""
        self.last = time.monotonic()
        """When the last event was told."""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        return self.process.pid

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.last = time.monotonic()
            kind = re.search(rb'"type": ?"([a-z.]+)"', line)
            name = kind[1].decode() if kind else ""
            self.kinds[name] = self.kinds.get(name, 0) + 1
            mark = _MARK.search(line) if name == "tool.call" else None
            if mark:
                self.told.setdefault(int(mark[1]), self.last)

    def opened(self, below: str) -> list[str]:
        """Its open files below that directory, and `inotify` for each watch that it has."""
        found = []
        for name in os.listdir(f"/proc/{self.pid}/fd"):
            try:
                target = os.readlink(f"/proc/{self.pid}/fd/{name}")
                if target.startswith(below):
                    found.append(target)
                with open(f"/proc/{self.pid}/fdinfo/{name}") as file:
                    found += ["inotify"] * file.read().count("inotify wd:")
            except FileNotFoundError:
                continue  # it was closed in between
        return found

    def close(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(10.0)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._reader.join(5.0)
