"""Slack: an incoming webhook.

Spoken directly, since Apprise hides Slack's Retry-After and the word that tells a dead webhook from a busy one.
"""

from collections.abc import Mapping

from workcell.channels.to import http
from workcell.channels.to.protocol import DELIVERED, RETRY, UNKNOWN, Destination, Rendered, Sent


def send(notice: Rendered, destination: Destination, secrets: Mapping[str, str], budget_seconds: float) -> Sent:
    """One message: a section in mrkdwn, and the title for the places that show no blocks."""
    body = {
        "text": _escaped(notice.title),
        "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": notice.body, "verbatim": True}}],
        "unfurl_links": False,
        "unfurl_media": False,
    }
    answer = http.ask("POST", secrets["url"], body=body, headers={}, budget_seconds=budget_seconds)
    if isinstance(answer, Sent):
        return answer
    said = answer.text.strip()[:200]
    if answer.status == 200 and said != "ok":
        return Sent(UNKNOWN, "200, but not in Slack's words")
    if answer.status == 200:
        return Sent(DELIVERED, "200 ok")
    if said == "rollup_error":
        return Sent(RETRY, f"{answer.status} {said}", answer.after())
    return http.judge(answer, said)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
