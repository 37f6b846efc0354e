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
