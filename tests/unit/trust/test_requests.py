"""The operations of trust: what is accepted is what was shown."""

from pathlib import Path

import pytest

from workcell.base.errors import NotFound, TryAgain
from workcell.rundir.cell import Cell
from workcell.trust import requests


@pytest.fixture
def cell(lab):
    recipes = Path(lab.repo, ".workcell", "recipes")
    recipes.mkdir(parents=True)
    (recipes / "own.yaml").write_text("extends: shell\n")
    return Cell(lab.home, lab.env(), lab.repo)


def states(found):
    return {one.path: one.state for one in found.files}


def test_what_is_new_is_shown_accepted_listed_and_forgotten(cell, lab):
    shown = requests.perform_show(cell, requests.ShowRequest())
    assert states(shown) == {".workcell/recipes/own.yaml": "new"} and not shown.accepted
    assert [(one.path, one.first) for one in shown.unknown] == [(".workcell/recipes/own.yaml", ["extends: shell"])]
    added = requests.perform_add(cell, requests.AddRequest(shown=shown.digest))
    assert added.accepted and added.digest == shown.digest
    assert states(requests.perform_show(cell, requests.ShowRequest(lab.repo))) == {
        ".workcell/recipes/own.yaml": "trusted"
    }
    assert not requests.perform_add(cell, requests.AddRequest()).accepted, "nothing was new"
    (one,) = requests.perform_ls(cell, requests.LsRequest()).repositories
    assert list(one.files) == [".workcell/recipes/own.yaml"]
    assert requests.perform_rm(cell, requests.RmRequest()).path == one.path
    with pytest.raises(NotFound):
        requests.perform_rm(cell, requests.RmRequest())


def test_what_changed_after_it_was_shown_is_not_accepted(cell, lab):
    shown = requests.perform_show(cell, requests.ShowRequest())
    Path(lab.repo, ".workcell", "recipes", "own.yaml").write_text("extends: shell\nsummary: another\n")
    with pytest.raises(TryAgain, match="changed while it was looked at"):
        requests.perform_add(cell, requests.AddRequest(shown=shown.digest))
    assert requests.perform_ls(cell, requests.LsRequest()).repositories == []
