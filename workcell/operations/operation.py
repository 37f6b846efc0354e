"""What an operation is to a face: its request, its function, and the documents of its results."""

from __future__ import annotations

from collections.abc import Callable

from workcell.rundir.cell import Cell

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Operation:
    """One operation. It prints nothing and knows no face."""

    __slots__ = ("perform", "request", "results")

    def __init__(
        self, request: type, perform: Callable[[Cell, Any], Any], results: dict[type, str] | None = None
    ) -> None:
        self.request = request
        """A frozen dataclass; its fields are the keys that a face can set."""
        self.perform = perform
        """Takes a Cell and a request."""
        self.results = results or {}
        """Frozen dataclasses that `perform` returns, each with the name of its schema; none where it streams."""
