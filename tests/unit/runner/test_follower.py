"""A log that the agent writes itself: how often it is looked at, and that no window misses any of it."""

import os
import pty
import socket
from collections.abc import Iterator

import pytest

from workcell.base.light import socket as light
from workcell.rundir import layout
from workcell.runner import follower, limits, live, viewers, windows


class Bench:
    def __init__(self, directory: str) -> None:
        self.path = os.path.join(directory, layout.AGENT_LOG)
        self.log = follower.AgentLog(directory)
        clock = limits.Limits(os.getpid(), None, None)
        self.viewers = viewers.Viewers(live.Live(0, directory, 1, directory, None), self.log.tail, None, None)
        self.follower = follower.Follower(self.log, self.viewers, clock)
        self.now = 1000.0
        self.ours = -1
        self.far: socket.socket | None = None

    def window(self) -> None:
        self.ours, theirs = pty.openpty()
        os.set_blocking(theirs, False)
        os.set_blocking(self.ours, False)
        near, self.far = socket.socketpair()
        self.viewers.add(windows.Window(light.socket(fileno=near.detach()), theirs, True))

    def write(self, data: str) -> None:
        with open(self.path, "a") as file:
            file.write(data)

    def shows(self) -> str:
        try:
            return os.read(self.ours, 1 << 16).decode()
        except BlockingIOError:
            return ""

    def step(self) -> float:
        """Let the follower do what is due next; the seconds that it waited for it."""
        due = self.follower.due()
        if due is None:
            due = self.now + follower.LATE  # the loop wakes for the inbox
        waited = max(0.0, due - self.now)
        self.now += waited
        self.follower.handle({}, self.now)
        return waited


@pytest.fixture
def bench(tmp_path) -> Iterator[Bench]:
    made = Bench(str(tmp_path))
    yield made
    made.viewers.close()
    if made.far is not None:
        made.far.close()
        os.close(made.ours)


def test_a_log_without_a_window_is_never_looked_at(bench):
    bench.write("a\n")
    assert bench.follower.due() is None


def test_a_log_that_stands_still_is_looked_at_every_two_seconds(bench):
    bench.write("a\n")
    bench.window()
    waits = [bench.step() for _ in range(12)]
    assert waits[1] == pytest.approx(follower.SOON)
    assert waits[1:] == sorted(waits[1:])
    assert waits[-1] == pytest.approx(follower.LATE)
    assert sum(waits[:5]) < 2.0, "what is new shows soon at first"


def test_what_is_new_is_shown_and_looked_for_soon_again(bench):
    bench.write("a\n")
    bench.window()
    for _ in range(8):
        bench.step()
    bench.shows()
    bench.write("b\n")
    bench.step()
    assert bench.shows() == "b\r\n"
    assert bench.step() == pytest.approx(follower.SOON)


def test_a_new_window_ends_the_long_pauses(bench):
    bench.write("a\n")
    bench.window()
    for _ in range(8):
        bench.step()
    bench.viewers.greet(bench.viewers.open[0])
    assert bench.step() == 0.0
    assert bench.step() == pytest.approx(follower.SOON)


def test_a_log_that_stands_still_is_not_opened(bench, monkeypatch):
    bench.write("a\n")
    bench.window()
    bench.step()
    os.chmod(bench.path, 0)
    monkeypatch.setattr(follower.safe_open, "read", lambda *_: pytest.fail("it was opened"))
    for _ in range(5):
        bench.step()


def test_in_the_end_there_is_no_timer_of_its_own(bench):
    bench.write("a\n")
    bench.window()
    for _ in range(10):
        bench.step()
    bench.shows()
    assert bench.follower.due() is None
    bench.write("b\n")
    bench.follower.handle({}, bench.now + 0.5)
    assert bench.shows() == "b\r\n", "whatever wakes the loop, the log is looked at"
    assert bench.follower.due() is not None
