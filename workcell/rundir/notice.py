"""The words and names of notices in a home's outbox: events, ids, file names."""

import os

from workcell.base import digest, ids
from workcell.rundir import layout
from workcell.rundir.vocabulary import NEEDS_YOU, OUTCOMES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from workcell.rundir import schema

NEW, CUR, SENT, FAILED, TO = "new", "cur", "sent", "failed", "to"
LOCK = "lock"

ATTENTION = (*NEEDS_YOU, "stuck", "escalated", *OUTCOMES)
"""The events for which a person waits: a run needs one, or has ended."""

URGENT = ("escalated", "tampered", *NEEDS_YOU, "stuck", "failed", "abandoned")
"""Most urgent first: where only one of many notices is shown whole, it is the first of these."""

OUTDATING = ("progress", *OUTCOMES)
"""The events after which an earlier `progress` of the run says nothing new."""

_PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"


def box(home: str) -> str:
    """The outbox of a home."""
    return os.path.join(home, layout.OUTBOX)


def key(run: str, attempt: int, event: str, edge: str = "") -> str:
    """The id of a notice: the same edge of the same run gives the same id, however often it is seen.

    `edge` tells two edges of one kind apart within an attempt (the id of a question, the n of an event); it is
    empty where an attempt can have only one, as with `passed`.
    """
    return "/".join([run, layout.number(attempt), event] + ([edge] if edge else []))


def file_name(identity: str) -> str:
    """The file name of a notice with that id, without `.json`: readable, and two ids never share one."""
    if (
        identity
        and identity[0] != "/"
        and len(identity) <= 120
        and all(char in _PLAIN for char in identity.replace("/", ""))
    ):
        return identity.replace("/", ".")
    # an altered or cut name may be that of another id: the hash tells them apart. '~' is in no unaltered name
    return f"{ids.slug(identity)}~{digest.sha256(identity.encode('utf-8', 'surrogatepass'))[:32]}"


def without_outdated(notices: "Sequence[schema.Notice]") -> "list[schema.Notice]":
    """The notices, oldest first, without each `progress` after which its run was told of once more, or ended.

    Over quiet hours many of them gather, and they would push out what a person has to see.
    """
    kept: list[schema.Notice] = []
    outdated: set[str] = set()
    for one in reversed(notices):
        if one["event"] == "progress" and one["run"] in outdated:
            continue
        if one["event"] in OUTDATING:
            outdated.add(one["run"])
        kept.append(one)
    return kept[::-1]
