"""What hooks and screens say is in `ls`, in the outbox and at a destination within seconds, and no tick goes by."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support import far_ends, watching
from tests.support.lab import eventually
from tests.support.stubs import Stub
from workcell.rundir import events, layout, look, maildir, notice
from workcell.views import ls

HOOK = Path(layout.__file__).parents[1] / "faces" / "hook.py"
ASKS = {"tool_name": "Bash", "tool_input": {"command": "rm -rf build"}}


@pytest.fixture
def person(lab):
    """A loopback destination of all notices."""
    with far_ends.web(far_ends.accept) as server:
        folder = Path(lab.home, "adapters")
        folder.mkdir(parents=True, mode=0o700)
        text = f"name: person\nuses: webhook\nenabled: true\nurl: {server.url}/notice\n"
        (folder / "person.yaml").write_text(text + "events: needs-you\n")
        yield server


def hook(lab, run, event, **payload):
    """Bring one payload, as an agent program does: by a process of its own."""
    said = {"hook_event_name": event, "session_id": watching.SESSION, "cwd": lab.repo, **payload}
    env = lab.env(WORKCELL_RUN_DIR=run, WORKCELL_ATTEMPT=f"{os.path.basename(run)}/1")
    words = [sys.executable, "-I", "-S", str(HOOK), "claude"]
    done = subprocess.run(words, input=json.dumps(said), env=env, text=True, capture_output=True, timeout=20)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def listed(lab, run):
    """The state that `ls` shows."""
    [one] = [one for one in ls.ls(lab.home).runs if one["id"] == os.path.basename(run)]
    return one["state"]


def posted(lab, run, event):
    """Ids of the notices of that event, wherever they are in the outbox."""
    box = notice.box(lab.home)
    found = [
        str((maildir.read(box, name, part) or {}).get("id"))
        for part in (notice.NEW, notice.CUR, notice.SENT, notice.FAILED)
        for name in maildir.waiting(box, part)
    ]
    return sorted({one for one in found if one.startswith(f"{os.path.basename(run)}/001/{event}")})


def changes(run):
    return [
        (line["data"]["from"], line["data"]["to"])
        for _, line in events.read(os.path.join(run, layout.EVENTS))
        if line and line.get("type") == "status.changed" and "data" in line and "ref" not in line
    ]


def test_a_hook_is_in_the_list_and_told_to_a_person_without_any_tick(lab, person):
    stub = Stub(lab)
    hook(lab, stub.run, "UserPromptSubmit", prompt="go", prompt_id="p1")
    eventually(lambda: listed(lab, stub.run) == "working")
    stub.do("dialog")
    hook(lab, stub.run, "PermissionRequest", tool_use_id="t1", **ASKS)
    began = time.monotonic()
    eventually(lambda: listed(lab, stub.run) == "approval")
    seen = time.monotonic() - began
    eventually(lambda: posted(lab, stub.run, "prompt"))
    sealed = time.monotonic() - began
    eventually(lambda: person.requests)
    print(f"listed {seen:.2f} s, sealed {sealed:.2f} s, accepted {time.monotonic() - began:.2f} s")
    assert "rm -rf build" in str(person.requests[0].record)
    eventually(lambda: ("working", "approval") in changes(stub.run))


def test_a_dialog_that_no_hook_tells_of_is_told(lab, person):
    stub = Stub(lab)
    eventually(lambda: listed(lab, stub.run) == "idle", 10.0, "what the screen showed at first")
    stub.do("dialog")
    eventually(lambda: listed(lab, stub.run) == "approval")
    eventually(lambda: posted(lab, stub.run, "prompt"))
    eventually(lambda: person.requests)
    [first] = posted(lab, stub.run, "prompt")
    stub.do("undo")
    eventually(lambda: listed(lab, stub.run) != "approval", 15.0, "the dialog went away")
    assert posted(lab, stub.run, "prompt") == [first]


def test_the_tick_tells_nothing_twice(lab, person):
    stub = Stub(lab)
    stub.do("dialog")
    hook(lab, stub.run, "PermissionRequest", **ASKS)
    eventually(lambda: posted(lab, stub.run, "prompt"))
    watch = watching.Watch(lab)
    for _ in range(3):
        watch.tick()
    assert len(posted(lab, stub.run, "prompt")) == 1
    eventually(lambda: len(person.requests) == 1, 15.0)


def test_a_forged_hint_of_another_attempt_or_runner_is_not_believed(lab):
    stub = Stub(lab)
    seen = look.at(stub.run)
    eventually(lambda: os.path.exists(os.path.join(stub.run, layout.ACTIVITY)), 10.0)
    path = Path(stub.run, layout.ACTIVITY)
    assert path.stat().st_size <= 300
    found = json.loads(path.read_text())
    assert (found["attempt"], found["pid"]) == (1, seen.start["runner"]["pid"])
    for change in ({"pid": 1}, {"attempt": 2}, {"state": "passed"}, {"since": "soon"}, {"source": 3}):
        path.write_text(json.dumps({**found, "state": "approval", **change}))
        assert listed(lab, stub.run) != "approval", change
    path.unlink()
    assert listed(lab, stub.run) in ("idle", "running", "working")


def test_time_in_which_a_person_is_waited_for_does_not_count(lab):
    brief = lab.brief(
        "exec sleep 600", None, "terminal", "waits", recipe="  reader: claude", extra="limits: {wall: 6s, person: 1h}"
    )
    run = lab.launch(brief)
    lab.phase(run, "running")
    hook(lab, run, "PermissionRequest", tool_use_id="t1", **ASKS)
    eventually(lambda: listed(lab, run) == "approval")
    began = time.monotonic()
    eventually(lambda: time.monotonic() - began > 7.0)
    assert look.at(run).phase == "running"
    hook(lab, run, "PostToolUse", tool_use_id="t1", **ASKS)
    ended = eventually(lambda: (look.at(run).exit or {}) if look.at(run).exit else None, 20.0)
    assert ended["how"] == "limit-wall" and ended["waited_seconds"] >= 7.0
    assert ended["seconds"] - ended["waited_seconds"] >= 6.0
