"""The operations watchdog tick, install, uninstall and status."""

from dataclasses import dataclass
from typing import Literal

from workcell.rundir import heartbeat
from workcell.rundir.cell import Cell
from workcell.watch import installation, tick


@dataclass(frozen=True)
class TickRequest:
    """One look at every run."""


@dataclass(frozen=True)
class Ticked:
    busy: bool
    """Another tick was at work, and nothing was looked at."""
    live: int
    done: int
    unread: int
    """Runs that could not be read."""
    did: int
    """How many acts there were."""
    acts: list[str]
    """Each act in words."""


@dataclass(frozen=True)
class InstallRequest:
    timer: Literal["cron", "systemd", "launchd"] | None = None
    """Without one the usual timer of this machine."""


@dataclass(frozen=True)
class Installed:
    with_: str
    """The timer."""
    done: list[str]
    """What was done, a line each."""
    warning: str | None
    """Why nothing will tick although it is installed, with the cure; null where its timer is at work."""


@dataclass(frozen=True)
class UninstallRequest:
    """Out of every timer that has it."""


@dataclass(frozen=True)
class Uninstalled:
    done: list[str]
    """What was done, a line each; empty when it was not installed."""


@dataclass(frozen=True)
class StatusRequest:
    """Whether a timer is installed and ticks."""


Status = installation.Status


def perform_tick(cell: Cell, request: TickRequest) -> Ticked:
    """The operation `watchdog tick`. Raises what `tick` raises."""
    report = tick.tick(cell.home)
    return Ticked(report.busy, report.live, report.done, len(report.unread), len(report.did), report.did)


def perform_install(cell: Cell, request: InstallRequest) -> Installed:
    """The operation `watchdog install`. Raises Usage for a timer that there is not, and what the timer raises."""
    chosen, done = installation.install(cell.home, request.timer)
    known = heartbeat.Watchdog(cell.home)
    return Installed(chosen, done, known.words() if known.late and known.cure == heartbeat.RUN_CURE else None)


def perform_uninstall(cell: Cell, request: UninstallRequest) -> Uninstalled:
    """The operation `watchdog uninstall`; runs and records stay."""
    return Uninstalled(installation.uninstall(cell.home))


def perform_status(cell: Cell, request: StatusRequest) -> Status:
    """The operation `watchdog status`. Looks only."""
    return installation.status(cell.home)
