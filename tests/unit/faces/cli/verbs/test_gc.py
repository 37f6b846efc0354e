"""What `gc` prints: each proposal with its proof, and the words that would do it."""

import pytest

from tests.support import frozen
from workcell.faces.cli import app, out
from workcell.faces.cli.verbs import gc
from workcell.terminal import printable
from workcell.upkeep import gc as operation


@pytest.fixture
def home(tmp_path, monkeypatch):
    path = frozen.thaw(tmp_path / "home")
    monkeypatch.setenv("WORKCELL_HOME", path)
    return path


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_a_proposal_names_what_would_go_and_why_and_the_words_that_do_it(home, columns, monkeypatch, capsys):
    monkeypatch.setattr(out, "columns", lambda *_: columns)
    before = frozen.state(home)
    assert app.main(["gc", "--older-than", "0"]) == 0
    shown = capsys.readouterr()
    assert "would go" in shown.out.replace("\n", " ") and "workcell gc --older-than 0 --yes" in shown.err
    longest = max(len(item.path) for item in operation.gc(home, 0.0))
    assert all(printable.width(line) <= max(columns, longest + 24) for line in shown.out.splitlines())
    assert frozen.state(home) == before


def test_an_age_that_is_no_duration_is_refused_with_an_example(home, capsys):
    assert app.main(["gc", "--older-than", "soon"]) == 2
    assert "'soon' is not a duration" in (said := capsys.readouterr().err) and "30d or 12h" in said


@pytest.mark.parametrize(("count", "words"), [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (2_500_000, "2.5 MB")])
def test_a_size_is_said_in_the_unit_that_fits(count, words):
    assert gc._size(count) == words
