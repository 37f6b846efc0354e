"""The environment of a run that goes on, from what it has, the shell of the person who asks, and a new brief."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workcell.base import json_codec
from workcell.launch import launch, shell_environment
from workcell.rundir import env as environment
from workcell.rundir import layout, seal

if TYPE_CHECKING:
    from workcell.launch import plan, resume
    from workcell.rundir import schema, writer


def renew(request: resume.Request, intent: schema.Attempt, made: plan.Plan | None, held: writer.Writer) -> None:
    """env.json for the next attempt: a person's shell replaces what it has, and what files fixed stays or comes new.

    A name that is absent in the shell keeps its value. A playbook has no shell: it
    brings only what another recipe fixes.
    """
    stored = environment.read(request.run)
    env, fixed = dict(stored.env), set(stored.fixed)
    if made is not None:
        env = {**{name: value for name, value in env.items() if name not in fixed}, **made.env}
        fixed = set(made.fixed)
    elif request.by.get("who") == "person":
        names = {*shell_environment.taken_over(request.shell), *intent["env_names"]} - fixed
        env.update({name: request.shell[name] for name in names if name in request.shell})
    if made is None and request.recipe is not None:
        own = {name: value for name, value in intent["recipe"]["values"]["env"].items() if value is not None}
        env.update(own)
        fixed |= set(own)
    data = json_codec.encode(launch.env_record(env, sorted(fixed)))
    held.pin(0, {layout.ENV: data})
    seal.replace(request.run, layout.ENV, data)
