import pytest

from workcell.base.errors import TreeBusy
from workcell.faces.cli import busy_tree


def told(words, **more):
    found = busy_tree.pasteable(TreeBusy("in use", "as it was", ["detail"], run="run-1", **more), words)
    return found.hint, found.details


def test_the_cures_are_the_command_that_was_typed():
    words = ["launch", "-m", "it's done", "--", "make", "a b"]
    again = "launch -m 'it'\"'\"'s done' -- make 'a b'"
    assert told(words, worktree=True) == (
        f"once it is over: workcell wait run-1; workcell {again}",
        [f"beside it, in a worktree of its own: workcell {again.replace('launch', 'launch --worktree', 1)}"],
    )
    assert told(["resume", "x"]) == ("once it is over: workcell wait run-1; workcell resume x", [])


def test_where_waiting_does_not_help_the_cure_stays():
    words = ["launch", "a.md"]
    beside = "beside it, in a worktree of its own: workcell launch --worktree a.md"
    assert told(words, waits=False, worktree=True) == ("as it was", [beside])


@pytest.mark.parametrize(
    "words", [["launch", "-"], ["launch", "--edit"], ["launch", "-m", "two\nlines"], ["launch", "-m", "\x1b[31mred"]]
)
def test_what_cannot_be_typed_again_is_not_offered(words):
    assert told(words, worktree=True) == ("as it was", ["detail"])


def test_a_dash_among_the_words_of_a_command_is_no_standard_input():
    assert told(["launch", "--", "cat", "-"])[0].endswith("workcell launch -- cat -")
