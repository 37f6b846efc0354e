"""An agent that works in its tree never meets a lock of ours, and what we read beside it is never an error."""

import subprocess
import threading
import time

import pytest

from tests.support import repos
from workcell.git import changes, forbidden, repository, snapshot, tree_state, worktrees

AGENT = """
cd "$1"
failed=0
for i in $(seq 1 100); do
  echo "$i" > "file$((i % 9))"; echo "$i" > "dir/new$i"; rm -f "dir/new$((i - 3))"
  git add -A 2>> "$2" || failed=$((failed + 1))
  if [ $((i % 25)) = 0 ]; then git commit -q -m "step $i" 2>> "$2" || failed=$((failed + 1)); fi
done
echo $failed
"""


@pytest.fixture
def top(monkeypatch, tmp_path):
    repos.set_up(monkeypatch, tmp_path)
    return repos.make(tmp_path / "repo", {f"dir/{n}": "x" * n for n in range(300)})


def beside(top, look) -> tuple[int, int]:
    """Call `look` over and over while the agent works; how many of its commands failed, and how often we looked."""
    looks = 0
    said = []
    argv = ["sh", "-c", AGENT, "sh", str(top), str(top.parent / "said")]

    def agent():
        said.append(int(subprocess.run(argv, capture_output=True, timeout=100).stdout))

    thread = threading.Thread(target=agent)
    thread.start()
    try:
        while thread.is_alive():
            look()
            looks += 1
    finally:
        thread.join()
    return said[0], looks


def test_an_agent_that_adds_in_a_loop_never_fails_beside_anything_we_do(top):
    tree = repository.find(str(top))
    since = changes.mark(tree)
    turns = iter(range(10**9))

    def look():
        seen = repository.find(str(top))
        repository.status(seen)
        changes.changes_since(seen, tree.head)
        changes.touched(seen, since)
        forbidden.fingerprint(str(top), ["dir/"])
        assert tree_state.tree_hash(seen).value
        assert not snapshot.take(seen, "r1", "beside").missed
        n = next(turns)
        if n % 3 == 0:
            worktrees.create(seen, str(top.parent / f"trees/r{n}"), run=f"r{n}")

    failed, looks = beside(top, look)
    assert failed == 0, (top.parent / "said").read_text()
    assert looks >= 2


def test_the_loop_would_tell_a_lock(top):
    """Each look here holds index.lock for as long as a careless `git status` may: the agent's adds do fail."""

    def look():
        try:
            with open(top / ".git/index.lock", "x"):
                time.sleep(0.05)
            (top / ".git/index.lock").unlink()
        except FileExistsError:
            pass

    failed, _ = beside(top, look)
    assert failed > 0
