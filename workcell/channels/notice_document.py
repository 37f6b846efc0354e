"""The JSON document that programs and webhooks get for a notice.

Only type checks and scripts load this module.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from typing_extensions import TypedDict

if TYPE_CHECKING:
    from workcell.rundir.schema import NoticeEvent, NoticeFacts, Time


class NoticeDocument(TypedDict):
    """What an adapter of the kind `command` gets on standard input, and one of the kind `webhook` in a POST.

    Every text is cleaned: no control characters, secrets masked. Keys are added and never taken away.
    """

    schema: Literal["workcell.notice/1"]
    id: str
    """Of the notice: the same again means the same notice, which the header Idempotency-Key says, too."""
    run: str
    """The id of the run; `watchdog` for a notice about the home itself."""
    name: str
    """The name of the run."""
    attempt: int
    """0 for a notice about the home."""
    event: NoticeEvent
    at: Time
    """When it happened."""
    title: str
    """One line."""
    text: str
    """The whole notice as plain text, by the template of the home or the shipped one."""
    command: str
    """What to type."""
    more: int
    """How many other notices are told in this one, by a cap or a summary; the text names them."""
    facts: NoticeFacts
