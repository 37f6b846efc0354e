"""Which program is found by a name: what `shutil.which` says, and never one of the tree that is looked at."""

import shutil

import pytest

from workcell.system import find_program


@pytest.fixture
def path(tmp_path):
    """A PATH: a directory of that name, a file that cannot be run, a program."""
    folders = [tmp_path / name for name in ("one", "two", "three")]
    for folder in folders:
        folder.mkdir()
    (folders[0] / "tool").mkdir()
    (folders[1] / "tool").write_text("#!/bin/sh\n")
    (folders[1] / "tool").chmod(0o600)
    (folders[2] / "tool").write_text("#!/bin/sh\n")
    (folders[2] / "tool").chmod(0o700)
    return ":".join(map(str, folders))


def test_a_program_is_what_can_be_run(path, tmp_path):
    assert find_program.find("tool", path) == shutil.which("tool", path=path) == str(tmp_path / "three/tool")
    assert find_program.find("tool", path, avoid=[str(tmp_path / "three")]) is None
    assert find_program.find(str(tmp_path / "three/tool")) == str(tmp_path / "three/tool")
    assert find_program.find(str(tmp_path / "one/tool")) is None


@pytest.mark.parametrize("name", ["tool", "absent", "", "three/tool", "./three/tool", "two/absent", "one"])
def test_whether_one_is_there_is_said_as_which_says_it(name, path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for folders in (path, f"{path}:", f".:{path}", "", "relative"):
        assert find_program.is_there(name, folders) == (shutil.which(name, path=folders) is not None)
    monkeypatch.setenv("PATH", path)
    assert find_program.is_there(name) == (shutil.which(name) is not None)
