"""Staying with a run in the foreground: waiting with progress, and opening a window."""

import os
import sys
import time

from workcell.base import clock, platform, probe
from workcell.faces.cli import next_commands, out
from workcell.rundir import layout, look, phase
from workcell.terminal import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from workcell.launch import wait as waiting
    from workcell.launch import window
    from workcell.launch.standing import Standing


class Line:
    """One line of progress at the bottom of a terminal; nothing at all where standard error is none."""

    def __init__(self) -> None:
        self._shown = 0.0
        self._there = False
        self._began = time.monotonic()

    def show(self, words: str) -> None:
        """Show `words` and how long it has taken, twice a second at most."""
        now = time.monotonic()
        if not sys.stderr.isatty() or now - self._shown < 0.5:
            return
        self._shown, self._there = now, True
        line = printable.clip(f"{out.safe(words)} · {clock.span(now - self._began)}", out.columns(sys.stderr) - 1)
        sys.stderr.write(f"\r\x1b[K{line}")
        sys.stderr.flush()

    def clear(self) -> None:
        if self._there:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._there = False


def wait(
    request: "waiting.Request", *, quiet: bool = False, told: "dict[str, object] | None" = None
) -> "waiting.Waited":
    """Wait, with a line of progress on a terminal.

    What a run needs or waits for is said on standard error as soon as it is known, once; never with `quiet`. `told` is
    filled with what was said last of each run, by its id.
    """
    from workcell.faces.cli import call, show  # noqa: F401 # what tells the end is loaded before the wait, not after it

    line = Line()
    told = {} if told is None else told
    plans: list[str] = []

    def progress(what: str, every: "Any") -> None:
        if what == "plans":
            plans[:] = [f"plan {_standing(plan)}" for plan in every]
            line.show(", ".join(plans))
            return
        runs(every)

    def runs(every: "list[Standing]") -> None:
        for one in every:
            said = (one.needs, one.waits)
            if not quiet and said != told.get(one.id) and any(said):
                line.clear()
                _say_need(one)
            told[one.id] = None if quiet else said
        open_ones = [one for one in every if not one.over]
        if not open_ones:
            return
        words = ", ".join(f"{one.name} {one.state}" for one in open_ones[:4])
        more = f" and {len(open_ones) - 4} more" if len(open_ones) > 4 else ""
        most = f"{len(every) - len(open_ones)} of {len(every)} over: {words}{more}" if len(every) > 1 else words
        line.show("; ".join([*plans, most]))

    try:
        found: waiting.Waited = call.perform("wait", request, progress)
        return found
    finally:
        line.clear()


def _standing(plan: "waiting.PlanStanding") -> str:
    """The name of a plan, its state, and how many of its entries stand how."""
    counts = ", ".join(f"{number} {word}" for word, number in plan.entries.items())
    return f"{plan.name} {plan.state} ({counts})"


def _say_need(one: "Standing") -> None:
    """The state of a run that waits, what it needs or waits for, and the commands for it."""
    from workcell.faces.cli import show

    word, code = out.state(one.state)
    out.say(f"{out.paint(word, code, sys.stderr)}  {out.safe(one.name)}")
    for label, text in show.need_lines(one.needs, one.waits):
        for part in out.wrapped(text, out.columns(sys.stderr) - 13):
            out.say(f"  {label:<10} {part}")
            label = ""


def show_waited(found: "waiting.Waited", told: "dict[str, object] | None" = None) -> int:
    """Say how each run that was waited for stands; the exit code.

    What a run needs is not repeated where `told` says that it stands above.
    """
    above = told if told is not None and _one_screen() else {}
    for one in found.runs:
        word, code = out.state(one.state)
        print(f"{one.id} {out.paint(word, code)}")
        if (one.needs or one.waits) and above.get(one.id) != (one.needs, one.waits):
            from workcell.faces.cli import show

            show.need(one.needs, one.waits, indent=2)
    for plan in found.plans:
        word, code = out.state(plan.state)
        counts = ", ".join(f"{number} {state}" for state, number in plan.entries.items())
        print(f"{plan.id} {out.paint(word, code)}  plan: {counts}")
        if plan.needs:
            from workcell.faces.cli import show

            show.need(plan.needs, None, indent=2)
    return 0 if found.met else 1


def _one_screen() -> bool:
    """Whether standard output and standard error lead to the same terminal, pipe or file."""
    try:
        return os.path.sameopenfile(sys.stdout.fileno(), sys.stderr.fileno())
    except (OSError, ValueError):
        return False


def stay(name: str, *, quiet: bool) -> "tuple[waiting.Over, int]":
    """Wait for the run of that id and say how it ended: (its end, exit code). Interrupted, say that it goes on."""
    from workcell.launch import wait as waiting

    if not quiet and next_commands.at_a_terminal():
        out.say("workcell: Ctrl-C leaves it running; to look at it, in another terminal:")
        next_commands.say([(f"workcell attach {name}", "opens its window")])
    try:
        found = wait(waiting.Request((name,)), quiet=quiet)
    except KeyboardInterrupt:
        out.say(f"workcell: {name} goes on")
        next_commands.say([(f"workcell wait {name}", "waits for it again"), (f"workcell stop {name}", "ends it")])
        raise
    over = found.runs[0]
    if not quiet:
        word, code = out.state(over.state)
        out.say(f"{out.paint(word, code, sys.stderr)}" + (f"  {out.safe(over.reason)}" if over.reason else ""))
        if not found.met:
            _say_why(name, over.look)
    return over, 0 if found.met else 1


def _say_why(name: str, look: str | None) -> None:
    """The end of what the check printed, and which command says more."""
    from workcell.faces.cli import call, show
    from workcell.views import why

    found: why.Result = call.perform("why", why.Request(name))
    for line in show.check(found.check, out.columns(sys.stderr)):
        out.say(line)
    out.say(f"{out.paint('hint:', '1', sys.stderr)} {look or f'workcell why {name}'}")


SETTLING = 3.0
"""Maximum seconds for which the end of an attempt is waited for when the window has closed."""


def attach(run: str, read_only: bool) -> int:
    """Show the run in tmux, or, where tmux cannot be asked, make the calling terminal the window; then say how it
    stands. The exit code is 0 once a window was open, and for a run that is over, however it ended.
    """
    from workcell.faces.cli import call
    from workcell.launch import window

    # as registry.perform does it, without a request: dataclasses take longer to load than all the rest
    call.admit("attach", {"read_only": read_only})
    found = window.prepare(layout.home(), call.directory_of(run), read_only)
    if found.note:
        out.say(f"workcell: {out.safe(found.note)}")
    if found.argv is None:
        _last_words(found.run)
        return 0
    code = _window(found, read_only)
    if "switch-client" not in found.argv:
        over = _last_words(found.run)
        return 0 if over else code
    return code


def _window(found: "window.Opening", read_only: bool) -> int:
    """Open the window and stay until it closes; the title of the terminal is put back afterwards."""
    from workcell.system import run_program, window_status

    argv = found.argv or []
    if "switch-client" in argv:
        return run_program.stay(argv, os.environ)
    _tell_terminal(window_status.keep_title())
    try:
        if found.direct:
            from workcell.launch import own_terminal

            _tell_terminal(window_status.title(f"{look.at(found.run).name} · workcell"))
            return own_terminal.show(found.run, read_only)
        return run_program.stay(argv, {name: value for name, value in os.environ.items() if name != "TMUX"})
    finally:
        _tell_terminal(window_status.put_back_title())


def _tell_terminal(data: bytes) -> None:
    try:
        sys.stdout.flush()
        os.write(sys.stdout.fileno(), data)
    except (OSError, ValueError):
        pass  # the terminal is gone


def _ending(seen: look.Look) -> bool:
    """Whether the attempt is about to end: a window closes before the end of its agent is on record."""
    if seen.phase != phase.RUNNING:
        return seen.phase == phase.FINISHING
    agent = seen.start.get("agent") if seen.start is not None else None
    return agent is not None and platform.alive(agent) == probe.NO


def _last_words(run: str) -> bool:
    """Say how the run stands now that its window is closed, and what to type next; whether it is over."""
    from workcell.views import status

    deadline = time.monotonic() + SETTLING
    while _ending(look.at(run)) and time.monotonic() < deadline:
        time.sleep(0.05)
    found = status.status(run)
    word, code = out.state(found["state"])
    name, needs = found["id"], found["needs"]
    over = found["phase"] == phase.DONE
    if over:
        said, cure = found["reason"], f"workcell {'handoff' if found['state'] == 'passed' else 'why'} {name}"
    elif found["phase"] == phase.RUNNING:
        said, cure = "it goes on without this window", f"workcell attach {name}"
    elif found["phase"] == phase.FINISHING:
        said, cure = "its agent has ended, and the end is checked", f"workcell wait {name}"
    else:
        said, cure = found["reason"], needs["command"] if needs else f"workcell status {name}"
    try:
        named = f"{out.safe(found['name'] or name)}: {out.safe(said or 'it is over')}"
        out.say(f"{out.paint(word, code, sys.stderr)}  {named}")
        out.say(f"{out.paint('hint:', '1', sys.stderr)} {cure}")
    except OSError:
        pass  # the terminal is gone
    return over
