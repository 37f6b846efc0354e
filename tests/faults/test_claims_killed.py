"""SIGKILL at the state-changing system calls of claim, unclaim and a launch that shares a tree."""

import os
import shutil
import sys

import pytest

from tests.faults import figures, points
from tests.support.claimed_tree import ClaimedTree
from workcell.rundir import claim_waits, claims, layout, lease

pytestmark = pytest.mark.skipif(points.STRACE is None, reason="strace is not installed")

TAKES = """
import os, sys
from workcell.rundir import claim_waits, claims
tree = claims.Tree(sys.argv[1], sys.argv[2])
if sys.argv[3] == "claim":
    claim_waits.take(tree, claims.Wish("two", 1, ["src/a", "src/b"]), 0.0)
else:
    held = tree.lock()
    claims.drop(tree, "two", None)
"""

SHARES = """
import sys
from workcell.rundir import lease
lease.claim(sys.argv[1], sys.argv[2], "two", lambda run: run == "one", shared=True).close()
"""


@pytest.fixture
def made(tmp_path):
    found = ClaimedTree(str(tmp_path))
    for run in ("one", "two"):
        found.run(run)
    yield found
    found.close()


def claimed(made):
    return sorted((claim["run"], claim["path"]) for claim in claims.stored(made.tree))


def wrong(made, acts):
    """What does not hold once the process is dead: no lock is kept, and another run and the same one go on."""
    faults = []
    left = {path for run, path in claimed(made) if run == "two"}
    if not left <= claims.taken(made.tree, "two"):
        faults.append(f"claimed and not written down: {left}")
    answer = claim_waits.take(made.tree, claims.Wish("two", 1, ["src/a", "src/b"]), 0.0)
    if answer.busy or answer.in_the_way:
        faults.append(f"{acts}: the same run cannot go on")
    blocked = claim_waits.take(made.tree, claims.Wish("one", 1, ["src/a"]), 0.0)
    if [claim["run"] for claim in blocked.in_the_way] != ["two"]:
        faults.append(f"{acts}: a claim of the living is not in force")
    made.ends("two")
    made.run("two", 2)
    after = claim_waits.take(made.tree, claims.Wish("one", 1, ["src/a", "src/b"]), 0.0)
    if after.in_the_way:
        faults.append(f"{acts}: a claim of the dead is in force")
    return faults


def begin(made, acts):
    """Nothing was ever claimed, or, for what gives claims back, two paths are."""
    made.run("two", 1)
    shutil.rmtree(os.path.join(made.home, layout.CLAIMS), ignore_errors=True)
    if acts == "unclaim":
        made.take("two", "src/a", "src/b")


def struck(made, acts, count):
    argv = [sys.executable, "-c", TAKES, made.home, made.top, acts]
    env = {**os.environ}
    begin(made, acts)
    found = points.points(argv, env=env, cwd=made.top)
    chosen = found if count is None else points.spread(found, count)
    landed, faults = 0, []
    for point in chosen:
        begin(made, acts)
        landed += points.struck(argv, point, "signal=KILL", env=env, cwd=made.top)
        faults += [f"{point}: {words}" for words in wrong(made, acts)]
    name = figures.sample(acts, len(chosen), len(found))
    words = figures.record(name, calls=len(chosen), killed=landed, wrong=len(faults))
    assert not faults, "\n".join([words, *faults])
    assert chosen and landed >= len(chosen) * 0.5, words


@pytest.mark.parametrize("acts", ["claim", "unclaim"])
def test_killed_at_some_calls(made, acts):
    struck(made, acts, 3)


@pytest.mark.sweep
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("acts", ["claim", "unclaim"])
def test_killed_at_every_call(made, acts):
    struck(made, acts, None)


def shared(made, count):
    argv = [sys.executable, "-c", SHARES, made.home, made.top]
    path = lease.path_of(made.home, made.top)

    def begin():
        for name in (path, os.path.join(path + ".d", "one"), os.path.join(path + ".d", "two")):
            if os.path.lexists(name):
                os.unlink(name)
        lease.claim(made.home, made.top, "one", lambda run: False, shared=True).close()

    begin()
    found = points.points(argv, env={**os.environ}, cwd=made.top)
    chosen = found if count is None else points.spread(found, count)
    landed = 0
    for point in chosen:
        begin()
        landed += points.struck(argv, point, "signal=KILL", env={**os.environ}, cwd=made.top)
        living = lease.runs_in(made.home, made.top, lambda run: run == "one")
        assert living == ["one"], f"{point}: the lease of the living is lost"
        with pytest.raises(lease.TreeBusy):
            lease.claim(made.home, made.top, "three", lambda run: run == "one")
        lease.claim(made.home, made.top, "two", lambda run: run == "one", shared=True).close()
        lease.claim(made.home, made.top, "three", lambda run: False).close()
    name = figures.sample("launch that shares a tree", len(chosen), len(found))
    words = figures.record(name, calls=len(chosen), killed=landed, wrong=0)
    assert chosen and landed >= len(chosen) * 0.5, words


def test_a_launch_that_shares_is_killed_at_some_calls(made):
    shared(made, 3)


@pytest.mark.sweep
@pytest.mark.timeout(3600)
def test_a_launch_that_shares_is_killed_at_every_call(made):
    shared(made, None)
