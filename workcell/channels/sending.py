"""Sending what waits in the outbox, with the adapters and templates of this home."""

import importlib

from workcell.channels import outbox

TYPE_CHECKING = False
if TYPE_CHECKING:
    from workcell.channels.outbox_flush import Report

BUDGET = 20.0
"""Seconds that a verb may spend on sending; what is left over waits for the next one."""


def waiting(home: str, budget_seconds: float = BUDGET) -> "Report | None":
    """Send what waits, if anything does. Never under a run's lock: a far end may take its time."""
    if not outbox.waiting(home):
        return None
    # senders bring HTTP clients and templates along: nobody pays for them who has nothing to say
    report: Report = importlib.import_module("workcell.channels.sending_now").deliver(home, budget_seconds)
    return report
