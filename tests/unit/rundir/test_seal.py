"""The room for the exit record: kept, found again by who comes later, and replaced where somebody took it away."""

import errno
import os
import shutil
import threading

import pytest

from tests.lab import eventually
from workcell.base import record
from workcell.rundir import layout, seal

EXIT = record.encode({"schema": "workcell.file.exit/1", "how": "reaped", "code": 7})


@pytest.fixture
def where(tmp_path):
    path = tmp_path / "attempt"
    path.mkdir()
    return str(path)


def sealed(where):
    with open(os.path.join(where, layout.EXIT), "rb") as file:
        return file.read()


@pytest.mark.parametrize("kept", [False, True])
def test_a_record_is_sealed_where_its_room_was_removed(where, kept):
    slot = seal.Slot(where)
    if kept:
        slot.keep(EXIT)
    os.unlink(os.path.join(where, layout.EXIT_SLOT))
    slot.seal(layout.EXIT, EXIT)
    assert sealed(where) == EXIT
    assert os.listdir(where) == [layout.EXIT]


@pytest.mark.parametrize("instead", [None, "file"])
def test_a_directory_that_is_gone_is_given_up(where, instead):
    slot = seal.Slot(where)
    shutil.rmtree(where)
    if instead:
        open(where, "w").close()
    with pytest.raises((FileNotFoundError, NotADirectoryError)):
        slot.seal(layout.EXIT, EXIT)


def test_a_directory_that_comes_back_gets_its_record(where):
    slot = seal.Slot(where)
    os.rename(where, where + ".away")
    back = threading.Timer(0.05, os.rename, (where + ".away", where))
    back.start()
    slot.seal(layout.EXIT, EXIT)
    back.join()
    assert sealed(where) == EXIT


def test_what_is_kept_stands_in_the_room_whole(where):
    slot = seal.Slot(where)
    path = os.path.join(where, layout.EXIT_SLOT)
    assert os.path.getsize(path) == slot.SIZE
    slot.keep(EXIT)
    with open(path, "rb") as file:
        assert file.read() == EXIT
    slot.seal(layout.EXIT, EXIT)
    assert sealed(where) == EXIT
    assert eventually(lambda: os.listdir(where) == [layout.EXIT])
    with pytest.raises(ValueError, match="larger"):
        slot.keep(bytes(slot.SIZE + 1))


@pytest.mark.parametrize("number", [errno.EOPNOTSUPP, errno.EINVAL])
def test_room_is_taken_also_where_the_file_system_allocates_none(where, monkeypatch, number):
    def refuse(fd, offset, size):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "posix_fallocate", refuse)
    slot = seal.Slot(where)
    assert os.stat(os.path.join(where, layout.EXIT_SLOT)).st_blocks > 0
    slot.seal(layout.EXIT, EXIT)
    assert sealed(where) == EXIT


@pytest.mark.parametrize("target", ["/nowhere", "other"])
def test_a_link_laid_in_the_place_of_a_record_is_no_record(tmp_path, target):
    (tmp_path / "other").write_bytes(b"not sealed\n")
    for name, put in (("result.json", lambda n: seal.seal(str(tmp_path), n, b"ours\n")),
                      ("exit.json", lambda n: seal.Slot(str(tmp_path)).seal(n, b"ours\n"))):  # fmt: skip
        (tmp_path / name).symlink_to(target)
        put(name)
        assert (tmp_path / name).read_bytes() == b"ours\n"
        assert not (tmp_path / name).is_symlink()
    assert (tmp_path / "other").read_bytes() == b"not sealed\n"
