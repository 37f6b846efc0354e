"""A webhook: one JSON document to a URL of the user's.

Spoken directly, since Apprise hides the status and Retry-After, and knows no Idempotency-Key.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from workcell.channels.to import http
from workcell.channels.to.protocol import REFUSED, Destination, Rendered, Sent

if TYPE_CHECKING:
    from workcell.texts.destinations import WebhookOptions


def send(notice: Rendered, destination: Destination, secrets: Mapping[str, str], budget_seconds: float) -> Sent:
    """The fields of the notice; the header Idempotency-Key lets the far end drop a double."""
    options: WebhookOptions = destination.options
    headers = {"Idempotency-Key": notice.id, **options["headers"]}
    for key, secret in secrets.items():
        if key.startswith("headers."):
            headers[key.removeprefix("headers.")] = secret
    try:
        for value in headers.values():
            value.encode("latin-1")
    except UnicodeEncodeError:
        return Sent(REFUSED, "a header is not valid")
    url = secrets.get("url") or str(options["url"])
    answer = http.ask(options["method"], url, body=notice.fields, headers=headers, budget_seconds=budget_seconds)
    return answer if isinstance(answer, Sent) else http.judge(answer, answer.text.strip()[:200])
