"""The room for the exit record: taken before the agent starts, and found again by the process that comes later."""

import errno
import os

import pytest

from workcell.rundir import ledger, slot

EXIT = {"schema": "workcell.file.exit/1", "how": "reaped", "code": 7}


@pytest.fixture
def run(tmp_path):
    for name in ("runs/20261120-0512-x-aaaa", "ledger"):
        (tmp_path / name).mkdir(parents=True)
    return str(tmp_path / "runs" / "20261120-0512-x-aaaa")


def test_what_is_kept_is_found_again_for_its_attempt_alone(run):
    room = slot.Slot(run)
    assert os.path.getsize(ledger.slot_path(run)) == slot.SIZE
    assert slot.kept(run, 1) is None, "zeros are no record"
    assert room.keep(1, EXIT)
    assert slot.kept(run, 1) == EXIT
    assert slot.kept(run, 2) is None
    room.close()
    slot.give_back(run)
    assert slot.kept(run, 1) is None
    slot.give_back(run)


def test_room_that_an_earlier_attempt_left_says_nothing_of_the_next(run):
    slot.Slot(run).keep(1, EXIT)
    slot.Slot(run)
    assert slot.kept(run, 1) is None


def test_a_record_that_does_not_fit_is_refused(run):
    with pytest.raises(ValueError, match="larger"):
        slot.Slot(run).keep(1, {**EXIT, "error": "x" * slot.SIZE})


@pytest.mark.parametrize("number", [errno.EOPNOTSUPP, errno.EINVAL])
def test_room_is_taken_also_where_the_file_system_allocates_none(run, monkeypatch, number):
    def refuse(fd, offset, size):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "posix_fallocate", refuse)
    room = slot.Slot(run)
    assert os.stat(ledger.slot_path(run)).st_blocks > 0
    assert room.keep(1, EXIT)
    assert slot.kept(run, 1) == EXIT
