"""The memory of the watchdog: times on the clock that stops in suspend, which count within one boot only."""

import os
import time

from workcell.base import clock, json_codec, platform
from workcell.rundir import heartbeat, layout, look, seal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypedDict

    from workcell.rundir import schema

    class Counts(TypedDict, total=False):
        """The figures of one tick: keys of `schema.Tick`."""

        live: int
        done: int
        unread: int
        did: int
        actions: int
        pruned_at: float | None


PERIOD = 60.0
"""Seconds between two ticks of a timer: cron knows no shorter ones."""

GAP = 3 * PERIOD
"""Maximum seconds between two ticks. After a longer gap, times that were counted before say nothing."""

JUMP = 5.0
"""Seconds by which the clock that runs on in suspend may be ahead before the machine has slept."""

STEP = 60.0
"""Seconds by which the wall clock may move against the monotonic one before it was set."""

TWICE = 55.0
"""Seconds between two looks that count as two: a timer's minute is not always sixty seconds long."""


class Now:
    """The clocks of one tick. Tests bring their own."""

    def __init__(
        self,
        wall: "float | None" = None,
        mono: "float | None" = None,
        boottime: "float | None" = None,
        boot: "str | None" = None,
    ) -> None:
        self.wall = time.time() if wall is None else wall
        self.mono = clock.monotonic() if mono is None else mono
        self.boottime = _boottime() if boottime is None else boottime
        self.boot = platform.boot_id() if boot is None else boot


def _boottime() -> float:
    """The clock that also counts suspend; where there is none, the monotonic one, which then never jumps."""
    try:
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    except (AttributeError, OSError):
        return time.monotonic()


class Memory:
    """seen.json: the phase of each live run, its silence and when they were first seen, on the monotonic clock."""

    def __init__(self, home: str, now: Now) -> None:
        self.home, self.now = home, now
        self.last = heartbeat.last_tick(home)
        stored = heartbeat.seen(home)
        same_boot = stored is not None and stored.get("boot") == now.boot and now.boot is not None
        self.stepped = False
        """Whether the wall clock was set since the last tick."""
        self.grace = self._why_fresh(same_boot)
        """Why nothing counted before holds any more; None when it does."""
        self.runs: dict[str, schema.SeenRun] = {}
        self.tmux: schema.SeenTmux = {}
        # as bytes: what is remembered below is changed in place, and would be compared with itself
        self._before = json_codec.encode_line(stored) if stored else b""
        if stored is not None and (same_boot or self.grace is None):
            self.tmux = stored.get("tmux") or {}
        if stored is not None and self.grace is None:
            self.runs = stored.get("runs") or {}

    @property
    def actions_read(self) -> int:
        """Size of the record of actions at the end of the last tick."""
        return int((self.last.get("actions") if self.last else None) or 0)

    @property
    def pruned_at(self) -> "float | None":
        """When the notices that were sent were last looked through, as epoch seconds."""
        found = self.last.get("pruned_at") if self.last else None
        return float(found) if isinstance(found, int | float) else None

    def _why_fresh(self, same_boot: bool) -> "str | None":
        """Why every count begins anew, as after a gap; None where it goes on. `same_boot`: seen.json is of it."""
        last, now = self.last, self.now
        if not last:
            return "the first tick"
        if not same_boot or last.get("boot") != now.boot:
            return "the machine was started again"
        try:
            passed = now.mono - float(last["monotonic"])
            slept = (now.boottime - float(last["boottime"])) - passed
            stepped = (now.wall - float(last["wall"])) - passed - slept
        except (KeyError, TypeError, ValueError):
            return "the last tick left no clocks"
        if passed < 0 or passed > GAP:
            return f"no tick for {clock.span(passed)}"
        if slept > JUMP:
            return f"the machine slept for {clock.span(slept)}"
        if abs(stepped) > STEP:
            self.stepped = True
            return f"the clock was set by {clock.span(stepped)}"
        return None

    def of_run(self, seen: look.Look) -> "schema.SeenRun":
        """The record of the run in this phase of this attempt; a new one where the phase is seen for the first time."""
        mine = self.runs.get(seen.id)
        if mine is None or mine.get("n") != seen.n or mine.get("phase") != seen.phase:
            mine = {"n": seen.n, "phase": seen.phase, "first": self.now.mono}
            self.runs[seen.id] = mine
        return mine

    def since(self, mine: "schema.SeenRun") -> float:
        """Seconds for which the run has been seen in this phase."""
        return max(0.0, self.now.mono - float(mine["first"]))

    def silence(self, seen: look.Look, mine: "schema.SeenRun") -> float:
        """Seconds for which neither log nor journal of a running attempt has grown, as far as was watched."""
        sizes = [_size(seen.directory, layout.AGENT_LOG), _size(seen.run, layout.EVENTS)]
        if mine.get("sizes") != sizes:
            mine["sizes"], mine["still"] = sizes, self.now.mono
        return max(0.0, self.now.mono - float(mine["still"]))

    def keep(self, live: "set[str]") -> None:
        """Write it down, if anything changed; runs that are over are forgotten."""
        runs = {run: mine for run, mine in self.runs.items() if run in live}
        new: schema.Seen = {
            "schema": "workcell.file.seen/1",
            "boot": self.now.boot,
            "tmux": self.tmux,
            "runs": runs,
        }
        data = json_codec.encode_line(new)
        if data != self._before:
            seal.replace(heartbeat.directory(self.home), heartbeat.SEEN, data)

    def stamp(self, counts: "Counts") -> None:
        """Write last.json: that there was a tick, on all clocks, and what it came to."""
        now = self.now
        first, regular = heartbeat.series(self.last, now.boot, now.mono)
        tick: schema.Tick = {
            "schema": "workcell.file.tick/1",
            "at": clock.stamp(now.wall),
            "host": os.uname().nodename,
            "boot": now.boot,
            "monotonic": now.mono,
            "boottime": now.boottime,
            "wall": now.wall,
            "grace": self.grace,
            "first": first,
            "regular": regular,
            **counts,
        }
        seal.replace(heartbeat.directory(self.home), heartbeat.LAST, json_codec.encode_line(tick))


def _size(directory: str, name: str) -> int:
    try:
        return os.stat(os.path.join(directory, name)).st_size
    except OSError:
        return -1
