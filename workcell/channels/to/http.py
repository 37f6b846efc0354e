"""One HTTP request with a time limit, and what its answer means for a message."""

from __future__ import annotations

import email.utils
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import requests
import urllib3.exceptions

from workcell.channels.to.protocol import DELIVERED, REFUSED, RETRY, UNKNOWN, Sent

if TYPE_CHECKING:
    from workcell.base.json_codec import Json

_MOST = 1 << 16
_LONGEST_WAIT = 86400.0
_NOT_SENT = (
    urllib3.exceptions.NewConnectionError,
    urllib3.exceptions.NameResolutionError,
    urllib3.exceptions.ConnectTimeoutError,
    urllib3.exceptions.SSLError,
    urllib3.exceptions.ProxyError,
)
_LATER = (408, 421, 423, 425, 429)


@dataclass(frozen=True)
class Answer:
    """A whole answer of a far end."""

    status: int
    headers: Mapping[str, str]
    text: str

    def record(self) -> Json:
        """The JSON object in the body; empty when it is none."""
        try:
            found = json.loads(self.text)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    def after(self) -> float | None:
        """Seconds that Retry-After asks for, as a number or as a date."""
        value = self.headers.get("Retry-After", "").strip()
        if not value:
            return None
        try:
            seconds = float(value)
        except ValueError:
            try:
                seconds = email.utils.parsedate_to_datetime(value).timestamp() - time.time()
            except (TypeError, ValueError, OverflowError):
                return None
        return min(max(seconds, 0.0), _LONGEST_WAIT) if seconds == seconds else None


_JSON = {"Content-Type": "application/json"}


def ask(
    method: str, url: str, *, body: Mapping[str, object] | None, headers: Mapping[str, str], budget_seconds: float
) -> Answer | Sent:
    """Send `body` as JSON, or no body; the answer, or what can be said without one.

    Redirects are not followed: a POST would become a GET, and a secret header go to another host. Nothing that
    `requests` says of a failure is passed on, since its words hold the URL, and the URL may be a secret.
    """
    end = time.monotonic() + budget_seconds
    session = requests.Session()
    session.auth = _no_netrc
    try:
        with session.request(
            method,
            url,
            data=None if body is None else json.dumps(body).encode(),
            headers={"User-Agent": "workcell", **({} if body is None else _JSON), **headers},
            timeout=(max(0.1, budget_seconds), max(0.1, budget_seconds)),
            allow_redirects=False,
            stream=True,
        ) as answer:
            data = bytearray()
            for chunk in answer.iter_content(4096):
                data += chunk
                if len(data) >= _MOST:
                    break
                if time.monotonic() > end:
                    # the status line is the answer; only the rest of its words is missing
                    break
            return Answer(answer.status_code, answer.headers, bytes(data[:_MOST]).decode("utf-8", "replace"))
    except requests.exceptions.RequestException as error:
        return _without_answer(error)
    except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
        # a URL or header that urllib3 refuses to send at all, or a proxy variable that is no URL
        if isinstance(error, ValueError):
            return Sent(REFUSED, "the address or a header is not valid")
        return Sent(UNKNOWN, f"the connection broke before an answer ({type(error).__name__})")
    finally:
        session.close()


def judge(answer: Answer, said: str) -> Sent:
    """What the status of an answer means where the far end keeps to HTTP; `said` is its own word for it."""
    words = f"{answer.status} {said}".strip()
    if 200 <= answer.status < 300:
        return Sent(DELIVERED, words)
    if answer.status in _LATER or answer.status >= 500:
        return Sent(RETRY, words, answer.after())
    if 300 <= answer.status < 400:
        return Sent(REFUSED, f"{words}: the address has moved; redirects are not followed")
    return Sent(REFUSED, words)


def _no_netrc(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Stands in for requests' own look into ~/.netrc, which would add credentials that no adapter names."""
    return request


def _without_answer(error: requests.exceptions.RequestException) -> Sent:
    """Whether a failure came before anything was sent (again later) or after (it may have arrived)."""
    if isinstance(error, requests.exceptions.ReadTimeout):
        return Sent(UNKNOWN, "no answer in time")
    if isinstance(error, ValueError) and not isinstance(error, requests.exceptions.JSONDecodeError):
        return Sent(REFUSED, "the address or a header is not valid")
    reason: object = error.args[0] if error.args else error
    reason = getattr(reason, "reason", None) or reason
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return Sent(RETRY, "no connection in time")
    if isinstance(reason, urllib3.exceptions.NameResolutionError):
        return Sent(RETRY, "the name of the far end could not be resolved")
    if isinstance(error, requests.exceptions.SSLError) or isinstance(reason, urllib3.exceptions.SSLError):
        return Sent(RETRY, "TLS failed: the certificate or the protocol was not accepted")
    if isinstance(error, requests.exceptions.ProxyError):
        return Sent(RETRY, "the proxy could not be used")
    if isinstance(reason, _NOT_SENT):
        return Sent(RETRY, "no connection: refused or unreachable")
    return Sent(UNKNOWN, "the connection was cut before an answer")
