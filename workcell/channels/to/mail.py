"""Mail, by SMTP.

Spoken directly, since Apprise hides the server's code (4xx passes by itself, 5xx never) and makes up a new
Message-ID for every try, so that a double could not be told from a second message.
"""

from __future__ import annotations

import email.message
import email.policy
import email.utils
import hashlib
import smtplib
import socket
import ssl
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from workcell.channels.to.protocol import DELIVERED, REFUSED, RETRY, UNKNOWN, Destination, Rendered, Sent

if TYPE_CHECKING:
    from workcell.texts.destinations import EmailOptions

_PORTS = {"starttls": 587, "tls": 465, "none": 25}


def message_id(notice: Rendered, destination: Destination) -> str:
    """The same for every try of one notice to one destination: mail programs then show a double once."""
    options: EmailOptions = destination.options
    token = hashlib.sha256(f"{destination.name}\n{notice.id}".encode()).hexdigest()[:32]
    return f"<{token}@{options['from'].rsplit('@', 1)[1]}>"


def compose(notice: Rendered, destination: Destination) -> email.message.EmailMessage:
    """The mail, as plain text and as HTML."""
    options: EmailOptions = destination.options
    mail = email.message.EmailMessage()
    mail["Subject"] = notice.title
    mail["From"] = options["from"]
    mail["To"] = ", ".join(options["to"])
    mail["Date"] = email.utils.localtime()
    mail["Message-ID"] = message_id(notice, destination)
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(notice.plain, cte="quoted-printable")
    page = "<!doctype html>\n<html><body><p>" + notice.html.replace("\n", "<br>\n") + "</p></body></html>\n"
    mail.add_alternative(page, subtype="html", cte="quoted-printable")
    return mail


def send(notice: Rendered, destination: Destination, secrets: Mapping[str, str], budget_seconds: float) -> Sent:
    """One mail to all addresses; delivered once the server has taken it for at least one of them."""
    options: EmailOptions = destination.options
    security = options["security"]
    port = options["port"] or _PORTS[security]
    data = compose(notice, destination).as_bytes(policy=email.policy.SMTP)
    handed_over = False
    try:
        smtp = _connect(options["host"], port, security, budget_seconds)
        with smtp:
            smtp.ehlo_or_helo_if_needed()
            if security == "starttls":
                smtp.starttls(context=ssl.create_default_context())
                smtp.ehlo()
            if options["user"] is not None:
                smtp.login(options["user"], secrets["password"])
            code, said = smtp.mail(options["from"])
            if code != 250:
                return _answered(code, said)
            taken, turned_away = _recipients(smtp, options["to"])
            if not taken:
                code, said = turned_away[0][1:]
                return _answered(code, said)
            handed_over = True
            code, said = smtp.data(data)
            if code != 250:
                return _answered(code, said)
            words = f"{code} {_words(said)}"
            if turned_away:
                words += "; not taken for " + ", ".join(f"{who} ({code})" for who, code, _ in turned_away)
            return Sent(DELIVERED, words)
    except smtplib.SMTPResponseException as error:
        return _answered(error.smtp_code, error.smtp_error)
    except smtplib.SMTPNotSupportedError:
        return Sent(REFUSED, f"the server offers no {'STARTTLS' if security == 'starttls' else 'such login'}")
    except ssl.SSLError:
        return Sent(RETRY, "TLS failed: the certificate or the protocol was not accepted")
    except (smtplib.SMTPException, OSError) as error:
        if handed_over:
            return Sent(UNKNOWN, "the connection was cut before the server said that it has the mail")
        words = "no answer in time" if isinstance(error, TimeoutError) else "no connection, or it was cut"
        return Sent(RETRY, "the server's name could not be resolved" if isinstance(error, socket.gaierror) else words)


def _connect(host: str, port: int, security: str, budget_seconds: float) -> smtplib.SMTP:
    if security == "tls":
        return smtplib.SMTP_SSL(host, port, timeout=budget_seconds, context=ssl.create_default_context())
    return smtplib.SMTP(host, port, timeout=budget_seconds)


def _recipients(smtp: smtplib.SMTP, addresses: Sequence[str]) -> tuple[list[str], list[tuple[str, int, bytes]]]:
    taken: list[str] = []
    turned_away: list[tuple[str, int, bytes]] = []
    for address in addresses:
        code, said = smtp.rcpt(address)
        if code in (250, 251):
            taken.append(address)
        else:
            turned_away.append((address, code, said))
    return taken, turned_away


def _answered(code: int, said: bytes | str) -> Sent:
    """4xx is for now, 5xx for ever (RFC 5321, 4.2.1)."""
    words = f"{code} {_words(said)}"
    return Sent(REFUSED if 500 <= code < 600 else RETRY, words)


def _words(said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return " ".join(text.split())[:200]
