"""Slack against a far end on loopback that answers as its webhooks do."""

from tests.support import far_ends
from tests.support.notices import parse, send

SLACK = "name: s\nuses: slack\nevents: all\nurl: {env: S}\n"


def test_a_dead_webhook_is_refused_in_slacks_words():
    with far_ends.web(far_ends.slack) as server:
        sent = send(parse(SLACK), {"url": server.url + "/services/T0/B0/gone"})
    assert (sent.outcome, sent.said) == ("refused", "404 no_service")


def test_no_member_is_mentioned_by_a_run():
    with far_ends.web(far_ends.slack) as server:
        send(parse(SLACK), {"url": server.url + "/services/T0/B0/good"}, why="<!channel> <@U1> & *all*")
    text = server.requests[0].record["blocks"][0]["text"]["text"]
    assert "<" not in text and "&lt;!channel&gt;" in text
