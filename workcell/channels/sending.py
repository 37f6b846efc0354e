"""Sending what waits in the outbox, with the adapters, templates and secrets of this home."""

import os
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from workcell.base.errors import WorkcellError
from workcell.channels import outbox
from workcell.rundir import layout, maildir, notice

if TYPE_CHECKING:
    from workcell.channels.notify import Tested
    from workcell.channels.outbox_flush import Report
    from workcell.texts.adapter import Adapter
    from workcell.texts.document import Fault

BUDGET = 20.0
"""Seconds that a verb may spend on sending; what is left over waits for the next one."""


class Shelf(NamedTuple):
    """The adapters of a home: those that can be used, and what is wrong with the others."""

    usable: list["Adapter"]
    broken: list[str]
    faults: list["Fault"]


def waiting(home: str, budget_seconds: float = BUDGET) -> "Report | None":
    """Send what waits, if anything does. Never under a run's lock: a far end may take its time.

    What sends (HTTP clients, a YAML parser, templates: some 90 ms) is imported only then.
    """
    return deliver(home, budget_seconds) if outbox.waiting(home) else None


def adapters(home: str) -> Shelf:
    """Every adapter of the user before the shipped ones."""
    from workcell.texts import adapter, document
    from workcell.texts import search_path as shelf

    found = Shelf([], [], [])
    for item in shelf.items("adapters", None, home):
        try:
            found.usable.append(adapter.load(item.path))
        except document.Faulty as error:
            found.broken.append(item.name)
            found.faults.extend(error.faults)
        except WorkcellError as error:
            found.broken.append(item.name)
            found.faults.append(document.Fault(item.path, None, error.message, error.hint))
    return found


def test(home: str, name: str) -> "Tested":
    """Really send a test message to one adapter; NotFound for a name that there is not."""
    from workcell.channels import notify
    from workcell.cleaning.redact import Redactor

    redact = Redactor(secrets(home)).text
    return notify.notify_test(adapters(home).usable, name, templates=templates(home), redact=redact)


def templates(home: str) -> list[str]:
    """Folders with templates of notices, the user's first."""
    from workcell.texts import search_path as shelf

    return [place for _, place in shelf.folders("templates", None, home)]


def deliver(home: str, budget_seconds: float) -> "Report":
    """Send what is due, for at most `budget_seconds`; never raises for what a destination does."""
    from workcell.channels import outbox_flush
    from workcell.cleaning.redact import Redactor

    found = adapters(home)
    means = outbox_flush.Means(found.usable, templates(home), Redactor(secrets(home)).text, found.broken)
    return outbox_flush.flush(home, means, time.time(), budget_seconds)


def secrets(home: str) -> Iterator[str]:
    """The secret values of the runs of the waiting notices: no notice may carry them."""
    from workcell.cleaning import run_cleaner

    box = notice.box(home)
    runs = set()
    for part in (notice.NEW, notice.CUR):
        for name in maildir.waiting(box, part):
            message = maildir.read(box, name, part)
            if message is not None:
                runs.add(str(message.get("run")))
    for run in runs - {"None", ""}:
        yield from run_cleaner.values(os.path.join(home, layout.RUNS, os.path.basename(run)))
