"""The parts of a rolled log: their order, their compression, and what an agent may leave in their place."""

import errno
import gzip
import os

import pytest

from workcell.rundir import layout, log_segments


def write(tmp_path, **parts):
    for name, data in parts.items():
        number = name.removeprefix("part")
        (tmp_path / (log_segments.part(int(number)) if number else layout.AGENT_LOG)).write_bytes(data)


def test_parts_come_in_the_order_in_which_they_were_written(tmp_path):
    write(tmp_path, part2=b"b", part10=b"c", part1=b"a", part=b"d")
    (tmp_path / "agent.log.x").touch()
    assert log_segments.parts(str(tmp_path)) == ["agent.log.001", "agent.log.002", "agent.log.010", "agent.log"]


def test_of_a_part_that_stands_twice_the_plain_one_counts(tmp_path):
    write(tmp_path, part1=b"a")
    (tmp_path / "agent.log.001.gz").write_bytes(gzip.compress(b"a"))
    assert log_segments.parts(str(tmp_path)) == ["agent.log.001"]


def test_compression_loses_nothing(tmp_path):
    data = os.urandom(200_000) + b"text " * 1000
    write(tmp_path, part1=data)
    log_segments.compress(str(tmp_path), "agent.log.001")
    assert os.listdir(tmp_path) == ["agent.log.001.gz"]
    assert gzip.decompress((tmp_path / "agent.log.001.gz").read_bytes()) == data


def test_the_rest_is_compressed_and_the_current_log_is_not(tmp_path):
    write(tmp_path, part1=b"a" * 100, part2=b"b" * 100, part=b"c")
    log_segments.compress_rest(str(tmp_path))
    assert log_segments.parts(str(tmp_path)) == ["agent.log.001.gz", "agent.log.002.gz", "agent.log"]


def test_a_run_that_is_over_gets_its_last_part_packed(tmp_path):
    write(tmp_path, part1=b"a", part=b"z" * 1000)
    log_segments.pack(str(tmp_path))
    assert log_segments.parts(str(tmp_path)) == ["agent.log.001", "agent.log.002.gz"]


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: os.symlink("/etc/passwd", path)])
def test_what_is_no_file_is_no_part(tmp_path, make):
    write(tmp_path, part=b"x")
    make(tmp_path / "agent.log.001")
    assert log_segments.parts(str(tmp_path)) == ["agent.log"]
    with pytest.raises(OSError) as caught:
        log_segments.compress(str(tmp_path), "agent.log.001")
    assert caught.value.errno == errno.EINVAL


def test_a_file_of_holes_is_not_read(tmp_path):
    with open(tmp_path / "agent.log.001", "wb") as file:
        file.truncate((1 << 28) + 1)
    with pytest.raises(OSError):
        log_segments.compress(str(tmp_path), "agent.log.001")
    log_segments.compress_rest(str(tmp_path))
    assert os.path.exists(tmp_path / "agent.log.001")


def test_a_link_in_the_place_of_the_temporary_file_is_not_written_through(tmp_path):
    (tmp_path / "precious").write_bytes(b"mine")
    write(tmp_path, part1=b"a" * 100)
    os.symlink(tmp_path / "precious", tmp_path / ".agent.log.001.gz.tmp")
    log_segments.compress(str(tmp_path), "agent.log.001")
    assert (tmp_path / "precious").read_bytes() == b"mine"
