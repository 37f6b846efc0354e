"""Mail against an SMTP server on loopback."""

import email
import email.policy

import pytest

from tests.support import far_ends
from tests.support.notices import parse, send

MAIL = """\
name: m
uses: email
events: all
to: [you@example.org, me@example.org]
from: workcell@example.org
host: 127.0.0.1
port: {port}
security: none
"""


def test_it_arrives_as_text_and_html_under_one_message_id():
    with far_ends.smtp() as server:
        adapter = parse(MAIL.format(port=server.port))
        for _ in range(2):
            assert send(adapter, {}, why="ünïcode & <b>\n.\nlines").outcome == "delivered"
    first, second = (email.message_from_bytes(mail.data, policy=email.policy.default) for mail in server.mails)
    assert server.mails[0].recipients == ["you@example.org", "me@example.org"]
    assert first["Message-ID"] == second["Message-ID"] and first["Message-ID"].endswith("@example.org>")
    assert first["Subject"] == "✗ r1 failed"
    assert "ünïcode & <b> . lines" in first.get_body(("plain",)).get_content()
    assert "ünïcode &amp; &lt;b&gt;" in first.get_body(("html",)).get_content()


@pytest.mark.parametrize(
    ("verb", "answer", "outcome"),
    [
        ("MAIL", b"451 4.3.0 later", "retry"),
        ("MAIL", b"550 5.7.1 never", "refused"),
        ("RCPT", b"450 4.2.0 greylisted", "retry"),
        ("RCPT", b"550 5.1.1 no such user", "refused"),
        ("DATA", b"452 4.3.1 full", "retry"),
        (".", b"451 4.3.0 later", "retry"),
        (".", b"554 5.7.1 spam", "refused"),
        ("EHLO", None, "retry"),
        ("MAIL", None, "retry"),
        ("RCPT", None, "retry"),
        (".", None, "unknown"),
    ],
)
def test_what_the_server_says_decides(verb, answer, outcome):
    with far_ends.smtp() as server:
        server.answers[verb] = answer
        assert send(parse(MAIL.format(port=server.port)), {}).outcome == outcome


def test_an_address_that_is_not_taken_is_named():
    with far_ends.smtp() as server:
        server.answers["RCPT me@example.org"] = b"550 5.1.1 no such user"
        sent = send(parse(MAIL.format(port=server.port)), {})
    assert sent.outcome == "delivered" and "me@example.org (550)" in sent.said


def test_a_wrong_password_is_refused_without_naming_it():
    with far_ends.smtp() as server:
        adapter = parse(MAIL.format(port=server.port) + "user: me\npassword: {env: P}\n")
        assert send(adapter, {"password": "good"}).outcome == "delivered"
        sent = send(adapter, {"password": "wrong-password"})
    assert sent.outcome == "refused" and "wrong-password" not in sent.said
    assert len(server.mails) == 1


def test_a_server_without_starttls_gets_no_mail():
    with far_ends.smtp() as server:
        adapter = parse(MAIL.format(port=server.port).replace("security: none", "security: starttls"))
        assert send(adapter, {}).outcome == "refused"
    assert server.mails == []


def test_without_a_server_it_is_tried_again():
    assert send(parse(MAIL.format(port=far_ends.free_port())), {}).outcome == "retry"
