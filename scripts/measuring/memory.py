"""What a live run costs in memory: its runner and its window, as proportional set size (PSS)."""

import os
import statistics
import subprocess
import sys

from measuring import place, table


def pss(pid: int, key: str = "Pss") -> float:
    """Megabytes of a process, each page divided by the number of processes that share it (Rss: each page whole)."""
    with open(f"/proc/{pid}/smaps_rollup") as file:
        for line in file:
            if line.startswith(f"{key}:"):
                return int(line.split()[1]) / 1000
    raise RuntimeError(f"no {key} for {pid}")


def measure(quick: bool) -> list[table.Row]:
    """One runner alone, then many together; beside a Python that does nothing and a shell that waits."""
    many = 5 if quick else 20
    with place.made() as here:
        bare = subprocess.Popen([sys.executable, "-I", "-S", "-c", "input()"], stdin=subprocess.PIPE)
        shell = subprocess.Popen(["sh", "-c", "exec 3<&0; cat <&3 & wait"], stdin=subprocess.PIPE)
        try:
            runs = [here.launch("sit-0", "sleep 600", "terminal")]
            place.until(lambda: _window(here, runs[0]))
            alone, whole = pss(_runner(runs[0])), pss(_runner(runs[0]), "Rss")
            python_whole = pss(bare.pid, "Rss")
            for number in range(1, many):
                runs.append(here.launch(f"sit-{number}", "sleep 600", "terminal"))
            place.until(lambda: all(_window(here, run) for run in runs))
            runners = [pss(_runner(run)) for run in runs]
            windows = [sum(pss(pid) for pid in _window(here, run)) for run in runs]
            python = pss(bare.pid)
            waiting = pss(shell.pid) + sum(pss(child) for child in _children(shell.pid))
        finally:
            for process in (bare, shell):
                process.kill()
                process.wait()

    def row(name: str, floor: str, low: float, found: list[float], bound: float | None) -> table.Row:
        median = statistics.median(found)
        return table.Row(
            name, floor, low, (low, low), median, table.spread(found), "MB", median, bound, value_unit="MB"
        )

    return [
        row("runner, PSS, alone", "python -I -S", python, [alone], 6.0),
        row("runner, RSS (every shared page whole)", "python -I -S", python_whole, [whole], None),
        row(f"runner, PSS, {many} together", "python -I -S", python, runners, 6.0),
        row(f"window, PSS, {many} together", "sh and cat", waiting, windows, 1.0),
    ]


def _runner(run: str) -> int:
    return int(place.record(run, "start.json")["runner"]["pid"])


def _children(pid: int) -> list[int]:
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return [int(word) for word in file.read().split()]


def _window(here: place.Place, run: str) -> list[int]:
    """The processes of the run's window: the pane's own and what it started; none until it waits."""
    socket = os.path.join(here.home, "tmux.sock")
    name = os.path.basename(run)
    ran = subprocess.run(
        ["tmux", "-S", socket, "list-panes", "-t", f"={name}:", "-F", "#{pane_pid}"],
        capture_output=True, text=True, timeout=10,
    )  # fmt: skip
    if ran.returncode:
        return []
    found = [int(word) for word in ran.stdout.split()]
    children = [child for pid in found for child in _children(pid)]
    return found + children if children else []
