"""What the parts of a runner's loop share: who the agent is, whether it has ended, and where to complain."""

import os

from workcell.base import clock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from workcell.rundir import events
    from workcell.runner import keeper, terminal, times


class Live:
    """One attempt whose agent is running. The working directory is the run."""

    def __init__(self, agent: int, run: str, attempt: int, directory: str, journal: "events.Journal") -> None:
        self.agent, self.run, self.attempt, self.directory = agent, run, attempt, directory
        self.journal = journal
        self.ended: tuple[int, object] | None = None
        """(wait status, resource usage) once the agent has been reaped: its pid may be used again from then on."""
        self.watched = False
        """Whether what the agent does can be judged from its records."""
        self.stopped = False
        """Whether a stop was taken: the agent is being ended, and room on a full disk is waited for no more."""
        self._said = ""

    def say(self, words: str) -> None:
        """One line in runner.log, once for each complaint in a row."""
        if words != self._said:
            self._said = words
            try:
                os.write(2, f"{clock.stamp()} {words[:1000]}\n".encode("utf-8", "backslashreplace"))
            except OSError:
                pass


class Screen:
    """The agent's terminal with the log that keeps its output, and when it came. `typing`: messages can be typed in."""

    __slots__ = ("book", "times", "tty", "typing")

    def __init__(
        self, tty: "terminal.Terminal", book: "keeper.Keeper", timer: "times.Times", *, typing: bool = False
    ) -> None:
        self.tty, self.book, self.times, self.typing = tty, book, timer, typing


def earliest(times: "list[float | None]") -> "float | None":
    """The first of several moments; None when there is none."""
    there = [at for at in times if at is not None]
    return min(there) if there else None
