"""workcell watchdog"""

import signal
import time
from typing import TYPE_CHECKING, Annotated

import typer

from workcell.base import clock
from workcell.base.errors import TryAgain, Usage
from workcell.faces.cli import arguments, call, out, show
from workcell.texts import fields
from workcell.watch import foreground, installation
from workcell.watch import watchdog as op

if TYPE_CHECKING:
    from workcell.rundir import schema

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
        out.line(out.safe(line))


class _Ended(BaseException):
    """A signal ended the loop."""


def _end(*_: object) -> None:
    raise _Ended


@app.command("run")
def run(
    every: Annotated[str, typer.Option(help="From one tick to the next, like 60s.")] = "60s",
    ticks: Annotated[int | None, typer.Option(min=1, help="End after so many ticks.")] = None,
    as_json: arguments.Json = False,
) -> None:
    """Tick in the foreground until Ctrl-C or SIGTERM: for containers and machines without cron and systemd."""
    seconds = fields.parse_duration(every)
    if seconds is None:
        raise Usage(f"--every {every!r} is no duration", "write it like 60s")
    # as the first process of a container it would get no signal that it does not ask for
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGINT, _end)
    if not as_json:
        out.say(f"the watchdog ticks each {clock.span(seconds)}; Ctrl-C ends it, and no run")
    try:
        done: foreground.Result = call.perform("watchdog run", foreground.Request(seconds, ticks), _act)
    except _Ended:
        return
    if as_json:
        call.show("watchdog run", done)


def _act(what: str, line: object) -> None:
    # standard output is kept for the one document of --json
    out.say(f"{time.strftime('%H:%M:%S')}  {out.safe(str(line))}")


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
    out.line(f"the watchdog is installed with {done.with_}{', and nothing ticks' if done.warning else ''}")
    for line in done.done:
        out.say(f"  {out.safe(line)}")
    if done.warning:
        out.line(out.safe(done.warning))
    else:
        out.say("hint: workcell doctor --as-cron")


@app.command("uninstall")
def uninstall(as_json: arguments.Json = False) -> None:
    """Take the watchdog out of its timer; runs and records stay."""
    done: op.Uninstalled = call.perform("watchdog uninstall", op.UninstallRequest())
    if as_json:
        call.show("watchdog uninstall", done)
        return
    out.line("removed: " + ", ".join(out.safe(line) for line in done.done) if done.done else "it was not installed")


def _show_ping(ping: "schema.Ping") -> None:
    if ping["ok"]:
        said = f"taken at {out.when(ping['at'])}"
    else:
        said = f"failing since {out.when(ping['failing_since'] or ping['at'])}: {ping['said']}"
    print("\n".join(out.hanging("ping       ", said, out.columns())))


@app.command("status")
def status(as_json: arguments.Json = False) -> int:
    """Whether a watchdog is installed and ticks; 1 if it is late or there is none."""
    found: installation.Status = call.perform("watchdog status", op.StatusRequest())
    if as_json:
        call.show("watchdog status", found)
    else:
        show.watchdog(found.words)
        print(f"installed  {found.installed or ('in the foreground' if found.foreground else 'no')}")
        ago = "never, since this machine was started" if found.age_seconds is None else clock.span(found.age_seconds)
        said = f"{ago}{'' if found.age_seconds is None else ' ago'}"
        print("\n".join(out.hanging("last tick  ", said, out.columns())))
        if found.last and found.last.get("live") is not None:
            print(f"runs       {found.last['live']} live, {found.last['done']} over")
        if found.ping:
            _show_ping(found.ping)
        for fault in found.faults:
            print("\n".join(out.hanging("playbook   ", f"not followed: {out.safe(fault)}", out.columns())))
    return 0 if found.present and not found.warning else 1
