import json
import os

import pytest

from tests.support import repos
from workcell.git import changes, forbidden, repository, worktrees


@pytest.fixture(autouse=True)
def configured(monkeypatch, tmp_path):
    repos.set_up(monkeypatch, tmp_path)


@pytest.fixture
def top(tmp_path):
    return repos.make(tmp_path / "repo", {"a.txt": "one\ntwo\n", "keep/secret": "s\n", "dir/b.txt": "b\n"})


def now(top):
    return repository.find(str(top))


def test_commits_lines_and_files_since_a_base(top):
    base = now(top).head
    repos.commit(top, {"a.txt": "one\n2\nthree\n"}, "second: ünï")
    repos.commit(top, {"bin": b"\0\xff"}, "third")
    repos.write(top, "dir/b.txt", "b\nmore\n")
    repos.write(top, "new/one")
    repos.write(top, "new/two")
    found = changes.changes_since(now(top), base)
    assert (found.commits, found.files, found.insertions, found.deletions, found.untracked) == (2, 3, 3, 1, 2)
    assert [subject.split(" ", 1)[1] for subject in found.subjects] == ["third", "second: ünï"]
    assert found.ancestor is True and found.why is None


def test_since_an_unborn_branch(tmp_path):
    top = tmp_path / "unborn"
    top.mkdir()
    repos.git(top, "init", "-q")
    repos.write(top, "untracked")
    found = changes.changes_since(now(top), None)
    assert (found.commits, found.files, found.untracked, found.head) == (0, 0, 1, None)
    repos.commit(top, {"a": "1\n2\n"})
    found = changes.changes_since(now(top), None)
    assert (found.commits, found.files, found.insertions) == (1, 2, 3)


def test_rewritten_history_and_a_base_that_is_gone_are_told(top):
    base = now(top).head
    repos.git(top, "commit", "-q", "--amend", "-m", "other words")
    found = changes.changes_since(now(top), base)
    assert found.ancestor is False and "rewritten" in found.why and found.commits == 1 and found.files == 0
    repos.git(top, "reflog", "expire", "--expire=now", "--all")
    repos.git(top, "gc", "-q", "--prune=now")
    found = changes.changes_since(now(top), base)
    assert (found.commits, found.files, found.ancestor) == (
        None,
        None,
        None,
    ) and "not in the repository" in found.why


def test_a_shallow_clone_does_not_know_what_it_cut_off(top, tmp_path):
    base = now(top).head
    repos.commit(top, {"a.txt": "2\n"})
    repos.commit(top, {"a.txt": "3\n"})
    repos.git(top, "clone", "-q", "--depth=1", f"file://{top}", str(tmp_path / "shallow"))
    tree = now(tmp_path / "shallow")
    assert changes.changes_since(tree, base).ancestor is None
    repos.commit(tmp_path / "shallow", {"a.txt": "4\n"})
    found = changes.changes_since(tree, tree.head)
    assert (found.ancestor, found.commits, found.shallow) == (True, 1, True)


def test_files_with_new_times_and_old_content_do_not_make_git_write_its_index(top):
    for path in (top / "a.txt", top / "dir/b.txt"):
        os.utime(path, ns=(10**18, 10**18))
    before = repos.belongings(top)
    changes.changes_since(now(top), now(top).head)
    assert changes.mark(now(top))["dirty"] == {}
    assert changes.touched(now(top), changes.mark(now(top))).paths == {}
    assert repos.belongings(top) == before
    repos.git(top, "diff")
    assert repos.belongings(top) != before, "git diff would not have written"


def start(top):
    return json.loads(json.dumps(changes.mark(now(top))))


def touch_secret(top, text="changed\n"):
    repos.write(top, "keep/secret", text)


def by_commit(top):
    touch_secret(top)
    repos.commit(top, {})


def by_revert(top):
    by_commit(top)
    repos.git(top, "revert", "--no-edit", "HEAD")


def by_reset(top):
    by_commit(top)
    repos.git(top, "reset", "-q", "--hard", "HEAD~1")


def by_amend(top):
    by_commit(top)
    repos.git(top, "checkout", "-q", "HEAD~1", "--", "keep/secret")
    repos.git(top, "commit", "-q", "--amend", "--allow-empty", "-m", "innocent")


def by_other_branch(top):
    repos.git(top, "checkout", "-q", "-b", "side")
    by_commit(top)
    repos.git(top, "checkout", "-q", "main")


def by_deleted_branch(top):
    by_other_branch(top)
    repos.git(top, "branch", "-q", "-D", "side")


def by_plumbing(top):
    blob = repos.git(top, "hash-object", "-w", "--stdin", input=b"evil\n")
    repos.git(top, "update-index", "--cacheinfo", f"100644,{blob},keep/secret")
    commit = repos.git(top, "commit-tree", repos.git(top, "write-tree"), "-p", "HEAD", "-m", "hidden")
    repos.git(top, "update-ref", "refs/heads/elsewhere", commit)
    repos.git(top, "reset", "-q")


def by_add_then_remove(top):
    repos.commit(top, {"keep/brief": "x"})
    repos.git(top, "rm", "-q", "keep/brief")
    repos.git(top, "commit", "-q", "-m", "gone")
    repos.git(top, "reset", "-q", "--soft", "HEAD~2")


def by_rebase_in_progress(top):
    by_commit(top)
    repos.git(top, "checkout", "-q", "--detach", "HEAD~1")


def by_index(top):
    touch_secret(top)
    repos.git(top, "add", "keep/secret")
    touch_secret(top, "s\n")


def by_deletion(top):
    (top / "keep/secret").unlink()


def by_untracked(top):
    repos.write(top, "keep/\udcff\nnew")


def by_rename(top):
    repos.git(top, "mv", "keep/secret", "moved")


@pytest.mark.parametrize(
    "act",
    [
        *(touch_secret, by_commit, by_revert, by_reset, by_amend, by_other_branch, by_deleted_branch, by_plumbing),
        *(by_add_then_remove, by_rebase_in_progress, by_index, by_deletion, by_untracked, by_rename),
    ],
)
def test_every_way_to_touch_a_path_is_seen_also_when_it_is_undone(top, act):
    repos.commit(top, {"a.txt": "work\n"})
    since = start(top)
    repos.commit(top, {"dir/b.txt": "honest work\n"})
    act(top)
    found = changes.touched(now(top), since)
    assert forbidden.forbidden(found.paths, ["keep/"]), found
    assert not found.blind and "a.txt" not in found.paths and "dir/b.txt" in found.paths


def test_looking_at_other_branches_stashing_and_merging_what_was_there_touches_nothing_else(top):
    repos.git(top, "checkout", "-q", "-b", "side")
    by_commit(top)
    repos.git(top, "checkout", "-q", "main")
    since = start(top)
    repos.git(top, "checkout", "-q", "side")
    repos.git(top, "checkout", "-q", "main")
    repos.write(top, "a.txt", "stashed\n")
    repos.git(top, "stash", "-q")
    repos.git(top, "stash", "pop", "-q")
    repos.commit(top, {})
    found = changes.touched(now(top), since)
    assert set(found.paths) == {"a.txt"} and not found.blind


def test_work_of_other_worktrees_is_theirs(top, tmp_path):
    repos.git(top, "worktree", "add", "-q", "-b", "theirs", str(tmp_path / "theirs"))
    since = start(top)
    repos.commit(tmp_path / "theirs", {"keep/secret": "theirs\n"})
    assert changes.touched(now(top), since) == changes.Touched({}, ())
    assert "keep/secret" in changes.touched(now(tmp_path / "theirs"), {**since, "branch": "theirs"}).paths


def test_what_was_dirty_before_counts_once_it_changes(top):
    touch_secret(top)
    repos.write(top, "dir/b.txt", "dirty\n")
    repos.write(top, "untracked", "u\n")
    since = start(top)
    assert changes.touched(now(top), since).paths == {}
    touch_secret(top, "again, changed\n")
    repos.git(top, "checkout", "-q", "dir/b.txt")
    (top / "untracked").unlink()
    assert set(changes.touched(now(top), since).paths) == {"keep/secret", "dir/b.txt", "untracked"}


def test_since_an_unborn_branch_every_file_of_every_commit_counts(tmp_path):
    top = tmp_path / "unborn"
    top.mkdir()
    repos.git(top, "init", "-q")
    since = start(top)
    repos.commit(top, {"keep/x": "1"})
    repos.git(top, "rm", "-q", "keep/x")
    repos.git(top, "commit", "-q", "--amend", "--allow-empty", "-m", "clean")
    found = changes.touched(now(top), since)
    assert set(found.paths) == {"keep/x"} and not found.blind


def drop_log(top):
    (top / ".git/logs/HEAD").unlink()


def expire_log(top):
    repos.git(top, "reflog", "expire", "--expire=now", "--all")


def delete_entry(top):
    repos.git(top, "reflog", "delete", "HEAD@{1}")


def delete_and_rewrite(top):
    repos.git(top, "reflog", "delete", "HEAD@{0}")


@pytest.mark.parametrize("hide", [drop_log, expire_log, delete_entry, delete_and_rewrite])
def test_a_reflog_that_was_tampered_with_is_told(top, hide):
    since = start(top)
    by_reset(top)
    assert "keep/secret" in changes.touched(now(top), since).paths
    hide(top)
    found = changes.touched(now(top), since)
    assert found.blind or "keep/secret" in found.paths


def test_commits_that_were_pruned_away_are_told(top):
    since = start(top)
    by_reset(top)
    log = top / ".git/logs/HEAD"
    kept = log.read_bytes()
    expire_log(top)
    repos.git(top, "prune", "--expire=now")
    log.write_bytes(kept)
    assert any("not in the repository any more" in word for word in changes.touched(now(top), since).blind)


def test_git_dropping_the_old_end_of_the_reflog_is_no_tampering(top):
    for n in range(3):
        repos.commit(top, {"a.txt": f"{n}\n"})
    since = start(top)
    by_reset(top)
    log = top / ".git/logs/HEAD"
    log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[2:]))
    found = changes.touched(now(top), since)
    assert "keep/secret" in found.paths and not found.blind


def test_a_submodule_counts_by_its_directory(tmp_path):
    top = repos.with_submodule(tmp_path)
    since = start(top)
    repos.commit(top / "lib", {"lib.txt": "changed\n"})
    assert changes.touched(now(top), since).paths == {"lib": "files"}
    repos.commit(top, {})
    assert forbidden.forbidden(changes.touched(now(top), since).paths, ["lib/"]) == [("lib", "lib/")]


def test_names_that_are_no_text_come_through(top):
    since = start(top)
    repos.commit(top, {os.fsdecode(b"keep/\xff\nx"): "1", "ünï": "2"})
    assert set(changes.touched(now(top), since).paths) == {os.fsdecode(b"keep/\xff\nx"), "ünï"}


@pytest.mark.parametrize("act", [by_reset, by_amend, by_revert])
def test_in_a_worktree_that_was_made_for_a_run(top, tmp_path, act):
    made = worktrees.create(now(top), str(tmp_path / "trees/r1"), run="r1")
    since = changes.mark(made.tree)
    assert since["reflog"] and changes.touched(made.tree, since) == changes.Touched({}, ())
    repos.commit(tmp_path / "trees/r1", {"a.txt": "work\n"})
    act(tmp_path / "trees/r1")
    found = changes.touched(made.tree, since)
    assert {"a.txt", "keep/secret"} <= found.paths.keys() and not found.blind
    (tmp_path / "repo/.git/worktrees/r1/logs/HEAD").unlink()
    assert changes.touched(made.tree, since).blind
