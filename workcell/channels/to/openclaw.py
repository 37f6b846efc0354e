"""OpenClaw: a system event, by its program or by its HTTP hook.

What is sent becomes a line of an agent's prompt that is not marked as foreign, so it is the wake text alone: words
of workcell's own. The gateway drops a text equal to the one before, so the text names run, attempt and edge; it
forgets what it queued when it restarts, and `queued` is all that it answers.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from workcell.base.errors import Unreachable
from workcell.channels.to import http
from workcell.channels.to.protocol import DELIVERED, REFUSED, RETRY, UNKNOWN, Destination, Rendered, Sent
from workcell.system import run_program

if TYPE_CHECKING:
    from workcell.texts.destinations import OpenclawOptions

_FOR_EVER = ("unauthorized", "unknown option", "required option", "pairing required")


def send(notice: Rendered, destination: Destination, secrets: Mapping[str, str], budget_seconds: float) -> Sent:
    """Queue the wake text of a notice as a system event."""
    options: OpenclawOptions = destination.options
    if options["method"] == "http":
        return _by_http(notice, options, secrets, budget_seconds)
    return _by_program(notice, options, secrets, budget_seconds)


def _by_http(notice: Rendered, options: OpenclawOptions, secrets: Mapping[str, str], budget_seconds: float) -> Sent:
    body: dict[str, str] = {"text": notice.wake, "mode": options["mode"]}
    if options["session_key"] is not None:
        body["sessionKey"] = options["session_key"]
    url = str(options["url"]).rstrip("/") + "/hooks/wake"
    headers = {"Authorization": f"Bearer {secrets['token']}"}
    answer = http.ask("POST", url, body=body, headers=headers, budget_seconds=budget_seconds)
    if isinstance(answer, Sent):
        return answer
    record = answer.record()
    if answer.status == 200:
        if record.get("ok") is not True:
            return Sent(UNKNOWN, "200, but not in the gateway's words")
        return Sent(DELIVERED, f"200 {record.get('eventOutcome') or 'ok'}")
    if answer.status == 409:
        return Sent(RETRY, "409: the session is busy")
    return http.judge(answer, str(record.get("error") or answer.text.strip()[:200]))


def _by_program(notice: Rendered, options: OpenclawOptions, secrets: Mapping[str, str], budget_seconds: float) -> Sent:
    argv = [options["program"], "system", "event", "--text", notice.wake, "--mode", options["mode"]]
    if options["session_key"] is not None:
        argv += ["--session-key", options["session_key"]]
    argv += ["--timeout", str(max(1000, int(budget_seconds * 1000) - 500))]
    env = dict(os.environ)
    # its own flags for these would show the token to everybody who can list processes
    if options["url"] is not None:
        env["OPENCLAW_GATEWAY_URL"] = options["url"]
    if "token" in secrets:
        env["OPENCLAW_GATEWAY_TOKEN"] = secrets["token"]
    try:
        ran = run_program.run(argv, timeout=budget_seconds, env=env)
    except Unreachable as error:
        return Sent(RETRY, error.message)
    if ran.timed_out:
        return Sent(UNKNOWN, "openclaw did not end in time")
    if ran.ok:
        return Sent(DELIVERED, "openclaw says ok")
    said = ran.complaint()
    return Sent(REFUSED if any(word in said for word in _FOR_EVER) else RETRY, f"openclaw: {said}")
