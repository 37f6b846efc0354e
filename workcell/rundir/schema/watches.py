"""The record of a watch: the wish of a run to be told of another one."""

from typing import Literal

from typing_extensions import TypedDict

from workcell.rundir.schema.literals import Time, WatchFor


class Watcher(TypedDict):
    """The run that is to be told."""

    run: str
    attempt: int | None
    """The attempt that asked; what it asked for counts for later ones, too."""


class Watch(TypedDict):
    """`watches/<run>/<due>.<id>.json`: a run wants to be told once when another one is over, or comes to rest."""

    schema: Literal["workcell.file.watch/1"]
    id: str
    """Also the id of the message that tells it."""
    run: str
    """Id of the run that is watched."""
    by: Watcher
    wanted: WatchFor
    at: Time
    due_at: Time | None
    """When the watcher is told in any case; null where no time was given."""
