"""workcell watchdog"""

from typing import Annotated

import typer

from workcell.base import clock
from workcell.base.errors import TryAgain, Usage
from workcell.faces.cli import arguments, call, out
from workcell.watch import installation
from workcell.watch import watchdog as op

app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.command("tick")
def tick_(as_json: arguments.Json = False) -> None:
    """Look at every run once, and act on what is found. This is what timers call."""
    report: op.Ticked = call.perform("watchdog tick", op.TickRequest())
    if report.busy and not as_json:
        raise TryAgain("another tick is at work", "it does what there is to do")
    if as_json:
        call.show("watchdog tick", report)
        return
    for line in report.acts:
        print(out.safe(line))


@app.command("install")
def install(
    timer: Annotated[
        str | None, typer.Option("--with", help="cron, systemd or launchd; else what is usual here.")
    ] = None,
    as_json: arguments.Json = False,
) -> None:
    """Put the watchdog into a timer, once a minute."""
    if timer not in (None, *installation.TIMERS):
        raise Usage(f"there is no timer {timer!r}", "--with cron, systemd or launchd")
    request = op.InstallRequest(arguments.one_of(timer, tuple(installation.TIMERS)))
    done: op.Installed = call.perform("watchdog install", request)
    if as_json:
        call.show("watchdog install", done)
        return
    print(f"the watchdog is installed with {done.with_}")
    for line in done.done:
        out.say(f"  {out.safe(line)}")
    out.say("hint: workcell doctor --as-cron")


@app.command("uninstall")
def uninstall(as_json: arguments.Json = False) -> None:
    """Take the watchdog out of its timer; runs and records stay."""
    done: op.Uninstalled = call.perform("watchdog uninstall", op.UninstallRequest())
    if as_json:
        call.show("watchdog uninstall", done)
        return
    print("removed: " + ", ".join(out.safe(line) for line in done.done) if done.done else "it was not installed")


@app.command("status")
def status(as_json: arguments.Json = False) -> int:
    """Whether a watchdog is installed and ticks; 1 if it is late or there is none."""
    found: installation.Status = call.perform("watchdog status", op.StatusRequest())
    if as_json:
        call.show("watchdog status", found)
    else:
        print(f"installed  {found.installed or 'no'}")
        ago = "never, since this machine was started" if found.age_seconds is None else clock.span(found.age_seconds)
        print(f"last tick  {ago}{'' if found.age_seconds is None else ' ago'}")
        if found.last and found.last.get("live") is not None:
            print(f"runs       {found.last['live']} live, {found.last['done']} over")
        if found.warning:
            out.say(out.safe(found.warning))
    return 0 if found.present and not found.warning else 1
