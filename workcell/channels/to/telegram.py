"""Telegram: sendMessage of the Bot API.

Spoken directly, since Apprise answers every failure with the same False: a 429 loses its retry_after, and a 400
that will never pass looks like a cut connection.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from workcell.channels.to import http
from workcell.channels.to.protocol import DELIVERED, REFUSED, RETRY, UNKNOWN, Destination, Rendered, Sent

if TYPE_CHECKING:
    from workcell.texts.destinations import TelegramOptions


def send(notice: Rendered, destination: Destination, secrets: Mapping[str, str], budget_seconds: float) -> Sent:
    """One message in HTML; in the topic if one is named, else (or if it is gone) in the chat itself."""
    options: TelegramOptions = destination.options
    body: dict[str, object] = {
        "chat_id": options["chat"],
        "text": notice.body,
        "parse_mode": "HTML",
        "disable_notification": bool(options["silent"]) and not notice.urgent,
        "link_preview_options": {"is_disabled": True},
    }
    if options["topic"] is None:
        return _send(options, secrets, body, budget_seconds)
    found = _send(options, secrets, {**body, "message_thread_id": options["topic"]}, budget_seconds / 2)
    if found.outcome == REFUSED and "thread not found" in found.said:
        # topics get closed and deleted, and in private chats they broke on the server once: the chat still stands
        found = _send(options, secrets, body, budget_seconds / 2)
        if found.outcome == DELIVERED:
            return Sent(DELIVERED, f"{found.said}; topic {options['topic']} is gone, it went to the chat")
    return found


def _send(
    options: TelegramOptions, secrets: Mapping[str, str], body: Mapping[str, object], budget_seconds: float
) -> Sent:
    url = f"{options['api'].rstrip('/')}/bot{secrets['token']}/sendMessage"
    answer = http.ask("POST", url, body=body, headers={}, budget_seconds=budget_seconds)
    if isinstance(answer, Sent):
        return answer
    record = answer.record()
    parameters = record.get("parameters")
    parameters = parameters if isinstance(parameters, dict) else {}
    if answer.status == 200:
        if record.get("ok") is not True:
            # a captive portal answers 200 to everything
            return Sent(UNKNOWN, "200, but not in the words of the Bot API")
        result = record.get("result")
        number = result.get("message_id") if isinstance(result, dict) else None
        return Sent(DELIVERED, f"200 ok, message {number}")
    said = str(record.get("description") or "")
    if answer.status == 429:
        asked = parameters.get("retry_after")
        after = float(asked) if isinstance(asked, int | float) else answer.after()
        return Sent(RETRY, f"429 {said}".strip(), after)
    if "migrate_to_chat_id" in parameters:
        return Sent(REFUSED, f"{answer.status} {said}: the chat is {parameters['migrate_to_chat_id']} now")
    return http.judge(answer, said)
