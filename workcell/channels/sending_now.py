"""One flush of the outbox with everything that it needs: adapters, templates, secrets to mask."""

import os
import time
from collections.abc import Iterator
from typing import NamedTuple

from workcell.base.errors import WorkcellError
from workcell.channels import notify, outbox_flush
from workcell.cleaning import run_cleaner
from workcell.cleaning.redact import Redactor
from workcell.rundir import layout, maildir, notice
from workcell.texts import adapter, search_path
from workcell.texts.adapter import Adapter
from workcell.texts.document import Fault, Faulty


class Shelf(NamedTuple):
    """The adapters of a home: those that can be used, and what is wrong with the others."""

    usable: list[Adapter]
    broken: list[str]
    faults: list[Fault]


def adapters(home: str) -> Shelf:
    """Every adapter of the user before the shipped ones."""
    found = Shelf([], [], [])
    for item in search_path.items("adapters", None, home):
        try:
            found.usable.append(adapter.load(item.path))
        except Faulty as error:
            found.broken.append(item.name)
            found.faults.extend(error.faults)
        except WorkcellError as error:
            found.broken.append(item.name)
            found.faults.append(Fault(item.path, None, error.message, error.hint))
    return found


def test(home: str, name: str) -> notify.Tested:
    """Really send a test message to one adapter; NotFound for a name that there is not."""
    return notify.notify_test(
        adapters(home).usable, name, templates=templates(home), redact=Redactor(secrets(home)).text
    )


def templates(home: str) -> list[str]:
    """Folders with templates of notices, the user's first."""
    return [place for _, place in search_path.folders("templates", None, home)]


def deliver(home: str, budget_seconds: float) -> outbox_flush.Report:
    """Send what is due, for at most `budget_seconds`; never raises for what a destination does."""
    found = adapters(home)
    redactor = Redactor(secrets(home))
    return outbox_flush.flush(
        home,
        found.usable,
        time.time(),
        budget_seconds,
        templates=templates(home),
        redact=redactor.text,
        broken=found.broken,
    )


def secrets(home: str) -> Iterator[str]:
    """The secret values of the runs of the waiting notices: no notice may carry them."""
    box = notice.box(home)
    runs = set()
    for part in (notice.NEW, notice.CUR):
        for name in maildir.waiting(box, part):
            runs.add(str((maildir.read(box, name, part) or {}).get("run")))
    for run in runs - {"None", ""}:
        yield from run_cleaner.values(os.path.join(home, layout.RUNS, os.path.basename(run)))
