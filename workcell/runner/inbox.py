"""What others ask of a live attempt: messages in the run's inbox, taken one by one by the runner."""

from workcell.rundir import layout, maildir

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any


def take(attempt: int) -> "Iterator[dict[str, Any]]":
    """Messages for this attempt, oldest first; each is in cur/ before it is acted on.

    A message that names another attempt is stale: it is moved on and not acted on. The working directory is
    the run.
    """
    for name in maildir.waiting(layout.INBOX):
        message = maildir.read(layout.INBOX, name)
        maildir.move(layout.INBOX, name)
        if message is not None and message.get("attempt") in (None, attempt):
            yield message
