"""Posting a notice about a run, or about the home, into the outbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workcell.base import digest
from workcell.channels import outbox
from workcell.cleaning import run_cleaner
from workcell.cleaning.clean import Cleaner
from workcell.rundir import layout, look, needs

if TYPE_CHECKING:
    from workcell.rundir import schema


def about_run(
    seen: look.Look,
    event: str,
    facts: schema.NoticeFacts,
    edge: str = "",
    *,
    cleaner: Cleaner | None = None,
    risk: str | None = None,
) -> bool:
    """Drop a notice about the run; False when the disk refuses: a notice is never a reason to stop.

    `cleaner` holds the secret values; without one they are read from env.json as it is now. Empty facts are left out,
    and a word that is no event of a notice posts nothing. `risk` is that of an approval.
    """
    if not outbox.is_event(event):
        return False
    cleaner = cleaner or run_cleaner.of_run(seen.run)
    shown: Any = {
        key: cleaner.line(value) if isinstance(value, str) else value for key, value in facts.items() if value != ""
    }
    labels = seen.launch.get("labels") if seen.launch is not None else None
    notify = seen.launch.get("notify") if seen.launch is not None else None
    subject = outbox.Subject(seen.id, seen.name, seen.n, labels or (), notify)
    return _posted(layout.home_of(seen.run), outbox.make(subject, event, shown, edge=edge, risk=risk))


def about_call(
    seen: look.Look, call: schema.DeferredCall, facts: schema.NoticeFacts, edge: str, *, cleaner: Cleaner | None = None
) -> bool:
    """Drop the notice of a tool call that waits for a yes or no without any process; as `about_run`."""
    asked: schema.NoticeFacts = {
        "why": facts.get("why") or "it waits for a yes or no" + (f": {call['why']}" if call["why"] else ""),
        "asks": needs.asked(call),
        "command": f"workcell approve {seen.id}",
        "reply": f"workcell deny {seen.id}",
    }
    return about_run(seen, "prompt", {**facts, **asked}, edge, cleaner=cleaner, risk=call["risk"])


def about_home(home: str, name: str, event: str, why: str, edge: str, command: str = "") -> bool:
    """Drop a notice about the home itself rather than one of its runs, with what to type about it, if anything is."""
    facts: schema.NoticeFacts = {"why": why, "command": command} if command else {"why": why}
    key = digest.blake2b(edge.encode("utf-8", "replace"), 8).hex()
    return _posted(home, outbox.make(outbox.Subject("watchdog", name), event, facts, edge=key))


def _posted(home: str, message: schema.Notice) -> bool:
    try:
        outbox.post(home, message)
    except OSError:
        return False
    return True
