"""Functions and aliases of a person's shell are told from programs, within a bound."""

import os
import shutil
import time

import pytest

from workcell.upkeep import doctor, doctor_shell


@pytest.fixture
def person(tmp_path):
    """The environment of a person whose bash has an alias and a function."""
    (tmp_path / ".bashrc").write_text("alias mine-a='/opt/mine --fast'\nmine-f () { /opt/mine; }\n")
    return {"HOME": str(tmp_path), "SHELL": str(shutil.which("bash")), "PATH": os.environ["PATH"]}


def test_an_alias_and_a_function_are_known_and_a_program_is_neither(person):
    assert doctor_shell.defines("mine-a", person) == "alias"
    assert doctor_shell.defines("mine-f", person) == "function"
    assert doctor_shell.defines("cat", person) is None
    assert doctor_shell.defines("no-such-program-here", person) is None


def test_a_name_is_no_command(person, tmp_path):
    assert doctor_shell.defines(f"x; touch {tmp_path}/made", person) is None
    assert not (tmp_path / "made").exists()


def test_a_shell_that_does_not_answer_is_left_alone(person, tmp_path, monkeypatch):
    monkeypatch.setattr(doctor_shell, "TIMEOUT", 0.3)
    (tmp_path / ".bashrc").write_text("sleep 60\n")
    begun = time.monotonic()
    assert doctor_shell.defines("mine-a", person) is None and time.monotonic() - begun < 10


@pytest.mark.parametrize("shell", ["", "bash", "/no/such/shell"])
def test_without_a_shell_nothing_is_asked(person, shell):
    assert doctor_shell.defines("mine-a", {**person, "SHELL": shell}) is None


def test_doctor_says_so_with_a_cure(tmp_path, person, monkeypatch):
    home = tmp_path / "h"
    (home / "recipes").mkdir(mode=0o700, parents=True)
    home.chmod(0o700)
    (home / "recipes" / "mine.yaml").write_text("command: [mine-a]\nneeds: [mine-a]\n")
    monkeypatch.chdir(tmp_path)
    for name, value in person.items():
        monkeypatch.setenv(name, value)
    [line] = [line for line in doctor.doctor(str(home)) if line.name == "mine-a"]
    assert line.words == "only an alias of your shell, which cannot be started; needed by recipe mine"
    assert "'type mine-a'" in line.cure
