"""Whether a watchdog goes on with the runs of this home: what its last tick left behind."""

import os

from workcell.base import clock, json_codec, platform, probe
from workcell.rundir import layout, locks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from workcell.rundir import schema

LAST, SEEN, ACTIONS, LOCK, INSTALLED = "last.json", "seen.json", "actions.jsonl", "lock", "installed.json"
PING = "ping.json"
"""What came of the last ping."""
FAILED = "failed.json"
"""Why the last tick failed; absent where it went well."""
PROGRESS = "progress.json"
"""When live runs were last told of by notices `progress`."""
LOOP = "loop"
"""Lock of the loop of ticks in the foreground."""

PRESENT = 600.0
"""Seconds after a tick for which the next one is counted on; timers give one each minute, and a busy machine, a
suspended laptop or a changed crontab must not turn a night's loop into a sealed failure."""

LATE = 180.0
"""Seconds after which a tick that an installed timer owes is late."""

SERIES = 30.0
"""Minimum seconds between the first and the last tick of a series that counts as regular: ticks given by hand, to try
them out, come closer together."""

CURE, LATE_CURE = "workcell watchdog install", "workcell doctor --as-cron"
RUN_CURE = "workcell watchdog run"
"""What ticks without a timer: the cure where no daemon reads the crontab."""

NO_DAEMON = "no cron daemon runs on this machine"


def directory(home: str) -> str:
    """Where the record of ticks lies."""
    return os.path.join(home, layout.WATCHDOG)


def last_tick(home: str) -> "schema.Tick | None":
    """The record of the last tick; None when it is missing or torn, as for the records below."""
    found: schema.Tick | None = _read(home, LAST)
    return found


def seen(home: str) -> "schema.Seen | None":
    """What ticks remember."""
    found: schema.Seen | None = _read(home, SEEN)
    return found


def installed_timer(home: str) -> "schema.Installed | None":
    """The timer that was installed."""
    found: schema.Installed | None = _read(home, INSTALLED)
    return found


def last_ping(home: str) -> "schema.Ping | None":
    """What came of the last ping; None also where no ping is set."""
    found: schema.Ping | None = _read(home, PING)
    return found


def failure(home: str) -> "str | None":
    """Why the last tick failed, in one line with the cure; None where it went well."""
    failed: schema.TickFailed | None = _read(home, FAILED)
    if not isinstance(failed, dict):
        return None
    try:
        moment = clock.local(clock.parse(str(failed.get("at"))))
    except ValueError:
        return None  # it is no such record
    return f"the last tick of the watchdog failed, at {moment}: {failed.get('error')}: {failed.get('cure')}"


def progress(home: str) -> "schema.Progress | None":
    """What the notices `progress` count from; None also where none are wanted."""
    found: schema.Progress | None = _read(home, PROGRESS)
    return found


def _read(home: str, name: str) -> "Any":
    """One record of the watchdog; None when it is missing or torn: everything in it can be observed again."""
    try:
        with open(os.path.join(directory(home), name), "rb") as file:
            return json_codec.decode(file.read())
    except (OSError, ValueError):
        return None


def acted(home: str) -> int:
    """Bytes of the record of actions; 0 when there is none."""
    try:
        return os.stat(os.path.join(directory(home), ACTIONS)).st_size
    except OSError:
        return 0


def age(home: str) -> "float | None":
    """Seconds since the last tick of this boot, on the clock that stops in suspend; None without one."""
    last = last_tick(home)
    if last is None or last.get("boot") != platform.boot_id():
        return None
    at = last.get("monotonic")
    if not isinstance(at, int | float):
        return None
    passed = clock.monotonic() - at
    return passed if passed >= 0 else None


class Watchdog:
    """What is known of the watchdog of one home at one moment."""

    __slots__ = ("age", "by", "cure", "late", "present", "trouble")

    def __init__(self, home: str) -> None:
        self.age = age(home)
        """Seconds since the last tick of this boot; None without one."""
        self.by: str | None = None
        """What repeats its ticks: the timer that was installed, `foreground`, or `repeated`, by something else."""
        self.present = False
        """Whether runs count on its next tick."""
        self.late = False
        """Whether ticks are owed and do not come."""
        self.trouble: str | None = None
        """Why it is late, or why no run counts on it, in words; None where all is well."""
        self.cure = CURE
        """The command that makes it tick, or tells why it does not. Every face names this one."""
        if loops(home):
            self._in_foreground()
        elif (installed := installed_timer(home)) is not None:
            self._installed(home, installed)
        else:
            self._alone(home)

    def _in_foreground(self) -> None:
        self.by, self.cure = "foreground", "workcell watchdog status"
        self.present = self.age is None or self.age < PRESENT  # it begins with a tick
        if self.age is not None and self.age >= LATE:
            self.late = True
            self.trouble = f"the watchdog runs in the foreground and is late: {clock.span(self.age)}"

    def _installed(self, home: str, installed: "schema.Installed") -> None:
        self.by, self.cure = str(installed.get("with")), LATE_CURE
        self.present = self.age is not None and self.age < PRESENT
        if self.age is not None and self.age < LATE:
            return
        begun, last = f"the watchdog is installed ({self.by})", last_tick(home)
        if self.by == "cron" and platform.cron_runs() is False:
            # no installation mends that: no process reads the crontab
            self.cure, self.present, self.late = RUN_CURE, False, True
            ticked = "it does not tick" if self.age is None else f"its last tick was {clock.span(self.age)} ago"
            self.trouble = f"{begun}, {NO_DAEMON}, and {ticked}"
            return
        self.late = self.age is not None or last is not None or not _just_installed(installed)
        if not self.late:
            self.trouble = f"{begun} and has not ticked yet"
        elif self.age is not None:
            self.trouble = f"{begun} and late: its last tick was {clock.span(self.age)} ago"
        elif last is not None:
            self.trouble = f"{begun} and late: it has not ticked since this machine was started"
        else:
            self.trouble = f"{begun} and late: it has never ticked"

    def _alone(self, home: str) -> None:
        """No timer is known, and no loop: a timer that a person made may call it."""
        if self.age is None or self.age >= PRESENT:
            self.trouble = "no watchdog ticks"
        elif _is_regular(last_tick(home)):
            self.by, self.present = "repeated", True
        else:
            self.trouble = "a watchdog ticked once, and nothing repeats that"

    def words(self) -> str:
        """One line for a person: what repeats the ticks and when the last one was, or what is wrong and the cure."""
        if self.trouble is not None:
            return f"{self.trouble}: {self.cure}"
        known = {"foreground": "ticks in the foreground", "repeated": "ticks, by a timer that workcell did not install"}
        last = "no tick yet" if self.age is None else f"last {clock.span(self.age)} ago"
        return f"{known.get(str(self.by), f'ticks ({self.by})')}, {last}"


def there(home: str) -> bool:
    """Whether a watchdog will go on with a run that is left scheduled.

    Ticks that are repeated say so: by a loop in the foreground, by a timer that was installed and has ticked, or by
    anything else that called it more than once. One tick by hand is followed by none, an installed timer that never
    ticked may be installed wrongly, and a file from before a reboot says nothing of now.
    """
    return Watchdog(home).present


def missing(home: str) -> "str | None":
    """Why no watchdog will go on with the runs, and the command that mends it; None where `there` is true."""
    known = Watchdog(home)
    return None if known.present else known.words()


def series(last: "schema.Tick | None", boot: "str | None", now: float) -> "tuple[float, bool]":
    """(monotonic time of the first tick of the series, whether it is regular) for a tick at the time `now`.

    The first tick after a reboot goes on with the series before it: a timer comes back with the machine.
    """
    if last is None:
        return now, False
    if last.get("boot") != boot:
        return now, bool(last.get("regular"))
    at, first = last.get("monotonic"), last.get("first")
    if not isinstance(at, int | float) or not 0.0 <= now - at < PRESENT:
        return now, False
    first = first if isinstance(first, int | float) else at
    return first, _is_regular(last) or now - first >= SERIES


def _is_regular(last: "schema.Tick | None") -> bool:
    return last is not None and bool(last.get("regular"))


def _just_installed(installed: "schema.Installed") -> bool:
    at = installed.get("monotonic")
    here = installed.get("boot") == platform.boot_id() and isinstance(at, int | float)
    return here and 0 <= clock.monotonic() - float(at or 0.0) < LATE


def loops(home: str) -> bool:
    """Whether a loop of ticks runs in the foreground."""
    return locks.held(os.path.join(directory(home), LOOP)) == probe.YES


def warning(home: str, waiting: int = 0) -> "str | None":
    """What `ls` says when ticks fail, or are owed and do not come, with the cure; None when all is well.

    They are owed where a timer is installed or a loop runs, and where `waiting` runs are to go on by themselves: a
    tick by hand, or a watchdog that is gone, may have left them so.
    """
    if failed := failure(home):
        return failed
    known = Watchdog(home)
    if known.late:
        return known.words()
    if not waiting:
        return None
    runs = "1 run waits" if waiting == 1 else f"{waiting} runs wait"
    if not known.present:
        return f"{runs} to go on, and {known.words()}"
    if known.by == "repeated" and known.age is not None and known.age >= LATE:
        return f"{runs} to go on, and the last tick was {clock.span(known.age)} ago: {CURE}"
    return None
