"""The log of a terminal whose place is taken away: nobody waits for ever for a name that cannot come back."""

import os
import shutil

import pytest

from workcell.rundir import layout
from workcell.runner import log


@pytest.mark.parametrize("instead", ["nothing", "file", "a link to itself"])
def test_a_log_whose_directory_is_gone_takes_all_that_is_written(tmp_path, instead):
    where = tmp_path / "attempt"
    where.mkdir()
    writer = log.Log(str(where), roll_bytes=10)
    assert writer.write(b"12345") == 5
    shutil.rmtree(where)
    if instead == "file":
        where.write_text("")
    elif instead != "nothing":
        where.symlink_to(where)
    assert writer.write(b"x" * 95) == 95
    writer.close()


def test_a_log_that_was_removed_is_begun_anew(tmp_path):
    writer = log.Log(str(tmp_path), roll_bytes=10)
    writer.write(b"0123456789")
    os.unlink(tmp_path / layout.AGENT_LOG)
    assert writer.write(b"next") == 4
    writer.close()
    assert (tmp_path / layout.AGENT_LOG).read_bytes() == b"next"


def test_the_end_of_a_log_whose_last_part_has_just_been_compressed(tmp_path):
    writer = log.Log(str(tmp_path), roll_bytes=10)
    writer.write(b"0123456789next")
    assert writer.tail(100) == b"0123456789next"
    os.unlink(tmp_path / f"{layout.AGENT_LOG}.001")
    assert writer.tail(100) == b"next"
    writer.close()
