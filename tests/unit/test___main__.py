"""The program: each way of calling it leads to the face that it is for, and what is light and what is whole agree."""

import io
import subprocess
import sys

import pytest

from tests.support import frozen
from workcell import __main__ as program
from workcell.base.errors import NoSuchRun
from workcell.faces.cli import app


@pytest.fixture
def home(tmp_path, monkeypatch):
    path = frozen.thaw(tmp_path / "home")
    monkeypatch.setenv("WORKCELL_HOME", path)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    return path


@pytest.fixture
def ask(monkeypatch, capfd):
    """Call the program with these words: (exit code, what it printed, what it complained)."""

    def call(*words):
        monkeypatch.setattr(sys, "argv", ["workcell", *words])
        capfd.readouterr()
        code = program.main()
        sys.stdout.flush()
        return code, *capfd.readouterr()

    return call


@pytest.mark.parametrize(
    ("verb", "usage"),
    [
        ("_finish", "_finish RUN ATTEMPT LOCK WORDS"),
        ("_settle", "_settle RUN ATTEMPT LOCK WORDS"),
        ("_deliver", "_deliver RUN ATTEMPT"),
        ("_send", "_send HOME"),
        ("_attend", "_attend RUN ATTEMPT"),
        ("_window", "_window RUN"),
        ("_open", "_open SOCKET SESSION NAME DIRECTORY COMMAND"),
    ],
)
def test_each_verb_that_only_workcell_calls_has_its_own_face(home, ask, verb, usage):
    code, said, complained = ask(verb)
    assert (code, said) == (2, "") and f"usage: workcell {usage};" in complained


def test_a_verb_that_only_workcell_calls_is_none_of_a_person(home, ask):
    code, _, complained = ask("_nothing")
    assert code == 2 and "no such verb: '_nothing'" in complained


def test_without_words_runs_are_listed(home, ask):
    assert ask() == ask("ls")
    code, said, _ = ask()
    assert code == 0 and "frozen-tampered" in said


@pytest.mark.parametrize("words", [("ls",), ("status", "frozen-two"), ("status", "frozen-nothing")])
def test_the_light_way_and_the_whole_command_line_say_the_same(home, ask, capfd, words):
    light = ask(*words)
    code = app.main(list(words))
    assert (code, *capfd.readouterr()) == light and "frozen-" in "".join(light[1:])


def test_an_option_is_no_run(home, ask):
    code, said, _ = ask("status", "--help")
    assert code == 0 and "Usage: workcell status" in said
    assert ask("status", "-")[0] == 0, "the newest run"


def test_a_terminal_without_these_characters_ends_no_verb(home, monkeypatch):
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    err = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "argv", ["workcell", "status", "größe-✓"])
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    code = program.main()
    err.flush()
    assert code == NoSuchRun.exit_code and b"no such run: 'gr" in err.buffer.getvalue()


def test_by_its_path_it_runs_where_no_package_is_installed(home, tmp_path):
    (tmp_path / "workcell.py").write_text("raise SystemExit(99)")
    words = [sys.executable, "-I", "-S", program.__file__, "_attend"]
    ran = subprocess.run(words, cwd=tmp_path, env={"WORKCELL_HOME": home}, capture_output=True, text=True, timeout=60)
    assert (ran.returncode, ran.stdout) == (2, "") and "usage: workcell _attend" in ran.stderr


def test_the_process_ends_with_the_code_of_its_verb_and_all_that_it_printed(home):
    def ended(*words, **how):
        argv = [sys.executable, "-m", "workcell", *words]
        return subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False, **how)

    known = ended("ls", "--all")
    assert known.returncode == 0 and known.stdout.endswith("\n") and len(known.stdout.splitlines()) > 3
    assert ended("nothing").returncode == 2
    with open("/dev/full", "w") as full:
        refused = subprocess.run(
            [sys.executable, "-m", "workcell", "ls"], stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert refused.returncode == 74 and b"No space left" in refused.stderr
