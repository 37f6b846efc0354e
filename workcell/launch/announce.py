"""The notice that an attempt has started, for adapters that ask for it, and its way out at once."""

from typing import TYPE_CHECKING

from workcell.channels import sending
from workcell.rundir import env as environment
from workcell.rundir import layout, look

if TYPE_CHECKING:
    from workcell.rundir import schema


def started(seen: look.Look) -> bool:
    """Post `started`, and have it sent by a process of its own; whether there was anything to tell.

    An attempt that a playbook opened is told as `resumed`. Nothing is written where no adapter asks for it.
    """
    home = layout.home_of(seen.run)
    if layout.START not in seen.stands or seen.asker == "playbook" or not sending.asks_for(home, "started"):
        return False
    from workcell.channels import post

    facts: schema.NoticeFacts = {
        "why": f"{seen.recipe_name} is at work in {seen.cwd}",
        "objective": seen.objective or "",
        "attempts": seen.n,
    }
    posted = post.about_run(seen, "started", facts)
    if posted:
        sending.detach(home, environment.read(seen.run).env)
    return posted
