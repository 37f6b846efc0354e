"""why on a terminal: what it begins with, and evidence that is said once."""

import pytest

from tests.support import frozen
from workcell.faces.cli.verbs import why as verb
from workcell.rundir import layout


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKCELL_HOME", frozen.thaw(tmp_path / "home"))
    assert layout.home() == str(tmp_path / "home")


def item(source, words, confidence=0.9, **more):
    return {"source": source, "says": "auth", "confidence": confidence, "words": words, **more}


def test_the_same_words_of_several_records_are_one_line(home):
    found = verb.op.perform(verb.call.cell(), verb.op.Request("frozen-two"))
    evidence = [
        item("transcript", "401 invalid key", signals=["a/1", "a/1", "b/2"]),
        item("terminal", "401 invalid key", 0.8),
        item("terminal", "please log in", 0.8),
    ]
    lines = verb._because(verb.op.Result(**{**vars(found), "evidence": evidence}))
    assert lines == [
        "its records: 401 invalid key",
        "its last words: please log in",
    ]
    live = verb.op.Result(**{**vars(found), "evidence": evidence[2:], "phase": "running"})
    assert verb._because(live) == ["its screen: please log in"]


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("frozen-two", "passed: "),
        ("frozen-lost", "unknown: its home is a copy"),
        ("frozen-created", "created"),
    ],
)
def test_it_begins_with_the_state_and_no_verdict_stands_for_it(name, begins, capsys):
    verb.why(name)
    printed = capsys.readouterr().out
    assert printed.startswith(begins) and "(0% sure)" not in printed
