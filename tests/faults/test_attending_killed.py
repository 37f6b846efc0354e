"""SIGKILL at the calls of `_attend`: what it captures, reports and tells is neither lost nor told twice.

Each time there is all of it to do: a new record of the agent, another activity than the runner has heard, and a notice.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.test_attending import ASKS, hook, listed, posted
from tests.faults import figures, points
from tests.support import far_ends, watching
from tests.support.lab import alive, eventually
from tests.support.stubs import Stub
from workcell.base import json_codec, probe
from workcell.rundir import attending, events, layout, locks, look, notice

pytestmark = pytest.mark.skipif(points.STRACE is None, reason="strace is not there")

SAMPLE = 8


class Desk:
    """A run with a dialog up, of which a person is told at a loopback destination."""

    def __init__(self, lab, server):
        self.lab, self.server = lab, server
        folder = Path(lab.home, "adapters")
        folder.mkdir(parents=True, mode=0o700)
        text = f"name: person\nuses: webhook\nenabled: true\nurl: {server.url}/\nevents: needs-you\n"
        (folder / "person.yaml").write_text(text)
        self.stub = Stub(lab)
        self.run = self.stub.run
        self.stub.do("dialog")
        hook(lab, self.run, "PermissionRequest", tool_use_id="t1", **ASKS)
        eventually(lambda: server.requests, 20.0)
        self.records = 0
        self.transcript = Path(lab.top, "transcript.jsonl")
        self.transcript.touch()
        hook(lab, self.run, "UserPromptSubmit", prompt="go", transcript_path=str(self.transcript))
        self.rests()
        program = Path(layout.__file__).parents[1] / "__main__.py"
        self.argv = [sys.executable, "-I", str(program), "_attend", self.run, "1"]

    def rests(self):
        """Wait until no program attends, and nothing is being sent."""
        held = [*attending.paths(self.run), os.path.join(notice.box(self.lab.home), notice.LOCK)]
        eventually(lambda: all(locks.held(path) == probe.NO for path in held), 30.0, "the locks")

    def prepare(self):
        """As if nothing had been told yet: a record to be captured, a hint that is wrong, and an empty outbox."""
        self.rests()
        self.records += 1
        [call, _] = watching.calling("Bash", {"command": "make"}, self.records, watching.stamp(0.0))
        with self.transcript.open("a") as file:
            file.write(json_codec.encode_line({**call, "sessionId": watching.SESSION}).decode())
        hook(self.lab, self.run, "UserPromptSubmit", prompt="go on")
        eventually(lambda: listed(self.lab, self.run) == "working", 20.0, "the hook is heard")
        for part in (notice.NEW, notice.CUR, notice.SENT, notice.FAILED, notice.TO):
            shutil.rmtree(os.path.join(notice.box(self.lab.home), part), ignore_errors=True)
        self.server.requests.clear()

    def trial(self, point):
        """Kill one at that point, run the next one, and see that all is told once; whether the kill hit."""
        self.prepare()
        hit = points.struck(self.argv, point, "signal=KILL", env=self.lab.env())
        subprocess.run(self.argv, env=self.lab.env(), check=True, timeout=60, capture_output=True)
        assert len(posted(self.lab, self.run, "prompt")) == 1, point
        eventually(lambda: self.server.requests, 20.0, str(point))
        self.rests()
        assert len(self.server.requests) == 1, point
        seen = look.at(self.run)
        assert seen.phase == "running" and alive(seen.start["runner"]["pid"]), point
        lines = [line for _, line in events.read(os.path.join(self.run, layout.EVENTS))]
        assert None not in lines, point
        eventually(lambda: listed(self.lab, self.run) == "approval", 10.0, str(point))
        eventually(lambda: self.captured() == self.records, 10.0, f"{point}: {self.captured()} of {self.records}")
        keys = [line["id"] for line in lines if "id" in line]
        assert len(keys) == len(set(keys)), point
        return hit

    def captured(self):
        """How many records of the agent stand in the events."""
        lines = events.read(os.path.join(self.run, layout.EVENTS))
        return sum(bool(line) and line["type"] == "tool.call" and line["source"] == "transcript" for _, line in lines)

    def sweep(self, only):
        """Kill at `only` of the points, at each where it is None."""
        self.prepare()
        every = points.points(self.argv, env=self.lab.env())
        chosen = every if only is None else points.spread(every, only)
        hits, wrong = 0, []
        for point in chosen:
            try:
                hits += self.trial(point)
            except AssertionError as error:
                wrong.append(f"killed at {point}: {error}")
        name = "_attend" if only is None else f"_attend, a sample of {len(every)}"
        words = figures.record(name, calls=len(chosen), killed=hits, wrong=len(wrong))
        assert not wrong, "\n".join([words, *wrong])
        assert hits >= len(chosen) * 0.7, words


@pytest.fixture
def desk(lab):
    with far_ends.web(far_ends.accept) as server:
        yield Desk(lab, server)


@pytest.mark.heavy
def test_killed_at_some_calls(desk):
    desk.sweep(SAMPLE)


@pytest.mark.sweep
@pytest.mark.timeout(3600)
def test_killed_at_every_call(desk):
    desk.sweep(None)
