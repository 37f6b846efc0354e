"""What a run is told of another one that it watches: how it stands, where the work is, and the next commands."""

import pytest

from tests.support import frozen
from tests.support.lab import rewrite_record
from workcell.finish import watch_words, watchers
from workcell.rundir import layout, look


@pytest.fixture
def ended(tmp_path):
    return frozen.run_of(frozen.thaw(tmp_path / "home"), "frozen-two")


@pytest.mark.parametrize(
    ("commits", "dirty", "branch", "told"),
    [
        (2, 0, "Branch: b, 2 commits since its launch, in", "Next: git merge b; or workcell handoff"),
        (0, 0, "Branch: b, no commits since its launch, in", "Next: workcell handoff"),
        (
            0,
            1,
            "Branch: b, no commits since its launch, 1 path not committed, in",
            "Next: git -C {cwd} add -A && git -C {cwd} commit -m {name} && git merge b; or workcell handoff",
        ),
    ],
)
def test_what_is_not_committed_is_named_with_the_commands_that_take_it_over(ended, commits, dirty, branch, told):
    seen = look.at(ended)
    facts = look.facts_at(seen, seen.n)
    git = {**facts["git"], "commits": commits, "dirty_count": dirty, "branch": "b"}
    rewrite_record(ended, seen.n, layout.FACTS, {**facts, "git": git})
    seen = look.at(ended)
    seen.launch["worktree"], seen.result["outcome"] = True, "passed"
    text = watch_words.text(watchers.Standing(seen), watch_words.OVER)
    assert branch in text and told.format(cwd=seen.cwd, name=seen.name) in text
