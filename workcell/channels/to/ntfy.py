"""ntfy: one JSON document to the server's root.

Spoken directly, since Apprise hides which of ntfy's refusals pass by themselves (429) and which do not (401, 403).
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import TYPE_CHECKING

from workcell.channels.to import http
from workcell.channels.to.protocol import DELIVERED, UNKNOWN, Destination, Rendered, Sent

if TYPE_CHECKING:
    from workcell.texts.destinations import NtfyOptions


def send(notice: Rendered, destination: Destination, secrets: Mapping[str, str], budget_seconds: float) -> Sent:
    """One message in Markdown, with a higher priority when it is urgent."""
    options: NtfyOptions = destination.options
    headers = {}
    if "token" in secrets:
        headers["Authorization"] = f"Bearer {secrets['token']}"
    elif options["user"] is not None:
        pair = f"{options['user']}:{secrets['password']}".encode()
        headers["Authorization"] = "Basic " + base64.b64encode(pair).decode()
    body = {
        "topic": secrets.get("topic") or options["topic"],
        "title": notice.title,
        "message": notice.body,
        "markdown": True,
        "priority": 4 if notice.urgent else 3,
        "tags": [notice.event],
    }
    answer = http.ask("POST", str(options["url"]), body=body, headers=headers, budget_seconds=budget_seconds)
    if isinstance(answer, Sent):
        return answer
    record = answer.record()
    if answer.status == 200:
        if not isinstance(record.get("id"), str):
            return Sent(UNKNOWN, "200, but not in ntfy's words")
        return Sent(DELIVERED, f"200, message {record['id']}")
    return http.judge(answer, str(record.get("error") or ""))
