"""Sending what waits in the outbox, with the adapters and templates of this home."""

import time

from workcell.base.errors import WorkcellError
from workcell.judgement.redact import Redactor
from workcell.ops import outbox_flush
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
    redactor = Redactor(())
    return outbox_flush.flush(
        home, usable, time.time(), budget_seconds, templates=places, redact=redactor.text, broken=broken
    )
