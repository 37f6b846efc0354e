"""Far ends on loopback that answer like the real ones, and go wrong on request."""

import base64
import http.server
import json
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from tests.support import lab


@dataclass
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def record(self) -> Any:
        return json.loads(self.body)


@dataclass
class Reply:
    """What the far end does: an answer, or `cut` (closes without one), or `late` (seconds before it answers)."""

    status: int = 200
    body: bytes = b"ok"
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    late: float = 0.0


class Web:
    """An HTTP server. `plan` is what the next requests get, then `otherwise` for ever."""

    def __init__(self, otherwise: Callable[[Request], Reply]) -> None:
        self.requests: list[Request] = []
        self.plan: list[Reply] = []
        self.otherwise = otherwise
        self.released = threading.Event()
        self._lock = threading.Lock()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args: object) -> None:
                pass

            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                if len(body) < length:
                    return  # whoever sent this died in the middle of it
                request = Request(self.command, self.path, dict(self.headers.items()), body)
                with outer._lock:
                    outer.requests.append(request)
                    reply = outer.plan.pop(0) if outer.plan else outer.otherwise(request)
                if reply.cut:
                    self.connection.shutdown(socket.SHUT_RDWR)
                    self.close_connection = True
                    return
                if reply.late:
                    outer.released.wait(reply.late)
                try:
                    self.send_response(reply.status)
                    for name, value in reply.headers.items():
                        self.send_header(name, value)
                    self.send_header("Content-Length", str(len(reply.body)))
                    self.end_headers()
                    self.wfile.write(reply.body)
                except OSError:
                    pass  # whoever asked has gone

            do_PUT = do_GET = do_POST

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False
            request_queue_size = 64

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


@contextmanager
def web(otherwise: Callable[[Request], Reply]) -> Iterator[Web]:
    server = Web(otherwise)
    try:
        yield server
    finally:
        server.close()


def telegram(request: Request) -> Reply:
    """sendMessage as the Bot API answers it, with its checks of the HTML."""
    head, _, method = request.path.rpartition("/")
    if method != "sendMessage" or head != "/bot123:good-token":
        return _telegram(401 if head != "/bot123:good-token" else 404, "Unauthorized")
    record = request.record
    if record.get("message_thread_id") == 404:
        return _telegram(400, "Bad Request: message thread not found")
    try:
        text = telegram_html(record["text"])
    except ValueError as error:
        return _telegram(400, f"Bad Request: can't parse entities: {error}")
    if not text.strip():
        return _telegram(400, "Bad Request: message text is empty")
    if len(text.encode("utf-16-le")) // 2 > 4096:
        return _telegram(400, "Bad Request: message is too long")
    return Reply(200, json.dumps({"ok": True, "result": {"message_id": 7}}).encode())


def _telegram(status: int, words: str, **parameters: object) -> Reply:
    answer: dict[str, object] = {"ok": False, "error_code": status, "description": words}
    if parameters:
        answer["parameters"] = parameters
    return Reply(status, json.dumps(answer).encode())


def telegram_429(seconds: int) -> Reply:
    return _telegram(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)


def telegram_html(text: str) -> str:
    """The text that Telegram shows; ValueError for what it would refuse."""
    parser = _TelegramHTML()
    parser.feed(text)
    parser.close()
    if parser.open:
        raise ValueError(f"<{parser.open[-1]}> is never closed")
    if parser.rawdata:
        raise ValueError("an unfinished tag")
    return "".join(parser.text)


class _TelegramHTML(HTMLParser):
    """b, i, u, s, code, pre and a, nested and closed; &lt; &gt; &amp; &quot; and numbers."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.open: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in ("b", "i", "u", "s", "code", "pre", "a"):
            raise ValueError(f"unsupported start tag {tag!r}")
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            raise ValueError(f"unexpected end tag {tag!r}")

    def handle_data(self, data: str) -> None:
        if "<" in data or "&" in data:
            raise ValueError("a bare < or &")
        self.text.append(data)

    def handle_entityref(self, name: str) -> None:
        self.text.append({"lt": "<", "gt": ">", "amp": "&", "quot": '"'}[name])

    def handle_charref(self, name: str) -> None:
        self.text.append(chr(int(name[1:], 16) if name[0] in "xX" else int(name)))

    def handle_comment(self, data: str) -> None:
        raise ValueError("a comment")

    def handle_decl(self, decl: str) -> None:
        raise ValueError("a declaration")

    def handle_pi(self, data: str) -> None:
        raise ValueError("a processing instruction")

    def unknown_decl(self, data: str) -> None:
        raise ValueError("a declaration")


def slack(request: Request) -> Reply:
    """An incoming webhook as Slack answers it."""
    if request.path != "/services/T0/B0/good":
        return Reply(404, b"no_service")
    try:
        record = request.record
    except ValueError:
        return Reply(400, b"invalid_payload")
    for block in record.get("blocks", ()):
        if not 0 < len(block["text"]["text"]) <= 3000:
            return Reply(400, b"invalid_blocks")
    if not record.get("text") or len(record["text"]) > 40_000:
        return Reply(400, b"no_text")
    return Reply(200, b"ok")


def ntfy(request: Request) -> Reply:
    """ntfy's publishing of JSON to the root."""
    if request.headers.get("Authorization") not in (
        "Bearer tk_good",
        "Basic " + base64.b64encode(b"me:good-password").decode(),
    ):
        return _ntfy(401, 40101, "unauthorized")
    record = request.record
    if request.path != "/" or not record.get("topic"):
        return _ntfy(400, 40009, "invalid request: topic invalid")
    if len(record["message"].encode()) > 4096:
        return _ntfy(413, 41302, "message too long")
    return Reply(200, json.dumps({"id": "aBc1", "event": "message", "topic": record["topic"]}).encode())


def _ntfy(status: int, code: int, words: str) -> Reply:
    return Reply(status, json.dumps({"code": code, "http": status, "error": words}).encode())


def openclaw(request: Request) -> Reply:
    """POST /hooks/wake of an OpenClaw gateway; an equal text right after the first is coalesced."""
    if request.headers.get("Authorization") != "Bearer hook-good":
        return Reply(401, b"Unauthorized")
    if request.path != "/hooks/wake":
        return Reply(404, b"Not Found")
    record = request.record
    if not isinstance(record.get("text"), str) or not record["text"].strip():
        return Reply(400, b'{"ok":false,"error":"text required"}')
    return Reply(200, json.dumps({"ok": True, "mode": record.get("mode"), "eventOutcome": "queued"}).encode())


def accept(request: Request) -> Reply:
    return Reply(200, b"fine")


@dataclass
class Mail:
    sender: str
    recipients: list[str]
    data: bytes


class Smtp:
    """An SMTP server. `answers` replaces the one to a command; '.' is the end of a mail, None hangs up."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []
        self.answers: dict[str, bytes | None] = {}
        self.logins: list[bytes] = []
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                mail = Mail("", [], b"")
                self._say(b"220 loopback ESMTP")
                while line := self.rfile.readline():
                    verb = line.split()[0].upper().decode() if line.split() else ""
                    verb = "RCPT" if verb.startswith("RCPT") else verb
                    key = f"RCPT {line.split(b'<')[1].split(b'>')[0].decode()}" if verb == "RCPT" else verb
                    key = key if key in outer.answers else verb
                    if key in outer.answers:
                        if outer.answers[key] is None:
                            return
                        self._say(outer.answers[key] or b"")
                    elif verb == "EHLO":
                        self._say(b"250-loopback\r\n250-AUTH PLAIN\r\n250 SIZE 1000000")
                    elif verb == "AUTH":
                        outer.logins.append(base64.b64decode(line.split()[2]))
                        self._say(b"235 2.7.0 welcome" if outer.logins[-1] == b"\0me\0good" else b"535 5.7.8 no")
                    elif verb == "MAIL":
                        mail.sender = line.split(b"<")[1].split(b">")[0].decode()
                        self._say(b"250 ok")
                    elif verb == "RCPT":
                        mail.recipients.append(line.split(b"<")[1].split(b">")[0].decode())
                        self._say(b"250 ok")
                    elif verb == "DATA":
                        self._say(b"354 go on")
                        while (part := self.rfile.readline()) not in (b".\r\n", b""):
                            mail.data += part[1:] if part.startswith(b"..") else part
                        answer = outer.answers.get(".", b"250 2.0.0 queued as 1")
                        outer.mails.append(mail)
                        if answer is None:
                            return
                        self._say(answer)
                    elif verb == "QUIT":
                        self._say(b"221 bye")
                        return
                    else:
                        self._say(b"250 ok" if verb in ("RSET", "NOOP", "HELO") else b"502 no")

            def _say(self, data: bytes) -> None:
                self.wfile.write(data + b"\r\n")

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            block_on_close = False

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


@contextmanager
def smtp() -> Iterator[Smtp]:
    server = Smtp()
    try:
        yield server
    finally:
        server.close()


def free_port() -> int:
    """A port on which nobody listens: it is ours until this process ends, so that no other test is given it."""
    found = socket.socket()
    found.bind(("127.0.0.1", 0))
    port = int(found.getsockname()[1])
    found.detach()  # it stays open
    return port


def until(condition: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait until a condition holds."""
    lab.eventually(condition, seconds)
