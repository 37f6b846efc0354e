"""What folders share to find the files of sessions."""

import os
from pathlib import Path

from workcell.agents import session_files


def test_files_at_the_depth_and_of_the_name_are_found(tmp_path: Path) -> None:
    for name in ("a/one.jsonl", "a/b/deep.jsonl", "top.jsonl", "a/note.txt", ".hidden/x.jsonl"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("12345")
    (tmp_path / "a" / "link.jsonl").symlink_to(tmp_path / "top.jsonl")
    (tmp_path / "a" / "folder.jsonl").mkdir()
    os.mkfifo(tmp_path / "a" / "pipe.jsonl")
    found = list(session_files.below("parrot", str(tmp_path), 1, _stem))
    assert [(one.agent, one.id, one.size) for one in found] == [("parrot", "one", 5)]
    assert found[0].changed == (tmp_path / "a" / "one.jsonl").stat().st_mtime


def test_a_folder_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert list(session_files.below("parrot", str(tmp_path / "none"), 0, _stem)) == []


def _stem(name: str) -> str | None:
    return name.removesuffix(".jsonl") if name.endswith(".jsonl") else None


def test_where_a_program_may_keep_its_files() -> None:
    env = {"HOME": "/h", "PARROT_HOME": "/p"}
    assert session_files.home_of(env, "PARROT_HOME", ".parrot") == ["/p", "/h/.parrot"]
    assert session_files.home_of({"HOME": "/h", "PARROT_HOME": ""}, "PARROT_HOME", ".parrot") == ["/h/.parrot"]
    assert session_files.home_of({"HOME": "/h", "PARROT_HOME": "/h/.parrot"}, "PARROT_HOME", ".parrot") == [
        "/h/.parrot"
    ]
    assert session_files.home_of({}, "PARROT_HOME", ".parrot") == []


def test_the_value_of_an_option_of_a_process() -> None:
    assert session_files.given(["p", "--resume", "x"], ("--resume", "-r")) == "x"
    assert session_files.given(["p", "--resume=x"], ("--resume", "-r")) == "x"
    assert session_files.given(["p", "-r", "--verbose"], ("--resume", "-r")) is None
    assert session_files.given(["p", "-r"], ("--resume", "-r")) is None
    assert session_files.given(["p"], ("--resume", "-r")) is None


def test_a_title_is_one_line() -> None:
    assert session_files.title("a\nb") == "a b"
    assert session_files.title("") is None and session_files.title(3) is None
