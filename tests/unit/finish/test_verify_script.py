"""The verify script that was pinned: what is not it, and what cannot be read."""

import os
import resource

import pytest

from workcell.base import digest
from workcell.finish import verify_script

SCRIPT = b"exit 0\n"


@pytest.fixture
def directory(tmp_path):
    (tmp_path / "attempts" / "001").mkdir(parents=True)
    (tmp_path / "attempts" / "001" / "verify.sh").write_bytes(SCRIPT)
    return tmp_path / "attempts" / "001"


def _ended(directory, pinned: bytes = SCRIPT):
    attempt = {"verify": {"sha256": digest.sha256(pinned)}}
    around = verify_script.Around([], None, "", lambda group: None)
    return verify_script.run_in(str(directory.parent.parent), 1, attempt, -1, around)


def test_another_script_is_not_run(directory):
    ended = _ended(directory, b"exit 1\n")
    assert (ended["how"], ended["error"]) == ("tampered", "it is not the script that was pinned at launch")


def test_a_link_and_a_script_that_is_gone_count_as_changed(directory):
    os.unlink(directory / "verify.sh")
    assert _ended(directory)["how"] == "tampered"
    (directory / "verify.sh").symlink_to("/etc/hostname")
    assert _ended(directory)["how"] == "tampered"


def test_one_that_this_machine_cannot_read_is_not_called_changed(directory):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))
    try:
        ended = _ended(directory)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert (ended["how"], ended["error"]) == ("not-started", "verify.sh cannot be read: Too many open files")
