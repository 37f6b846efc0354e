"""Files in places where an agent writes, too: what is no regular file is neither waited for nor followed."""

import os
import resource
import stat

import pytest

from workcell.rundir import layout, log_segments, look, maildir, safe_open
from workcell.runner import log, runbook


def pipe(path):
    os.mkfifo(path)


def link(path):
    other = f"{path}.other"
    with open(other, "w") as file:
        file.write("somebody's own")
    os.symlink(other, path)


ODD = pytest.mark.parametrize("plant", [pipe, link, os.mkdir])


@ODD
def test_what_is_no_regular_file_reads_as_none(tmp_path, plant):
    path = str(tmp_path / "it")
    plant(path)
    assert safe_open.read(path, 100) is None
    assert safe_open.tail(path, 100) is None


def test_no_more_is_read_than_was_asked_for(tmp_path):
    path = str(tmp_path / "it")
    with open(path, "wb") as file:
        file.write(b"begin")
        file.truncate(1 << 36)  # 64 GiB of hole
    assert safe_open.read(path, 8) == b"begin\0\0\0"
    assert safe_open.read(path, 3, 2) == b"gin"
    assert safe_open.tail(path, 8) == bytes(8)
    assert safe_open.read(str(tmp_path / "none"), 8) is None


def test_a_file_that_could_not_be_asked_about_is_no_missing_one(tmp_path):
    path = str(tmp_path / "it")
    path_of_box = tmp_path / "box"
    name = maildir.deliver(str(path_of_box), {"kind": "stop"})
    open(path, "w").close()
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, before[1]))
    try:
        for question in (lambda: safe_open.read(path, 1), lambda: maildir.read(str(path_of_box), name)):
            with pytest.raises(OSError, match="Too many open files"):
                question()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


@ODD
def test_a_log_is_begun_in_a_file_of_its_own(tmp_path, plant):
    path = str(tmp_path / layout.AGENT_LOG)
    plant(path)
    writer = log.Log(str(tmp_path))
    assert writer.write(b"said") == 4
    writer.close()
    assert stat.S_ISREG(os.lstat(path).st_mode)
    assert safe_open.read(path, 100) == b"said"
    assert safe_open.read(f"{path}.other", 100) in (None, b"somebody's own")


@ODD
def test_a_log_goes_on_after_its_name_was_taken_while_it_rolled(tmp_path, plant):
    path = str(tmp_path / layout.AGENT_LOG)
    writer = log.Log(str(tmp_path), roll_bytes=10)
    assert writer.write(b"0123456789") == 10
    os.unlink(path)
    plant(path)  # the roll gives what stands here the name of the part
    assert writer.write(b"next") == 4
    writer.close()
    assert safe_open.read(path, 100) == b"next"


def test_parts_of_a_log_are_files(tmp_path):
    os.mkfifo(tmp_path / layout.AGENT_LOG)
    os.mkfifo(tmp_path / f"{layout.AGENT_LOG}.001.gz")
    (tmp_path / f"{layout.AGENT_LOG}.002").write_text("two")
    assert log_segments.parts(str(tmp_path)) == [f"{layout.AGENT_LOG}.002"]


@ODD
def test_a_record_that_is_no_file_is_unreadable_and_not_missing(tmp_path, plant):
    plant(str(tmp_path / layout.EXIT))
    problems: list[str] = []
    assert look.read_record(str(tmp_path), layout.EXIT, problems, required=False) is None
    assert len(problems) == 1
    assert look.read_record(str(tmp_path), layout.START, problems, required=False) is None
    assert len(problems) == 1


@ODD
def test_a_message_that_is_no_file_is_none(tmp_path, plant):
    (tmp_path / maildir.NEW).mkdir()
    plant(str(tmp_path / maildir.NEW / "odd.json"))
    assert maildir.read(str(tmp_path), "odd.json") is None


def test_steps_on_record_are_read_from_a_file_and_only_those_that_are_whole(tmp_path):
    for n in (1, 2, 3):
        os.makedirs(os.path.join(layout.attempt(str(tmp_path), n), layout.AGENT_DIR))
    path = os.path.join(layout.attempt(str(tmp_path), 1), layout.AGENT_DIR, runbook.RECORD)
    os.mkfifo(path)
    path = os.path.join(layout.attempt(str(tmp_path), 2), layout.AGENT_DIR, runbook.RECORD)
    lines = [
        '{"event": "end", "exit": 0}',
        '{"event": "end", "exit": 0, "step": [], "sha256": "b"}',
        '{"event": "end", "exit": 0, "step": 2, "sha256": "b"}',
    ]
    with open(path, "w") as file:
        file.write("\n".join(lines))
    assert runbook.finished(str(tmp_path), 3) == {(2, "b"): 2}


def test_nothing_is_appended_to_a_file_with_a_second_name(tmp_path):
    precious, path = tmp_path / "precious", tmp_path / "events.jsonl"
    precious.write_text("as it was")
    os.link(precious, path)
    fd = safe_open.append(str(path))
    os.write(fd, b"x")
    os.close(fd)
    assert precious.read_text() == "as it was"
    assert path.read_text() == "x"
