"""claim and unclaim as operations: who may ask, what is in the way, and what is said of it."""

import shutil

import pytest

from tests.support.claimed_tree import ClaimedTree
from workcell.base import clock
from workcell.base.errors import NotFound, Refused, TryAgain, Usage
from workcell.rundir import claim_words
from workcell.together import claim


@pytest.fixture
def made(tmp_path):
    found = ClaimedTree(str(tmp_path))
    for run in ("one", "two"):
        found.run(run)
    yield found
    found.close()


def asks(made, run, *paths, **more):
    return claim.perform(made.cell(run), claim.Request(tuple(paths), **more))


def gives_back(made, run, *paths, whose=None):
    return claim.perform_drop(made.cell(run), claim.DropRequest(tuple(paths), whose)).paths


def test_paths_are_claimed_from_where_the_caller_stands_and_none_is_the_whole_tree(made):
    found = asks(made, "one", "src/x", "./src/../src/x", "new/file")
    assert found.paths == ["src/x", "new/file"] and found.tree == made.top and found.until is None
    assert gives_back(made, "one") == ["new/file", "src/x"]
    assert asks(made, "one", seconds=60).paths == ["."]
    assert gives_back(made, "one", ".") == ["."] and gives_back(made, "one") == []


def test_the_holder_is_named_with_its_reason_and_its_end(made):
    until = asks(made, "one", "src", why="  the\nparser ", seconds=600).until
    with pytest.raises(TryAgain, match=r"'src' is claimed by the run one .one., for 'the parser', until") as refused:
        asks(made, "two", "src/x")
    assert clock.local(clock.parse(until)) in refused.value.message and "--wait" in refused.value.hint
    assert asks(made, "two", "docs").paths == ["docs"]


def test_outside_of_a_run_and_outside_of_the_tree_nothing_is_claimed(made, tmp_path):
    with pytest.raises(Refused, match="not called from inside one"):
        asks(made, None, "src")
    with pytest.raises(Usage, match="lies outside of the tree"):
        asks(made, "one", "..")
    with pytest.raises(Usage, match="holds for no time"):
        asks(made, "one", "src", seconds=0)
    with pytest.raises(Usage, match="more than 1000 paths"):
        asks(made, "one", *map(str, range(1001)))


@pytest.mark.parametrize("path", ["x" * 5000, "a\0b"])
def test_what_can_be_no_path_is_named_in_short(made, path):
    with pytest.raises(Usage, match="can be no path") as error:
        asks(made, "one", path)
    assert len(error.value.message) < 100


def test_a_run_gives_back_its_own_and_a_person_those_of_any(made):
    asks(made, "one", "src/x")
    with pytest.raises(Refused, match="another run"):
        gives_back(made, "two", "src/x", whose="one")
    with pytest.raises(NotFound, match="two does not claim 'src/x': the run one claims 'src/x'"):
        gives_back(made, "two", "src/x")
    with pytest.raises(Usage, match="whose claims"):
        gives_back(made, None)
    assert gives_back(made, None, "src/x", whose="one") == ["src/x"]


def test_what_is_not_claimed_is_named_with_the_run_that_claims_it(made):
    asks(made, "one", "src", "docs")
    asks(made, "two", "README")
    with pytest.raises(NotFound) as refused:
        gives_back(made, "one", "src/x", "README", "nobody")
    assert refused.value.message == "one does not claim 'src/x': its own claim is 'src'"
    assert refused.value.details == [
        "one does not claim 'README': the run two claims 'README'",
        "one does not claim 'nobody': no run does",
    ]
    assert refused.value.hint == "workcell claims one"
    found = claim.perform_drop(made.cell("one"), claim.DropRequest(("README", "src")))
    assert found.paths == ["src"] and found.missing == [claim.Missing("README", "two", "README")]
    assert gives_back(made, "one") == ["docs"] and gives_back(made, "one") == []


def test_a_tree_that_is_gone_is_told(made):
    shutil.rmtree(made.top)
    with pytest.raises(NotFound, match="the tree of one is gone"):
        asks(made, "one", "src")


def test_a_ring_is_told_from_the_one_in_the_way_to_the_one_that_asks():
    assert claim_words.deadlock(["b", "c"], "a") == "waiting would not end: b waits for c waits for a, and this is a"
