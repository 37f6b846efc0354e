import os
import subprocess

import pytest

from tests.support import repos
from workcell.base.errors import InputOutput, Invalid, NotFound, Refused, Unreachable
from workcell.git import environment, repository


@pytest.fixture(autouse=True)
def configured(monkeypatch, tmp_path):
    repos.set_up(monkeypatch, tmp_path)


@pytest.fixture
def top(tmp_path):
    return repos.make(tmp_path / "repo")


def test_find_tells_top_head_and_branch_from_anywhere_below(top):
    tree = repository.find(str(top / "dir"))
    assert tree._asdict() == {
        "top": str(top),
        "git_dir": str(top / ".git"),
        "common_dir": str(top / ".git"),
        "head": repos.git(top, "rev-parse", "HEAD"),
        "branch": "main",
        "bare": False,
        "shallow": False,
    }
    assert not tree.linked


def test_find_knows_unborn_detached_bare_linked_and_shallow(top, tmp_path):
    unborn = tmp_path / "unborn"
    unborn.mkdir()
    repos.git(unborn, "init", "-q")
    assert (repository.find(str(unborn)).head, repository.find(str(unborn)).branch) == (None, "main")
    repos.git(top, "worktree", "add", "-q", "--detach", str(tmp_path / "linked"))
    linked = repository.find(str(tmp_path / "linked"))
    assert linked.branch is None and linked.head and linked.linked and linked.common_dir == str(top / ".git")
    repos.git(top, "clone", "-q", "--bare", str(top), str(tmp_path / "bare.git"))
    bare = repository.find(str(tmp_path / "bare.git"))
    assert bare.bare and bare.top == str(tmp_path / "bare.git")
    with pytest.raises(Invalid, match="bare"):
        repository.status(bare)
    repos.commit(top, {"more": "1"})
    repos.git(top, "clone", "-q", "--depth=1", f"file://{top}", str(tmp_path / "shallow"))
    assert repository.find(str(tmp_path / "shallow")).shallow


def test_a_path_with_newline_and_bytes_that_are_no_text(tmp_path):
    odd = os.fsdecode(os.fsencode(tmp_path) + b"/o\xffdd\nname ")
    os.mkdir(odd)
    repos.git(odd, "init", "-q")
    repos.git(odd, "commit", "-q", "--allow-empty", "-m", "first")
    assert repository.find(odd).top == odd and repository.find(odd).git_dir == odd + "/.git"
    repos.git(odd, "worktree", "add", "-q", "-b", "two", odd + "-two\nlines")
    assert [found.top for found in repository.worktrees(repository.find(odd))] == [odd, odd + "-two\nlines"]


def test_no_repository_is_none_and_what_could_not_be_asked_is_an_error(top, tmp_path, monkeypatch):
    assert repository.find(str(tmp_path)) is None
    with pytest.raises(NotFound):
        repository.find(str(tmp_path / "absent"))
    with pytest.raises(Invalid, match="inside a git directory"):
        repository.find(str(top / ".git"))
    repos.write(tmp_path, "broken/.git", "gitdir: /nowhere/at/all\n")
    with pytest.raises(Invalid, match="is gone"):
        repository.find(str(tmp_path / "broken"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unreachable, match="cannot start 'git'"):
        repository.find(str(top))


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a repository to somebody else")
def test_a_repository_of_another_user_is_refused_with_the_command_that_trusts_it(top):
    subprocess.run(["chown", "-R", "12345", str(top)], check=True, timeout=10)
    with pytest.raises(Refused, match="another user") as refusal:
        repository.find(str(top))
    assert refusal.value.hint.endswith(f"git config --global --add safe.directory {top}")
    subprocess.run(refusal.value.hint.split(": ", 1)[1], shell=True, check=True, timeout=10)
    assert repository.find(str(top)).branch == "main"


def test_a_git_that_hangs_is_given_up(top, tmp_path, monkeypatch):
    slow = repos.write(tmp_path, "tools/git", "#!/bin/sh\nexec sleep 60\n")
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", f"{slow.parent}:{os.environ['PATH']}")
    with pytest.raises(Unreachable, match=r"did not answer within 0\.2 s"):
        repository.ask(str(top), "status", timeout=0.2)


def test_the_variables_of_a_hook_lead_nowhere(top, tmp_path, monkeypatch):
    other = repos.make(tmp_path / "other", {"z": "z"})
    for name, value in (
        ("GIT_DIR", other / ".git"),
        ("GIT_WORK_TREE", other),
        ("GIT_INDEX_FILE", other / ".git/index"),
    ):
        monkeypatch.setenv(name, str(value))
    assert repository.find(str(top)).top == str(top)
    assert repository.status(repository.find(str(top))).clean


def test_settings_by_environment_are_kept(top, monkeypatch):
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "filter.one.clean")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "cat")
    assert repository.ask(str(top), "config", "filter.one.clean").text() == "cat\n"
    off = environment.unfiltered(str(top))
    assert repository.ask(str(top), "config", "filter.one.clean", env=off).text() == "\n"


def stop(top, *words):
    """Bring `top` to a stop in the middle of an operation that conflicts."""
    repos.git(top, *words, ok=False)


def conflict(top):
    repos.git(top, "checkout", "-q", "-b", "side")
    repos.commit(top, {"a.txt": "side\n"})
    repos.commit(top, {"a.txt": "side two\n"})
    repos.git(top, "checkout", "-q", "main")
    repos.commit(top, {"a.txt": "main\n"})


@pytest.mark.parametrize(
    ("words", "word"),
    [
        (("merge", "side"), "merge"),
        (("rebase", "side"), "rebase"),
        (("rebase", "--apply", "side"), "rebase"),
        (("cherry-pick", "side"), "cherry-pick"),
        (("revert", "--no-edit", "HEAD~1"), "revert"),
        (("bisect", "start"), "bisect"),
    ],
)
def test_what_is_under_way(top, tmp_path, words, word):
    conflict(top)
    if word == "revert":
        repos.commit(top, {"a.txt": "again\n"})
    tree = repository.find(str(top))
    assert repository.under_way(tree) is None
    stop(top, *words)
    assert repository.under_way(repository.find(str(top))) == word and word in repository.ENDS
    repos.git(top, "worktree", "add", "-q", "--detach", str(tmp_path / "other"))
    assert repository.under_way(repository.find(str(tmp_path / "other"))) is None


def test_a_rebase_that_stopped_cleanly_a_range_between_two_picks_and_a_mailbox(top):
    conflict(top)
    repos.git(top, "checkout", "-q", "side")
    editor = {"GIT_SEQUENCE_EDITOR": "sed -i -e s/^pick/edit/"}
    subprocess.run(["git", "-C", top, "rebase", "-i", "HEAD~2"], env={**os.environ, **editor}, timeout=20, check=True)
    tree = repository.find(str(top))
    assert repository.status(tree).clean and tree.branch is None and repository.under_way(tree) == "rebase"
    repos.git(top, "rebase", "--abort")
    repos.git(top, "checkout", "-q", "main")
    stop(top, "cherry-pick", "side~1", "side")
    repos.git(top, "checkout", "-q", "--ours", "a.txt")
    repos.git(top, "add", "a.txt")
    repos.git(top, "commit", "-q", "--allow-empty", "-m", "solved by hand")
    assert not (top / ".git/CHERRY_PICK_HEAD").exists()
    assert repository.under_way(tree) == "cherry-pick"
    repos.git(top, "cherry-pick", "--quit")
    patch = repos.git(top, "format-patch", "--stdout", "side~1..side")
    repos.git(top, "am", "-q", ok=False, input=patch.encode() + b"\n")
    assert repository.under_way(tree) == "am"


def test_status_lists_each_kind_apart(top, tmp_path):
    conflict(top)
    repos.git(top, "clone", "-q", str(top), str(tmp_path / "clone"))
    clone = tmp_path / "clone"
    assert repository.status(repository.find(str(clone))).clean
    repos.commit(clone, {"mine": "1"})
    repos.write(clone, "staged\nname", "x")
    repos.git(clone, "add", "staged\nname")
    repos.write(clone, "dir/b.txt", "changed\n")
    repos.write(clone, os.fsdecode(b"un\xfftracked"), "x")
    repos.write(clone, "many/1")
    repos.write(clone, "many/2")
    repos.git(clone, "merge", "-q", "origin/side", ok=False)
    status = repository.status(repository.find(str(clone)))
    assert status.staged.first == ("staged\nname",) and status.unstaged.first == ("dir/b.txt",)
    assert status.untracked.first == ("many/", os.fsdecode(b"un\xfftracked")) and status.untracked.total == 2
    assert (status.upstream, status.ahead, status.behind) == ("origin/main", 1, 0)
    assert not status.clean and not status.conflicted
    repos.git(clone, "stash", "-q", "-u")
    repos.git(clone, "merge", "-q", "origin/side", ok=False)
    assert repository.status(repository.find(str(clone))).conflicted.first == ("a.txt",)


def test_an_untracked_file_inside_a_submodule_is_seen_whatever_the_settings(tmp_path):
    top = repos.with_submodule(tmp_path)
    repos.git(top, "config", "diff.ignoreSubmodules", "all")
    tree = repository.find(str(top))
    assert repository.status(tree).clean
    repos.write(top, "lib/new")
    status = repository.status(tree)
    assert status.submodules.first == ("lib",) and not status.unstaged and not status.clean


def test_long_lists_are_bounded_and_counted(top):
    for n in range(repository.SHOWN + 50):
        repos.write(top, f"f{n}")
    untracked = repository.status(repository.find(str(top))).untracked
    assert len(untracked.first) == repository.SHOWN and untracked.total == repository.SHOWN + 50


def test_a_clean_filter_that_fails_does_not_hide_the_status(top):
    repos.commit(top, {".gitattributes": "*.txt filter=boom\n"})
    repos.git(top, "config", "--global", "filter.boom.clean", "false")
    repos.git(top, "config", "--global", "filter.boom.required", "true")
    repos.write(top, "a.txt", "one\ntw0\n")
    with pytest.raises(AssertionError):
        repos.git(top, "status")
    status = repository.status(repository.find(str(top)))
    assert status.unfiltered and status.unstaged.first == ("a.txt",)


def test_no_program_of_the_repository_is_started_by_looking(top, tmp_path):
    told = tmp_path / "told"
    program = repos.write(tmp_path, "program", f"#!/bin/sh\ntouch {told}\nexit 1\n")
    program.chmod(0o755)
    for name in ("core.fsmonitor", "diff.external", "core.pager", "core.editor", "core.sshCommand", "gpg.program"):
        repos.git(top, "config", name, str(program))
    for name in ("post-index-change", "reference-transaction", "fsmonitor-watchman"):
        repos.write(top, f".git/hooks/{name}", program.read_text()).chmod(0o755)
    repos.write(top, "a.txt", "changed\n")
    told.unlink(missing_ok=True)
    tree = repository.find(str(top))
    repository.status(tree)
    repository.worktrees(tree)
    assert not told.exists()
    repos.git(top, "status", ok=False)
    assert told.exists(), "the programs would not have told"


def test_a_locked_index_is_told_and_does_not_stop_reading(top):
    (top / ".git/index.lock").touch()
    tree = repository.find(str(top))
    assert repository.index_locked(tree) and repository.status(tree).clean
    with pytest.raises(InputOutput, match=r"index\.lock") as error:
        repository.must(str(top), "add", ".")
    assert ".lock file" in error.value.hint


def test_a_usual_tree_is_found_by_one_question(top, monkeypatch):
    asked = []
    ask = repository.ask
    monkeypatch.setattr(repository, "ask", lambda *words, **more: asked.append(words) or ask(*words, **more))
    assert repository.find(str(top)).branch == "main"
    assert len(asked) == 1
    repos.git(top, "checkout", "-q", "--detach")
    assert repository.find(str(top)).branch is None
    assert len(asked) > 2
