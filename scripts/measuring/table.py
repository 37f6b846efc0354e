"""A figure, its floor and its bound; many of them as a table and as JSON."""

import math
import os
import platform
import statistics
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass
class Row:
    """One figure. `value` is what the bound speaks of: mostly ours divided by the floor."""

    name: str
    floor: str
    """What the floor is, in words."""
    floor_median: float
    floor_spread: tuple[float, float]
    ours_median: float
    ours_spread: tuple[float, float]
    unit: str
    value: float
    bound: float | None
    at_least: bool = False
    value_unit: str = "x"

    @property
    def met(self) -> bool | None:
        """Whether the bound holds; None for a figure without one."""
        if self.bound is None:
            return None
        return self.value >= self.bound if self.at_least else self.value <= self.bound


def alternate(floor: Callable[[], float], ours: Callable[[], float], rounds: int) -> tuple[list[float], list[float]]:
    """Both measured in turn, so that whatever else the machine does falls on both; one round first that is not kept."""
    floor(), ours()
    floors, found = [], []
    for number in range(rounds):
        if number % 2:
            found.append(ours())
            floors.append(floor())
        else:
            floors.append(floor())
            found.append(ours())
    return floors, found


def ratio(
    name: str, floor: str, floors: Sequence[float], ours: Sequence[float], unit: str, bound: float | None, **more: Any
) -> Row:
    """A row whose value is the quotient of the medians."""
    low, high = statistics.median(floors), statistics.median(ours)
    return Row(name, floor, low, spread(floors), high, spread(ours), unit, high / low, bound, **more)


def spread(values: Sequence[float]) -> tuple[float, float]:
    """The quartiles; of fewer than four values the least and the greatest."""
    if len(values) < 4:
        return min(values), max(values)
    first, _, third = statistics.quantiles(values, n=4)
    return first, third


def percentile(values: Sequence[float], share: float) -> float:
    """The least of the values that at least that share of them does not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(round(len(ordered) * share, 9)) - 1)]


def show(rows: Sequence[Row]) -> None:
    """The table on standard output."""
    titles = ("FIGURE", "FLOOR", "floor (spread)", "ours (spread)", "VALUE", "BOUND", "")
    lines = [titles]
    for row in rows:
        word = {True: "met", False: "MISSED", None: ""}[row.met]
        sign = "" if row.bound is None else ">= " if row.at_least else "<= "
        bound = "" if row.bound is None else f"{sign}{row.bound:g} {row.value_unit}"
        value = f"{row.value:.2f} {row.value_unit}"
        floor = _span(row.floor_median, row.floor_spread, row.unit)
        ours = _span(row.ours_median, row.ours_spread, row.unit)
        lines.append((row.name, row.floor, floor, ours, value, bound, word))
    widths = [max(len(line[column]) for line in lines) for column in range(len(titles))]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def markdown(rows: Sequence[Row]) -> str:
    """The figures and their bounds as a table for a page."""
    lines = ["| figure | floor | value | bound |", "|---|---|---|---|"]
    for row in rows:
        sign = "" if row.bound is None else "≥ " if row.at_least else "≤ "
        bound = "" if row.bound is None else f"{sign}{row.bound:g} {row.value_unit}"
        lines.append(f"| {row.name} | {row.floor} | {row.value:.2f} {row.value_unit} | {bound} |")
    return "\n".join(lines) + "\n"


def _span(median: float, edges: tuple[float, float], unit: str) -> str:
    return f"{median:.3g} ({edges[0]:.3g}-{edges[1]:.3g}) {unit}"


def document(rows: Sequence[Row], quick: bool) -> dict[str, Any]:
    """The same as JSON, with what it was measured on."""
    return {
        "schema": "workcell.bench/1",
        "quick": quick,
        "python": sys.version.split()[0],
        "system": platform.platform(),
        "cores": os.cpu_count(),
        "load": os.getloadavg(),
        "figures": [{**asdict(row), "met": row.met} for row in rows],
    }
