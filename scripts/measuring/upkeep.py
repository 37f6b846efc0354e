"""What is called by programs or looks at everything: the hook, the tick, gc, and ls in a large home."""

import os
import subprocess

from measuring import listing, place, table

_SCAN = """
import os, sys
for entry in os.scandir(sys.argv[1]):
    os.stat(entry.path + "/current")
"""


def measure(quick: bool) -> list[table.Row]:
    """Each beside a bare Python, or beside a scan of the home with one stat(2) a run."""
    rounds = 3 if quick else 9
    with place.made() as here:
        run = here.launch("pattern", "echo done", "file", "--no-window", "--wait")
        bare = [here.python, "-I", "-S", "-c", "pass"]
        attempt = os.path.join(run, "attempts", "001")
        hook = [here.python, "-I", "-S", os.path.join(place.ROOT, "workcell", "faces", "hook.py")]
        env = {**here.env, "WORKCELL_RUN_DIR": run, "WORKCELL_ATTEMPT_DIR": attempt}
        tick = [here.python, "-I", os.path.join(place.ROOT, "workcell", "__main__.py"), "watchdog", "tick"]
        rows = []
        for name, words, bound in (("hook, small event", hook, 3.0), ("tick, nothing to do", tick, 8.0)):
            floors, ours = table.alternate(
                lambda: _cpu(bare, here.env), lambda w=words: _cpu(w, env, b'{"a": 1}'), rounds
            )  # type: ignore[misc]
            rows.append(table.ratio(f"{name}, CPU", "python -I -S", floors, ours, "s", bound))
        runs = os.path.join(here.home, "runs")
        scan = [here.python, "-c", _SCAN, runs]
        before = 0
        for done in (1000,) if quick else (10_000, 50_000):
            listing._fill(here, run, done - before, before)
            before = done
            for verb, bound in ((["ls"], None if quick else 3.0), (["watchdog", "tick"], None), (["gc"], None)):
                floors, ours = table.alternate(
                    lambda: _cpu(scan, here.env), lambda v=verb: _cpu(here.words(*v), here.env), min(rounds, 3)
                )  # type: ignore[misc]
                rows.append(
                    table.ratio(f"{' '.join(verb)}, {done} done, CPU", "scan and stat", floors, ours, "s", bound)
                )
    return rows


def _cpu(words: list[str], env: dict[str, str], text: bytes = b"") -> float:
    """Seconds of CPU time that the program and all that it waited for used."""
    before = os.times()
    ran = subprocess.run(words, input=text, env=env, capture_output=True, timeout=300)
    after = os.times()
    if ran.returncode not in (0, 1):
        raise RuntimeError(f"{words}: {ran.stderr.decode(errors='replace')}")
    return after.children_user + after.children_system - before.children_user - before.children_system
