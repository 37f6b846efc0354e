"""One send to one destination: within its time, its words without secrets, and the pause before the next try."""

import threading
import urllib.parse
from collections.abc import Callable, Mapping

from workcell.base import digest
from workcell.channels.to import protocol, registry
from workcell.channels.to.protocol import Sent
from workcell.texts.adapter import Adapter

Redact = Callable[[str], str]
"""Masks secrets in a text."""


def ask(adapter: Adapter, rendered: protocol.Rendered, fetched: Mapping[str, str], seconds: float) -> Sent:
    """Send by the adapter's own module, and be back within `seconds` whatever the far end does.

    On a thread that is left alone past its time: a name that does not resolve, or an answer that comes one byte a
    minute, obeys no time limit of a socket's.
    """
    found: list[Sent] = []

    def run() -> None:
        try:
            found.append(registry.notifier(adapter.uses).send(rendered, adapter, fetched, seconds))
        except Exception as error:  # a sender must not end a tick; its words may hold a secret
            found.append(Sent(protocol.UNKNOWN, f"our own sender failed: {type(error).__name__}"))

    thread = threading.Thread(target=run, daemon=True, name=f"notify {adapter.name}")
    thread.start()
    thread.join(seconds + 0.25)
    return found[0] if found else Sent(protocol.UNKNOWN, "no answer in time")


def masked(said: str, fetched: Mapping[str, str], redact: Redact) -> str:
    """What a far end said, without the secrets that it was told: it may repeat them."""
    for secret in sorted(fetched.values(), key=len, reverse=True):
        for form in {secret, urllib.parse.quote(secret, safe=""), urllib.parse.quote(secret)}:
            said = said.replace(form, "***")
    return "".join(char if char.isprintable() else " " for char in redact(said))[:300]


def back_off(key: str, tries: int, first: float, most: float) -> float:
    """Seconds until the next try: doubled each time, and spread by a quarter up or down so that none march in step.

    The spread comes from `key`, so that the same state gives the same time.
    """
    spread = int(digest.sha256(f"{key} {tries}".encode())[:8], 16) / (1 << 32)
    return float(min(first * 2 ** min(max(tries, 1) - 1, 32), most) * (0.75 + spread / 2))
