"""agent.times: what it says of a log, and that it never costs the log anything."""

import os
import resource

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workcell.rundir import layout
from workcell.runner import terminal, times


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def tty():
    made = terminal.Terminal(80, 24)
    yield made
    os.close(made.master)
    os.close(made.slave)


def lines(directory):
    with open(os.path.join(directory, layout.AGENT_TIMES), "rb") as file:
        return file.read().split(b"\n")[:-1]


def test_what_comes_within_a_tenth_of_a_second_is_one_line(tmp_path, tty):
    clock = Clock()
    writer = times.Times(str(tmp_path), tty, clock)
    for at, size in ((0.5, 10), (0.55, 5), (0.599, 1), (0.7, 20), (3.0, 7)):
        clock.now = 1000 + at
        writer.output(size)
    assert lines(tmp_path) == [b"500 16", b"200 20"]
    writer.close()
    assert lines(tmp_path) == [b"500 16", b"200 20", b"2300 7"]


def test_a_new_size_stands_before_what_is_drawn_in_it(tmp_path, tty):
    clock = Clock()
    writer = times.Times(str(tmp_path), tty, clock)
    writer.output(1)
    tty.resize((120, 40))
    clock.now += 1
    writer.output(2)
    writer.close()
    assert lines(tmp_path) == [b"0 1", b"120x40", b"1000 2"]


def test_what_is_drawn_anew_within_a_piece_is_not_told_in_the_old_size(tmp_path, tty):
    clock = Clock()
    writer = times.Times(str(tmp_path), tty, clock)
    writer.output(1)
    clock.now += 0.05
    tty.resize((120, 40))
    writer.output(200)  # the program heard of the size, and draws all of it again
    tty.resize((130, 40))
    clock.now += 1
    writer.output(3)
    writer.close()
    assert lines(tmp_path) == [b"120x40", b"0 201", b"130x40", b"1050 3"]


def test_a_night_without_a_pause_is_small(tmp_path, tty):
    clock, begun = Clock(), Clock.now
    writer = times.Times(str(tmp_path), tty, clock)
    while clock.now < begun + 600:  # ten minutes of a program that draws forty times a second
        clock.now += 0.025
        writer.output(1500)
    writer.close()
    size = (tmp_path / layout.AGENT_TIMES).stat().st_size
    assert 0 < size * 6 <= 342_000, "the figure of an hour in docs/format.md"


@given(st.lists(st.tuples(st.floats(0, 40_000), st.integers(1, 10**7), st.booleans()), max_size=30))
def test_lines_are_short_few_and_add_up(tmp_path_factory, pieces):
    directory = tmp_path_factory.mktemp("times")
    screen, clock = terminal.Terminal(80, 24), Clock()
    try:
        writer = times.Times(str(directory), screen, clock)
        for pause, size, resized in pieces:
            clock.now += pause / 1000
            if resized:
                screen.resize((screen.columns % 300 + 1, 24))
            writer.output(size)
        writer.close()
    finally:
        os.close(screen.master)
        os.close(screen.slave)
    written = lines(directory)
    assert all(len(line) < times.LONGEST for line in written)
    assert len(written) <= 10 * (clock.now - 1000) + 4  # the piece that is open, in its two lines, and a size
    assert sum(int(line.split()[1]) for line in written if b"x" not in line) == sum(size for _, size, _ in pieces)


def test_a_line_that_the_disk_refuses_is_told_with_the_next_one(tmp_path, tty):
    clock = Clock()
    writer = times.Times(str(tmp_path), tty, clock)
    writer.output(1)
    clock.now += 1
    writer.output(2)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (6, hard))  # two bytes of the next line would fit
    try:
        clock.now += 1
        writer.output(3)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert lines(tmp_path) == [b"0 1"] and (tmp_path / layout.AGENT_TIMES).stat().st_size == 4
    clock.now += 1
    writer.output(4)
    writer.close()
    assert lines(tmp_path) == [b"0 1", b"2000 5", b"1000 4"]


def test_nothing_is_written_while_the_log_waits_for_room(tmp_path, tty):
    clock = Clock()
    writer = times.Times(str(tmp_path), tty, clock)
    writer.output(1)
    clock.now += 1
    writer.output(2, room=False)
    assert lines(tmp_path) == []
    clock.now += 1
    writer.output(3)
    writer.close()
    assert lines(tmp_path) == [b"0 3", b"2000 3"]


def test_a_directory_that_takes_no_file_costs_the_times_alone(tmp_path, tty):
    writer = times.Times(str(tmp_path / "gone"), tty)
    writer.output(5)
    writer.close()
    assert list(tmp_path.iterdir()) == []
