"""Capture: every record once, whatever happens to the files and to those who read them."""

import json
import os
import signal
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workcell.agents import jsonl, long_line
from workcell.base import json_codec
from workcell.evidence import capture, capture_state, record_files
from workcell.judgement import session as sessions
from workcell.rundir import events, layout, maildir, spool

SESSION = "11111111-1111-4111-8111-111111111111"


class Run:
    """A run directory as far as capture looks at it, with the home of an agent beside it."""

    def __init__(self, top: Path, io: str = "file", n: int = 1) -> None:
        self.top, self.path = top, top / "run"
        self.home, self.cwd = top / "home", top / "tree"
        self.cwd.mkdir(parents=True)
        self.open(n, io)

    def open(self, n: int, io: str, **more: object) -> None:
        self.attempt = self.path / layout.ATTEMPTS / layout.number(n)
        self.attempt.mkdir(parents=True)
        stored = {"schema": "workcell.file.env/1", "env": {"HOME": str(self.home)}, "umask": 0o22}
        (self.path / layout.ENV).write_text(json.dumps(stored))
        given = {"reader": "claude", "io": io, "cwd": str(self.cwd), "agent_session": SESSION, **more}
        (self.attempt / layout.ATTEMPT).write_text(json.dumps(given))
        current = self.path / layout.CURRENT
        current.unlink(missing_ok=True)
        current.symlink_to(f"{layout.ATTEMPTS}/{layout.number(n)}")

    @property
    def transcript(self) -> Path:
        folder = "".join(char if char.isalnum() else "-" for char in str(self.cwd))
        path = self.home / ".claude" / "projects" / folder / f"{SESSION}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def log(self, *lines: dict) -> None:
        with open(self.attempt / layout.AGENT_LOG, "a") as file:
            file.writelines(json.dumps(line) + "\n" for line in lines)

    def write(self, *lines: dict) -> None:
        with open(self.transcript, "a") as file:
            file.writelines(json.dumps(line) + "\n" for line in lines)

    def capture(self, **more: object) -> dict:
        found = capture.capture(str(self.path), **more)
        assert found is not None
        return found

    def drain(self) -> None:
        journal = events.Journal(str(self.path / layout.EVENTS))
        spool.drain(str(self.path), journal)
        journal.close()

    def told(self) -> list[dict]:
        self.drain()
        return [line for _, line in events.read(str(self.path / layout.EVENTS)) if line and "ref" in line]

    def ids(self) -> list[str]:
        return [str(line["id"]) for line in self.told()]


def said(words: str) -> dict:
    content = [{"type": "text", "text": words}]
    return {"type": "assistant", "uuid": str(uuid.uuid4()), "message": {"id": f"m-{words}", "content": content}}


@pytest.fixture
def run(tmp_path):
    return Run(tmp_path)


def test_each_record_is_told_once(run):
    run.log(said("one"), said("two"))
    run.capture()
    run.capture()
    run.log(said("three"))
    run.capture()
    assert [line["text"] for line in run.told()] == ["one", "two", "three"]
    assert all(line["attempt"] == 1 for line in run.told())


def test_a_line_not_yet_ended_is_left_for_the_next_time(run):
    line = json.dumps(said("halves")).encode()
    with open(run.attempt / layout.AGENT_LOG, "wb", buffering=0) as file:
        file.write(line[:40])
        run.capture()
        assert run.told() == []
        file.write(line[40:] + b"\n")
    run.capture()
    assert [line["text"] for line in run.told()] == ["halves"]


def test_the_transcript_is_copied_as_it_grows(tmp_path):
    run = Run(tmp_path, io="terminal")
    run.write(said("one"))
    run.capture()
    run.write(said("two"))
    run.capture(final=True)
    assert (run.attempt / layout.TRANSCRIPT).read_bytes() == run.transcript.read_bytes()
    assert [line["text"] for line in run.told() if line["type"] == "assistant.message"] == ["one", "two"]
    assert capture_state.stored(str(run.attempt))["final"]
    run.write(said("after the end"))
    run.capture()
    assert len(run.ids()) == len(set(run.ids()))
    assert "after the end" not in (run.attempt / layout.TRANSCRIPT).read_text()


def test_a_transcript_that_was_written_anew_is_read_anew_and_told_once(tmp_path):
    run = Run(tmp_path, io="terminal")
    first, second = said("one"), said("two")
    run.write(first, second)
    run.capture()
    run.drain()
    run.transcript.write_text(json.dumps(first) + "\n")
    run.capture()
    assert [line["text"] for line in run.told()] == ["one", "two"]
    other = run.transcript.with_suffix(".new")
    other.write_text("".join(json.dumps(line) + "\n" for line in (first, second, said("three"))))
    other.rename(run.transcript)
    run.capture()
    assert [line["text"] for line in run.told()] == ["one", "two", "three"]


def test_stream_and_transcript_are_one_story(run):
    both = [said("one"), said("two")]
    run.log(*both)
    run.write(*both)
    run.capture(final=True)
    assert [line["text"] for line in run.told() if line["type"] == "assistant.message"] == ["one", "two"]
    state = capture_state.stored(str(run.attempt))
    assert state["sources"]["transcript"]["session"]["events"] == state["sources"]["stream"]["session"]["events"] > 0


def test_hooks_tell_what_the_records_do_not(run):
    def hook(name: str, **more: object) -> None:
        payload = {"hook_event_name": name, "session_id": SESSION, **more}
        spool.note(str(run.path), "hook", attempt=1, source="claude", time="2026-11-20T05:00:00.000Z", payload=payload)

    hook("PreToolUse", tool_name="Bash", tool_use_id="t1", tool_input={"command": "make"})
    hook("PermissionRequest", tool_name="Bash", tool_input={"command": "make"})
    run.drain()
    run.log(said("I make it"))
    run.capture()
    state = capture_state.stored(str(run.attempt))
    assert state["sources"]["hook"]["session"]["approval"]["text"] == "Bash: make"
    assert capture_state.evidence(state, 0.0)[0]["says"] == "approval"
    run.capture()
    kinds = [line["type"] for line in run.told()]
    assert kinds.count("approval.requested") == 1


def test_what_a_first_reading_finds_of_hooks_and_records_stands_in_the_order_of_the_records(run):
    for name in ("UserPromptSubmit", "Stop"):
        payload = {"hook_event_name": name, "session_id": SESSION, "prompt": "do it"}
        spool.note(str(run.path), "hook", attempt=1, source="claude", time="2026-11-20T05:00:00.000Z", payload=payload)
    run.drain()
    end = {**said("done")}
    end["message"] = {**end["message"], "stop_reason": "end_turn"}
    run.log({"type": "user", "uuid": "p", "message": {"content": "do it"}}, said("I do it"), end)
    run.capture(final=True)
    told = [line for line in run.told() if line["type"] in ("turn.started", "assistant.message", "turn.completed")]
    kinds = [line["type"] for line in told]
    assert kinds == ["turn.started", "assistant.message", "assistant.message", "turn.completed"]
    assert len({line["turn"] for line in told}) == 1 and told[0]["turn"]


def test_a_conversation_that_goes_on_is_not_told_again(tmp_path):
    run = Run(tmp_path, io="terminal")
    run.write(said("one"))
    run.capture(final=True)
    run.drain()
    run.open(2, "terminal", native=True, follows=1)
    run.write(said("two"))
    run.capture(final=True)
    assert [(line["attempt"], line["text"]) for line in run.told()] == [(1, "one"), (2, "two")]
    assert "one" not in (run.attempt / layout.TRANSCRIPT).read_text()


def test_a_huge_line_and_bytes_that_are_no_text(run):
    with open(run.attempt / layout.AGENT_LOG, "wb") as file:
        file.write(b"\xff\x00garbage\n" + b'{"type":"assistant","message":"' + b"x" * (9 << 20) + b'"}\n')
    run.log(said("after"))
    run.capture(seconds=30.0)
    assert run.told()[-1]["text"] == "after"


def test_the_piece_bounds_what_is_read_at_once(run, monkeypatch):
    run.log(*(said(f"{number:04d} " + "x" * 1000) for number in range(600)))
    read: list[int] = []
    pread = os.pread
    monkeypatch.setattr(os, "pread", lambda fd, size, at: read.append(size) or pread(fd, size, at))
    run.capture(seconds=60.0)
    assert max(read) <= record_files.PIECE
    size = os.stat(run.attempt / layout.AGENT_LOG).st_size
    assert sum(read) < size + (len(read) + 1) * record_files.PIECE
    assert [line["text"][:4] for line in run.told()] == [f"{number:04d}" for number in range(600)]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(1, 400), max_size=6), st.binary(max_size=120))
def test_however_the_file_grows_the_same_is_told(tmp_path_factory, cuts, noise):
    run = Run(tmp_path_factory.mktemp("grow"))
    whole = b"".join(json.dumps(said(f"line {n}")).encode() + b"\n" for n in range(3)) + noise
    at = 0
    with open(run.attempt / layout.AGENT_LOG, "wb", buffering=0) as file:
        for cut in [*cuts, len(whole)]:
            file.write(whole[at : at + cut])
            at += cut
            run.capture()
    run.capture(final=True)
    assert [line["text"] for line in run.told()][:3] == ["line 0", "line 1", "line 2"]
    assert len(run.ids()) == len(set(run.ids()))


def test_what_an_agent_puts_in_the_place_of_its_records_is_not_read_or_written_through(tmp_path):
    run = Run(tmp_path, io="terminal")
    precious = tmp_path / "precious"
    precious.write_text("mine")
    (run.attempt / layout.TRANSCRIPT).symlink_to(precious)
    run.write(said("one"))
    run.capture()
    assert precious.read_text() == "mine"
    assert (run.attempt / layout.TRANSCRIPT).read_bytes() == run.transcript.read_bytes()
    for put in (lambda path: path.symlink_to(precious), os.mkfifo, lambda path: path.mkdir()):
        run.transcript.unlink()
        put(run.transcript)
        run.capture()
        if run.transcript.is_dir() and not run.transcript.is_symlink():
            run.transcript.rmdir()
            run.transcript.touch()
    (run.attempt / layout.CAPTURE).write_text("{")
    run.capture(final=True)
    assert [line["text"] for line in run.told() if line["type"] == "assistant.message"] == ["one"]


READ = "import sys; from workcell.evidence import capture; capture.capture(sys.argv[1], seconds=60.0)"
DRAIN = """
import sys
from workcell.rundir import events, spool
journal = events.Journal(sys.argv[1] + '/events.jsonl')
spool.drain(sys.argv[1], journal)
"""
CALLS = "rename,link,unlink,openat,write,fsync,ftruncate,flock"


def _killed(script: str, run: Run, call: str, when: int) -> bool:
    """Whether the program was killed at its `when`-th such call; False when it came to its end before."""
    words = [
        "strace",
        "-f",
        "-qq",
        "-o",
        os.devnull,
        "-e",
        f"trace={call}",
        "-e",
        f"inject={call}:signal=SIGKILL:when={when}",
    ]
    env = {**os.environ, "PYTHONPATH": str(Path(capture.__file__).resolve().parents[2])}
    done = subprocess.run(
        [*words, sys.executable, "-c", script, str(run.path)], env=env, capture_output=True, timeout=60
    )
    assert done.returncode in (0, -signal.SIGKILL, 128 + signal.SIGKILL), done.stderr
    return done.returncode != 0


def _sweep(tmp_path: Path, points: list[tuple[str, str, int]]) -> None:
    for number, (script, call, when) in enumerate(points):
        run = Run(tmp_path / str(number))
        both = [said(f"{n} " + "x" * 300) for n in range(120)]
        run.log(*both[:60])
        run.write(*both[:60])
        run.capture()
        if script is DRAIN:
            _killed(DRAIN, run, call, when)
        run.log(*both[60:])
        run.write(*both[60:])
        if script is READ:
            _killed(READ, run, call, when)
            if when % 2:
                run.drain()  # the runner goes on while nobody captures
        run.capture(final=True)
        texts = [line["text"][:4].split()[0] for line in run.told() if line["type"] == "assistant.message"]
        assert texts == [str(n) for n in range(120)], (call, when)
        assert (run.attempt / layout.TRANSCRIPT).read_bytes() == run.transcript.read_bytes(), (call, when)
        json_codec.decode((run.attempt / layout.CAPTURE).read_bytes())


def test_killed_at_some_calls_nothing_is_lost_or_doubled(tmp_path):
    points = [(READ, "fsync", n) for n in (1, 2, 3, 4, 6)] + [(READ, "rename,renameat,renameat2", n) for n in (1, 2, 3)]
    _sweep(tmp_path, points + [(DRAIN, "write", n) for n in (1, 30)] + [(DRAIN, "unlink", 1)])


@pytest.mark.sweep
@pytest.mark.timeout(600)
@pytest.mark.parametrize("call", ["fsync", "rename,renameat,renameat2", "write", "ftruncate", "flock", "unlink"])
def test_killed_at_every_call_nothing_is_lost_or_doubled(tmp_path, call):
    _sweep(tmp_path, [(READ, call, n) for n in range(1, 15)] + [(DRAIN, call, n) for n in range(1, 15)])


@pytest.mark.sweep
@pytest.mark.timeout(600)
def test_ten_hours_of_a_transcript_in_bounded_memory(tmp_path):
    run = Run(tmp_path)
    with open(run.attempt / layout.AGENT_LOG, "w") as file:
        for number in range(30_000):
            file.write(json.dumps(said(f"{number} " + "x" * 1500)) + "\n")
    words = "import sys; from tests.support import peak; from workcell.evidence import capture; "
    words += "capture.capture(sys.argv[1], final=True); print(peak.kilobytes())"
    env = {**os.environ, "PYTHONPATH": str(Path(capture.__file__).resolve().parents[2])}
    done = subprocess.run(
        [sys.executable, "-c", words, str(run.path)], env=env, capture_output=True, text=True, check=True, timeout=500
    )
    assert int(done.stdout) < 80_000, "kilobytes"
    names = maildir.waiting(str(run.path / layout.SPOOL))
    ids = {one["id"] for name in names for one in maildir.read(str(run.path / layout.SPOOL), name)["events"]}
    assert len(ids) == 30_000


@pytest.mark.parametrize(
    "change",
    [
        lambda found: found["sources"].pop("hook"),
        lambda found: found["sources"]["hook"].update(session=None),
        lambda found: found["sources"]["hook"]["session"].update(said={"text": None, "at": None, "id": None}),
        lambda found: found["sources"]["hook"]["session"].update(did=[{}]),
        lambda found: found["sources"]["hook"]["session"].update(open={"x": 1}),
        lambda found: found["sources"].update(transcript={"session": sessions.empty(), "file": 1}),
        lambda found: found.update(journal=-1),
        lambda found: found.update(earlier=[1]),
        lambda found: found.pop("told"),
    ],
)
def test_a_state_that_something_else_wrote_counts_as_none(tmp_path, change):
    """The agent can write to capture.json."""
    found = {
        "schema": capture_state.SCHEMA, "attempt": 1, "at": None, "agent": "claude", "session": None, "journal": 0,
        "told": [], "sources": {"hook": {"memory": {}, "session": sessions.empty(), "transcript": None}},
        "final": False,
    }  # fmt: skip
    path = tmp_path / layout.CAPTURE
    path.write_bytes(json_codec.encode(found))
    assert capture_state.stored(str(tmp_path)) == found
    change(found)
    path.write_bytes(json_codec.encode(found))
    assert capture_state.stored(str(tmp_path)) is None


@pytest.mark.parametrize("source", ["clear", "resume"])
def test_a_conversation_that_goes_on_in_another_session_is_followed(tmp_path, source):
    run, other = Run(tmp_path, io="terminal"), str(uuid.uuid4())
    run.write(said("before"))
    run.capture()
    run.write(said("the last of it"))
    second = run.transcript.with_name(f"{other}.jsonl")
    payload = {"hook_event_name": "SessionStart", "session_id": other, "source": source, "transcript_path": str(second)}
    spool.note(str(run.path), "hook", attempt=1, source="claude", time="2026-11-20T05:00:00.000Z", payload=payload)
    run.drain()
    run.capture()
    state = capture_state.stored(str(run.attempt))
    assert state["session"] == other and state["earlier"] == [run.transcript.stem], "the one before stays known"
    second.write_text(json.dumps(said("after")) + "\n")
    run.capture()
    run.capture()
    assert [line["text"] for line in run.told() if line["type"] == "assistant.message"] == [
        "before",
        "the last of it",
        "after",
    ]
    state = capture_state.stored(str(run.attempt))
    assert state["sources"]["transcript"]["file"] == str(second)
    assert state["sources"]["transcript"]["session"]["said"]["text"] == "after"
    assert (run.attempt / layout.TRANSCRIPT).read_bytes() == run.transcript.read_bytes() + second.read_bytes()


def test_a_session_of_another_program_is_not_followed(tmp_path):
    run = Run(tmp_path, io="terminal")
    run.write(said("before"))
    other = str(uuid.uuid4())
    run.transcript.with_name(f"{other}.jsonl").write_text(json.dumps(said("of another")) + "\n")
    for more in ({"hook_event_name": "SessionStart", "source": "startup"}, {"hook_event_name": "Stop"}):
        payload = {"session_id": other, **more}
        spool.note(str(run.path), "hook", attempt=1, source="claude", time="2026-11-20T05:00:00.000Z", payload=payload)
    run.drain()
    run.capture()
    run.capture()
    assert "of another" not in [line["text"] for line in run.told()]


@pytest.fixture
def short_lines(monkeypatch):
    """A reader for which 1,000 bytes are a long line, and 20,000 one that is left out."""
    for module, name, value in (
        (jsonl, "CHUNK", 1000),
        (jsonl, "MAX_LINE", 1000),
        (record_files, "PIECE", 250),
        (long_line, "CHUNK", 300),
        (long_line, "TEXT", 600),
        (long_line, "LONGEST", 20_000),
    ):
        monkeypatch.setattr(module, name, value)


def test_a_long_line_waits_for_its_end_and_gives_its_event(tmp_path, short_lines):
    run = Run(tmp_path, io="terminal")
    run.write(said("before"))
    line = json.dumps(said("long " + "x" * 9000)).encode()
    with open(run.transcript, "ab", buffering=0) as file:
        for at in range(0, len(line), 3000):
            file.write(line[at : at + 3000])
            run.capture()
            assert [one["text"] for one in run.told()] == ["before"]
        file.write(b"\n")
    run.write(said("after"))
    run.capture(final=True)
    told = [one for one in run.told() if one["type"] == "assistant.message"]
    assert [one["text"][:8] for one in told] == ["before", "long xxx", "after"]
    assert [one["data"].get("record_bytes") for one in told] == [None, len(line), None]
    assert (run.attempt / layout.TRANSCRIPT).read_bytes() == run.transcript.read_bytes()


def test_a_long_line_that_was_torn_by_the_end_is_no_event_and_stands_in_the_copy(tmp_path, short_lines):
    run = Run(tmp_path, io="terminal")
    run.write(said("before"))
    with open(run.transcript, "ab") as file:
        file.write(json.dumps(said("long " + "x" * 9000)).encode()[:-5])
    run.capture(final=True)
    assert [one["text"] for one in run.told()] == ["before"]
    assert (run.attempt / layout.TRANSCRIPT).read_bytes() == run.transcript.read_bytes()
    assert capture_state.stored(str(run.attempt))["final"]


def test_a_line_that_is_too_long_is_told_as_raw_and_what_follows_is_read(tmp_path, short_lines):
    run = Run(tmp_path, io="terminal")
    run.write(said("before"), said("long " + "x" * 30_000), said("after"))
    run.capture(final=True)
    assert [one["text"] for one in run.told()] == ["before", jsonl.LEFT_OUT, "after"]
    assert (run.attempt / layout.TRANSCRIPT).read_bytes() == run.transcript.read_bytes()
