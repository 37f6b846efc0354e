"""Every sender that speaks HTTP, against a far end on loopback that answers as the real one does."""

import os
import time

import pytest

from tests.support import far_ends
from tests.support.far_ends import Reply
from tests.support.notices import parse, send

TELEGRAM = "name: t\nuses: telegram\nevents: all\ntoken: {{env: T}}\nchat: 42\napi: {url}\n"


SLACK = "name: s\nuses: slack\nevents: all\nurl: {env: S}\n"


NTFY = "name: n\nuses: ntfy\nevents: all\ntopic: mine\nurl: {url}\ntoken: {{env: N}}\n"


HOOK = "name: w\nuses: webhook\nevents: all\nurl: {url}/hook\nheaders:\n  Authorization: {{env: H}}\n"


CLAW = "name: o\nuses: openclaw\nevents: all\nmethod: http\nurl: {url}\ntoken: {{env: O}}\n"


WEB = {
    "telegram": (far_ends.telegram, TELEGRAM, {"token": "123:good-token"}),
    "slack": (far_ends.slack, SLACK, {"url": "{url}/services/T0/B0/good"}),
    "ntfy": (far_ends.ntfy, NTFY, {"token": "tk_good"}),
    "webhook": (far_ends.accept, HOOK, {"headers.Authorization": "Bearer secret-words"}),
    "openclaw": (far_ends.openclaw, CLAW, {"token": "hook-good"}),
}


@pytest.fixture(params=sorted(WEB))
def far(request):
    answers, text, secrets = WEB[request.param]
    with far_ends.web(answers) as server:
        adapter = parse(text if request.param == "slack" else text.format(url=server.url))
        yield server, adapter, {key: value.format(url=server.url) for key, value in secrets.items()}


def test_a_message_is_delivered_and_its_answer_told(far):
    server, adapter, secrets = far
    sent = send(adapter, secrets, why="3 <b>tests</b> & more_failed")
    assert (sent.outcome, len(server.requests)) == ("delivered", 1)
    assert sent.said.startswith("200")


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503])
def test_what_passes_by_itself_is_tried_again(far, status):
    server, adapter, secrets = far
    server.plan = [Reply(status, b"{}")]
    sent = send(adapter, secrets)
    assert (sent.outcome, sent.after) == ("retry", None)
    assert str(status) in sent.said


def test_retry_after_is_told_on(far):
    server, adapter, secrets = far
    server.plan = [Reply(429, b"slow down", {"Retry-After": "7"})]
    assert send(adapter, secrets).after == 7.0


def test_retry_after_may_be_a_date(far):
    server, adapter, secrets = far
    date = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 100))
    server.plan = [Reply(503, b"", {"Retry-After": date})]
    after = send(adapter, secrets).after
    assert after is not None and 90 < after <= 100


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_what_never_passes_is_refused(far, status):
    server, adapter, secrets = far
    server.plan = [Reply(status, b"no")]
    sent = send(adapter, secrets)
    assert sent.outcome == "refused"
    assert str(status) in sent.said


def test_a_redirect_takes_no_secret_elsewhere(far):
    server, adapter, secrets = far
    with far_ends.web(far_ends.accept) as elsewhere:
        server.plan = [Reply(307, b"", {"Location": elsewhere.url})]
        assert send(adapter, secrets).outcome == "refused"
        assert elsewhere.requests == []


def test_a_cut_connection_may_have_arrived(far):
    server, adapter, secrets = far
    server.plan = [Reply(cut=True)]
    sent = send(adapter, secrets)
    assert (sent.outcome, len(server.requests)) == ("unknown", 1)


def test_a_slow_answer_is_not_waited_for(far):
    server, adapter, secrets = far
    server.plan = [Reply(late=30)]
    begun = time.monotonic()
    assert send(adapter, secrets, 0.5).outcome == "unknown"
    assert time.monotonic() - begun < 15


def test_without_a_server_nothing_has_arrived(far):
    server, adapter, secrets = far
    port = far_ends.free_port()
    moved = {key: value.replace(server.url, f"http://127.0.0.1:{port}") for key, value in secrets.items()}
    options = {
        key: value.replace(server.url, f"http://127.0.0.1:{port}") if isinstance(value, str) else value
        for key, value in adapter.options.items()
    }
    sent = send(type(adapter)(**{**adapter.__dict__, "options": options}), moved)
    assert sent.outcome == "retry"
    assert "refused or unreachable" in sent.said


@pytest.mark.parametrize("reply", [Reply(cut=True), Reply(late=30), Reply(401, b"no"), Reply(500, b"")])
def test_no_answer_holds_a_secret(far, reply):
    server, adapter, secrets = far
    server.plan = [reply]
    sent = send(adapter, secrets, 0.5)
    assert not any(secret in sent.said for secret in secrets.values())


@pytest.mark.parametrize("kind", ["telegram", "slack", "ntfy", "openclaw"])
def test_a_captive_portal_is_no_delivery(kind):
    _, text, secrets = WEB[kind]
    with far_ends.web(lambda request: Reply(200, b"<html>please log in</html>")) as server:
        adapter = parse(text if kind == "slack" else text.format(url=server.url))
        sent = send(adapter, {key: value.format(url=server.url) for key, value in secrets.items()})
    assert sent.outcome == "unknown"


def test_netrc_adds_nothing_to_a_request(tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password not-yours\n")
    os.chmod(netrc, 0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    with far_ends.web(far_ends.accept) as server:
        send(parse(f"name: w\nuses: webhook\nevents: all\nurl: {server.url}\n"), {})
    assert "Authorization" not in server.requests[0].headers
