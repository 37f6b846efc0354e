"""workcell ls in this process: what its options choose, and in which form it prints."""

import json

import pytest

from tests.support import frozen
from workcell.faces.cli import app
from workcell.rundir import acks, look

NEEDING = {"frozen-tampered", "frozen-unverified", "frozen-lost", "frozen-created"}
ALL = {*frozen.DONE, *frozen.OPEN}


@pytest.fixture
def home(tmp_path, monkeypatch):
    path = frozen.thaw(tmp_path / "home")
    monkeypatch.setenv("WORKCELL_HOME", path)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.chdir(tmp_path)
    return path


@pytest.fixture
def ls(home, capfd):
    """(exit code, what it printed, what it complained)."""

    def run(*words):
        capfd.readouterr()
        code = app.main(["ls", *words])
        return code, *capfd.readouterr()

    return run


@pytest.fixture
def names(ls):
    def run(*words):
        code, said, _ = ls(*words, "--json")
        assert code == 0
        return {run["name"] for run in json.loads(said)["runs"]}

    return run


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("--all",), ALL),
        (("--needs",), NEEDING),
        (("--unseen",), set(frozen.DONE)),
        (("--state", "passed"), {"frozen-two"}),
        (("--state", "passed", "--state", "stopped"), {"frozen-two", "frozen-stopped"}),
        (("--unseen", "--needs"), {"frozen-tampered", "frozen-unverified"}),
        (("--repo", "repo"), ALL - {"frozen-lost"}),  # it works in another one
        (("--repo", "/nowhere"), set()),
        (("--recipe", "nothing"), set()),
        (("--label", "nothing"), set()),
        (("--group", "nothing"), set()),
        (("--since", "1s"), set()),
    ],
)
def test_filters_choose_and_combine(names, words, found):
    assert names(*words) == found


def test_what_was_acknowledged_is_not_unseen(home, names):
    seen = look.at(frozen.run_of(home, "frozen-tampered"))
    acks.place(home, seen.id, seen.n)
    assert "frozen-tampered" not in names("--unseen") | names("--needs")


def test_the_number_and_the_ids_are_those_of_the_list(home, ls):
    assert ls("--state", "passed", "--count")[:2] == (0, "1\n")
    assert ls("--state", "passed", "-q")[:2] == (0, f"{look.at(frozen.run_of(home, 'frozen-two')).id}\n")


def test_where_no_run_fits_programs_read_nothing_and_a_zero(ls):
    assert ls("--group", "nothing", "-q")[:2] == (0, "")
    assert ls("--group", "nothing", "--count")[:2] == (0, "0\n")


def test_runs_stand_under_headings(ls):
    code, said, _ = ls("--all", "--by", "state")
    lines = said.splitlines()
    assert code == 0
    [heading] = [number for number, line in enumerate(lines) if line.startswith("tampered")]
    assert "frozen-tampered" in "".join(lines[heading + 1 : heading + 3])


@pytest.mark.parametrize(
    ("words", "said", "cure"),
    [
        (("--since", "yesterday"), "'yesterday' is not a duration", "--since 8h"),
        (("--by", "colour"), "cannot list by 'colour'", "one of: state, repo, group"),
    ],
)
def test_a_wrong_value_is_named_with_its_cure(ls, words, said, cure):
    code, printed, complained = ls(*words)
    assert (code, printed) == (2, "") and said in complained and cure in complained


def test_a_list_changes_nothing(home, ls):
    before = frozen.state(home)
    ls("--all")
    ls("--by", "repo")
    assert frozen.state(home) == before
