"""ntfy against a far end on loopback that answers as its server does."""

from tests.support import far_ends
from tests.support.notices import parse, send


def test_ntfy_takes_a_user_and_password():
    with far_ends.web(far_ends.ntfy) as server:
        text = f"name: n\nuses: ntfy\nevents: all\ntopic: {{env: T}}\nurl: {server.url}\n"
        text += "user: me\npassword: {env: P}\n"
        assert send(parse(text), {"password": "good-password", "topic": "hidden"}).outcome == "delivered"
    assert server.requests[0].record["topic"] == "hidden"
