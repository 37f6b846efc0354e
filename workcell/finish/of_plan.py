"""Having a plan brought on once a run of it is over, by a process of its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from workcell.base import ids
from workcell.rundir import layout, look, plans

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

_LEAVE = "import os, sys; os.fork() and os._exit(0); os.setsid(); os.execv(sys.argv[1], sys.argv[1:])"
"""The process becomes a child of init before it imports anything large."""

_NONE: Mapping[str, str] = {}


def after_end(seen: look.Look) -> None:
    """Have the plan of the run brought on, if it is over and has one. A disk that refuses leaves it to the tick."""
    home = layout.home_of(seen.run)
    plan = of_run(home, seen.launch)
    if seen.result is None or plan is None:
        return
    try:
        plans.note_change(home, plan)
        # where this run was launched inside another, the end of that one ends all below it that names no other attempt
        bring_on(home, plan, {"WORKCELL_ATTEMPT": f"{seen.id}/{seen.n}", "WORKCELL_RUN_DIR": seen.run})
    except (OSError, ValueError):
        return


def before_start(home: str, launch: Mapping[str, object] | None) -> None:
    """Leave word that the plan of a run which starts again is not over any more: the next tick looks at it.

    `launch` is the launch record of the run. A disk that refuses leaves it to the end of the run.
    """
    plan = of_run(home, launch)
    try:
        if plan is not None:
            plans.note_change(home, plan)
    except OSError:
        return


def of_run(home: str, launch: Mapping[str, object] | None) -> str | None:
    """The id of the plan that a run is of, as its launch record says; None where it has none, or the plan is gone."""
    named = launch.get("plan") if launch is not None else None
    plan = str(named.get("id")) if isinstance(named, dict) else ""
    return plan if ids.plain(plan) and os.path.isdir(plans.directory(home, plan)) else None


def bring_on(home: str, plan: str, mark: Mapping[str, str] = _NONE) -> None:
    """Start the process that brings the plan on, with the environment of the shell that launched it.

    `mark` are variables that only say of which attempt the process is: it hands them to no other.
    Raises OSError or ValueError where the environment cannot be read or no process can be started.
    """
    from workcell.system import run_program

    env, _ = plans.environment(home, plan)
    words = [sys.executable, "-I", "-S", "-c", _LEAVE, sys.executable, "-I", os.path.join(_PACKAGE, "__main__.py")]
    run_program.detach([*words, "_plan", home, plan], cwd=home, env={**env, "WORKCELL_HOME": home, **mark})
