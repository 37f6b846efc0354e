import os
import pathlib

import pytest

from workcell.base.errors import NotFound
from workcell.texts import search_path


def write(folder: pathlib.Path, *names: str) -> None:
    folder.mkdir(parents=True)
    for name in names:
        (folder / name).write_text("x")


def test_user_then_shipped_then_project(tmp_path: pathlib.Path) -> None:
    write(tmp_path / "repo/.workcell/recipes", "mine.yaml", "both.yaml", "shell.yaml")
    write(tmp_path / "home/recipes", "both.yaml", "yours.yaml")
    ignored: list[str] = []
    every = search_path.items("recipes", str(tmp_path / "repo"), str(tmp_path / "home"), ignored=ignored.append)
    found = {item.name: item.origin for item in every}
    assert (found["mine"], found["both"], found["yours"], found["shell"]) == ("project", "user", "user", "shipped")
    assert [line.split(" is not used")[0] for line in ignored] == [
        str(tmp_path / "repo/.workcell/recipes/both.yaml"),
        str(tmp_path / "repo/.workcell/recipes/shell.yaml"),
    ]


def test_links_out_of_the_repository_are_not_followed(tmp_path: pathlib.Path) -> None:
    write(tmp_path / "elsewhere", "evil.yaml")
    write(tmp_path / "repo/.workcell/recipes", "inner.yaml")
    repo = str(tmp_path / "repo")
    (tmp_path / "repo/.workcell/recipes/out.yaml").symlink_to(tmp_path / "elsewhere/evil.yaml")
    (tmp_path / "repo/.workcell/recipes/near.yaml").symlink_to("inner.yaml")
    (tmp_path / "repo/.workcell/recovery").symlink_to(tmp_path / "elsewhere")
    names = {item.name for item in search_path.items("recipes", repo) if item.origin == "project"}
    assert names == {"inner", "near"}
    assert [line.split(" leads out")[0] for line in search_path.strays(repo)] == [
        f"{repo}/.workcell/recipes/out.yaml",
        f"{repo}/.workcell/recovery",
    ]
    os.rename(tmp_path / "repo/.workcell", tmp_path / "repo/other")
    (tmp_path / "repo/.workcell").symlink_to("other")
    assert not [item for item in search_path.items("recipes", repo) if item.origin == "project"]
    assert search_path.strays(repo) == [f"{repo}/.workcell is a symbolic link, and is not read"]


def test_droppings_and_readmes_are_no_data(tmp_path: pathlib.Path) -> None:
    write(tmp_path / "recovery", "a.md", "a.md~", ".a.md.swp", "README.md", "b.txt")
    found = search_path.items("recovery", None, str(tmp_path))
    assert [item.name for item in found if item.origin == "user"] == ["a"]


def test_the_nearest_spelling_is_offered() -> None:
    with pytest.raises(NotFound) as told:
        search_path.find("recovery", "usage-limits")
    assert told.value.message == "no playbook named 'usage-limits'"
    assert told.value.hint == "did you mean 'usage-limit'?"


def test_a_folder_that_cannot_be_listed_is_told(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "recipes").mkdir()
    told: list[str] = []
    listdir = os.listdir

    def refused(path: str) -> list[str]:
        if path == str(tmp_path / "recipes"):
            raise PermissionError(13, "Permission denied", path)
        return listdir(path)

    monkeypatch.setattr(os, "listdir", refused)  # root may list all, so the refusal is made here
    search_path.items("recipes", None, str(tmp_path), unreadable=told.append)
    assert told == [str(tmp_path / "recipes")]


def test_an_unknown_kind_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="unknown kind"):
        search_path.items("receipts")
