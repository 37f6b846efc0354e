"""How long it takes from Enter to a start on record."""

import os
import subprocess
import time

from measuring import ending, place, table


def measure(quick: bool) -> list[table.Row]:
    """A launch up to start.json, beside a bare tmux session and a bare Python."""
    with place.made() as here:
        ending._repository(here)  # a launch asks git about its tree
        # both servers run before anything is measured
        here.launch("sleeper", "sleep 600")
        socket = os.path.join(here.directory, "bare.sock")
        tmux = ["tmux", "-f", "/dev/null", "-S", socket]
        subprocess.run([*tmux, "new-session", "-d", "sleep 600"], check=True, env=here.env, timeout=10)
        briefs = iter(range(10_000))

        def floor() -> float:
            return place.seconds([*tmux, "new-session", "-d", "true"], env=here.env) + place.seconds(
                [here.python, "-c", "pass"], env=here.env
            )

        def ours() -> float:
            name = f"start-{next(briefs)}"
            words = here.words("launch", here.brief(name, "true"), "--repo", here.tree(f"tree-{name}"))
            began = time.time_ns()
            ran = subprocess.run(words, env=here.env, capture_output=True, text=True, timeout=60, check=True)
            run = os.path.join(here.home, "runs", ran.stdout.strip())
            # the last change of the file's inode is the link that seals it
            took = os.stat(os.path.join(run, "current", "start.json")).st_ctime_ns - began
            place.until(lambda: place.record(run, "result.json"))
            return took / 1e9

        try:
            floors, found = table.alternate(floor, ours, 3 if quick else 15)
        finally:
            subprocess.run([*tmux, "kill-server"], capture_output=True, timeout=10)
    return [table.ratio("launch, Enter to start.json", "tmux new-session + python -c pass", floors, found, "s", 10.0)]
