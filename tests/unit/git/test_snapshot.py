import os

import pytest

from tests.support import repos
from workcell.base.errors import CannotCreate, Invalid, NotFound, Refused, TryAgain
from workcell.git import repository, restore, tree_state
from workcell.git import snapshot as salvage


@pytest.fixture(autouse=True)
def configured(monkeypatch, tmp_path):
    repos.set_up(monkeypatch, tmp_path)


@pytest.fixture
def top(tmp_path):
    return repos.make(tmp_path / "repo")


def take(top, why="test"):
    """A snapshot of `top` that is proven to have left everything as it was."""
    before = repos.belongings(top)
    snapshot = salvage.take(repository.find(str(top)), "run-1", why)
    assert repos.belongings(top) == before
    return snapshot


def brought_back(top, snapshot):
    into = top.parent / f"back-{snapshot.n}"
    restore.restore(repository.find(str(top)), snapshot, str(into))
    return repos.content(into)


def work(top):
    repos.write(top, "a.txt", "staged\n")
    repos.git(top, "add", "a.txt")
    repos.write(top, "a.txt", "then changed\n")
    repos.write(top, os.fsdecode(b"un\xff\ntracked"), b"\0\r\n")
    (top / "dir/b.txt").unlink()
    (top / "dir/b.txt").symlink_to("../a.txt")
    repos.write(top, "tool", "#!/bin/sh\n").chmod(0o755)


def test_three_layers_as_commits_that_git_itself_can_read(top):
    work(top)
    snapshot = take(top, "an agent was killed")
    show = repos.git(top, "show", f"{snapshot.commit}:a.txt")
    index = repos.git(top, "show", f"{snapshot.index}:a.txt")
    assert (show, index, repos.git(top, "show", f"{snapshot.head}:a.txt")) == ("then changed", "staged", "one\ntwo")
    parents = repos.git(top, "log", "-1", "--format=%P", snapshot.commit).split()
    assert parents == [snapshot.head, snapshot.index]
    assert repos.git(top, "rev-parse", snapshot.ref) == snapshot.commit
    assert "an agent was killed" in repos.git(top, "log", "-1", "--format=%B", snapshot.commit)
    assert brought_back(top, snapshot) == repos.content(top)


def test_ls_show_and_get(top):
    tree = repository.find(str(top))
    assert salvage.ls(tree) == []
    first = take(top, "nothing\nyet \udcff")
    work(top)
    second = take(top)
    assert salvage.ls(tree) == [first, second] == salvage.ls(tree, "run-1") and salvage.ls(tree, "run") == []
    shown = salvage.show(tree, second)
    odd = os.fsdecode(b"un\xff\ntracked")
    assert shown.staged == (("M", "a.txt"),)
    assert shown.files == (("M", "a.txt"), ("T", "dir/b.txt"), ("A", "tool"), ("A", odd))
    assert "+then changed" in shown.diff and not shown.cut
    assert salvage.show(tree, second, limit=10).cut
    for name in ("run-1/2", "run-1", second.ref, second.commit):
        assert salvage.get(tree, name) == second
    with pytest.raises(NotFound):
        salvage.get(tree, "run-9")
    repos.git(top, "update-ref", salvage.REFS + "run-1/7", "HEAD")
    repos.git(top, "update-ref", salvage.REFS + "strange", "HEAD")
    assert salvage.ls(tree) == [first, second]
    assert take(top).n == 8


def test_current_is_the_snapshot_of_exactly_what_is_there(top):
    work(top)
    snapshot = take(top)
    tree = repository.find(str(top))
    assert salvage.current(tree) == snapshot
    repos.git(top, "add", "tool")
    assert salvage.current(tree) is None


@pytest.mark.parametrize("name", ["", "../up", "a b", "a..b", "x.lock", "-x", "a/b", "a.", "ä"])
def test_a_run_that_cannot_name_a_ref_is_refused(top, name):
    with pytest.raises(Invalid):
        salvage.take(repository.find(str(top)), name, "why")


def unborn(top):
    repos.git(top, "checkout", "-q", "--orphan", "empty")


def detached(top):
    repos.git(top, "checkout", "-q", "--detach")


def locked(top):
    (top / ".git/index.lock").write_text("somebody")


def no_index(top):
    (top / ".git/index").unlink()


def empty_tree(top):
    repos.git(top, "rm", "-q", "-r", ".")


def conflict(top, *words):
    repos.git(top, "checkout", "-q", "-b", "side")
    repos.commit(top, {"a.txt": "side\n", "only": "side\n"})
    repos.git(top, "checkout", "-q", "main")
    repos.commit(top, {"a.txt": "main\n"})
    repos.git(top, *words, ok=False)


def mid_merge(top):
    conflict(top, "merge", "side")


def mid_rebase(top):
    conflict(top, "rebase", "side")


def mid_bisect(top):
    repos.commit(top, {"more": "1"})
    repos.git(top, "bisect", "start", "HEAD", "HEAD~1")


def split_index(top):
    repos.git(top, "update-index", "--split-index")


def intent_to_add(top):
    repos.write(top, "intended", "not yet\n")
    repos.git(top, "add", "-N", "intended")


def hidden_edits(top):
    repos.git(top, "update-index", "--assume-unchanged", "a.txt")
    repos.git(top, "update-index", "--skip-worktree", "dir/b.txt")


def untracked_cache(top):
    repos.git(top, "config", "core.untrackedCache", "true")
    repos.git(top, "update-index", "--untracked-cache")


@pytest.mark.parametrize(
    "state",
    [
        *(unborn, detached, locked, no_index, empty_tree, mid_merge, mid_rebase, mid_bisect),
        *(split_index, intent_to_add, hidden_edits, untracked_cache),
    ],
)
def test_in_every_state_of_a_repository(top, state):
    state(top)
    repos.write(top, "a.txt", "work\n")
    repos.write(top, "dir/b.txt", "more work\n")
    repos.write(top, "untracked", "new\n")
    snapshot = take(top)
    assert brought_back(top, snapshot) == repos.content(top)
    words = {mid_merge: "merge", mid_rebase: "rebase", mid_bisect: "bisect"}
    assert snapshot.under_way == words.get(state) and (snapshot.head is None) == (state is unborn)
    repos.git(top, "fsck", "--strict")


def test_conflicts_are_kept_with_all_their_sides_and_come_back(top):
    mid_merge(top)
    repos.write(top, "a.txt", "half solved\n")
    snapshot = take(top)
    for stage, text in (("1", "one\ntwo"), ("2", "main"), ("3", "side")):
        assert repos.git(top, "show", f"{snapshot.kept}:stages/{stage}/a.txt") == text
    stages = repos.git(top, "ls-files", "--stage")
    repos.git(top, "merge", "--abort")
    restored = restore.restore(repository.find(str(top)), snapshot, str(top))
    assert repos.git(top, "ls-files", "--stage") == stages and (top / "a.txt").read_text() == "half solved\n"
    assert restored.notes == ("a merge was under way then, and is not now",)


def test_commits_that_only_the_reflog_knew_stay_alive(top):
    lost = repos.commit(top, {"a.txt": "lost\n"})
    repos.git(top, "reset", "-q", "--hard", "HEAD~1")
    assert take(top).kept
    repos.git(top, "reflog", "expire", "--expire=now", "--all")
    repos.git(top, "gc", "-q", "--prune=now")
    assert repos.git(top, "show", f"{lost}:a.txt") == "lost"


def test_a_sparse_tree_keeps_what_is_there_and_what_is_not(top, tmp_path):
    repos.git(top, "sparse-checkout", "set", "dir")
    repos.write(top, "dir/b.txt", "changed\n")
    assert not (top / "dir/a.txt").exists()
    snapshot = take(top)
    assert salvage.show(repository.find(str(top)), snapshot).files == (("M", "dir/b.txt"),)


def test_a_shallow_clone(top, tmp_path):
    repos.commit(top, {"a.txt": "2\n"})
    repos.git(top, "clone", "-q", "--depth=1", f"file://{top}", str(tmp_path / "shallow"))
    repos.write(tmp_path / "shallow", "a.txt", "3\n")
    assert brought_back(tmp_path / "shallow", take(tmp_path / "shallow"))["a.txt"] == ("f", b"3\n")


def test_a_partial_clone_is_read_without_fetching_anything(top, tmp_path):
    repos.git(top, "config", "uploadpack.allowFilter", "true")
    repos.commit(top, {"a.txt": "2\n"})
    partial = tmp_path / "partial"
    repos.git(top, "clone", "-q", "--filter=blob:none", f"file://{top}", str(partial))
    repos.git(partial, "sparse-checkout", "set", "dir")
    repos.git(partial, "remote", "set-url", "origin", "file:///nowhere")
    repos.write(partial, "dir/b.txt", "changed\n")
    snapshot = take(partial)
    assert salvage.show(repository.find(str(partial)), snapshot).files == (("M", "dir/b.txt"),)
    assert tree_state.tree_hash(repository.find(str(partial))).value


def test_a_submodule_that_cannot_be_asked_is_told_and_the_rest_is_kept(tmp_path):
    top = repos.with_submodule(tmp_path)
    repos.write(top, "lib/new", "work\n")
    repos.write(top, "a.txt", "work\n")
    (top / ".git/modules/lib/index").write_bytes(b"DIRC garbage")
    snapshot = take(top)
    assert snapshot.missed == ("lib",)
    assert repos.git(top, "show", f"{snapshot.commit}:a.txt") == "work"


def test_a_linked_worktree_snapshots_into_the_repository(top, tmp_path):
    repos.git(top, "worktree", "add", "-q", str(tmp_path / "linked"))
    repos.write(tmp_path / "linked", "a.txt", "there\n")
    before = repos.belongings(top)
    snapshot = take(tmp_path / "linked")
    assert repos.belongings(top) == before
    assert salvage.ls(repository.find(str(top))) == [snapshot]


def test_work_in_submodules_and_nested_repositories_is_kept_there_and_comes_back(tmp_path):
    top = repos.with_submodule(tmp_path)
    repos.write(top, "lib/lib.txt", "changed\n")
    repos.write(top, "lib/new", "new\n")
    repos.make(top / "inner", {"committed": "1"})
    repos.write(top, "inner/uncommitted", "2")
    repos.make(top / "quiet", {"x": "1"})
    repos.git(top / "quiet", "remote", "add", "origin", str(tmp_path))
    repos.git(top / "quiet", "update-ref", "refs/remotes/origin/main", "HEAD")
    snapshot = take(top)
    assert [path for path, _ in snapshot.inner] == ["lib", "inner"]
    assert salvage.ls(repository.find(str(top / "lib")))[0].commit == snapshot.inner[0][1]
    whole = {path: what for path, what in repos.content(top).items() if not path.startswith("quiet/")}
    assert brought_back(top, snapshot) == whole


def test_lfs_pointers_and_big_files_are_taken_as_they_lie_there(top):
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 5\n"
    repos.commit(top, {".gitattributes": "*.big filter=lfs\n", "kept.big": pointer, "changed.big": pointer})
    for key, value in (("clean", "false"), ("smudge", "false"), ("process", "false"), ("required", "true")):
        repos.git(top, "config", f"filter.lfs.{key}", value)
    repos.write(top, "changed.big", bytes(range(256)) * 1000)
    snapshot = take(top)
    assert brought_back(top, snapshot) == repos.content(top)


def test_a_number_whose_lock_was_left_behind_is_passed_over(top):
    lock = top / ".git" / salvage.REFS / "run-1/1.lock"
    lock.parent.mkdir(parents=True)
    lock.touch()
    assert salvage.take(repository.find(str(top)), "run-1", "x").n == 2


@pytest.mark.skipif(os.getuid() == 0, reason="root reads every file")
def test_a_file_that_cannot_be_read_is_told(top):
    repos.write(top, "dark").chmod(0)
    repos.write(top, "a.txt", "work\n")
    snapshot = salvage.take(repository.find(str(top)), "run-1", "x")
    assert snapshot.missed == ("dark",) and repos.git(top, "show", f"{snapshot.commit}:a.txt") == "work"
    assert salvage.current(repository.find(str(top))) is None
    assert tree_state.tree_hash(repository.find(str(top))) == tree_state.Hash(None, "cannot read 'dark'")


def test_pipes_and_sockets_are_passed_over(top):
    os.mkfifo(top / "pipe")
    (top / "a.txt").unlink()
    os.mkfifo(top / "a.txt")
    assert take(top).missed == ("a.txt",)


def test_a_full_store_is_an_error_and_not_a_snapshot(top, monkeypatch):
    repos.write(top, "new", "content\n")
    objects = top / ".git/objects"
    if os.getuid() == 0:
        for name in [f"{n:02x}" for n in range(256)]:
            if not (objects / name).exists():
                (objects / name).write_text("in the way")
    else:
        objects.chmod(0o555)
    with pytest.raises(repository.InputOutput):
        salvage.take(repository.find(str(top)), "run-1", "x")
    objects.chmod(0o755)
    assert salvage.ls(repository.find(str(top))) == []


def test_restoring_into_the_tree_brings_files_and_index_back(top):
    work(top)
    repos.write(top, "to/dir", "x")
    status, content = repos.git(top, "status", "--porcelain"), repos.content(top)
    snapshot = take(top)
    repos.git(top, "stash", "-q", "-u")
    assert repository.status(repository.find(str(top))).clean
    restored = restore.restore(repository.find(str(top)), snapshot, str(top))
    assert repos.content(top) == content and repos.git(top, "status", "--porcelain") == status
    assert restored.files == 5


def test_restoring_never_overwrites_uncommitted_work(top):
    work(top)
    snapshot = take(top)
    before = repos.belongings(top)
    with pytest.raises(Refused, match="uncommitted work"):
        restore.restore(repository.find(str(top)), snapshot, str(top))
    assert repos.belongings(top) == before
    repos.git(top, "stash", "-q", "-u")
    repos.write(top, ".git/info/exclude", "tool\n")
    repos.write(top, "tool", "an ignored file of the person\n")
    with pytest.raises(Refused, match="'tool' is in the way"):
        restore.restore(repository.find(str(top)), snapshot, str(top))
    assert (top / "tool").read_text() == "an ignored file of the person\n"
    (top / "tool").unlink()
    repos.write(top, "tool/inside", "ignored too\n")
    with pytest.raises(Refused, match="'tool/inside' is in the way"):
        restore.restore(repository.find(str(top)), snapshot, str(top))
    (top / ".git/index.lock").touch()
    with pytest.raises(TryAgain):
        restore.restore(repository.find(str(top)), snapshot, str(top))
    (top / ".git/index.lock").unlink()
    repos.commit(top, {})
    with pytest.raises(Refused, match=f"git switch --detach {snapshot.head}|was taken at"):
        restore.restore(repository.find(str(top)), snapshot, str(top))


def test_restoring_does_not_write_through_a_link_that_leads_elsewhere(top, tmp_path):
    repos.write(top, "out/file", "untracked\n")
    snapshot = take(top)
    repos.git(top, "stash", "-q", "-u")
    (tmp_path / "elsewhere").mkdir()
    (top / "out").symlink_to(tmp_path / "elsewhere")
    repos.write(top, ".git/info/exclude", "out\n")
    with pytest.raises(Refused, match="'out' is in the way"):
        restore.restore(repository.find(str(top)), snapshot, str(top))
    assert os.listdir(tmp_path / "elsewhere") == []


def test_restoring_into_a_directory_that_holds_something_is_refused(top, tmp_path):
    snapshot = take(top)
    into = repos.write(tmp_path, "full/file").parent
    with pytest.raises(CannotCreate, match="not empty"):
        restore.restore(repository.find(str(top)), snapshot, str(into))
    with pytest.raises(CannotCreate):
        restore.restore(repository.find(str(top)), snapshot, str(tmp_path / "no/such/parent"))
    (tmp_path / "empty").mkdir()
    assert restore.restore(repository.find(str(top)), snapshot, str(tmp_path / "empty")).files == 2
    assert sorted(os.listdir(tmp_path)) == ["empty", "full", "gitconfig", "repo"]


def test_a_snapshot_whose_objects_are_gone_is_told(top, tmp_path):
    snapshot = take(top)
    other = repository.find(str(repos.make(tmp_path / "other")))
    for act in (
        lambda: salvage.show(other, snapshot),
        lambda: restore.restore(other, snapshot, str(tmp_path / "x")),
    ):
        with pytest.raises(NotFound, match="not whole"):
            act()


def test_a_hash_beside_a_snapshot_is_the_tree_of_it(top):
    work(top)
    assert tree_state.tree_hash(repository.find(str(top))).value == repos.git(
        top, "rev-parse", f"{take(top).commit}^{{tree}}"
    )
