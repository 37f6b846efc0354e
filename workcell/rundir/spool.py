"""The spool of a run: facts that others bring, which the lock holder writes into events.jsonl."""

import os

from workcell.rundir import events, layout, maildir

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from workcell.base.json_codec import Json


def note(run: str, event: str, /, **fields: object) -> None:
    """Bring one event to the run's spool; a full disk loses the note and nothing else."""
    try:
        maildir.deliver(os.path.join(run, layout.SPOOL), {"type": event, **fields})
    except OSError:
        pass


def drain(run: str, journal: events.Journal, hear: "Callable[[Json], bool] | None" = None) -> int:
    """Append what waits, oldest first, and take it out of the spool; how many.

    A crash between the two leaves the file, and the next drain finds its id in the journal and drops it. `hear` is
    shown each message before; where it says True, it has written down itself what there is to write.
    """
    box = os.path.join(run, layout.SPOOL)
    taken = 0
    if not journal.flush():
        return 0  # what was kept of the last drain comes first: only then does the journal know its ids
    for name in maildir.waiting(box):
        try:
            message = maildir.read(box, name)
            if message is not None and hear is not None and hear(message):
                written: bool | None = True
            else:
                written = None if message is None else _append(journal, name, message)
        except OSError:
            continue  # it could not be asked for: the next drain asks again
        except (ValueError, TypeError, RecursionError):
            written = None
        if written:
            maildir.drop(box, name)
            taken += 1
        elif written is None:
            _set_aside(box, name)
        else:
            break
    return taken


def _set_aside(box: str, name: str) -> None:
    """What is no event, or one that cannot be written down, is kept in cur/ for a person."""
    try:
        maildir.move(box, name)
    except OSError:
        pass  # it stays where it is, and holds no other message up


def _append(journal: events.Journal, name: str, message: "Json") -> bool:
    """Append what one message brings: one event, or `events`, each with an id of its own."""
    several = message.get("events")
    if message.get("type") == "events" and isinstance(several, list):
        return all(_append(journal, name, one) for one in several if isinstance(one, dict))
    key = str(message.pop("id", name))
    kind = str(message.pop("type", "note"))
    for ours in ("n", "at"):
        message.pop(ours, None)
    return journal.has(key) or journal.append(kind, id=key, **message)
