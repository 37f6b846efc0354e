"""Telegram against a far end on loopback that answers as the Bot API does."""

import json

from tests.support import far_ends
from tests.support.far_ends import Reply
from tests.support.notices import parse, send

TELEGRAM = "name: t\nuses: telegram\nevents: all\ntoken: {{env: T}}\nchat: 42\napi: {url}\n"


def test_the_message_is_html_in_its_topic():
    with far_ends.web(far_ends.telegram) as server:
        adapter = parse(TELEGRAM.format(url=server.url) + "topic: 9\n")
        assert send(adapter, {"token": "123:good-token"}, why="a < b & c").outcome == "delivered"
    record = server.requests[0].record
    assert record["message_thread_id"] == 9
    assert record["chat_id"] == "42"
    assert "a < b & c" in far_ends.telegram_html(record["text"])
    assert "workcell why r1" in far_ends.telegram_html(record["text"])


def test_a_topic_that_is_gone_sends_to_the_chat():
    with far_ends.web(far_ends.telegram) as server:
        adapter = parse(TELEGRAM.format(url=server.url) + "topic: 404\n")
        sent = send(adapter, {"token": "123:good-token"})
    assert sent.outcome == "delivered" and "topic 404 is gone" in sent.said
    assert "message_thread_id" not in server.requests[1].record


def test_its_own_retry_after_is_obeyed():
    with far_ends.web(far_ends.telegram) as server:
        server.plan = [far_ends.telegram_429(31)]
        sent = send(parse(TELEGRAM.format(url=server.url)), {"token": "123:good-token"})
    assert (sent.outcome, sent.after) == ("retry", 31.0)


def test_a_wrong_token_is_refused_without_naming_it():
    with far_ends.web(far_ends.telegram) as server:
        sent = send(parse(TELEGRAM.format(url=server.url)), {"token": "123:bad-token"})
    assert sent.outcome == "refused" and "bad-token" not in sent.said


def test_a_group_that_moved_is_named():
    with far_ends.web(far_ends.telegram) as server:
        body = {
            "ok": False,
            "description": "Bad Request: group upgraded",
            "parameters": {"migrate_to_chat_id": -1007},
        }
        server.plan = [Reply(400, json.dumps(body).encode())]
        sent = send(parse(TELEGRAM.format(url=server.url)), {"token": "123:good-token"})
    assert sent.outcome == "refused" and "-1007" in sent.said
