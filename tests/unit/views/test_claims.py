"""claims: what is in force in which tree, and which tree is meant."""

import pytest

from tests.support.claimed_tree import ClaimedTree
from workcell.base.errors import NoSuchRun
from workcell.views import claims


@pytest.fixture
def made(tmp_path):
    found = ClaimedTree(str(tmp_path))
    found.run("one")
    yield found
    found.close()


def test_what_is_in_force_is_listed_with_its_run_and_what_is_void_is_not(made):
    made.tree.lock()
    made.take("one", "src/x", why="a\x1b[31m word")
    made.take("one", "src/y", auto=True)
    made.take("nobody", "src/z")
    found = claims.perform(made.cell(), claims.Request("one"))
    assert [(one.path, one.run, one.name, one.auto) for one in found.claims] == [
        ("src/x", "one", "one", False),
        ("src/y", "one", "one", True),
    ]
    assert "\x1b" not in found.claims[0].why and found.tree == made.top and found.waiting == []


def test_the_tree_is_that_of_the_run_around_the_caller_or_the_one_around_the_directory(made):
    for run in (None, "one"):
        assert claims.top_of(made.cell(run), None) == made.top
    with pytest.raises(NoSuchRun):
        claims.top_of(made.cell(), "nobody")


def test_a_tree_that_is_gone_has_no_claims(made, tmp_path):
    assert claims.of(made.home, str(tmp_path / "gone"), 0.0) == claims.Result(str(tmp_path / "gone"), [], [])
