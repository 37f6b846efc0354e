"""A merge is computed beside the tree, and put there whole; what a killed one left is taken back."""

import os
from pathlib import Path

import pytest

from tests.support import repos
from workcell.base.errors import InputOutput, Refused, TryAgain
from workcell.git import merging, repository
from workcell.rundir import locks


@pytest.fixture(autouse=True)
def configured(monkeypatch, tmp_path):
    repos.set_up(monkeypatch, tmp_path)


@pytest.fixture
def top(tmp_path):
    """A repository on main, with a branch `work` beside it; both went on from the first commit."""
    made = repos.make(
        tmp_path / "repo", {"a.txt": "one\n", "dir/b.txt": "b\n", "gone.txt": "gone\n", "kept.txt": "k\n"}
    )
    repos.git(made, "switch", "-q", "-c", "work")
    os.unlink(made / "gone.txt")
    repos.commit(made, {"dir/b.txt": "changed\n", "new/deep.txt": "new\n"}, "work")
    repos.git(made, "switch", "-q", "main")
    repos.commit(made, {"a.txt": "main\n"}, "on main")
    return made


@pytest.fixture
def lock(tmp_path):
    held = locks.take(str(tmp_path / "merge"))
    yield held
    os.close(held)


def tree(top):
    return repository.find(str(top))


def made(top):
    """(the commit of main, a merge commit of both)."""
    ours, theirs = repos.git(top, "rev-parse", "main"), repos.git(top, "rev-parse", "work")
    combined = merging.combine(tree(top), ours, theirs)
    return ours, merging.commit(tree(top), combined.tree, [ours, theirs], "merged", {})


def test_a_conflict_is_known_before_anything_is_touched(top):
    repos.git(top, "switch", "-q", "work")
    repos.commit(top, {"a.txt": "other\n", "kept.txt": "k\nk\n"}, "other")
    repos.git(top, "switch", "-q", "main")
    before = repos.belongings(top)
    found = merging.combine(tree(top), "main", "work")
    assert (found.tree, found.conflicts) == (None, ("a.txt",))
    assert repos.belongings(top) == before


def test_what_was_merged_picked_or_squashed_before_is_held(top):
    assert not merging.holds(tree(top), "main", "work")
    repos.git(top, "merge", "-q", "--squash", "work")
    repos.git(top, "commit", "-q", "-m", "squashed")
    assert merging.holds(tree(top), "main", "work") and not merging.is_ancestor(tree(top), "work", "main")
    assert merging.holds(tree(top), "main", "main~1")


def test_histories_without_a_common_commit_hold_nothing_of_each_other(top):
    repos.git(top, "switch", "-q", "--orphan", "other")
    repos.commit(top, {"z": "z\n"}, "other")
    assert not merging.holds(tree(top), "main", "other")
    with pytest.raises(InputOutput, match="unrelated"):
        merging.combine(tree(top), "main", "other")


def test_the_person_is_author_and_one_without_a_name_is_refused(top, monkeypatch):
    ours = repos.git(top, "rev-parse", "main")
    of = merging.tree_of(tree(top), ours)
    one = merging.commit(tree(top), of, [ours], "x", {})
    two = merging.commit(tree(top), of, [ours], "x", {"GIT_AUTHOR_NAME": "Other", "GIT_COMMITTER_EMAIL": "o@localhost"})
    assert repos.git(top, "log", "-1", "--format=%an %ce", one) == "A Person person@example.org"
    assert repos.git(top, "log", "-1", "--format=%an %ce", two) == "Other o@localhost"
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    who = {f"GIT_{role}_{key}": "" for role in ("AUTHOR", "COMMITTER") for key in ("NAME",)}
    with pytest.raises(Refused, match="who commits"):
        merging.commit(tree(top), of, [ours], "x", who)


def test_files_index_and_branch_move_together(top, lock):
    ours, new = made(top)
    merging.intend(lock, tree(top), ours, new, None)
    merging.move(tree(top), ours, new, lock, "why")
    assert repos.git(top, "status", "--porcelain") == "" and repos.git(top, "rev-parse", "main") == new
    assert not (top / "gone.txt").exists() and (top / "new/deep.txt").read_text() == "new\n"
    assert repos.git(top, "reflog", "-1", "--format=%gs") == "why" and os.fstat(lock).st_size == 0


def test_files_that_were_copied_or_touched_are_not_taken_for_changed_ones(top, lock):
    ours, new = made(top)
    for path in (top / "dir/b.txt", top / "gone.txt"):
        os.utime(path, (1, 1))
    merging.intend(lock, tree(top), ours, new, None)
    merging.move(tree(top), ours, new, lock, "why")
    assert repos.git(top, "status", "--porcelain") == "" and repos.git(top, "rev-parse", "main") == new


@pytest.mark.parametrize("path", ["new/deep.txt", "new"])
def test_a_file_that_no_commit_has_is_in_the_way(top, path):
    ours, new = made(top)
    assert merging.in_the_way(tree(top), ours, new) is None
    repos.write(top, ".git/info/exclude", "new\n")
    repos.write(top, path, "the person's\n")
    assert merging.in_the_way(tree(top), ours, new) == path


def test_a_branch_that_moved_meanwhile_leaves_all_as_it_was(top, lock):
    _, new = made(top)
    before = repos.content(top)
    merging.intend(lock, tree(top), new + "^2", new, None)
    with pytest.raises(TryAgain):
        merging.move(tree(top), new + "^2", new, lock, "why")  # main is not there
    assert repos.content(top) == before and repos.git(top, "status", "--porcelain") == ""


def overtaken(top, lock):
    """A merge whose branch another program moves while its files are changed; what the tree has then."""
    ours, new = made(top)
    repos.commit(top, {"kept.txt": "of another merge\n"}, "meanwhile")
    before = repos.content(top)
    merging.intend(lock, tree(top), ours, new, None)
    return ours, new, before


def test_a_branch_that_went_on_meanwhile_keeps_its_files_and_index(top, lock):
    ours, new, before = overtaken(top, lock)
    head = repos.git(top, "rev-parse", "main")
    with pytest.raises(TryAgain, match="moved meanwhile"):
        merging.move(tree(top), ours, new, lock, "why")
    assert repos.git(top, "status", "--porcelain") == "" and repos.content(top) == before
    assert repos.git(top, "rev-parse", "main") == head and os.fstat(lock).st_size == 0


def test_what_is_taken_back_spares_what_another_program_wrote_since(top, lock, monkeypatch):
    ours, new, before = overtaken(top, lock)
    taking_back = merging._take_back_onto

    def written_meanwhile(*given):
        repos.write(top, "dir/b.txt", "the person's\n")
        taking_back(*given)

    monkeypatch.setattr(merging, "_take_back_onto", written_meanwhile)
    with pytest.raises(TryAgain):
        merging.move(tree(top), ours, new, lock, "why")
    assert repos.git(top, "status", "--porcelain") == "M dir/b.txt"
    assert repos.content(top) == {**before, "dir/b.txt": ("f", b"the person's\n")}


def cut_before(monkeypatch):
    """Killed with the mark on disk, before anything was taken back."""

    def cut(*given):
        raise KeyboardInterrupt

    monkeypatch.setattr(merging, "_take_back_onto", cut)


def cut_before_the_index(monkeypatch):
    """Killed when the files are back, and the index is not."""
    must = repository.must

    def cut(top, *words, **options):
        if words[0] == "reset":
            raise KeyboardInterrupt
        return must(top, *words, **options)

    monkeypatch.setattr(repository, "must", cut)


@pytest.mark.parametrize("cut", [cut_before, cut_before_the_index])
def test_an_overtaken_merge_that_was_cut_short_is_taken_back_by_the_next_one(top, lock, cut):
    ours, new, before = overtaken(top, lock)
    with pytest.MonkeyPatch.context() as patch:
        cut(patch)
        with pytest.raises(KeyboardInterrupt):
            merging.move(tree(top), ours, new, lock, "why")
    assert repos.git(top, "status", "--porcelain") != ""
    assert "overtook" in merging.recover(tree(top), lock)
    assert repos.git(top, "status", "--porcelain") == "" and repos.content(top) == before


def killed(top, lock, ours, new):
    """What is written before the files of the tree are changed."""
    merging.intend(lock, tree(top), ours, new, None)


def some_files(top, ours, new):
    (top / "dir/b.txt").write_text("chan")
    (top / "new").mkdir()
    (top / "new/deep.txt").write_text("new\n")
    (top / "gone.txt").unlink()
    (top / ".git/index.lock").write_bytes(b"half")
    (top / ".git/ORIG_HEAD.lock").write_bytes(b"half")


def all_files(top, ours, new):
    repos.git(top, "read-tree", "-m", "-u", ours, new)


def ignored_files(top, ours, new):
    some_files(top, ours, new)
    repos.write(top, ".git/info/exclude", "new/\n")


@pytest.mark.parametrize("left", [lambda *_: None, some_files, all_files, ignored_files])
def test_what_a_killed_merge_left_is_taken_back_after_a_snapshot(top, lock, left):
    ours, new = made(top)
    before = repos.content(top)
    killed(top, lock, ours, new)
    left(top, ours, new)
    repos.write(top, "kept.txt", "written by a person since\n")
    assert "refs/workcell/salvage/merge/1" in merging.recover(tree(top), lock)
    assert repos.git(top, "status", "--porcelain") == "M kept.txt"
    assert repos.content(top) == {**before, "kept.txt": ("f", b"written by a person since\n")}
    assert merging.recover(tree(top), lock) is None
    merging.in_the_way(tree(top), ours, new)


def test_a_merge_that_was_killed_after_its_branch_moved_is_whole(top, lock):
    ours, new = made(top)
    merging.intend(lock, tree(top), ours, new, None)
    merging.move(tree(top), ours, new, lock, "why")
    killed(top, lock, ours, new)
    before = repos.content(top)
    assert merging.recover(tree(top), lock) is None
    assert repos.content(top) == before and repos.git(top, "rev-parse", "main") == new


def test_the_repositorys_hooks_are_not_run(top, lock):
    for name in ("post-merge", "post-checkout", "reference-transaction", "pre-merge-commit", "commit-msg"):
        hook = repos.write(Path(top), f".git/hooks/{name}", f"#!/bin/sh\ntouch {top}/../ran-{name}\n")
        hook.chmod(0o755)
    ours, new = made(top)
    merging.intend(lock, tree(top), ours, new, None)
    merging.move(tree(top), ours, new, lock, "why")
    assert not [name for name in os.listdir(top.parent) if name.startswith("ran-")]
