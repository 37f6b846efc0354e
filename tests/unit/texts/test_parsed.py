"""The shipped YAML as it was parsed when the package was made."""

from pathlib import Path

import pytest

from workcell.rundir.vocabulary import DATA_KINDS
from workcell.texts import document, parsed, search_path


def shipped():
    for kind in DATA_KINDS:
        for path in sorted(Path(search_path.shipped(kind)).iterdir()):
            if path.suffix in (".yaml", ".md"):
                text = path.read_text()
                yield pytest.param(document.front(text, path.name) if path.suffix == ".md" else text, id=path.name)


@pytest.mark.parametrize("text", list(shipped()))
def test_each_shipped_text_is_known_and_says_what_parsing_says(text):
    values, lines = parsed.find(text)
    read = document.parse_unknown_yaml(text, "x", 0)
    assert not read.faults and (read.front, read.lines) == (values, lines)
    assert list(read.front) == list(values), "in the order of the file"
    first = document.parse_yaml(text, "x", 7)
    assert first.lines == document.parse_unknown_yaml(text, "x", 7).lines


def test_another_text_is_parsed():
    text = Path(search_path.shipped("recipes"), "shell.yaml").read_text()
    assert parsed.find(text + "\n# mine") is None
    assert document.parse_yaml(text + "\n# mine", "x").front == document.parse_yaml(text, "x").front
    assert document.parse_yaml("a: [1", "x").faults


def test_what_one_caller_changes_the_next_one_does_not_see():
    text = Path(search_path.shipped("recipes"), "shell.yaml").read_text()
    document.parse_yaml(text, "x").front.clear()
    assert document.parse_yaml(text, "x").front


@pytest.mark.parametrize("made", [None, b"\xff{", b'{"sha256": "'])
def test_without_the_file_everything_is_parsed(made, tmp_path, monkeypatch):
    monkeypatch.setattr(parsed, "FILE", str(tmp_path / "gone"))
    if made is not None:
        (tmp_path / "gone").write_bytes(made)
    parsed._every.cache_clear()
    try:
        text = Path(search_path.shipped("recipes"), "shell.yaml").read_text()
        assert parsed.find(text) is None and document.parse_yaml(text, "x").front
    finally:
        monkeypatch.undo()
        parsed._every.cache_clear()
