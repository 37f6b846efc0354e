"""workcell notify, with a far end on loopback."""

import http.server
import json
import os
import threading
from pathlib import Path

import pytest

from tests.support.lab import eventually


@pytest.fixture
def far_end():
    """A server that takes what is posted; (its address, what came)."""
    came = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            came.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/hook", came
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def put(lab, name, text):
    folder = Path(lab.home, "adapters")
    os.makedirs(folder, mode=0o700, exist_ok=True)
    os.chmod(lab.home, 0o700)
    (folder / f"{name}.yaml").write_text(text)


def test_a_test_message_really_arrives(lab, far_end):
    url, came = far_end
    put(lab, "mine", f"name: mine\nuses: webhook\nevents: [all]\nurl: {url}\n")
    said = lab.workcell("notify", "test", "mine").stdout
    assert "delivered" in said
    assert len(came) == 1


def test_what_comes_of_a_run_arrives_without_a_watchdog(lab, far_end):
    url, came = far_end
    put(lab, "mine", f"name: mine\nuses: webhook\nevents: [passed, failed]\nurl: {url}\n")
    lab.launch(lab.brief("true", name="good"), "--wait")
    lab.launch(lab.brief("true", verify="false", name="bad"), "--wait", code=1)

    eventually(lambda: len(came) == 2, 30, "two notices")
    text = json.dumps(came)
    assert "good" in text and "bad" in text
    rows = json.loads(lab.workcell("notify", "ls", "--json").stdout)["adapters"]
    assert {row["name"] for row in rows} >= {"mine", "telegram", "slack", "desktop"}


def test_faults_are_told_with_their_lines(lab):
    put(lab, "mine", "name: mine\nuses: webhok\nevent: [all]\n")
    ran = lab.workcell("notify", "lint", os.path.join(lab.home, "adapters", "mine.yaml"), code=1)
    assert "mine.yaml:2" in ran.stdout and "webhook" in ran.stdout
    assert lab.workcell("notify", "ls", code=1).stderr.count("mine.yaml")


def test_an_unknown_name_is_told(lab):
    ran = lab.workcell("notify", "test", "nobody", code=66)
    assert "no adapter 'nobody'" in ran.stderr
