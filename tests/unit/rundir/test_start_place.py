"""The directory below the tree in which programs start: only plain directories lead there."""

import os

import pytest

from workcell.rundir import start_place


@pytest.fixture
def top(tmp_path):
    (tmp_path / "tree/svc/api").mkdir(parents=True)
    (tmp_path / "out/api").mkdir(parents=True)
    return tmp_path / "tree"


@pytest.fixture
def standing():
    """Where this process stands is put back."""
    before = os.getcwd()
    yield
    os.chdir(before)


def test_a_plain_directory_is_entered(top, standing):
    assert start_place.trouble(str(top), "svc/api") is None and start_place.trouble(str(top), "") is None
    start_place.enter(str(top), "svc/api")
    assert os.getcwd() == str(top / "svc/api")
    start_place.enter(str(top), "")
    assert os.getcwd() == str(top)


@pytest.mark.parametrize("place", ["svc", "svc/api"])
def test_a_link_on_the_way_is_named_and_never_followed(top, standing, place):
    (top / place).rename(top / "away")
    (top / place).symlink_to(top.parent / ("out" if place == "svc" else "out/api"))
    assert start_place.trouble(str(top), "svc/api") == f"{top / place} is a symbolic link"
    with pytest.raises(OSError):
        start_place.enter(str(top), "svc/api")
    assert "out" not in os.getcwd()


def test_what_is_missing_or_a_file_is_named(top):
    assert start_place.trouble(str(top), "svc/web") == f"there is no directory {top}/svc/web"
    (top / "file").write_text("")
    assert start_place.trouble(str(top), "file/x") == f"{top}/file is no directory"


def test_the_path_of_an_attempt_is_below_its_tree():
    assert start_place.path({"cwd": "/t", "dir": "svc/api"}) == "/t/svc/api"
    assert start_place.path({"cwd": "/t"}) == start_place.path({"cwd": "/t", "dir": ""}) == "/t"
