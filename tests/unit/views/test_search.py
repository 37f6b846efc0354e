"""search as an operation: over runs and sessions, those that were written to last first."""

import os
from pathlib import Path
from typing import Any

import pytest

from tests.support import recorded_runs as made
from tests.support.agent_sessions import Claude, Codex, tree
from workcell.base.errors import NotFound, Usage
from workcell.rundir import layout
from workcell.rundir.cell import Cell
from workcell.views import search

NOW = 1_800_000_000.0
TOKEN = "ghp_" + "a1B2" * 9


@pytest.fixture
def person(tmp_path: Path) -> Path:
    talk = Claude(name="5369a4b0-1", cwd="/w/shop").prompt("fix the login").said("The login works.")
    talk.keep(tmp_path, NOW - 100)
    Codex(name="01a1f76b-1", cwd="/w/docs").prompt(f"describe the login with {TOKEN}").keep(tmp_path, NOW - 50)
    Claude(name="7777aaaa-1").prompt("something else").keep(tmp_path, NOW)
    return tmp_path


def asked(person: Path, *words: str, home: str | None = None, **more: Any) -> list[search.Hit]:
    cell = Cell(home or str(person / "home"), {"HOME": str(person)}, "/w", clock=lambda: NOW)
    return list(search.perform(cell, search.Request(words, **more)))


def test_the_newest_file_first_and_in_it_the_last_text(person: Path) -> None:
    before = tree(person)
    hits = asked(person, "login")
    assert [(hit.show, hit.kind) for hit in hits] == [
        ("codex:01a1f76b", "prompt"),
        ("claude:5369a4b0", "answer"),
        ("claude:5369a4b0", "prompt"),
    ]
    assert (hits[1].text, hits[1].title, hits[1].directory) == ("The login works.", "fix the login", "/w/shop")
    assert (hits[1].session, hits[1].run, hits[1].at) == ("5369a4b0-1", None, "2026-11-20T05:00:01.000Z")
    line = Path(hits[1].path).read_bytes()[hits[1].offset :].split(b"\n")[0]
    assert b"The login works." in line
    assert TOKEN not in repr(hits) and tree(person) == before


@pytest.mark.parametrize(
    ("asked_for", "wanted"),
    [
        ({"kinds": ("answer",)}, ["answer"]),
        ({"agent": "codex"}, ["prompt"]),
        ({"repo": "shop"}, ["answer", "prompt"]),
        ({"repo": "/w/docs"}, ["prompt"]),
        ({"since": 70.0, "kinds": ("prompt", "command")}, []),
        ({"last": 2}, ["prompt", "answer"]),
    ],
)
def test_filters(person: Path, asked_for: dict[str, Any], wanted: list[str]) -> None:
    assert [hit.kind for hit in asked(person, "login", **asked_for)] == wanted


def test_what_cannot_be_asked_is_refused_with_a_cure(person: Path) -> None:
    for more, error in (({"kinds": ("prose",)}, Usage), ({"agent": "parrot"}, NotFound)):
        with pytest.raises(error):
            asked(person, "login", **more)
    with pytest.raises(Usage, match="no word"):
        asked(person, " ")


def test_the_texts_of_runs_are_searched_and_a_copy_is_not_told_twice(person: Path) -> None:
    talk = Claude(name="9999bbbb-1").prompt("plant a needle").said("The needle is planted.")
    kept = talk.keep(person, NOW - 10)
    run = made.recorded(person, transcript=kept.read_bytes(), agent_session=talk.id)
    directory = layout.attempt(run, 1)
    Path(directory, layout.HANDOFF).unlink(missing_ok=True)
    Path(directory, layout.HANDOFF).write_text("# Handoff\n\nThe needle stands\nin the hay.\n")
    home, name = made.home_of(run), os.path.basename(run)
    for path in Path(directory).iterdir():
        os.utime(path, (NOW - 5, NOW - 5), follow_symlinks=False)
    hits = asked(person, "needle", home=home)
    assert [(hit.show, hit.kind) for hit in hits] == [(name, "handoff"), (name, "answer"), (name, "prompt")]
    assert hits[0].text == "The needle stands" and hits[0].attempt == 1 and hits[0].title
    # the program's own file alone has it: the run that had it is named all the same
    Path(directory, layout.TRANSCRIPT).unlink()
    found = asked(person, "planted", home=home)
    assert [(hit.show, hit.run) for hit in found] == [("claude:9999bbbb", name)]
    assert [hit.kind for hit in asked(person, "objective", home=home, kinds=("brief",))] != []


def test_hits_come_as_they_are_found(person: Path) -> None:
    """The first hit is there before the other files are opened."""
    cell = Cell(str(person / "home"), {"HOME": str(person)}, "/w", clock=lambda: NOW)
    hits = search.perform(cell, search.Request(("login",)))
    assert next(hits).agent == "codex"
    for path in (person / ".claude").rglob("5369a4b0-1.jsonl"):
        path.unlink()
    assert list(hits) == []


def test_a_text_that_several_attempts_have_is_told_of_the_newest(person: Path) -> None:
    run = made.recorded(person)
    made.go_on(run)
    first, second = Path(layout.attempt(run, 1)), Path(layout.attempt(run, 2))
    for number, directory in enumerate((first, second)):
        (directory / layout.BRIEF).unlink()
        (directory / layout.BRIEF).write_text(f"Plant a needle.\nA needle of attempt {number + 1}.\n")
        (directory / layout.HANDOFF).unlink(missing_ok=True)
        (directory / layout.HANDOFF).write_text(f"The needle is {number}.\n")
        for path in directory.iterdir():
            os.utime(path, (NOW - 9 + number, NOW - 9 + number), follow_symlinks=False)
    hits = asked(person, "needle", home=made.home_of(run))
    assert [(hit.kind, hit.attempt, hit.text) for hit in hits] == [
        ("handoff", 2, "The needle is 1."),
        ("brief", 2, "Plant a needle."),
        ("handoff", 1, "The needle is 0."),
    ]
