"""The figures of live runs: as rows of a table, as a recorded document, and as a part of docs/performance.md."""

import os
import platform
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from measuring import table

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
RECORDED = os.path.join(ROOT, "docs", "figures", "live.json")
PAGE = os.path.join(ROOT, "docs", "performance.md")
SCHEMA = "workcell.live-figures/1"
BEGIN = "<!-- live runs: scripts/generate-performance writes this part -->"
END = "<!-- end of live runs -->"
COMMAND = "scripts/bench --live 10,50,100 --record"


@dataclass(frozen=True)
class Figure:
    """One value for one number of live runs."""

    name: str
    runs: int
    value: float
    unit: str
    bound: float | None = None

    @property
    def met(self) -> bool | None:
        """Whether it stays within its bound; None where there is none."""
        return None if self.bound is None else self.value <= self.bound


def rows(figures: Sequence[Figure]) -> list[table.Row]:
    """The same as rows of the table that the bench shows."""
    return [
        table.Row(
            name=f"{one.runs} live runs: {one.name}",
            floor="-",
            floor_median=0.0,
            floor_spread=(0.0, 0.0),
            ours_median=one.value,
            ours_spread=(one.value, one.value),
            unit=one.unit,
            value=one.value,
            bound=one.bound,
            value_unit=one.unit,
        )
        for one in figures
    ]


def document(figures: Sequence[Figure]) -> dict[str, Any]:
    """What is recorded: the values of each figure by the number of runs, and what they were measured on."""
    found: dict[str, dict[str, Any]] = {}
    for one in figures:
        kept = found.setdefault(one.name, {"name": one.name, "unit": one.unit, "bound": one.bound, "values": {}})
        kept["values"][str(one.runs)] = round(one.value, 4)
    return {
        "schema": SCHEMA,
        "date": time.strftime("%Y-%m-%d"),
        "python": sys.version.split()[0],
        "system": platform.platform(),
        "cores": os.cpu_count(),
        "load": [round(one, 1) for one in os.getloadavg()],
        "figures": list(found.values()),
    }


def markdown(recorded: dict[str, Any] | None) -> str:
    """The part of the page: a column for each number of runs; what misses its bound is bold and says so."""
    if recorded is None:
        return f"No figures are recorded. `{COMMAND}` records them."
    counts = sorted({int(count) for one in recorded["figures"] for count in one["values"]})
    about = (
        f"Recorded on {recorded['date']}: {recorded['cores']} cores, {recorded['system']}, Python {recorded['python']}; "
        f"the load after it was {recorded['load'][0]:g}. `{COMMAND}` measures and records them again."
    )
    head = ["figure", *(f"{count} runs" for count in counts), "bound"]
    lines = [head, ["---"] * len(head), *(_line(one, counts) for one in recorded["figures"])]
    return about + "\n\n" + "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _line(one: dict[str, Any], counts: Sequence[int]) -> list[str]:
    cells = []
    for count in counts:
        value = one["values"].get(str(count))
        text = "–" if value is None else _number(value, one["unit"])
        missed = value is not None and one["bound"] is not None and value > one["bound"]
        cells.append(f"**{text}, missed**" if missed else text)
    bound = "–" if one["bound"] is None else f"≤ {one['bound']:g} {one['unit']}".rstrip()
    return [one["name"], *cells, bound]


def _number(value: float, unit: str) -> str:
    return f"{value:.2g} {unit}".rstrip() if value < 10 else f"{value:.0f} {unit}".rstrip()


def written(page: str, recorded: dict[str, Any] | None) -> str:
    """The page with its part made anew. ValueError where the page has no place for it."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"no place between {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{markdown(recorded)}\n\n{END}{after}"
