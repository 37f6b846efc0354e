"""Sealing a file: what has its name and is a link was not sealed."""

import pytest

from workcell.rundir import seal


@pytest.mark.parametrize("target", ["/nowhere", "other"])
def test_a_link_laid_in_the_place_of_a_record_is_no_record(tmp_path, target):
    (tmp_path / "other").write_bytes(b"not sealed\n")
    (tmp_path / "result.json").symlink_to(target)
    seal.seal(str(tmp_path), "result.json", b"ours\n")
    assert (tmp_path / "result.json").read_bytes() == b"ours\n"
    assert not (tmp_path / "result.json").is_symlink()
    assert (tmp_path / "other").read_bytes() == b"not sealed\n"


def test_the_first_content_of_a_sealed_file_stands(tmp_path):
    assert seal.seal(str(tmp_path), "x", b"first\n") == b"first\n"
    assert seal.seal(str(tmp_path), "x", b"second\n") == b"first\n"
    assert (tmp_path / "x").read_bytes() == b"first\n"


def test_a_staged_file_replaces_nothing_and_a_disk_that_refuses_leaves_nothing(tmp_path, monkeypatch):
    seal.stage(str(tmp_path), "x", b"first\n", 0o500)
    with pytest.raises(FileExistsError):
        seal.stage(str(tmp_path), "x", b"second\n")
    assert (tmp_path / "x").read_bytes() == b"first\n" and (tmp_path / "x").stat().st_mode & 0o777 == 0o500

    def full(fd):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(seal.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        seal.stage(str(tmp_path), "y", b"lost\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x"]
