"""The watchdog as a launchd agent of the person who is logged in (macOS)."""

import os
import plistlib
from typing import TypedDict

from workcell.base.errors import Unreachable
from workcell.rundir import seal
from workcell.system import run_program
from workcell.watch.timers import command, cron

TIMEOUT = 30.0


def label(home: str) -> str:
    """The agent's label: one for each home."""
    return f"dev.workcell.watchdog.{cron.mark(home)}"


def path(home: str) -> str:
    """Where its property list lies."""
    return os.path.join(os.path.expanduser("~/Library/LaunchAgents"), label(home) + ".plist")


class Properties(TypedDict):
    """The property list of the launch agent; the keys are those of launchd.plist(5)."""

    Label: str
    ProgramArguments: list[str]
    EnvironmentVariables: dict[str, str]
    StartInterval: int
    RunAtLoad: bool
    AbandonProcessGroup: bool
    ProcessType: str
    StandardOutPath: str
    StandardErrorPath: str


def properties(home: str) -> Properties:
    """The property list. AbandonProcessGroup keeps runners alive when the tick that started them ends."""
    return {
        "Label": label(home),
        "ProgramArguments": command.words(),
        "EnvironmentVariables": command.environment(home),
        "StartInterval": 60,
        "RunAtLoad": True,
        "AbandonProcessGroup": True,
        "ProcessType": "Background",
        "StandardOutPath": os.devnull,
        "StandardErrorPath": os.devnull,
    }


def data(home: str) -> bytes:
    """The property list as XML."""
    return plistlib.dumps(properties(home))


def install(home: str) -> list[str]:
    """Write the property list and load it; what was done."""
    where = path(home)
    os.makedirs(os.path.dirname(where), exist_ok=True)
    seal.replace(os.path.dirname(where), os.path.basename(where), data(home), 0o644)
    run_program.run(["launchctl", "bootout", f"gui/{os.getuid()}/{label(home)}"], timeout=TIMEOUT)
    ran = run_program.run(["launchctl", "bootstrap", f"gui/{os.getuid()}", where], timeout=TIMEOUT)
    if not ran.ok:
        raise Unreachable(f"launchctl bootstrap: {ran.complaint()}", f"launchctl print gui/{os.getuid()}")
    return [f"the launch agent {label(home)}"]


def uninstall(home: str) -> list[str]:
    """Unload it and remove the property list; what was done."""
    where = path(home)
    if not os.path.exists(where):
        return []
    try:
        run_program.run(["launchctl", "bootout", f"gui/{os.getuid()}/{label(home)}"], timeout=TIMEOUT)
    except Unreachable:
        pass
    os.unlink(where)
    return [f"the launch agent {label(home)}"]
