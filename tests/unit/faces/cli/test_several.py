"""One verb for several runs: each is done and shown, one that fails stops no other, and one run is as it was."""

import json
import os

import pytest

from tests.support import frozen
from workcell.faces.cli import app, table
from workcell.rundir import layout, run_hold


@pytest.fixture
def home(tmp_path, monkeypatch):
    path = frozen.thaw(tmp_path / "home")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WORKCELL_HOME", path)
    monkeypatch.setenv("NO_COLOR", "1")
    return path


@pytest.fixture
def ask(capfd):
    """Run one command line; (exit code, what it printed, what it complained)."""

    def run(*words: str) -> tuple[int, str, str]:
        capfd.readouterr()
        code = app.main(list(words))
        return code, *capfd.readouterr()

    return run


def name(home, run):
    return os.path.basename(frozen.run_of(home, run))


def test_each_is_done_and_the_one_that_fails_is_told(home, ask):
    code, said, complained = ask("hold", "frozen-created", "nowhere", "frozen-two", "frozen-lost")
    assert code == 1
    assert said.splitlines() == [f"{name(home, 'frozen-created')} held", f"{name(home, 'frozen-lost')} held"]
    assert "nowhere: no such run" in complained and "is over: there is nothing to hold" in complained
    assert run_hold.standing(frozen.run_of(home, "frozen-lost")) is not None
    code, said, _ = ask("release", "frozen-created", "frozen-lost")
    assert code == 0 and said.count("is held no more: the run") == 2


def test_json_of_several_is_one_document_and_of_one_it_is_as_before(home, ask):
    code, said, _ = ask("hold", "frozen-created", "nowhere", "--json")
    found = json.loads(said)
    assert code == 1 and found["schema"] == "workcell.hold-several/1"
    assert [one["id"] for one in found["runs"]] == [name(home, "frozen-created")]
    assert [(one["run"], one["exit"], one["code"]) for one in found["failed"]] == [("nowhere", 66, "not_found")]
    code, said, _ = ask("release", "frozen-created", "--json")
    assert (code, json.loads(said)["schema"]) == (0, "workcell.release/1")
    code, said, _ = ask("hold", "nowhere", "--json")
    assert (code, json.loads(said)["schema"]) == (66, "workcell.error/1")


def test_a_hold_of_a_run_that_is_over_is_refused(home, ask):
    code, _, complained = ask("hold", "frozen-two")
    assert code == 77 and "is over" in complained and run_hold.standing(frozen.run_of(home, "frozen-two")) is None


@pytest.mark.parametrize("verb", ["stop", "hold", "release", "rm", "resume"])
def test_without_a_run_nothing_is_done(home, ask, verb):
    before = frozen.state(home)
    code, _, complained = ask(verb)
    assert code == 2 and "no run was named" in complained and frozen.state(home) == before


def test_of_a_group_that_has_none_it_says_so(home, ask):
    assert ask("stop", "--group", "nowhere")[0] == 66
    assert "no run of label 'x' is over" in ask("rm", "--label", "x")[2]


def test_runs_that_are_over_are_removed_one_by_one(home, ask):
    code, said, _ = ask("rm", "frozen-two", "frozen-tampered")
    assert code == 0 and said.count("removed ") == 2
    left = os.listdir(os.path.join(home, layout.RUNS))
    assert frozen_names(left).isdisjoint({"two", "tampered"})


def frozen_names(ids):
    return {one.rpartition("-")[0].rpartition("frozen-")[2] for one in ids}


def test_a_word_of_another_program_leads_to_the_verb(home, ask):
    for word, verb in table.SYNONYMS.items():
        assert word not in table.VERBS and verb.split()[0] in table.VERBS
    assert ask("ps")[2].splitlines() == ["workcell: no such verb: 'ps'; it is 'ls' here", "hint: workcell ls"]
    assert "hint: workcell logs -f x" in ask("tail", "x")[2]
    assert ask("kill", "a", "b")[2].splitlines()[-1] == "hint: workcell stop a b"
    assert ask("kill", "-9", "a")[2].splitlines()[-1] == "hint: workcell stop --grace=1s a"
    assert "did you mean 'stop'?" in ask("stpo")[2]


@pytest.mark.parametrize("verb", table.VERBS)
def test_every_verb_and_its_verbs_know_h(ask, verb):
    code, said, _ = ask(verb, "-h")
    assert code == 0 and said.startswith("Usage: workcell ") and "-h, --help" in said
    for inner in getattr(app.load(verb), "commands", {}):
        code, said, _ = ask(verb, inner, "-h")
        assert code == 0 and said.startswith(f"Usage: workcell {verb} {inner}")
