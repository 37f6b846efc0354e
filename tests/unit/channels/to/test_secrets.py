"""Secrets from the environment, a private file and a program."""

import os

import pytest

from workcell.channels.to import secrets


def test_from_the_environment(monkeypatch):
    monkeypatch.setenv("WORKCELL_TEST_SECRET", " hush \n")
    assert secrets.fetch("env", ("WORKCELL_TEST_SECRET",), 1) == "hush"
    monkeypatch.delenv("WORKCELL_TEST_SECRET")
    with pytest.raises(secrets.Unavailable, match="WORKCELL_TEST_SECRET"):
        secrets.fetch("env", ("WORKCELL_TEST_SECRET",), 1)


def test_from_a_file_that_no_other_user_can_read(tmp_path):
    path = tmp_path / "token"
    path.write_text("hush\n")
    os.chmod(path, 0o600)
    assert secrets.fetch("file", (str(path),), 1) == "hush"
    for mode in (0o640, 0o604, 0o644):
        os.chmod(path, mode)
        with pytest.raises(secrets.Unavailable, match="chmod 600"):
            secrets.fetch("file", (str(path),), 1)


def test_what_is_no_such_file_is_said(tmp_path):
    with pytest.raises(secrets.Unavailable, match="No such file"):
        secrets.fetch("file", (str(tmp_path / "none"),), 1)
    with pytest.raises(secrets.Unavailable, match="not a file"):
        secrets.fetch("file", (str(tmp_path),), 1)


def test_from_a_program_whose_words_are_never_repeated():
    assert secrets.fetch("command", ("echo", "hush"), 5) == "hush"
    with pytest.raises(secrets.Unavailable) as found:
        secrets.fetch("command", ("sh", "-c", "echo hush; echo hush >&2; exit 3"), 5)
    assert "hush" not in str(found.value).replace("echo hush", "") and "code 3" in str(found.value)
    with pytest.raises(secrets.Unavailable, match="did not end in time"):
        secrets.fetch("command", ("sleep", "30"), 0.2)
    with pytest.raises(secrets.Unavailable, match="cannot start"):
        secrets.fetch("command", ("/nowhere/pass",), 1)


def test_more_than_a_line_is_no_secret(monkeypatch):
    monkeypatch.setenv("WORKCELL_TEST_SECRET", "two\nlines")
    with pytest.raises(secrets.Unavailable, match="not one line"):
        secrets.fetch("env", ("WORKCELL_TEST_SECRET",), 1)


def test_looking_runs_no_program(tmp_path):
    marker = tmp_path / "ran"
    assert secrets.look("command", ("sh", "-c", f"touch {marker}")) is None
    assert not marker.exists()
    assert "no program" in secrets.look("command", ("no-such-program-here",))
    assert "No such file" in secrets.look("file", (str(tmp_path / "none"),))
