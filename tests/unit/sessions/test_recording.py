"""The log of a terminal with its times: as the runner wrote them, and whatever an agent made of them."""

import itertools
import os

from hypothesis import example, given
from hypothesis import strategies as st

from workcell.evidence import screen
from workcell.rundir import layout
from workcell.runner import terminal, times
from workcell.sessions import recording
from workcell.sessions.recording import Piece


def recorded(directory, log, lines):
    for name, data in ((layout.AGENT_LOG, log), (layout.AGENT_TIMES, lines)):
        with open(os.path.join(directory, name), "wb") as file:
            file.write(data)
    return list(recording.pieces(str(directory)))


def test_the_log_comes_in_the_pieces_of_the_times(tmp_path):
    assert recorded(tmp_path, b"abcdefghi", b"500 3\n120x40\n100 2\n1000 0\n0 3\n") == [
        Piece(0.5, None, b"abc"),
        Piece(0.6, (120, 40), b"de"),
        Piece(1.6, None, b"fgh"),
        Piece(1.6, None, b"i"),
    ]


@given(st.binary(max_size=60), st.binary(max_size=80) | st.text("0123456789 x\n-", max_size=80).map(str.encode))
@example(b"abc", b"99999999999999999999999999999 1\n1 1\n")
@example(b"abc", b"1 99999999999999999999999999999")
@example(b"abc", b"0x0\n1 1\n")
def test_every_byte_comes_once_whatever_the_times_say(tmp_path_factory, log, lines):
    found = recorded(tmp_path_factory.mktemp("r"), log, lines)
    assert b"".join(piece.data for piece in found) == log
    assert all(0 <= one.at <= two.at <= recording.MOST_SECONDS for one, two in itertools.pairwise(found))
    assert all(1 <= side <= screen.MOST_CELLS for piece in found for side in piece.size or ())


@given(st.lists(st.tuples(st.integers(0, 5000), st.binary(min_size=1, max_size=9), st.booleans()), max_size=20))
def test_what_a_runner_wrote_is_read_back(tmp_path_factory, pieces):
    directory = str(tmp_path_factory.mktemp("w"))
    tty, now = terminal.Terminal(80, 24), [100.0]
    writer = times.Times(directory, tty, lambda: now[0])
    came = []
    try:
        with open(os.path.join(directory, layout.AGENT_LOG), "wb") as log:
            for pause, data, resized in pieces:
                now[0] += pause / 1000
                if resized:
                    tty.resize((tty.columns % 200 + 1, 24))
                log.write(data)
                writer.output(len(data))
                came.append((now[0] - 100, tty.columns, data))
        writer.close()
    finally:
        os.close(tty.master)
        os.close(tty.slave)
    found = list(recording.pieces(directory))
    assert b"".join(piece.data for piece in found) == b"".join(data for _, _, data in came)
    done, at = 0, {}
    for piece in found:
        for offset in range(done, done + len(piece.data)):
            at[offset] = piece.at
        done += len(piece.data)
    done = 0
    for when, _, data in came:
        for offset in range(done, done + len(data)):
            assert when - 2 * times.STEP - 0.005 <= at[offset] <= when + 0.005
        done += len(data)


def test_without_times_nothing_is_known(tmp_path):
    assert not recording.exists(str(tmp_path))
    (tmp_path / layout.AGENT_TIMES).write_bytes(b"")
    assert recording.exists(str(tmp_path))
