"""What a repository brings: which files count, and the bounds of comparing them."""

import os

import pytest

from workcell.base.errors import Refused
from workcell.texts import recipe
from workcell.trust import acceptance, repository_files


def lay(top, *names):
    for name in names:
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)


def test_patterns_name_files_and_whole_directories(tmp_path):
    lay(
        tmp_path,
        ".c/settings.json",
        ".c/settings.local.json",
        ".c/other.json",
        ".c/hooks/a",
        ".c/hooks/b/c",
        "x/.c/hooks/d",
    )
    (tmp_path / ".c/hooks/loop").symlink_to("..")
    (tmp_path / ".c/gone").symlink_to("nowhere")
    found = repository_files.agent_files(str(tmp_path), [".c/settings*.json", ".c/hooks", ".mcp.json", ".c/gone"])
    assert {name for name in found if "loop" not in name} == {
        ".c/settings.json",
        ".c/settings.local.json",
        ".c/hooks/a",
        ".c/hooks/b/c",
    }


def test_what_cannot_be_compared_is_refused(tmp_path, monkeypatch):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(Refused, match="not a regular file"):
        repository_files.agent_files(str(tmp_path), ["pipe"])
    lay(tmp_path, "d/1", "d/2", "d/3")
    monkeypatch.setattr(repository_files, "MAX_FILES", 2)
    with pytest.raises(Refused, match="more than 2 files"):
        repository_files.agent_files(str(tmp_path), ["d"])
    monkeypatch.setattr(repository_files, "MAX_FILES", 9)
    monkeypatch.setattr(repository_files, "MAX_BYTES", 4)
    with pytest.raises(Refused, match="to compare"):
        repository_files.agent_files(str(tmp_path), ["d"])


def test_contents_that_stand_are_bounded_and_kept_newest_last(tmp_path, monkeypatch):
    monkeypatch.setattr(acceptance, "CONTENTS", 3)
    home = str(tmp_path / "home")
    for word in ("a", "b", "c", "b", "d"):
        acceptance.accept(home, "/place", repository_files.Brought("/top", {"f": word * 64}, {"setup": [word]}), None)
    standing = acceptance.read(home, "/place")
    assert standing.files == {"f": ["c" * 64, "b" * 64, "d" * 64]} and standing.accepts("setup", ["b"])
    assert not standing.accepts("setup", ["a"])
    assert [one.place for one in acceptance.every(home)] == ["/place"]
    assert acceptance.remove(home, "/place") and not acceptance.remove(home, "/place")
    assert acceptance.every(home) == []


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (["claude", "-p"], ["claude", "-p", "+"]),
        (["claude", "--", "words -"], ["claude", "+", "--", "words -"]),
        (["codex", "exec", "-"], ["codex", "exec", "+", "-"]),
    ],
)
def test_where_arguments_are_added(words, wanted):
    assert recipe.with_arguments(words, ["+"]) == wanted
