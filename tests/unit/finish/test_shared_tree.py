"""The end of a run in a shared tree: what is its own, what nobody claimed, and the wait for the turns of others."""

import json
import os
import time
from pathlib import Path

import pytest

from tests.support.claimed_tree import ClaimedTree
from tests.support.repos import git
from workcell.base import clock
from workcell.finish import facts, shared_tree
from workcell.git import changes, repository
from workcell.rundir import find, layout, lease


@pytest.fixture
def made(tmp_path):
    found = ClaimedTree(str(tmp_path))
    for run in ("one", "two"):
        found.run(run)
        lease.claim(found.home, found.top, run, lambda other: find.is_live(found.home, other), shared=True).close()
    yield found
    found.close()


def directory(made, run):
    return os.path.join(made.home, layout.RUNS, run)


def test_a_forbidden_path_counts_for_the_run_that_claimed_it_or_was_seen_editing_it(made):
    git(made.top, "init", "-q")
    Path(made.top, "base").touch()
    git(made.top, "add", "-A")
    git(made.top, "-c", "user.name=n", "-c", "user.email=e@example.org", "commit", "-qm", "base")
    launch = {"base": None, "mark": changes.mark(repository.find(made.top))}
    launch["forbidden_before"] = {"entries": {}, "capped": False, "unread": []}
    attempt = {"cwd": made.top, "share": {"wait_seconds": 1.0}, "forbid": ["src/"]}
    for name in ("claimed", "edited", "other", "nobody"):
        Path(made.top, "src", name).write_text("x")
    made.tree.lock()
    made.take("one", "src/claimed", auto=True)
    made.take("two", "src/other", auto=True)
    call = {
        "type": "tool.call",
        "n": 1,
        "at": clock.stamp(),
        "data": {"files": [{"path": "src/edited", "how": "edited"}]},
    }
    read = {"type": "tool.call", "n": 2, "at": clock.stamp(), "data": {"files": [{"path": "src/other", "how": "read"}]}}
    Path(directory(made, "one"), layout.EVENTS).write_text(f"{json.dumps(call)}\n{json.dumps(read)}\n[]\n")
    found = facts.read(launch, attempt, [], directory(made, "one"))
    assert [entry["path"] for entry in found["forbidden"]] == ["src/claimed", "src/edited"]
    assert found["unclaimed"] == ["src/edited", "src/nobody"]
    assert found["git"]["tree_hash"] is None and "other runs" in found["git"]["tree_hash_error"]
    alone = facts.read(launch, {**attempt, "share": None}, [], directory(made, "one"))
    assert len(alone["forbidden"]) == 4 and "unclaimed" not in alone and alone["git"]["tree_hash"]


def waits(made, share=True, go_on=lambda: True, longest=0.3):
    attempt = {"cwd": made.top, "share": {"wait_seconds": 1.0} if share else None}
    return shared_tree.wait_for_rest(directory(made, "one"), attempt, go_on, longest)


def test_the_check_waits_for_a_run_in_the_middle_of_a_turn_and_names_it_in_the_end(made):
    assert waits(made) == ["two"]
    assert waits(made, share=False) == []
    begun = time.monotonic()
    assert waits(made, go_on=lambda: False, longest=60.0) == ["two"] and time.monotonic() - begun < 20


def test_a_run_that_is_over_is_not_waited_for(made):
    os.makedirs(os.path.join(made.home, layout.ENDED))
    Path(made.home, layout.ENDED, "two").touch()
    begun = time.monotonic()
    assert waits(made, longest=60.0) == [] and time.monotonic() - begun < 20
