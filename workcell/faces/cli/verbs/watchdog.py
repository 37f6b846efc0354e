"""workcell watchdog"""

from typing import Annotated

import typer

from workcell.base import clock
from workcell.base.errors import TryAgain
from workcell.faces.cli import app as face
from workcell.faces.cli import arguments, out
from workcell.rundir import layout
from workcell.watch import installation, tick

app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.command("tick")
def tick_(as_json: arguments.Json = False) -> None:
    """Look at every run once, and act on what is found. This is what timers call."""
    report = tick.tick(layout.home())
    if report.busy and not as_json:
        raise TryAgain("another tick is at work", "it does what there is to do")
    if as_json:
        face.document("watchdog-tick", {"busy": report.busy, **report.counts(), "acts": report.did})
        return
    for line in report.did:
        print(out.safe(line))


@app.command("install")
def install(
    timer: Annotated[
        str | None, typer.Option("--with", help="cron, systemd or launchd; else what is usual here.")
    ] = None,
    as_json: arguments.Json = False,
) -> None:
    """Put the watchdog into a timer, once a minute."""
    chosen, done = installation.install(layout.home(), timer)
    if as_json:
        face.document("watchdog-install", {"with": chosen, "done": done})
        return
    print(f"the watchdog is installed with {chosen}")
    for line in done:
        out.say(f"  {out.safe(line)}")
    out.say("hint: workcell doctor --as-cron")


@app.command("uninstall")
def uninstall(as_json: arguments.Json = False) -> None:
    """Take the watchdog out of its timer; runs and records stay."""
    done = installation.uninstall(layout.home())
    if as_json:
        face.document("watchdog-uninstall", {"done": done})
        return
    print("removed: " + ", ".join(out.safe(line) for line in done) if done else "it was not installed")


@app.command("status")
def status(as_json: arguments.Json = False) -> int:
    """Whether a watchdog is installed and ticks; 1 if it is late or there is none."""
    found = installation.status(layout.home())
    if as_json:
        face.document("watchdog-status", vars(found))
    else:
        print(f"installed  {found.installed or 'no'}")
        ago = "never, since this machine was started" if found.age_seconds is None else clock.span(found.age_seconds)
        print(f"last tick  {ago}{'' if found.age_seconds is None else ' ago'}")
        if found.last and found.last.get("live") is not None:
            print(f"runs       {found.last['live']} live, {found.last['done']} over")
        if found.warning:
            out.say(out.safe(found.warning))
    return 0 if found.present and not found.warning else 1
