"""A log is read whole while its writer rolls and compresses it."""

import gzip
import itertools
import os
import threading

import pytest

from workcell.rundir import layout, log_segments
from workcell.runner import log
from workcell.sessions import agent_log


@pytest.fixture
def writer(tmp_path):
    made = log.Log(str(tmp_path), roll_bytes=1000)
    yield made
    made.close()


def line(n):
    return b"%08d\n" % n


def test_every_roll_between_two_reads_is_followed(tmp_path, writer):
    source = agent_log._Growing(str(tmp_path))
    numbers = itertools.count()
    written, read = b"", b""
    for size in (3, 200, 0, 1, 450, 111, 5):
        for _ in range(size):
            text = line(next(numbers))
            assert writer.write(text) == len(text)
            written += text
        read += b"".join(source.read())
        assert read == written
        for number in writer.waiting[:-1]:
            log_segments.compress(str(tmp_path), log_segments.part(number))
        del writer.waiting[:-1]
    source.close()
    assert b"".join(agent_log.raw(str(tmp_path))) == written


def test_rolls_while_a_part_is_being_read(tmp_path, writer):
    """The reader stands in the middle of agent.log when it becomes a part, and is compressed away."""
    for n in range(100):
        writer.write(line(n))
    source = agent_log._Growing(str(tmp_path))
    stream = source.read()
    read = next(stream)
    for n in range(100, 600):
        writer.write(line(n))
    for number in list(writer.waiting):
        log_segments.compress(str(tmp_path), log_segments.part(number))
    writer.waiting.clear()
    read += b"".join(stream)
    read += b"".join(source.read())
    source.close()
    assert read == b"".join(line(n) for n in range(600))


def test_a_reader_beside_a_fast_writer_misses_nothing(tmp_path, writer):
    total = 20_000
    done = threading.Event()

    def write():
        for n in range(total):
            writer.write(line(n))
            if len(writer.waiting) > 3:
                log_segments.compress(str(tmp_path), log_segments.part(writer.waiting.pop(0)))
        done.set()

    source = agent_log._Growing(str(tmp_path))
    thread = threading.Thread(target=write)
    thread.start()
    read = bytearray()
    while True:
        last = done.is_set()
        for chunk in source.read():
            read += chunk
        if last:
            break
    thread.join()
    source.close()
    assert bytes(read) == b"".join(line(n) for n in range(total))


def test_the_end_of_a_log_reaches_back_over_parts(tmp_path, writer):
    for n in range(500):
        writer.write(line(n))
    assert b"".join(agent_log.raw_tail(str(tmp_path), 300, False)) == b"".join(line(n) for n in range(200, 500))
    assert list(agent_log.raw_tail(str(tmp_path), 0, False)) == []
    assert os.path.exists(tmp_path / "agent.log.001")


@pytest.mark.parametrize("data", [b"no gzip", gzip.compress(b"a line\n" * 10_000)[:-20], b"\x1f\x8b" + b"\0" * 40])
def test_a_part_that_is_not_what_its_name_says(tmp_path, data):
    """The agent can write such a file; what follows it is read."""
    (tmp_path / f"{layout.AGENT_LOG}.001.gz").write_bytes(data)
    (tmp_path / layout.AGENT_LOG).write_bytes(b"the end\n")
    assert b"".join(agent_log.raw(str(tmp_path))).endswith(b"the end\n")
    assert agent_log.tail(str(tmp_path), 1 << 20).endswith(b"the end\n")


def test_the_end_of_a_part_that_unpacks_to_much_more_than_a_part(tmp_path, monkeypatch):
    monkeypatch.setattr(agent_log, "MOST_UNPACKED", 1 << 20)
    with gzip.open(tmp_path / f"{layout.AGENT_LOG}.001.gz", "wb") as file:
        for _ in range(1 << 6):
            file.write(bytes(1 << 16))
    assert agent_log.tail(str(tmp_path), 10) == bytes(10)
