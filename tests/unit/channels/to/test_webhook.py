"""A webhook against a server on loopback."""

from tests.support import far_ends
from tests.support.notices import parse, send

HOOK = "name: w\nuses: webhook\nevents: all\nurl: {url}/hook\nheaders:\n  Authorization: {{env: H}}\n"


def test_a_webhook_can_drop_a_double():
    with far_ends.web(far_ends.accept) as server:
        adapter = parse(HOOK.format(url=server.url))
        for _ in range(2):
            send(adapter, {"headers.Authorization": "Bearer x"})
    keys = {request.headers["Idempotency-Key"] for request in server.requests}
    assert keys == {"r1.001.failed"}
    assert server.requests[0].headers["Authorization"] == "Bearer x"
    assert server.requests[0].record["schema"] == "workcell.notice/1"
