"""actions.jsonl: every act of the watchdog, its intent before and its result after; what caps are counted from."""

import os

from workcell.base import clock, json_codec
from workcell.playbooks.caps import INTENT, RESULT
from workcell.rundir import action_lines
from workcell.watch import observe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal, Unpack

    from workcell.playbooks.interpreter import Intent, Outcome
    from workcell.rundir import schema

ROLL = 8_000_000
"""Bytes at which the record begins anew; one older part is kept."""


class Actions:
    """The record, for the holder of the watchdog's lock."""

    def __init__(self, home: str, now: observe.Now) -> None:
        self._path = action_lines.path_of(home)
        self._now = now
        self.lines: list[schema.Action] = action_lines.read(home)
        self._number = max((int(one.get("n") or 0) for one in self.lines), default=0)

    def intent(self, **fields: "Unpack[Intent]") -> int:
        """Write down what is about to be done; its number. Durable before it is done; OSError: do not do it."""
        return self._append({**self._begun(INTENT), **fields})

    def result(self, number: int, state: str, words: str = "", **fields: "Unpack[Outcome]") -> None:
        """Write down how the act of that number went: done, failed, refused, or what was found of a killed one."""
        try:
            self._append({**self._begun(RESULT), "of": number, "state": state, "words": words, **fields})
        except OSError:
            pass  # the next tick finds an intent without a result, and settles it

    def _begun(self, kind: "Literal['intent', 'result']") -> "schema.Action":
        """The keys that every line has, with the next number."""
        self._number += 1
        return {
            "n": self._number,
            "at": clock.stamp(self._now.wall),
            "boot": self._now.boot,
            "monotonic": round(self._now.mono, 3),
            "is": kind,
        }

    def _append(self, line: "schema.Action") -> int:
        data = json_codec.encode_line(line)
        fd = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            size = os.fstat(fd).st_size
            if size and not self._ends_whole(size):
                data = b"\n" + data
            written = os.write(fd, data)
            if written < len(data):
                os.ftruncate(fd, size)
                raise OSError(28, "no room for the record of an act")
            os.fdatasync(fd)
        finally:
            os.close(fd)
        self.lines.append(line)
        if size > ROLL:
            os.rename(self._path, self._path + ".1")
        return line["n"]

    def _ends_whole(self, size: int) -> bool:
        with open(self._path, "rb") as file:
            file.seek(size - 1)
            return file.read(1) == b"\n"

    def open_intents(self) -> "list[schema.Action]":
        """Intents without a result: a tick was killed between the two."""
        closed = {one.get("of") for one in self.lines if one.get("is") == RESULT}
        return [one for one in self.lines if one.get("is") == INTENT and one["n"] not in closed]

    def ago(self, line: "schema.Action") -> float:
        """Seconds since that line: on the monotonic clock within a boot, else as well as the wall clock knows."""
        if line.get("boot") == self._now.boot and isinstance(line.get("monotonic"), int | float):
            return max(0.0, self._now.mono - float(line["monotonic"]))
        return self.since(line.get("at"))

    def since(self, at: "str | None") -> float:
        """Seconds since that time on the wall clock. A time that cannot be read counts as now: caps err toward rest."""
        try:
            return max(0.0, self._now.wall - clock.parse(str(at)))
        except ValueError:
            return 0.0
