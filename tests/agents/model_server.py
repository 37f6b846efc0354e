"""A scripted model on loopback: Anthropic Messages and OpenAI Responses, as far as the two programs use them.

The first words of the path say how it behaves: http://127.0.0.1:PORT/<scene>/v1/... The scene `tool` asks once for
the command that stands after the first `RUN:` in the last words of the user, then says that it is done; `escalate` asks
for it to be run outside of the sandbox, for which Codex asks a person.
"""

import json
import re
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

DONE = "The file is written and the work is complete."
SHELLS = ("Bash", "exec_command", "shell_command", "shell")
ESCALATED = {"sandbox_permissions": "require_escalated", "justification": "May it run outside of the sandbox?"}
Call = tuple[str, str, dict[str, str]]
"""A tool, its command, and what else it is given."""

_NOISE = re.compile(r"<([a-zA-Z_-]+)>.*?</\1>", re.DOTALL)


class Model(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        """Nothing: the suite's output is the programs' own."""

    def do_HEAD(self) -> None:
        self.answer(200, {})

    def do_GET(self) -> None:
        self.answer(200, {"object": "list", "data": [], "has_more": False, "models": []})

    def do_POST(self) -> None:
        body = json.loads(self.body() or b"{}")
        scene, _, path = self.path.strip("/").partition("/")
        path = path.split("?")[0]
        self.server.seen.append((scene, path, body))  # type: ignore[attr-defined]
        if path.endswith("count_tokens"):
            return self.answer(200, {"input_tokens": 10})
        self.anthropic = path.endswith("messages")
        try:
            self.play(scene, body)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
        return None

    def body(self) -> bytes:
        if self.headers.get("transfer-encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("content-length") or 0))
        data = b""
        while size := int(self.rfile.readline() or b"0", 16):
            data += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return data

    def answer(self, status: int, value: Any, headers: dict[str, str] | None = None) -> None:
        data = json.dumps(value).encode()
        self.send_response(status)
        for name, text in {"content-type": "application/json", **(headers or {})}.items():
            self.send_header(name, text)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def refuse(self, status: int, kind: str, words: str, headers: dict[str, str] | None = None, **more: Any) -> None:
        if self.anthropic:
            return self.answer(status, {"type": "error", "error": {"type": kind, "message": words}}, headers)
        return self.answer(status, {"error": {"type": kind, "message": words, "code": None, **more}}, headers)

    # -- the scenes

    def play(self, scene: str, body: dict[str, Any]) -> None:
        now = int(time.time())
        scene = self.server.instead.get(scene, scene)  # type: ignore[attr-defined]
        if scene == "unauthorized":
            return self.refuse(401, "authentication_error", "invalid x-api-key")
        if scene == "limited":
            return self.refuse(429, "rate_limit_error", "too many requests a minute", {"retry-after": "1"})
        if scene == "used-up":
            head = {
                "retry-after": "7200",
                "anthropic-ratelimit-unified-status": "rejected",
                "anthropic-ratelimit-unified-reset": str(now + 7200),
                "anthropic-ratelimit-unified-representative-claim": "five_hour",
                "anthropic-ratelimit-unified-5h-status": "rejected",
                "anthropic-ratelimit-unified-5h-reset": str(now + 7200),
                "anthropic-ratelimit-unified-overage-status": "rejected",
            }
            kind = "rate_limit_error" if self.anthropic else "usage_limit_reached"
            return self.refuse(429, kind, "the limit is reached", head, plan_type="plus", resets_at=now + 7200)
        if scene == "overloaded":
            return self.refuse(529, "overloaded_error", "Overloaded")
        words, answered = last_words(body)
        names = [str(tool.get("name")) for tool in body.get("tools") or []]
        shell = next((name for name in SHELLS if name in names), None)
        if script := self.server.scripts.get(scene):  # type: ignore[attr-defined]
            run = script(words) if shell and not answered else None
            return self.stream(body, "I run one command.", (shell, run, {})) if run else self.stream(body, DONE, None)
        command = re.findall(r"RUN: ([^\n]+)", words)
        if scene in ("tool", "slow", "escalate") and shell and command and not answered:
            if scene == "slow":
                time.sleep(2.0)
            more = ESCALATED if scene == "escalate" else {}
            return self.stream(body, "I run one command.", (shell, command[0].strip(), more))
        return self.stream(body, DONE, None, cut=scene if scene in ("hang", "cut") else "")

    def stream(self, body: dict[str, Any], text: str, call: Call | None, cut: str = "") -> None:
        if not body.get("stream"):
            return self.sever(cut) if cut else self.answer(200, self.plain(body, text))
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for number, event in enumerate(self.messages(body, text, call) if self.anthropic else responses(text, call)):
            if cut and number == 3:
                return self.sever(cut)
            self.event(event)
        self.wfile.write(b"0\r\n\r\n")
        return None

    def sever(self, how: str) -> None:
        """Break the connection: at once, or after nothing was said for a long time."""
        if how == "hang":
            self.server.released.wait(120)  # type: ignore[attr-defined]
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def event(self, event: dict[str, Any]) -> None:
        data = f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode()
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()

    def plain(self, body: dict[str, Any], text: str) -> dict[str, Any]:
        return {
            "id": unique("msg_"),
            "type": "message",
            "role": "assistant",
            "model": body.get("model"),
            "content": [{"type": "text", "text": text}],
            "stop_reason": "end_turn",
            "stop_sequence": None,
            "usage": {"input_tokens": 10, "output_tokens": 5},
        }

    def messages(self, body: dict[str, Any], text: str, call: Call | None) -> list[dict[str, Any]]:
        usage = {"input_tokens": 100, "output_tokens": 7}
        message = {**self.plain(body, text), "content": [], "stop_reason": None, "usage": usage}
        out: list[dict[str, Any]] = [{"type": "message_start", "message": message}]
        blocks: list[tuple[dict[str, Any], dict[str, Any]]] = [
            ({"type": "text", "text": ""}, {"type": "text_delta", "text": text})
        ]
        if call:
            given = json.dumps({"command": call[1], "description": "one command"})
            use = {"type": "tool_use", "id": unique("toolu_"), "name": call[0], "input": {}}
            blocks.append((use, {"type": "input_json_delta", "partial_json": given}))
        for index, (block, delta) in enumerate(blocks):
            out.append({"type": "content_block_start", "index": index, "content_block": block})
            out.append({"type": "content_block_delta", "index": index, "delta": delta})
            out.append({"type": "content_block_stop", "index": index})
        stop = {"stop_reason": "tool_use" if call else "end_turn", "stop_sequence": None}
        return [*out, {"type": "message_delta", "delta": stop, "usage": usage}, {"type": "message_stop"}]


def responses(text: str, call: Call | None) -> list[dict[str, Any]]:
    said = [{"type": "output_text", "text": text, "annotations": []}]
    items: list[dict[str, Any]] = [
        {"type": "message", "id": unique("msg_"), "role": "assistant", "status": "completed", "content": said}
    ]
    if call:
        name, command, more = call
        given = {"cmd": command} if name == "exec_command" else {"command": command}
        if name == "shell":
            given = {"command": ["bash", "-c", command]}
        given |= more
        names = {"id": unique("fc_"), "call_id": unique("call_"), "name": name}
        items.append({"type": "function_call", **names, "arguments": json.dumps(given), "status": "completed"})
    whole = {"id": unique("resp_"), "object": "response", "status": "in_progress", "output": []}
    out: list[dict[str, Any]] = [{"type": "response.created", "response": whole}]
    for index, item in enumerate(items):
        begun = {**item, "content": [], "status": "in_progress"} if item["type"] == "message" else item
        out.append({"type": "response.output_item.added", "output_index": index, "item": begun})
        if item["type"] == "message":
            delta = {"item_id": item["id"], "output_index": index, "content_index": 0, "delta": text}
            out.append({"type": "response.output_text.delta", **delta})
        out.append({"type": "response.output_item.done", "output_index": index, "item": item})
    usage = {
        "input_tokens": 100,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": 7,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": 107,
    }
    out.append(
        {"type": "response.completed", "response": {**whole, "status": "completed", "output": items, "usage": usage}}
    )
    return [{**event, "sequence_number": number} for number, event in enumerate(out)]


def last_words(body: dict[str, Any]) -> tuple[str, bool]:
    """(what the user said last, whether a tool has answered since)."""
    words, answered = "", False
    given = body.get("messages") or body.get("input") or []
    for message in given if isinstance(given, list) else [{"role": "user", "content": given}]:
        if str(message.get("type", "")).endswith("_output"):
            answered = True
        if message.get("role") != "user":
            continue
        content = message.get("content")
        for block in content if isinstance(content, list) else [{"type": "text", "text": content}]:
            if block.get("type") == "tool_result":
                answered = True
            elif text := _NOISE.sub("", str(block.get("text") or "")).strip():
                words, answered = text, False
    return words, answered


def unique(prefix: str) -> str:
    with _LOCK:
        _COUNT[0] += 1
        return f"{prefix}{time.time_ns():x}{_COUNT[0]}"


_LOCK, _COUNT = threading.Lock(), [0]


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Model)
        self.seen: list[tuple[str, str, dict[str, Any]]] = []
        self.released = threading.Event()
        self.instead: dict[str, str] = {}
        """Scenes that another one has taken the place of: a limit that was lifted, a key that was mended."""
        self.scripts: dict[str, Callable[[str], str | None]] = {}
        """By scene: the command to run, or None, for what the user said last."""
        self.base = f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A program that goes away in the middle is part of the scenes."""


if __name__ == "__main__":
    server = Server(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
    print(server.base, flush=True)
    server.serve_forever()
