import os

import pytest

from tests.support import repos
from workcell.base.errors import Invalid
from workcell.git import copy_ignored


@pytest.fixture
def pair(tmp_path):
    for name in ("source", "target"):
        (tmp_path / name).mkdir()
    return tmp_path / "source", tmp_path / "target"


def carry(pair, *patterns):
    return copy_ignored.carry(str(pair[0]), str(pair[1]), patterns)


@pytest.mark.parametrize("pattern", ["", "/etc/passwd", "../x", "a/../../x", ".git/config", "a/.git", "nul\0"])
def test_a_pattern_that_leads_out_or_into_git_is_refused(pattern):
    with pytest.raises(Invalid, match="carry"):
        copy_ignored.check([pattern])
    copy_ignored.check([".env", "conf/*.yml", "a..b", ".github"])


def test_files_directories_and_globs_with_modes_links_and_odd_names(pair):
    source, target = pair
    repos.write(source, ".env", "secret\n").chmod(0o640)
    repos.write(source, "conf/a.yml", "a")
    repos.write(source, "conf/deep/.hidden.yml", "b")
    repos.write(source, os.fsdecode(b"data/\xff\nx"), "c")
    repos.write(source, "tools/run", "d").chmod(0o755)
    (source / "tools/link").symlink_to("/etc/passwd")
    repos.write(source, "b[1]", "e")
    (source / "empty").mkdir()
    carried, notes = carry(pair, ".env", "conf/**/*.yml", "data/", "tools", "b[1]", "empty")
    assert carried == [".env", "conf/a.yml", "conf/deep/.hidden.yml", "data", "tools", "b[1]", "empty"]
    assert notes == [] and repos.content(target) == repos.content(source) and (target / "empty").is_dir()
    assert (target / ".env").stat().st_mode & 0o777 == 0o640


def test_what_is_there_stays_and_directories_are_merged(pair):
    source, target = pair
    for name in ("both/mine", "both/theirs", "file"):
        repos.write(source, name, "source\n")
    repos.write(target, "both/theirs", "target\n")
    repos.write(target, "file", "target\n")
    carried, notes = carry(pair, "both", "file", "nothing*")
    assert carried == ["both"] and (target / "both/mine").read_text() == "source\n"
    assert (target / "both/theirs").read_text() == (target / "file").read_text() == "target\n"
    assert ["'file' is part of" in note or "nothing matches" in note for note in notes] == [True, True]


def test_nothing_is_read_or_written_through_a_link_that_leads_out(pair, tmp_path):
    source, target = pair
    repos.write(tmp_path, "outside/file", "not ours\n")
    (source / "out").symlink_to(tmp_path / "outside")
    repos.write(source, "in/file", "x")
    (target / "in").symlink_to(tmp_path / "outside")
    repos.write(source, "merged/out/file", "x")
    (target / "merged").mkdir()
    (target / "merged/out").symlink_to(tmp_path / "outside")
    carried, notes = carry(pair, "out/file", "in/file", "merged")
    assert carried == ["merged"] and len(notes) == 2
    assert (tmp_path / "outside/file").read_text() == "not ours\n" and os.listdir(tmp_path / "outside") == ["file"]


def test_a_pipe_is_not_copied(pair):
    repos.write(pair[0], "dir/file")
    os.mkfifo(pair[0] / "dir/pipe")
    carried, notes = carry(pair, "dir")
    assert carried == ["dir"] and "'dir/pipe' is neither" in notes[0]
    assert os.listdir(pair[1] / "dir") == ["file"]
