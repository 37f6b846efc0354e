"""One flush of the outbox with everything that it needs: adapters, templates, secrets to mask."""

import os
import time
from collections.abc import Iterator

from workcell.base.errors import WorkcellError
from workcell.judgement.redact import Redactor
from workcell.ops import holds, outbox_flush
from workcell.rundir import layout, look, maildir, notice
from workcell.texts import adapter, shelf
from workcell.texts.adapter import Adapter


def adapters(home: str) -> tuple[list[Adapter], list[str]]:
    """(every adapter that can be used, the names of those whose files have faults)."""
    found, broken = [], []
    for item in shelf.items("adapters", None, home):
        try:
            found.append(adapter.load(item.path))
        except WorkcellError:
            broken.append(item.name)
    return found, broken


def deliver(home: str, budget_seconds: float) -> outbox_flush.Report:
    """Send what is due, for at most `budget_seconds`; never raises for what a destination does."""
    usable, broken = adapters(home)
    places = [place for _, place in shelf.folders("templates", None, home)]
    redactor = Redactor(secrets(home))
    return outbox_flush.flush(
        home, usable, time.time(), budget_seconds, templates=places, redact=redactor.text, broken=broken
    )


def secrets(home: str) -> Iterator[str]:
    """Values that the runs of the waiting notices call secret: no notice may carry them."""
    box = notice.box(home)
    runs = set()
    for part in (notice.NEW, notice.CUR):
        for name in maildir.waiting(box, part):
            runs.add(str((maildir.read(box, name, part) or {}).get("run")))
    for run in runs - {"None", ""}:
        directory = os.path.join(home, layout.RUNS, os.path.basename(run))
        n = layout.current(directory)
        attempt = look.read_record(layout.attempt(directory, n), layout.ATTEMPT, []) if n else None
        env = holds.environment(directory)
        names = {*((attempt or {}).get("secrets") or ()), *holds.KEYS}
        yield from (env[name] for name in names if env.get(name))
