"""The pump with a real terminal: who answers the agent, who may end it, and what it survives."""

import fcntl
import os
import pty
import select
import signal
import socket
import subprocess
import time
import tty

import pytest

from tests.support.lab import eventually
from workcell.base import json_codec, probe
from workcell.base.light import socket as light
from workcell.rundir import events, layout, locks, maildir, orders
from workcell.runner import children, keeper, keyboard, limits, live, log, pump, requests, terminal, times, windows

QUESTION, ANSWER = b"\x1b[c", b"\x1b[?62;22c"


class Bench:
    """A pump in a run directory of its own, with the agent's side of the terminal in our hands."""

    def __init__(self, run):
        self.run = run
        self.agent = subprocess.Popen(["sleep", "60"], start_new_session=True)
        self.tty = terminal.Terminal(80, 24)
        tty.setraw(self.tty.slave)
        os.set_blocking(self.tty.slave, False)
        directory = layout.attempt(str(run), 1)
        os.makedirs(directory)
        self.wakeup, self.waker = os.pipe()
        os.set_blocking(self.wakeup, False)
        self.journal = events.Journal(layout.EVENTS)
        clock = limits.Limits(self.agent.pid, None, None)
        self.log = log.Log(directory)
        book = keeper.Keeper(self.log, directory)
        self.book = book
        self.live = live.Live(self.agent.pid, str(run), 1, directory, self.journal)
        self.pump = pump.Pump(
            self.live, live.Screen(self.tty, book, times.Times(directory, self.tty)), None, self.wakeup, clock
        )
        self.held = []

    def window(self, read_only=False):
        """A window; what its terminal shows and types is at the descriptor."""
        ours, theirs = pty.openpty()
        os.set_blocking(theirs, False)
        near, far = socket.socketpair()
        near.setblocking(False)
        self.held += [far, ours]
        self.pump.viewers.open.append(windows.Window(light.socket(fileno=near.detach()), theirs, read_only))
        return ours

    def asks(self, data=QUESTION):
        """The agent writes; the pump has read it afterwards."""
        os.write(self.tty.slave, data)
        self.pump.turn(0.1)

    def gets(self):
        try:
            return os.read(self.tty.slave, 1 << 16)
        except BlockingIOError:
            return b""

    def turn(self):
        self.pump.turn()

    def close(self):
        self.pump.viewers.close()
        for one in self.held:
            one.close() if isinstance(one, socket.socket) else os.close(one)
        self.agent.kill()
        self.agent.wait()
        for fd in (self.tty.slave, self.tty.master, self.wakeup, self.waker):
            os.close(fd)
        self.book.close()
        self.book.wait_for_compressor()
        self.log.close()
        self.journal.close()


@pytest.fixture
def bench(tmp_path, monkeypatch):
    run = tmp_path / "runs" / "20261120-0512-x-aaaa"
    run.mkdir(parents=True)
    (tmp_path / "ledger").mkdir()
    (tmp_path / "ledger" / "20261120-0512-x-aaaa.jsonl").touch()
    monkeypatch.chdir(run)
    made = Bench(run)
    yield made
    made.close()


def test_a_question_is_answered_once_while_no_window_is_there(bench):
    bench.asks()
    assert bench.gets() == ANSWER


def test_a_window_that_only_shows_leaves_no_question_unanswered(bench):
    bench.window(read_only=True)
    bench.asks()
    assert bench.gets() == ANSWER


def test_a_window_that_answers_nothing_is_answered_for(bench):
    """A tmux that is stopped keeps its pane open, takes what fits into the tty, and says nothing."""
    bench.window()
    began = time.monotonic()
    bench.asks()
    assert bench.gets() == b""
    bench.pump.requests.look_at = began  # nothing else to do until then
    got = eventually(lambda: bench.turn() or bench.gets())
    assert got == ANSWER
    assert time.monotonic() - began >= keyboard.SILENT


def test_a_window_that_answers_is_the_only_one_to_do_so(bench):
    keys = bench.window()
    bench.asks()
    os.write(keys, b"\x1b[?64c")
    assert eventually(lambda: bench.turn() or bench.gets()) == b"\x1b[?64c"
    assert bench.pump.keys.asked_at is None
    deadline = time.monotonic() + keyboard.SILENT * 1.2
    while time.monotonic() < deadline:
        bench.pump.turn(0.05)
    assert bench.gets() == b""


@pytest.mark.parametrize("silent", [False, True])
def test_answers_that_the_agent_does_not_read_do_not_pile_up(bench, silent):
    if silent:
        bench.window()
        bench.pump.viewers.open[0].show = lambda data: None
    for _ in range(400):
        bench.asks(QUESTION * 500)
        if silent:
            bench.pump.keys.answer()
    assert len(bench.pump.keys.typed) + len(bench.pump.keys.asked) < 1 << 18


def stop_of(attempt=1, by="person", **more):
    """Order a stop, and deliver the message that carries it."""
    run = os.getcwd()
    name = orders.name(run)
    message = {"kind": "stop", "attempt": attempt, "by": by, "id": name, **more}
    orders.place(run, name, orders.STOP, json_codec.encode_line(message), attempt=attempt, by=by, **more)
    maildir.deliver(layout.INBOX, message, name)


def test_an_agent_that_has_ended_by_itself_was_not_stopped(bench):
    bench.live.ended = (0, None)
    stop_of()
    bench.pump.requests.look()
    assert bench.pump.clock.how is None
    assert len(maildir.waiting(layout.INBOX)) == 1, "it is for finish"


def test_a_pid_that_was_reaped_is_sent_nothing(bench):
    bench.pump.clock.end("limit-wall", 0.0)
    eventually(lambda: bench.agent.poll() is not None)
    other = subprocess.Popen(["sleep", "60"], start_new_session=True)
    try:
        bench.pump.clock._agent = other.pid  # the pid is used again
        bench.live.ended = (0, None)
        bench.pump.handle({})
        bench.live.ended = None
        with pytest.raises(subprocess.TimeoutExpired):
            other.wait(0.3)
        bench.pump.handle({})
        assert other.wait(5) == -signal.SIGKILL, "the clock did want to"
    finally:
        other.kill()
        other.wait()


@pytest.mark.parametrize("plant", [os.mkdir, os.mkfifo, lambda path: os.symlink("nowhere", path)])
def test_one_odd_entry_in_the_inbox_holds_no_stop_up(bench, plant):
    stop_of(by="a")
    plant(os.path.join(layout.INBOX, maildir.NEW, "0-odd"))
    os.makedirs(os.path.join(layout.INBOX, maildir.CUR, "0-odd", "full"))  # it cannot be moved there either
    bench.pump.requests.look()
    assert bench.pump.clock.how == "stopped"
    assert [event["by"] for _, event in events.read(layout.EVENTS)] == ["a"]


@pytest.mark.parametrize("by", ["1e999", "[" * 900 + "]" * 900])
def test_a_stop_with_words_that_cannot_be_written_down_is_a_stop(bench, by):
    stop_of()
    [name] = maildir.waiting(layout.INBOX)
    with open(os.path.join(layout.INBOX, maildir.NEW, name), "w") as file:
        file.write('{"kind": "stop", "attempt": 1, "by": ' + by + "}")
    bench.pump.requests.look()
    assert bench.pump.clock.how == "stopped"


@pytest.mark.parametrize("what", ["stop", "spool", "order"])
def test_what_comes_to_an_idle_run_without_a_poke_is_found_at_the_next_look(bench, monkeypatch, what):
    monkeypatch.setattr(requests, "LOOK", 0.05)
    asked = bench.pump.requests

    def idle():
        asked.look()
        return asked.unchanged()

    eventually(idle, what="a run in which nothing happens")
    assert asked.unchanged(), "a second question finds it as idle"
    if what == "spool":
        maildir.deliver(layout.SPOOL, {"type": "x"})
    elif what == "stop":
        stop_of()
    else:
        orders.place(str(bench.run), orders.name(str(bench.run)), orders.STOP, attempt=1, by="a")
    bench.pump.turn(5.0)
    found = [event["type"] for _, event in events.read(layout.EVENTS)]
    assert found == (["x"] if what == "spool" else ["stop.requested"])


def test_an_agent_whose_end_woke_nothing_is_reaped_all_the_same(bench, monkeypatch):
    monkeypatch.setattr(requests, "LOOK", 0.05)
    eventually(lambda: bench.pump.requests.look() or bench.pump.requests.unchanged(), what="an idle run")
    monkeypatch.setattr(children, "ASKED", 0.1)
    bench.agent.kill()
    eventually(lambda: bench.turn() or bench.live.ended, what="the end of the agent")


def test_a_run_in_which_nothing_happens_waits_without_a_turn_of_its_parts(bench, monkeypatch):
    monkeypatch.setattr(requests, "LOOK", 0.02)
    eventually(lambda: bench.pump.requests.look() or bench.pump.requests.unchanged(), what="an idle run")
    began = time.monotonic()
    bench.pump.turn(0.5)
    assert time.monotonic() - began >= 0.5


def test_a_bug_in_a_look_or_a_greeting_ends_no_runner(bench, capfd):
    maildir.deliver(layout.SPOOL, {"type": "x"})
    bench.live.journal = None
    for _ in range(3):
        bench.pump.requests.look()
    bench.window()
    bench.pump.viewers.tail = object()
    bench.pump.viewers.greet(bench.pump.viewers.open[0])
    said = capfd.readouterr().err.splitlines()
    assert len(said) == 2, said
    assert not bench.pump.viewers.open


@pytest.mark.parametrize("kind", [b"P", b"S", b"?", b"W"])
def test_a_descriptor_that_came_with_any_call_is_not_kept(tmp_path, monkeypatch, kind):
    monkeypatch.chdir(tmp_path)
    listener = windows.listen(layout.CONTROL)
    before = len(os.listdir("/proc/self/fd"))
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as caller:
        caller.connect(layout.CONTROL)
        socket.send_fds(caller, [kind], [0])
        select.select([listener.fileno()], [], [], 5)
        answer = windows.accept(listener)
        if answer is not None:
            assert kind == b"W"
            os.close(answer[1])
            answer[2].close()
    assert len(os.listdir("/proc/self/fd")) == before
    listener.close()


def full(bench):
    """Something waits for room from now on: nothing takes the log's writes."""
    os.close(bench.log._fd)
    bench.log._fd = os.open("/dev/full", os.O_WRONLY)
    bench.book.keep(b"no room for this")
    assert bench.book.waiting


@pytest.mark.parametrize("before", [None, "limit-wall"])
def test_a_stop_that_was_taken_ends_the_wait_for_room(bench, before):
    if before:
        bench.pump.clock.end(before, 60.0)
    stop_of()
    bench.pump.requests.look()
    assert not maildir.waiting(layout.INBOX), "it was taken"
    full(bench)
    bench.live.ended = (0, None)
    kept = []
    bench.pump.output.drain(lambda: kept.append(1), bench.pump.control)
    assert kept == [1] and bench.book.waiting


def test_full_lock_is_held_while_output_waits_for_room_and_no_longer(bench):
    assert locks.held(layout.FULL_LOCK) == probe.NO
    full(bench)
    assert locks.held(layout.FULL_LOCK) == probe.YES
    bench.log._open()
    bench.book.keep()
    assert locks.held(layout.FULL_LOCK) == probe.NO
    assert not bench.book.waiting and bench.log.tail(100) == b"no room for this"


def test_a_look_at_full_lock_by_somebody_else_only_puts_it_off(bench):
    fd = os.open(layout.FULL_LOCK, os.O_RDONLY)
    fcntl.flock(fd, fcntl.LOCK_SH)
    full(bench)
    os.close(fd)
    bench.book.keep()
    assert locks.held(layout.FULL_LOCK) == probe.YES
