"""Which homes may be used, and the cure for each that may not."""

import os

import pytest

from tests.support import frozen
from workcell.base.errors import Invalid, Refused
from workcell.rundir import home, layout


def test_a_home_that_is_not_there_is_no_problem(tmp_path):
    assert not home.check(str(tmp_path / "none")) and home.problem(str(tmp_path / "none")) is None


def test_a_home_of_a_known_format_is_used(tmp_path):
    path = frozen.thaw(tmp_path / "home")
    assert home.check(path)
    run = frozen.run_of(path, "frozen-two")
    home.check_run(run)
    assert home.of_run(run) == path and home.problem_of_run(run) is None


def test_a_file_is_no_home(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(Invalid, match="not a directory"):
        home.check(str(tmp_path / "file"))


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o777])
def test_one_that_others_can_write_to_is_refused_with_the_cure(tmp_path, mode):
    tmp_path.chmod(mode)
    with pytest.raises(Refused, match="others can write") as caught:
        home.check(str(tmp_path))
    assert caught.value.hint == f"chmod go-w {tmp_path}"


def test_one_that_others_can_replace_is_refused(tmp_path):
    inner = tmp_path / "open" / "home"
    inner.mkdir(parents=True, mode=0o700)
    (tmp_path / "open").chmod(0o777)
    with pytest.raises(Refused, match="others can replace"):
        home.check(str(inner))
    (tmp_path / "open").chmod(0o1777)
    assert home.check(str(inner))


@pytest.mark.parametrize("text", ["99.0\n", "words\n"])
def test_a_format_that_is_not_read_is_refused(tmp_path, text):
    (tmp_path / layout.FORMAT_FILE).write_text(text)
    assert "this workcell reads" in str(home.problem(str(tmp_path)))


def test_a_format_that_is_no_file_is_refused(tmp_path):
    os.mkfifo(tmp_path / layout.FORMAT_FILE)
    assert "cannot be read" in str(home.problem(str(tmp_path)))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a directory away")
def test_what_belongs_to_another_user_is_refused(tmp_path):
    path = frozen.thaw(tmp_path / "home")
    run = frozen.run_of(path, "frozen-two")
    os.chown(run, 12345, 12345)
    assert "belongs to another user" in str(home.problem_of_run(run))
    os.chown(path, 12345, 12345)
    assert "belongs to another user" in str(home.problem(path))


def test_a_run_that_lies_in_no_home_is_none(tmp_path):
    assert "is not the directory of a run" in str(home.problem_of_run(str(tmp_path / "none" / "runs" / "x")))
    assert home.problem_of_run(str(tmp_path / "runs" / "gone")) is None
