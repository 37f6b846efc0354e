"""What live runs cost that wait: CPU time of runners and windows while nothing happens."""

import time

from measuring import memory, place, table

RUNS = 200
"""The number of runs that the figure speaks of; fewer are measured, and the cost of one is multiplied: runs do not know
of each other."""


def measure(quick: bool) -> list[table.Row]:
    """Idle runs of either kind with a window each, beside as many processes that only sleep."""
    count, seconds = (10, 8.0) if quick else (40, 30.0)
    rows = []
    for io in ("terminal", "file"):
        with place.made() as here:
            runs = [here.launch(f"rest-{n}", "echo hello; exec sleep 600", io) for n in range(count)]
            place.until(lambda runs=runs, here=here: all(memory._window(here, run) for run in runs))
            time.sleep(6.0)  # a window that was just opened is looked after for some seconds
            pids = [pid for run in runs for pid in (memory._runner(run), *memory._window(here, run))]
            agents = [int(place.record(run, "start.json")["agent"]["pid"]) for run in runs]
            idle, ours, began = _cpu(agents), _cpu(pids), time.monotonic()
            time.sleep(seconds)
            took = time.monotonic() - began
            share = (_cpu(pids) - ours) / took / count * RUNS * 100
            bare = (_cpu(agents) - idle) / took / count * RUNS * 100
        name = f"CPU at rest, {RUNS} runs, io: {io} ({count} measured)"
        rows.append(
            table.Row(name, "sleep", bare, (bare, bare), share, (share, share), "% of a core", share, 2.0,
                      value_unit="%")
        )  # fmt: skip
    return rows


def _cpu(pids: list[int]) -> float:
    """Seconds for which these processes ran, to the nanosecond: a tick of the clock is more than one run uses."""
    total = 0
    for pid in pids:
        with open(f"/proc/{pid}/schedstat", "rb") as file:
            total += int(file.read().split()[0])
    return total / 1e9
