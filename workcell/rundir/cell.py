"""What an operation is told of the world around it: home, environment, directory, clock, and who asks."""

import time

from workcell.rundir import caller

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any


def ignore(what: str, value: object) -> None:
    """The progress of an operation where no face listens."""


class Cell:
    """The context of one operation. Faces make it; an operation asks nothing of its process but this."""

    def __init__(
        self,
        home: str,
        environment: "Mapping[str, str]",
        directory: str,
        *,
        ask_caller: "Callable[[], caller.Caller] | None" = None,
        clock: "Callable[[], float]" = time.time,
        progress: "Callable[[str, Any], None]" = ignore,
    ) -> None:
        self.home = home
        """The home, as an absolute path."""
        self.environment = environment
        """The environment variables of the caller."""
        self.directory = directory
        """The directory that relative paths and 'the repository around you' start from, as an absolute path."""
        self.clock = clock
        """The wall clock: seconds since the epoch."""
        self.progress = progress
        """Is told what happens while an operation goes on: a word, and a value that the operation documents."""
        self.output: int | None = None
        """A descriptor for raw bytes, for operations that are asked for them; None where there is none."""
        self._ask_caller = ask_caller
        self._caller: caller.Caller | None = None

    @property
    def caller(self) -> caller.Caller:
        """Who asks: a person, or a run. It is found out at the first question, since that reads /proc."""
        if self._caller is None:
            self._caller = caller.OUTSIDE if self._ask_caller is None else self._ask_caller()
        return self._caller
