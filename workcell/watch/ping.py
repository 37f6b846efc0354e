"""The ping: a GET after each tick that went well, for a service that tells a person when none comes any more."""

import os
import threading
import time
from typing import TYPE_CHECKING

from workcell.base import clock, json_codec
from workcell.base.errors import WorkcellError
from workcell.channels.to import http, protocol
from workcell.rundir import heartbeat, layout, seal
from workcell.texts import config

if TYPE_CHECKING:
    from workcell.rundir import schema

PATIENCE = 5.0
"""Maximum seconds for the answer."""

FAULTY = "config.yaml has faults: workcell config lint"


def after_tick(home: str) -> None:
    """Ping the address of config.yaml, if it gives one, and keep what came of it; never raises for what others do.

    The caller has done all of its work and holds no lock: a far end that does not answer delays nothing.
    """
    begun = time.monotonic()
    url, fault = _address(home)
    if url is None and fault is None:
        _forget(home)
        return
    ok, said = (False, fault) if url is None else _ask(url)
    before = heartbeat.last_ping(home)
    at = clock.stamp()
    record: schema.Ping = {
        "schema": "workcell.file.ping/1",
        "at": at,
        "ok": ok,
        "said": str(said),
        "seconds": round(time.monotonic() - begun, 3),
        "failing_since": None if ok else _since(before, at),
    }
    try:
        seal.replace(heartbeat.directory(home), heartbeat.PING, json_codec.encode(record))
    except OSError:
        pass  # the next tick pings again


def _address(home: str) -> tuple[str | None, str | None]:
    """(address, why there is none); neither where the file gives none."""
    try:
        settings = config.read(os.path.join(home, layout.CONFIG))
    except WorkcellError:
        return None, FAULTY
    return settings["watchdog"]["ping"], None


def _ask(url: str) -> tuple[bool, str]:
    """Whether the far end took the GET, and what it said. The address is a secret for some services: no word has it.

    On a thread that is left alone past its time: a name that does not resolve obeys no time limit.
    """
    found: list[http.Answer | protocol.Sent] = []

    def run() -> None:
        found.append(http.ask("GET", url, body=None, headers={}, budget_seconds=PATIENCE))

    thread = threading.Thread(target=run, daemon=True, name="ping")
    thread.start()
    thread.join(PATIENCE + 0.25)
    if not found:
        return False, "no answer in time"
    return _judged(found[0])


def _judged(answer: http.Answer | protocol.Sent) -> tuple[bool, str]:
    sent = answer if isinstance(answer, protocol.Sent) else http.judge(answer, "")
    return sent.outcome == protocol.DELIVERED, sent.said


def _since(before: "schema.Ping | None", at: str) -> str:
    return (before.get("failing_since") if before is not None else None) or at


def _forget(home: str) -> None:
    """No ping is set: what came of an earlier one says nothing."""
    try:
        os.unlink(os.path.join(heartbeat.directory(home), heartbeat.PING))
    except OSError:
        pass
