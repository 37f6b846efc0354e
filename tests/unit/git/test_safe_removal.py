import os
import subprocess
import sys

import pytest

from tests.support import repos
from workcell.base import probe
from workcell.base.errors import NotFound, Refused, TryAgain
from workcell.git import repository, safe_removal, snapshot, worktree_undo, worktrees
from workcell.rundir import locks


@pytest.fixture(autouse=True)
def configured(monkeypatch, tmp_path):
    repos.set_up(monkeypatch, tmp_path)


@pytest.fixture
def made(tmp_path):
    """A worktree with a submodule and with a snapshot: it may go."""
    top = repos.with_submodule(tmp_path)
    made = worktrees.create(repository.find(str(top)), str(tmp_path / "trees/r1"), run="r1")
    snapshot.take(made.tree, "r1", "before removal")
    return made.tree


def answers(tree):
    return {proof.name: proof for proof in safe_removal.removable(tree.top)}


def failing(tree):
    return {name for name, proof in answers(tree).items() if proof.answer != probe.YES}


def test_with_every_proof_it_goes_and_branch_and_snapshots_stay(made, tmp_path):
    refs = repos.git(tmp_path / "super", "for-each-ref")
    assert failing(made) == set()
    safe_removal.remove(made.top)
    assert os.listdir(tmp_path / "trees") == [] and not (tmp_path / "super/.git/worktrees").exists()
    assert repos.git(tmp_path / "super", "for-each-ref") == refs and "refs/workcell/salvage/r1/1" in refs
    with pytest.raises(NotFound):
        safe_removal.remove(made.top)


def dirty(tree):
    repos.write(tree, "new")


def unmerged(tree):
    repos.commit(tree, {"a.txt": "work\n"})
    snapshot.take(repository.find(str(tree)), "r1", "x")


def amended(tree):
    repos.commit(tree, {"a.txt": "work\n"})
    repos.git(tree, "reset", "-q", "--hard", "HEAD~1")


def submodule_dirty(tree):
    repos.write(tree, "lib/new")


def submodule_commit(tree):
    repos.commit(tree / "lib", {"lib.txt": "work\n"})
    repos.commit(tree / "lib", {"lib.txt": "lib\n"})
    repos.git(tree / "lib", "checkout", "-q", "HEAD~2")


def submodule_stash(tree):
    repos.write(tree, "lib/lib.txt", "work\n")
    repos.git(tree / "lib", "stash", "-q")


def nested_ignored(tree):
    repos.write(tree, "../../super/.git/info/exclude", "inner/\n")
    repos.make(tree / "inner", {"x": "1"})


def git_lock(tree):
    repos.git(tree, "worktree", "lock", ".")


def index_lock(tree):
    with open(repos.git(tree, "rev-parse", "--git-path", "index.lock"), "w"):
        pass


def bisect(tree):
    repos.git(tree, "bisect", "start")


@pytest.mark.parametrize(
    ("act", "names"),
    [
        (dirty, {"clean", "snapshot"}),
        (unmerged, {"merged or pushed"}),
        (amended, {"named"}),
        (submodule_dirty, {"clean", "submodules"}),
        (submodule_commit, {"submodules"}),
        (submodule_stash, {"submodules"}),
        (nested_ignored, {"alone"}),
        (git_lock, {"unlocked"}),
        (index_lock, {"at rest"}),
        (bisect, {"at rest"}),
    ],
)
def test_each_condition_that_fails_keeps_it(made, tmp_path, act, names):
    act(tmp_path / "trees/r1")
    before = repos.belongings(tmp_path / "trees/r1")
    assert failing(made) == names
    with pytest.raises(Refused) as refusal:
        safe_removal.remove(made.top)
    assert all(any(line.startswith(f"{name}: no") for line in refusal.value.details) for name in names)
    assert repos.belongings(tmp_path / "trees/r1") == before and os.listdir(tmp_path / "trees") == ["r1"]


def test_a_snapshot_is_the_cure_for_what_only_the_worktree_knew(made, tmp_path):
    """Also for commits in a submodule, whose clone goes with the worktree."""
    tree = tmp_path / "trees/r1"
    amended(tree)
    lost = repos.commit(tree / "lib", {"lib.txt": "work\n"})
    repos.commit(tree, {}, "newer lib")
    repos.git(tmp_path / "super", "merge", "-q", "workcell/r1")
    assert failing(made) == {"named", "submodules", "snapshot"}
    snapshot.take(repository.find(made.top), "r1", "again")
    assert failing(made) == set()
    safe_removal.remove(made.top)
    assert repos.git(tmp_path / "super/lib", "show", f"{lost}:lib.txt") == "work"


@pytest.mark.parametrize("where", ["cwd", "open file"])
def test_no_process_is_disturbed(made, where):
    code = "import os, sys; os.chdir(sys.argv[1]); print(flush=True); sys.stdin.read()"
    if where == "open file":
        code = "import sys; file = open(sys.argv[1] + '/a.txt'); print(flush=True); sys.stdin.read()"
    argv = [sys.executable, "-c", code, made.top]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        child.stdout.readline()
        proof = answers(made)["unused"]
        assert proof.answer == probe.NO and str(child.pid) in proof.says
        with pytest.raises(Refused):
            safe_removal.remove(made.top)
        child.stdin.close()
        child.wait(10)
    safe_removal.remove(made.top)


def test_a_file_that_changes_between_the_two_looks_keeps_it(made, tmp_path, monkeypatch):
    tree = tmp_path / "trees/r1"
    repos.write(tmp_path / "super", ".git/info/exclude", "ignored\n")
    repos.write(tree, "ignored", "1")
    prove = safe_removal.removable

    def then_change(path):
        proofs = prove(path)
        repos.write(tree, "ignored", "2")
        return proofs

    monkeypatch.setattr(safe_removal, "removable", then_change)
    with pytest.raises(TryAgain, match="changed meanwhile"):
        safe_removal.remove(made.top)
    assert (tree / "ignored").read_text() == "2" and os.listdir(tmp_path / "trees") == ["r1"]
    assert repository.status(repository.find(made.top)).clean


def test_what_is_no_linked_worktree_is_never_removed(made, tmp_path):
    for path in (tmp_path / "super", tmp_path / "trees/r1/dir", tmp_path / "super/lib"):
        proof = safe_removal.removable(str(path))[0]
        assert (proof.name, proof.answer) == ("worktree", probe.NO)
        with pytest.raises(Refused):
            safe_removal.remove(str(path))
    assert safe_removal.removable(str(tmp_path / "absent"))[0].answer == probe.NO


def test_one_removal_at_a_time(made):
    lock = locks.take(worktree_undo.beside(made.top, "removing"))
    with pytest.raises(TryAgain):
        safe_removal.remove(made.top)
    os.close(lock)
    safe_removal.remove(made.top)


def test_a_removal_that_was_killed_at_its_very_end_is_over(made, tmp_path):
    safe_removal.remove(made.top)
    (tmp_path / "trees/.r1.removing").touch()
    safe_removal.remove(made.top)
    assert os.listdir(tmp_path / "trees") == []


def test_directories_that_were_made_read_only_go_too(made, tmp_path):
    repos.write(tmp_path / "super", ".git/info/exclude", "cache/\n")
    inside = repos.write(tmp_path / "trees/r1", "cache/deep/file")
    for directory in (inside.parent, inside.parent.parent):
        directory.chmod(0o555)
    safe_removal.remove(made.top)
    assert os.listdir(tmp_path / "trees") == []


def test_a_removal_that_was_cut_off_never_takes_the_worktree_that_came_after_it(made, tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(
            safe_removal.worktree_undo, "erase_entry", lambda entry: (_ for _ in ()).throw(OSError(5, "I/O", entry))
        )
        with pytest.raises(safe_removal.InputOutput):
            safe_removal.remove(made.top)
    repos.git(tmp_path / "super", "worktree", "prune")
    again = worktrees.create(repository.find(str(tmp_path / "super")), made.top, run="r1")
    repos.write(tmp_path / "trees/r1", "work")
    with pytest.raises(Refused):
        safe_removal.remove(made.top)
    assert repository.status(repository.find(again.tree.top)).untracked.first == ("work",)
