"""watchdog install, uninstall, status: the watchdog in a timer, and whether it still ticks."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING

from workcell.base import clock, json_codec, platform
from workcell.base.errors import Usage, WorkcellError
from workcell.playbooks import library
from workcell.rundir import heartbeat, seal
from workcell.rundir import home_creation as homes
from workcell.watch.timers import command, cron, launchd, systemd

if TYPE_CHECKING:
    from workcell.rundir import schema

TIMERS: dict[schema.Timer, ModuleType] = {"cron": cron, "systemd": systemd, "launchd": launchd}


@dataclass(frozen=True)
class Status:
    installed: str | None
    """cron, systemd or launchd; None when no timer is known to be installed."""
    last: schema.Tick | None
    """The record of the last tick."""
    age_seconds: float | None
    """Since the last tick of this boot, without the time the machine slept."""
    warning: str | None
    present: bool
    """Whether runs count on its next tick: see `rundir.heartbeat.there`."""
    foreground: bool
    """Whether `watchdog run` is at work."""
    ping: schema.Ping | None
    """What came of the last ping; null where config.yaml sets none, or none was sent yet."""
    faults: list[str]
    """What is wrong with playbooks of the home, which are therefore not followed; a line each."""
    words: str
    """What repeats the ticks and when the last one was, or what is wrong and its cure: one line, as `status` has it."""


def usual() -> schema.Timer:
    """The timer of this system: launchd on macOS, cron where it is installed, else systemd."""
    if sys.platform == "darwin":
        return "launchd"
    return "cron" if shutil.which("crontab") else "systemd"


def install(home: str, timer: schema.Timer | None) -> tuple[schema.Timer, list[str]]:
    """(the timer, what was done). Another timer that was installed for this home is taken away first."""
    chosen = timer or usual()
    if chosen not in TIMERS:
        raise Usage(f"there is no timer {chosen!r}", "--with cron, systemd or launchd")
    homes.ensure(home)
    where = heartbeat.directory(home)
    os.makedirs(where, 0o700, exist_ok=True)
    known = heartbeat.installed_timer(home)
    before = known.get("with") if known else None
    done = []
    if before in TIMERS and before != chosen:
        done += [f"removed: {line}" for line in TIMERS[before].uninstall(home)]
    if chosen == "cron":
        seal.replace(where, os.path.basename(cron.script(home)), cron.script_text(home), 0o700)
    try:
        done += TIMERS[chosen].install(home)
    except WorkcellError:
        if before != chosen:
            _take_back(home, chosen)
        raise
    installed: schema.Installed = {
        "schema": "workcell.file.installed/1",
        "with": chosen,
        "at": clock.stamp(),
        "boot": platform.boot_id(),
        "monotonic": clock.monotonic(),
        "host": os.uname().nodename,
        "command": command.words(),
        "environment": command.environment(home),
    }
    seal.replace(where, heartbeat.INSTALLED, json_codec.encode(installed))
    return chosen, done


def _take_back(home: str, timer: schema.Timer) -> None:
    """Remove what an installation that failed has written; that it failed is said by its own error."""
    try:
        TIMERS[timer].uninstall(home)
    except WorkcellError:
        pass
    if timer == "cron":
        try:
            os.unlink(cron.script(home))
        except FileNotFoundError:
            pass


def uninstall(home: str) -> list[str]:
    """Take the watchdog out of every timer that has it; what was done. Runs and their records stay."""
    done = []
    for name, timer in TIMERS.items():
        if name == "cron" and not shutil.which("crontab"):
            continue
        done += timer.uninstall(home)
    for file in (heartbeat.INSTALLED, os.path.basename(cron.script(home))):
        try:
            os.unlink(os.path.join(heartbeat.directory(home), file))
        except FileNotFoundError:
            continue
    return done


def status(home: str) -> Status:
    """Whether a timer is installed and ticks. Looks only."""
    installed = heartbeat.installed_timer(home)
    known = heartbeat.Watchdog(home)
    return Status(
        installed=str(installed["with"]) if installed and installed.get("with") else None,
        last=heartbeat.last_tick(home),
        age_seconds=known.age,
        warning=known.words() if known.trouble is not None else None,
        present=known.present,
        foreground=known.by == "foreground",
        ping=heartbeat.last_ping(home),
        faults=[str(fault) for fault in library.load(None, home)[1]],
        words=known.words(),
    )
