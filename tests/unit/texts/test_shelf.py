import os
import pathlib

import pytest

from workcell.base.errors import NotFound
from workcell.texts import shelf


def write(folder: pathlib.Path, *names: str) -> None:
    folder.mkdir(parents=True)
    for name in names:
        (folder / name).write_text("x")


def test_project_then_user_then_shipped(tmp_path: pathlib.Path) -> None:
    write(tmp_path / "repo/.workcell/recipes", "mine.yaml", "both.yaml")
    write(tmp_path / "home/recipes", "both.yaml", "yours.yaml")
    found = {item.name: item.origin for item in shelf.items("recipes", str(tmp_path / "repo"), str(tmp_path / "home"))}
    assert (found["mine"], found["both"], found["yours"]) == ("project", "project", "user")


def test_droppings_and_readmes_are_no_data(tmp_path: pathlib.Path) -> None:
    write(tmp_path / "recovery", "a.md", "a.md~", ".a.md.swp", "README.md", "b.txt")
    found = shelf.items("recovery", None, str(tmp_path))
    assert [item.name for item in found if item.origin == "user"] == ["a"]


def test_the_nearest_spelling_is_offered() -> None:
    with pytest.raises(NotFound) as told:
        shelf.find("recovery", "usage-limits")
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
    shelf.items("recipes", None, str(tmp_path), unreadable=told.append)
    assert told == [str(tmp_path / "recipes")]


def test_an_unknown_kind_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="unknown kind"):
        shelf.items("receipts")
