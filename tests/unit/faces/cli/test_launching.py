"""What `launch` does with the words that were read: what it refuses, and what it takes from standard input."""

import io
from types import SimpleNamespace

import pytest

from tests.support import frozen
from workcell.base.errors import Usage
from workcell.faces.cli import batch_output, launching
from workcell.launch import asked
from workcell.launch.requests import LaunchRequest
from workcell.texts import document


@pytest.fixture
def stdin(monkeypatch):
    def give(data):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))

    return give


def test_a_brief_comes_from_standard_input_where_that_is_asked_for(stdin):
    stdin("---\nobjective: ä\n---\n".encode())
    assert "objective: ä" in launching.read(LaunchRequest(briefs=(asked.STDIN,))).text
    asked_for = LaunchRequest(briefs=("a.md",))
    assert launching.read(asked_for) is asked_for


def test_a_brief_that_is_too_large_is_refused_before_anything_is_made(stdin):
    stdin(b"x" * (document.MAX_BYTES + 1))
    with pytest.raises(Usage, match="larger than 1 MiB"):
        launching.read(LaunchRequest(briefs=(asked.STDIN,)))


@pytest.mark.parametrize(("more", "attach"), [({"name": "one"}, False), ({}, True)])
def test_a_name_and_a_window_are_for_one_brief(tmp_path, monkeypatch, more, attach):
    home = frozen.thaw(tmp_path / "home")
    monkeypatch.setenv("WORKCELL_HOME", home)
    before = frozen.state(home)
    with pytest.raises(Usage, match="are for one brief"):
        launching.launch(LaunchRequest(briefs=("a.md", "b.md"), **more), wait=False, attach=attach, as_json=False)
    assert frozen.state(home) == before


def test_a_group_of_which_only_the_rest_was_started_is_new_enough(capsys):
    checked = SimpleNamespace(group="two", entries=[SimpleNamespace(found=True, error=None, state="passed")] * 2)
    batch_output._sum_up(checked, True, 1)
    assert "--again" not in capsys.readouterr().err
    batch_output._sum_up(checked, False, 0)
    assert "nothing was new in group two" in capsys.readouterr().err
