"""Whether a watchdog goes on with the runs of this home: what its last tick left behind."""

import os

from workcell.base import clock, json_codec, platform
from workcell.rundir import layout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from workcell.rundir import schema

LAST, SEEN, ACTIONS, LOCK, INSTALLED = "last.json", "seen.json", "actions.jsonl", "lock", "installed.json"

PRESENT = 600.0
"""Seconds after a tick for which the next one is counted on; timers give one each minute, and a busy machine, a
suspended laptop or a changed crontab must not turn a night's loop into a sealed failure."""

LATE = 180.0
"""Seconds after which a tick that an installed timer owes is late."""


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


def there(home: str) -> bool:
    """Whether a watchdog will go on with a run that is left scheduled.

    A tick of this boot within PRESENT seconds says so; nothing else does. An installed timer that never ticked
    may be installed wrongly, and a file from before a reboot says nothing of now.
    """
    passed = age(home)
    return passed is not None and passed < PRESENT


def warning(home: str) -> "str | None":
    """What `ls` says when a watchdog is installed and its last tick is late; None when all is well."""
    installed = installed_timer(home)
    if installed is None:
        return None
    passed = age(home)
    if passed is not None and passed < LATE:
        return None
    last = last_tick(home)
    if passed is not None:
        when = f"its last tick was {clock.span(passed)} ago"
    elif last is None:
        at = installed.get("monotonic")
        here = installed.get("boot") == platform.boot_id() and isinstance(at, int | float)
        if here and 0 <= clock.monotonic() - float(at or 0.0) < LATE:
            return None
        when = "it has never ticked"
    else:
        when = f"it has not ticked since this machine was started (last at {last.get('at')})"
    return f"the watchdog is installed ({installed.get('with')}) and late: {when}"
