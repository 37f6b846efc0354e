"""What `launch` does once its words have been read: it asks, shows the run, and stays with it where that is wanted."""

import sys
from dataclasses import replace

from workcell.base.errors import Usage
from workcell.faces.cli import call, foreground, next_commands, out, trust_prompt
from workcell.launch import asked
from workcell.launch import requests as op
from workcell.launch.options import STANDARD_INPUT
from workcell.rundir import phase
from workcell.texts import document


def read(request: op.LaunchRequest) -> op.LaunchRequest:
    """The request with the brief on standard input, where it asks for that."""
    if request.briefs != (asked.STDIN,):
        return request
    data = sys.stdin.buffer.read(document.MAX_BYTES + 1)
    if len(data) > document.MAX_BYTES:
        raise Usage("the brief on standard input is larger than 1 MiB", "put long material beside it and refer to it")
    return replace(request, text=document.decode(data, STANDARD_INPUT))


def launch(request: op.LaunchRequest, *, wait: bool, attach: bool, as_json: bool) -> int:
    """Ask, and show what came of it; the exit code. `wait` stays until the run is over; `attach` opens a window."""
    if attach and not request.dry_run:
        call.admit(request.operation, {"attach": True})
        call.admit("attach", {})
    if request.several():
        if attach or request.name is not None:
            raise Usage("--attach and --name are for one brief", "name runs in a launch file, attach with 'attach RUN'")
        from workcell.faces.cli import batch_output

        return batch_output.launch(request, wait=wait, as_json=as_json)
    if request.dry_run:
        from workcell.faces.cli import dry_run as intent

        planned: op.DryRun = call.perform(request.operation, request)
        if as_json:
            call.show(request.operation, planned)
        else:
            intent.show(planned)
        return 0
    return _one(request, wait and not request.prepare, attach, as_json)


def _one(request: op.LaunchRequest, wait: bool, attach: bool, as_json: bool) -> int:
    done: op.Launched = trust_prompt.asking(lambda: call.perform(request.operation, request), quiet=as_json)
    for note in done.notes:
        out.say(f"workcell: {out.safe(note)}")
    if done.no_window:
        out.say(f"workcell: no window: {out.safe(done.no_window)}")
    if done.ports:
        out.say(f"workcell: its ports: {', '.join(f'{name} {port}' for name, port in done.ports.items())}")
    if not as_json:
        print(done.id, flush=True)
    if next_commands.at_a_terminal() and not (as_json or attach or wait or _held(done, request)):
        next_commands.of_run(done.name, done.id, done.phase)
    code = 0
    if attach:
        foreground.attach(done.id, read_only=False)
    if wait:
        over, code = foreground.stay(done.id, quiet=as_json)
        done = replace(done, state=over.state, phase=over.phase)
    if as_json:
        call.show(request.operation, done)
    return code


def _held(done: op.Launched, request: op.LaunchRequest) -> bool:
    """Whether the run was to be started and was not, which a note has said with its cure."""
    return done.phase == phase.CREATED and not request.prepare
