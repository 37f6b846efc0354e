import os
import shutil

import pytest

from tests.support import repos
from workcell.base.errors import Invalid, Refused, TryAgain, WorkcellError
from workcell.git import repository, worktree_undo, worktrees
from workcell.rundir import locks


@pytest.fixture(autouse=True)
def configured(monkeypatch, tmp_path):
    repos.set_up(monkeypatch, tmp_path)


@pytest.fixture
def top(tmp_path):
    return repos.make(tmp_path / "repo")


def make(top, run="r1", **how):
    """A worktree beside `top` in `trees`; all that is the person's is proven to be as it was."""
    before = repos.belongings(top)
    try:
        return worktrees.create(repository.find(str(top)), str(top.parent / "trees" / run), run=run, **how)
    finally:
        after = repos.belongings(top)
        ours = (".git/worktrees/", ".git/refs/heads/", ".git/logs/refs/heads/")
        changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
        assert not {name for name in changed if name in before or not name.startswith(ours)}


def left(top):
    """What there is of workcell: worktrees, branches, hidden files."""
    trees = top.parent / "trees"
    return (
        sorted(os.listdir(trees)) if trees.exists() else [],
        sorted(os.listdir(top / ".git/worktrees")) if (top / ".git/worktrees").exists() else [],
        repos.git(top, "for-each-ref", "--format=%(refname)", "refs/heads").split(),
    )


def test_a_worktree_on_a_new_branch_from_head(top):
    repos.write(top, "a.txt", "uncommitted\n")
    made = make(top)
    assert (made.branch, made.base, made.reused) == ("workcell/r1", repository.find(str(top)).head, False)
    assert made.tree.linked and made.tree.branch == "workcell/r1" and repository.status(made.tree).clean
    assert repos.content(top.parent / "trees/r1")["a.txt"] == ("f", b"one\ntwo\n")
    assert made.notes == (f"uncommitted changes stay in {str(top)!r}",)
    assert left(top)[0] == ["r1"]
    again = make(top)
    assert again.reused and again.tree == made.tree and again.notes == made.notes


def test_a_branch_and_a_base_that_are_named(top):
    base = repository.find(str(top)).head
    repos.commit(top, {"a.txt": "2\n"})
    made = make(top, branch="feature/ünï", base="HEAD~1")
    assert made.base == base and made.tree.branch == "feature/ünï"
    repos.git(top, "branch", "there")
    assert make(top, "r2", branch="there").tree.head == repository.find(str(top)).head
    repos.git(top, "branch", "other", base)
    with pytest.raises(Refused, match="is there already"):
        make(top, "r3", branch="other", base="main")
    assert left(top)[0] == ["r1", "r2"]


@pytest.mark.parametrize(
    ("how", "error", "words"),
    [
        ({"branch": "main"}, Refused, "is checked out in"),
        ({"branch": "a..b"}, Invalid, "cannot name a branch"),
        ({"branch": "-x"}, Invalid, "cannot name a branch"),
        ({"branch": "main/below"}, WorkcellError, "main"),
        ({"base": "nothing"}, Invalid, "is no commit"),
        ({"base": "--all"}, Invalid, "is no commit"),
        ({"carry": ["../x"]}, Invalid, "leads out"),
    ],
)
def test_what_is_refused_leaves_nothing(top, how, error, words):
    before = left(top)
    with pytest.raises(error, match=words):
        make(top, **how)
    assert left(top)[1:] == before[1:] and left(top)[0] == []


def test_a_branch_whose_worktree_was_deleted_is_refused_with_the_cure(top, tmp_path):
    repos.git(top, "worktree", "add", "-q", "-b", "side", str(tmp_path / "deleted"))
    shutil.rmtree(tmp_path / "deleted")
    with pytest.raises(Refused, match="'side' is checked out") as refusal:
        make(top, branch="side")
    assert "worktree prune" in refusal.value.hint
    repos.git(top, "worktree", "prune")
    assert make(top, branch="side").tree.branch == "side"


def test_a_repository_without_a_commit_is_refused(tmp_path):
    top = tmp_path / "unborn"
    top.mkdir()
    repos.git(top, "init", "-q")
    with pytest.raises(Refused, match="no commit yet"):
        make(top)


def test_a_taken_path_stays_as_it_is(top):
    repos.write(top.parent, "trees/r1/mine", "x\n")
    with pytest.raises(Refused, match="is there already"):
        make(top)
    assert repos.content(top.parent / "trees/r1") == {"mine": ("f", b"x\n")}
    make(top, "r2")
    with pytest.raises(Refused, match="is there already"):
        worktrees.create(repository.find(str(top)), str(top.parent / "trees/r2"), run="other")


def test_two_at_once_and_the_second_is_told(top):
    (top.parent / "trees").mkdir()
    lock = locks.take(worktree_undo.beside(str(top.parent / "trees/r1"), "making"))
    with pytest.raises(TryAgain):
        make(top)
    os.close(lock)
    make(top)


def test_submodules_come_from_the_clones_that_are_there_without_network(tmp_path):
    deep = repos.make(tmp_path / "origin-deep", {"deep.txt": "deep\n"})
    top = repos.with_submodule(tmp_path)
    allow = ("-c", "protocol.file.allow=always")
    repos.git(tmp_path / "origin-lib", *allow, "submodule", "--quiet", "add", str(deep), "in ner")
    repos.commit(tmp_path / "origin-lib", {}, "with inner")
    repos.git(top / "lib", "pull", "-q")
    repos.git(top / "lib", *allow, "submodule", "--quiet", "update", "--init")
    repos.commit(top, {})
    local = repos.commit(top / "lib", {"local": "a commit that no remote has\n"})
    repos.commit(top, {})
    for gone in ("origin-lib", "origin-deep"):
        shutil.rmtree(tmp_path / gone)
    config = (top / ".git/config").read_bytes()
    made = make(top)
    assert made.notes == () and repository.status(made.tree).clean
    lib = tmp_path / "trees/r1/lib"
    assert repos.git(lib, "rev-parse", "HEAD") == local
    assert repos.content(tmp_path / "trees/r1") == repos.content(top)
    assert repos.git(lib, "config", "remote.origin.url") == str(tmp_path / "origin-lib")
    assert repos.git(lib, "rev-parse", "origin/main") == repos.git(top / "lib", "rev-parse", "origin/main") != local
    assert (top / ".git/config").read_bytes() == config


def test_submodules_that_the_source_lacks_are_told(tmp_path):
    repos.with_submodule(tmp_path)
    repos.git(tmp_path, "clone", "-q", str(tmp_path / "super"), str(tmp_path / "clone"))
    made = make(tmp_path / "clone")
    assert made.notes == ("the submodule 'lib' is not checked out in the source, and so not here",)
    assert repository.status(made.tree).clean


def test_a_worktree_of_a_worktree_and_of_a_bare_repository(tmp_path):
    top = repos.with_submodule(tmp_path)
    first = make(top)
    second = worktrees.create(first.tree, str(tmp_path / "trees/r2"), run="r2")
    assert second.tree.common_dir == str(top / ".git") and not second.notes
    assert repos.content(tmp_path / "trees/r2") == repos.content(top)
    repos.git(top, "clone", "-q", "--bare", str(top), str(tmp_path / "bare.git"))
    made = worktrees.create(repository.find(str(tmp_path / "bare.git")), str(tmp_path / "trees/r3"), run="r3")
    assert made.tree.linked and "a.txt" in repos.content(tmp_path / "trees/r3")


def test_sparse_patterns_are_kept(top):
    repos.git(top, "sparse-checkout", "set", "dir")
    made = make(top)
    assert repos.content(top.parent / "trees/r1") == repos.content(top)
    assert repository.status(made.tree).clean


def test_a_shallow_clone_stays_shallow(top, tmp_path):
    repos.commit(top, {"a.txt": "2\n"})
    repos.git(top, "clone", "-q", "--depth=1", f"file://{top}", str(tmp_path / "shallow"))
    assert make(tmp_path / "shallow").tree.shallow


def test_ignored_files_are_told_and_carried_when_asked(top):
    repos.commit(top, {".gitignore": "*.env\nbuild/\n"})
    for name in ("one.env", "dir/two.env", "build/x/y", "build/z"):
        repos.write(top, name, f"{name}\n")
    made = make(top, carry=["*.env"])
    assert made.carried == ("one.env",) and made.ignored.first == ("build", "dir/two.env")
    assert (top.parent / "trees/r1/one.env").read_text() == "one.env\n" and repository.status(made.tree).clean
    assert make(top, carry=["*.env"]).ignored == made.ignored


def test_hooks_are_not_run_and_a_filter_that_fails_is_left_out_with_a_note(top):
    repos.commit(top, {".gitattributes": "*.big filter=lfs\n", "x.big": "pointer\n"})
    for key, value in (("clean", "cat"), ("smudge", "false"), ("required", "true")):
        repos.git(top, "config", "--global", f"filter.lfs.{key}", value)
    for name in ("post-checkout", "reference-transaction", "post-index-change"):
        repos.write(top, f".git/hooks/{name}", "#!/bin/sh\ntouch hooked\nexit 1\n").chmod(0o755)
    made = make(top)
    assert repos.content(top.parent / "trees/r1")["x.big"] == ("f", b"pointer\n")
    assert any("filter" in note for note in made.notes)
    assert not list(top.rglob("hooked")) and not list((top.parent / "trees").rglob("hooked"))


def test_the_persons_own_filter_is_run(top):
    repos.commit(top, {".gitattributes": "*.big filter=up\n", "x.big": "pointer\n"})
    repos.git(top, "config", "--global", "filter.up.smudge", "tr a-z A-Z")
    repos.git(top, "config", "--global", "filter.up.clean", "tr A-Z a-z")
    assert make(top).tree.linked
    assert repos.content(top.parent / "trees/r1")["x.big"] == ("f", b"POINTER\n")


def test_names_that_are_no_text(top):
    repos.commit(top, {os.fsdecode(b"\xff\nname"): "x\n"})
    path = os.fsdecode(os.fsencode(top.parent) + b"/tre\xffes/r1")
    made = worktrees.create(repository.find(str(top)), path, run="r1")
    assert made.tree.top == path and repository.status(made.tree).clean


def test_a_locked_index_of_the_source_is_no_hindrance(top):
    (top / ".git/index.lock").touch()
    assert make(top).tree.linked


def test_a_making_that_fails_leaves_no_branch_and_no_entry(top, monkeypatch):
    before = left(top)

    def broken(*_):
        raise OSError(28, "No space left on device", "x")

    monkeypatch.setattr(worktrees.copy_ignored, "carry", broken)
    with pytest.raises(WorkcellError, match="No space left"):
        make(top)
    assert left(top) == ([], *before[1:])


def test_what_a_killed_making_left_is_listed_and_can_be_thrown_away(top, monkeypatch):
    trees = top.parent / "trees"
    before = left(top)
    assert worktrees.unfinished(str(trees)) == [] and not worktrees.abandon(str(trees / "r1"))

    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(worktrees.copy_ignored, "carry", killed)
        patch.setattr(worktrees.worktree_undo, "undo", killed)
        with pytest.raises(KeyboardInterrupt):
            make(top)
    assert worktrees.unfinished(str(trees)) == [(str(trees / "r1"), "making")]
    assert worktrees.abandon(str(trees / "r1"))
    assert left(top) == ([], *before[1:])
    make(top)
    assert worktrees.unfinished(str(trees)) == [] and not worktrees.abandon(str(trees / "r1"))
