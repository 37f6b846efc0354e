"""watchdog install, uninstall, status: the watchdog in a timer, and whether it still ticks."""

import os
import shutil
import sys
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from workcell.base import clock, platform, record
from workcell.base.errors import Usage
from workcell.ops import home as homes
from workcell.ops import watchdog
from workcell.rundir import seal
from workcell.watch.install import command, cron, launchd, systemd

TIMERS: dict[str, ModuleType] = {"cron": cron, "systemd": systemd, "launchd": launchd}


@dataclass(frozen=True)
class Status:
    installed: str | None
    """cron, systemd or launchd; None when no timer is known to be installed."""
    last: dict[str, Any] | None
    age_seconds: float | None
    """Since the last tick of this boot, without the time the machine slept."""
    warning: str | None
    present: bool
    """Whether finishes count on it: see `ops.watchdog.there`."""


def usual() -> str:
    """The timer of this system: launchd on macOS, cron where it is installed, else systemd."""
    if sys.platform == "darwin":
        return "launchd"
    return "cron" if shutil.which("crontab") else "systemd"


def install(home: str, timer: str | None) -> tuple[str, list[str]]:
    """(the timer, what was done). Another timer that was installed for this home is taken away first."""
    chosen = timer or usual()
    if chosen not in TIMERS:
        raise Usage(f"there is no timer {chosen!r}", "--with cron, systemd or launchd")
    homes.ensure(home)
    where = watchdog.directory(home)
    os.makedirs(where, 0o700, exist_ok=True)
    before = (watchdog.read(home, watchdog.INSTALLED) or {}).get("with")
    done = []
    if before in TIMERS and before != chosen:
        done += [f"removed: {line}" for line in TIMERS[before].uninstall(home)]
    if chosen == "cron":
        seal.replace(where, os.path.basename(cron.script(home)), cron.script_text(home), 0o700)
    done += TIMERS[chosen].install(home)
    said = {
        **{"schema": "workcell.file.installed/1", "with": chosen, "at": clock.stamp()},
        **{"boot": platform.boot_id(), "monotonic": clock.monotonic(), "host": os.uname().nodename},
        **{"command": command.words(), "environment": command.environment(home)},
    }
    seal.replace(where, watchdog.INSTALLED, record.encode(said))
    if chosen == "cron" and cron.running() is False:
        done.append("no cron daemon runs on this machine: nothing will tick before it is started")
    return chosen, done


def uninstall(home: str) -> list[str]:
    """Take the watchdog out of every timer that has it; what was done. Runs and their records stay."""
    done = []
    for name, timer in TIMERS.items():
        if name == "cron" and not shutil.which("crontab"):
            continue
        done += timer.uninstall(home)
    for name in (watchdog.INSTALLED, os.path.basename(cron.script(home))):
        try:
            os.unlink(os.path.join(watchdog.directory(home), name))
        except FileNotFoundError:
            continue
    return done


def status(home: str) -> Status:
    """Whether a timer is installed and ticks. Looks only."""
    installed = watchdog.read(home, watchdog.INSTALLED)
    return Status(
        installed=str(installed["with"]) if installed and installed.get("with") else None,
        last=watchdog.read(home, watchdog.LAST),
        age_seconds=watchdog.age(home),
        warning=watchdog.warning(home),
        present=watchdog.there(home),
    )
