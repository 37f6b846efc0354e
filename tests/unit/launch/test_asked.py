"""A launch without a file: what it makes, what it refuses, and that a refusal leaves nothing."""

import os
from pathlib import Path

import pytest

from workcell.base.errors import Invalid, NotFound, Usage
from workcell.launch import asked, requests, wait
from workcell.rundir import layout, look
from workcell.rundir.cell import Cell
from workcell.texts.document import Faulty


@pytest.fixture
def cell(lab, monkeypatch):
    for name, value in lab.env().items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(lab.repo)
    return Cell(lab.home, lab.env(), lab.repo)


def wish(**more):
    return requests.LaunchRequest(no_window=True, **more)


def launched(cell, **more):
    return requests.perform_launch(cell, wish(**more))


def test_a_command_is_run_and_checked(cell, lab):
    done = launched(cell, command=("touch", "a b"), verify="test -e 'a b'", wall=60.0, label=("x",))
    assert wait.wait([done.dir], wait.DONE, 30.0).states == ["passed"]
    assert Path(lab.repo, "a b").exists()
    seen = look.at(done.dir)
    assert seen.attempt["argv"] == ["touch", "a b"] and seen.attempt["limits"]["wall_seconds"] == 60.0
    assert seen.launch["labels"] == ["x"] and seen.objective == "touch 'a b'"
    text = Path(done.dir, layout.BRIEF).read_text()
    assert "verify: \"test -e 'a b'\"" in text and "wall: 1m" in text


def test_without_a_check_it_is_said_and_ends_unverified(cell):
    done = launched(cell, command=("true",))
    assert any("--verify" in note for note in done.notes)
    assert wait.wait([done.dir], wait.DONE, 30.0).states == ["unverified"]


def test_the_tests_of_the_repository_are_the_check_unless_none_is_wanted(cell, lab):
    rules = Path(lab.repo, "SUPERVISOR.md")
    rules.write_text("---\ntests: [make check]\n---\n")
    shown = launched(cell, command=("true",), dry_run=True)
    assert shown.origins["verify"].endswith("SUPERVISOR.md (tests)") and shown.verify.endswith("make check\n")
    shown = launched(cell, command=("true",), no_verify=True, dry_run=True)
    assert shown.verify is None and shown.origins["verify"] == "command line"


def test_a_message_is_what_the_agent_is_told(cell):
    shown = launched(cell, message="Fix it\n\nBecause of x.", recipe="claude", dry_run=True)
    assert shown.values["objective"] == "Fix it" and "Because of x." in shown.prompt
    assert shown.origins["recipe"].startswith("command line") and shown.argv[0] == "claude"
    assert any("claude" in note and "PATH" in note for note in shown.notes) or "claude" in os.listdir("/usr/bin")


def test_a_text_is_a_brief_of_any_kind(cell, lab):
    text = "---\nobjective: x\nverify: test -e y\n---\n## Steps\n```bash\ntouch y\n```\n"
    done = launched(cell, briefs=("-",), text=text)
    assert wait.wait([done.dir], wait.DONE, 30.0).states == ["passed"]
    with pytest.raises(Faulty, match="standard input:2"):
        launched(cell, briefs=("-",), text="---\nobjectve: x\n---\n")


def test_a_message_for_a_recipe_of_steps_is_refused_with_an_agent_as_cure(cell, lab):
    with pytest.raises(Invalid, match="a message has none") as caught:
        launched(cell, message="Fix it")
    assert "--recipe claude" in str(caught.value.hint) and lab.runs() == []


def test_limits_and_check_of_the_command_line_come_before_those_of_a_brief(cell, lab):
    shown = launched(cell, briefs=(lab.brief(),), verify="make it", wall=7.0, attempts=2, cost=1.5, dry_run=True)
    assert shown.verify.endswith("make it\n")
    assert [shown.values[f"limits.{key}"] for key in ("wall", "attempts", "cost")] == [7.0, 2, 1.5]
    assert {shown.origins[key] for key in ("verify", "limits.wall", "limits.attempts")} == {"command line"}


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"message": "x", "briefs": ("a.md",)}, "a message and a brief"),
        ({"command": ("x",), "briefs": ("a.md",)}, "a command and a brief"),
        ({"message": "  "}, "the message is empty"),
        ({"command": ("",)}, "the command is empty"),
        ({"message": "x", "verify": "a", "no_verify": True}, "contradict"),
        ({"message": "x", "max_live": 2}, "for several"),
        ({"briefs": ("-",)}, "standard input"),
        ({"briefs": ("-", "a.md"), "text": "x"}, "standard input"),
        ({"message": "x", "attempts": 0}, "--attempts"),
        ({"message": "x", "cost": -1.0}, "--cost"),
        ({"message": "x", "wall": 0.0}, "--wall"),
        ({"command": ("\udcff",)}, "not UTF-8"),
        ({"message": "x", "port": ("WEB=0",)}, "no number of ports"),
        ({"message": "x", "port": ("WEB=²",)}, "no number of ports"),
        ({"message": "x", "port": ("A-B",)}, "names no variable"),
        ({"message": "x", "port": ("WORKCELL_RUN",)}, "names no variable"),
        ({"message": "x", "port": ("WEB", "WEB=2")}, "twice"),
    ],
)
def test_what_contradicts_itself_is_refused_and_leaves_nothing(cell, lab, more, words):
    with pytest.raises(Usage, match=words):
        launched(cell, **more)
    assert not os.path.exists(os.path.join(lab.home, layout.RUNS))


def test_an_edited_text_stands_for_all_that_was_said(cell):
    first = wish(message="x", verify="make", wall=60.0, label=("a",), recipe="shell", name="kept")
    after = asked.edited(first, asked.compose(first).replace("make", "true"))
    assert (after.message, after.verify, after.wall, after.label, after.recipe, after.name) == (
        None, None, None, (), None, "kept",
    )  # fmt: skip
    assert asked.source(after, after.options({})).text.decode().count("verify") == 1


def test_a_text_that_was_not_filled_in_is_refused(cell, lab):
    empty = wish()
    with pytest.raises(Faulty, match="FILL IN") as caught:
        requests.perform_launch(cell, asked.edited(empty, asked.compose(empty)))
    assert "command line:" in str(caught.value.details) and lab.runs() == []


def test_a_command_line_without_its_dashes_is_answered_with_the_one_that_was_meant(cell, lab):
    with pytest.raises(NotFound, match="'sh'") as error:
        launched(cell, briefs=("sh", "-c", "a b"))
    assert error.value.hint == "workcell launch -- sh -c 'a b'"
    with pytest.raises(NotFound) as error:
        launched(cell, briefs=("no-such-program.md",))
    assert "--" not in str(error.value.hint)
    assert not os.path.exists(os.path.join(lab.home, layout.RUNS))
