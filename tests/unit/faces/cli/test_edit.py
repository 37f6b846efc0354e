"""A text is changed in a real editor, at a terminal; what goes wrong leaves nothing behind."""

import os
import sys
import tempfile
from pathlib import Path

import pytest

from workcell.base.errors import Refused, Unreachable, Usage
from workcell.faces.cli import edit

ANY = edit.Purpose("config edit", "config.yaml", "nothing is saved", "remove the file", "change the file itself")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Where copies that are edited lie."""
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    monkeypatch.delenv("VISUAL", raising=False)
    return place


@pytest.fixture
def edited(folder, monkeypatch):
    """Edit a text with a shell script as the editor, this process at a terminal."""
    master, slave = os.openpty()

    def run(script, before="before\n", purpose=edit.LAUNCH):
        monkeypatch.setenv("EDITOR", f"sh -c '{script}' editor")
        with (
            open(slave, closefd=False) as keys,
            open(slave, "w", closefd=False) as shown,
            pytest.MonkeyPatch.context() as at,
        ):
            at.setattr(sys, "stdin", keys)
            at.setattr(sys, "stderr", shown)
            return edit.text(before, purpose)

    yield run
    os.close(slave)
    os.close(master)


def test_what_the_editor_saved_is_used_and_its_copy_goes(folder, edited):
    with edited('echo more >> "$1"') as kept:
        assert kept.text == "before\nmore\n"
        [copy] = folder.glob("*/brief.md")
        assert copy.read_text() == kept.text and copy.parent.stat().st_mode & 0o077 == 0
    assert list(folder.iterdir()) == []


def test_visual_counts_before_editor(edited, monkeypatch):
    monkeypatch.setenv("VISUAL", "sh -c 'echo visual > \"$1\"' editor")
    assert edited('echo editor > "$1"').text == "visual\n"


def test_where_the_text_cannot_be_used_it_is_kept(folder, edited):
    with pytest.raises(ValueError, match="no use"), edited('echo mine > "$1"'):
        raise ValueError("no use")
    [copy] = folder.glob("*/brief.md")
    assert copy.read_text() == "mine\n"


def test_bytes_that_are_no_text_stay_as_they_are(edited):
    before = b"a\xffb\n".decode("utf-8", "surrogateescape")
    assert edited("true", before, ANY).text == before


@pytest.mark.parametrize(
    ("script", "kind", "said", "hint"),
    [
        ("exit 3", Unreachable, "the editor ended with code 3", "nothing is launched; check $EDITOR"),
        (': > "$1"', Refused, "the text was emptied: nothing is launched", "save a text to launch it"),
        ("true", Refused, "the text was not changed: nothing is launched", "leave out --edit to launch it as it is"),
    ],
)
def test_what_cannot_be_used_leaves_nothing_behind(folder, edited, script, kind, said, hint):
    with pytest.raises(kind, match=said) as caught:
        edited(script)
    assert caught.value.hint == hint and list(folder.iterdir()) == []


def test_an_unchanged_text_is_no_error_where_the_purpose_does_not_say_so(edited):
    assert edited("true", purpose=ANY).text == "before\n"


def test_without_a_terminal_no_editor_is_started(tmp_path, monkeypatch):
    monkeypatch.setenv("EDITOR", f"touch {tmp_path}/started;")
    with open(os.devnull) as nothing:
        monkeypatch.setattr(sys, "stdin", nothing)
        with pytest.raises(Usage, match="config edit needs a terminal") as caught:
            edit.text("x", ANY)
    assert caught.value.hint == "change the file itself" and not Path(tmp_path, "started").exists()


def test_a_text_that_was_saved_before_the_editor_failed_is_kept(folder, edited, capsys):
    with pytest.raises(Unreachable, match="ended with code 3"):
        edited('echo mine > "$1"; exit 3')
    [copy] = folder.glob("*/brief.md")
    assert copy.read_text() == "mine\n"


def test_the_command_that_goes_on_with_a_kept_text_is_said(folder, edited, monkeypatch, capsys):
    with pytest.raises(ValueError, match="no use"), edited('echo mine > "$1"') as kept:
        monkeypatch.setattr(sys, "stderr", sys.stdout)
        raise ValueError("no use")
    [copy] = folder.glob("*/brief.md")
    assert f"then: workcell launch {copy}" in capsys.readouterr().out and kept.text == "mine\n"
