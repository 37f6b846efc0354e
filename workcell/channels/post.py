"""Posting a notice about a run, or about the home, into the outbox."""

import hashlib
from collections.abc import Mapping
from typing import Any

from workcell.channels import outbox
from workcell.cleaning import run_cleaner
from workcell.cleaning.clean import Cleaner
from workcell.rundir import layout, look, vocabulary


def about_run(
    seen: look.Look,
    event: str,
    facts: Mapping[str, Any],
    edge: str = "",
    *,
    cleaner: Cleaner | None = None,
) -> bool:
    """Drop a notice about the run; False when the disk refuses: a notice is never a reason to stop.

    `cleaner` holds the secret values; without one they are read from env.json as it is now.
    """
    cleaner = cleaner or run_cleaner.of_run(seen.run)
    shown = {key: cleaner.line(value) if isinstance(value, str) else value for key, value in facts.items()}
    launched = seen.launch
    if event not in vocabulary.NOTICE_EVENTS:
        return False
    message = outbox.make(
        run=seen.id,
        name=seen.name,
        attempt=seen.n,
        event=event,
        edge=edge,
        labels=(launched.get("labels") if launched else None) or (),
        notify=launched.get("notify") if launched else None,
        facts=shown,
    )
    try:
        outbox.post(layout.home_of(seen.run), message)
    except OSError:
        return False
    return True


def about_home(home: str, name: str, event: str, why: str, edge: str) -> bool:
    """Drop a notice about the home itself rather than one of its runs."""
    key = hashlib.blake2b(edge.encode("utf-8", "replace"), digest_size=8).hexdigest()
    message = outbox.make(run="watchdog", name=name, attempt=1, event=event, edge=key, facts={"why": why})
    try:
        outbox.post(home, message)
    except OSError:
        return False
    return True
