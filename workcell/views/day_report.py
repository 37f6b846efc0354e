"""The report that stands in the daily summary of an adapter: on the runs that it is told of, within its size."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workcell.texts.adapter import Adapter
    from workcell.views import report

LONGEST = 7 * 24 * 3600.0
"""Maximum seconds that are told of, where a summary could not be sent for days."""

_BEFORE = 60.0
"""Seconds by which the end of a run may lie before its notice: the check was over, and the notice not posted."""

_COMMAND = 200
"""Characters that a command may have, however little room there is: one that was cut would be another command."""


def of_home(home: str) -> Callable[[Adapter, float, float], DayText]:
    """What makes the report of a day for an adapter of that home; nothing is loaded before it is called."""

    def make(adapter: Adapter, oldest: float, now: float) -> DayText:
        from workcell.channels import schedule
        from workcell.rundir import look
        from workcell.views import report

        def about(path: str) -> bool:
            launch = look.at(path).launch
            return launch is not None and schedule.told_of(adapter, launch["notify"], launch["labels"])

        since = min(LONGEST, max(report.DAY, now - oldest + _BEFORE))
        return DayText(report.made(home, now, report.Request(since), about=about))

    return make


class DayText:
    """A report as the lines of a notice."""

    def __init__(self, result: report.Result) -> None:
        from workcell.views import report_text

        self.title = report_text.title(result)
        parts = (result.passed, result.failed, result.others, result.waits)
        self.runs: Collection[str] = frozenset(one.id for part in parts for one in part)
        self._parts = report_text.parts(result)
        self._spent = report_text.spent(result)

    def lines(self, most: int, size: int) -> list[str]:
        """The lines, with at most `most` entries of each part. Commands are whole, or left out."""
        from workcell.channels.markup import cut

        found: list[str] = []
        for part in self._parts:
            entries = part.entries[:most]
            left_out = part.left_out + len(part.entries) - len(entries)
            found.append(cut(f"{part.title}:" + ("" if entries else f" {left_out}"), max(size, 30)))
            for entry in entries:
                found.append(cut(f"{entry.mark} {entry.name} {entry.words}".rstrip(), max(size, 30)))
                lines = [
                    line for line in entry.lines if line.kind != "command" or len(line.text) <= max(size, _COMMAND)
                ]
                found += [
                    line.text if line.kind == "command" else cut(f"{line.label} {line.text}".strip(), size)
                    for line in lines
                ]
            if entries and left_out:
                found.append(f"and {left_out} more")
        return [*found, cut(self._spent, max(size, 30))]
