"""What goes to a destination, what comes back, and the one function that every kind of destination has."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

DELIVERED, RETRY, REFUSED, UNKNOWN = "delivered", "retry", "refused", "unknown"


@dataclass(frozen=True)
class Rendered:
    """A message ready for one destination: escaped for it, cut to its limit, redacted, without control characters.

    `title` and `plain` are plain text; `body` is in the destination's own markup; `wake` holds only words of
    workcell's own; `fields` is what programs get. `id` is the same for every try of the same message.
    """

    id: str
    event: str
    urgent: bool
    title: str
    body: str
    plain: str
    html: str
    wake: str
    fields: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Sent:
    """What became of one try. `said` is what came back, in words that hold no secret.

    `delivered`: the far end took it. `retry`: it did not, and may later; `after` is how many seconds it asked us
    to wait. `refused`: it never will. `unknown`: it may have arrived, the answer was lost.
    """

    outcome: str
    said: str
    after: float | None = None


class Destination(Protocol):
    """What a sender needs of an adapter."""

    @property
    def name(self) -> str: ...
    @property
    def options(self) -> Any:
        """The options of its kind: each module names the type, one of `texts.destinations`."""


class Notifier(Protocol):
    """A module of this package. `secrets` holds the adapter's secrets by dotted key."""

    def send(
        self, notice: Rendered, destination: Destination, secrets: Mapping[str, str], budget_seconds: float
    ) -> Sent:
        """Send one message and say what came back; every failure of the far end is a Sent, never an exception."""
        ...
