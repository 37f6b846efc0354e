"""What `resume` does once its words have been read: it asks, shows the attempt, and stays with it where asked."""

from dataclasses import replace

from workcell.faces.cli import call, foreground, next_commands, out, trust_prompt
from workcell.launch import requests as op


def one(request: op.ResumeRequest, *, wait: bool, as_json: bool) -> int:
    """Open the next attempt of one run, and show it; the exit code. `wait` stays until the run is over."""
    done = opened(request, as_json)
    if not as_json:
        show(done)
        if next_commands.at_a_terminal() and not (done.dry_run or wait):
            next_commands.of_run(f"attempt {done.attempt}", done.id, done.phase)
    code = 0
    if wait:
        over, code = foreground.stay(done.id, quiet=as_json)
        done = replace(done, state=over.state, phase=over.phase)
    if as_json:
        call.show("resume", done)
    return code


def opened(request: op.ResumeRequest, as_json: bool) -> op.Resumed:
    """Ask for the next attempt, and say what a person should know of it."""
    done: op.Resumed = trust_prompt.asking(lambda: call.perform("resume", request), quiet=as_json)
    if done.how_why:
        out.say(f"workcell: from the run's files: {out.safe(done.how_why)}")
    if done.no_window:
        out.say(f"workcell: no window: {out.safe(done.no_window)}")
    return done


def show(done: op.Resumed) -> None:
    """The attempt that was opened, or the brief that it would get."""
    if done.dry_run:
        print(out.body(done.brief or ""), end="", flush=True)
    else:
        print(f"{done.id} attempt {done.attempt}", flush=True)
