"""Runs that are started from inside the test process, and what is left of them when everything was killed."""

import os
import signal

from tests.support import lab as labs
from workcell.launch import launch
from workcell.launch.options import Options
from workcell.rundir import layout, look, phase

GONE = (phase.LOST, phase.INTERRUPTED, phase.ORPHANED)


def start(lab: labs.Lab, brief: str, **options: object) -> str:
    """Launch a brief in this process, without a window; the run's directory."""
    repo = str(options.pop("repo", lab.repo))
    prepare = bool(options.pop("prepare", False))
    wanted = Options(repo=repo, shell=os.environ, **options)  # type: ignore[arg-type]
    return launch.launch(launch.Request(lab.home, brief, wanted, window=False, prepare=prepare)).run


def killed(lab: labs.Lab, verify: str | None = "true", command: str = "exec sleep 600", **more: str) -> str:
    """A run whose runner and agent were killed: it waits to be settled."""
    run = start(lab, lab.brief(command, verify, **more))
    seen = lab.phase(run, phase.RUNNING)
    for process in ("runner", "agent"):
        os.kill(seen.start[process]["pid"], signal.SIGKILL)
    lab.phase(run, *GONE)
    labs.eventually(lambda: not labs.alive(seen.start["agent"]["pid"]))
    return run


def ended(lab: labs.Lab, verify: str | None = "true", **more: str) -> str:
    """A run whose agent ended with 0 and whose runner was killed before it could go on: finish has all to do."""
    run = killed(lab, verify, **more)
    record = {
        "schema": "workcell.file.exit/1", "how": "reaped", "code": 0, "signal": None,
        "ended_at": "2026-11-20T05:12:09.042Z", "seconds": 1.5, "cpu_seconds": 0.1, "max_rss_kb": 1000, "error": None,
    }  # fmt: skip
    labs.rewrite_record(run, 1, layout.EXIT, record)
    assert look.at(run).phase == phase.INTERRUPTED
    return run
