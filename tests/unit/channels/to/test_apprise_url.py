"""Apprise against a server on loopback."""

import sys

import pytest

from tests.support import far_ends
from tests.support.far_ends import Reply
from tests.support.notices import parse, send

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr':DeprecationWarning")  # of a library that a plugin of it tries


ADAPTER = "name: a\nuses: apprise\nevents: all\nurl: {env: A}\n"


def test_any_url_that_it_knows():
    with far_ends.web(far_ends.accept) as server:
        url = server.url.replace("http://", "json://") + "/x"
        assert send(parse(ADAPTER), {"url": url}).outcome == "delivered"
    assert server.requests[0].record["title"] == "✗ r1 failed"


@pytest.mark.parametrize("reply", [Reply(400, b""), Reply(429, b"", {"Retry-After": "9"}), Reply(cut=True)])
def test_its_failures_are_all_one_to_it(reply):
    with far_ends.web(far_ends.accept) as server:
        server.plan = [reply]
        url = server.url.replace("http://", "json://") + "/x"
        sent = send(parse(ADAPTER), {"url": url})
    assert (sent.outcome, sent.after) == ("unknown", None)


def test_without_it_the_message_waits_and_the_cure_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "apprise", None)
    sent = send(parse(ADAPTER), {"url": "json://nowhere"})
    assert sent.outcome == "retry" and "-m pip install apprise" in sent.said


def test_a_url_that_it_does_not_know_is_refused():
    sent = send(parse(ADAPTER), {"url": "nowhere://secret-part"})
    assert sent.outcome == "refused" and "secret-part" not in sent.said
