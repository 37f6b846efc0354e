"""A repository's own configuration starts no program, whatever workcell asks git about it."""

import os
from pathlib import Path

import pytest

from tests.support import repos
from workcell.base.errors import Refused, Unreachable
from workcell.git import changes, environment, repository, snapshot, tree_state, worktrees
from workcell.system import find_program


@pytest.fixture
def top(tmp_path, monkeypatch):
    repos.set_up(monkeypatch, tmp_path)
    return repos.make(tmp_path / "repo")


@pytest.fixture
def told(tmp_path):
    """A program that writes down that it was started."""
    path = repos.write(tmp_path, "pwn", f"#!/bin/sh\necho $0 $* >> {tmp_path}/told\nexec cat\n")
    path.chmod(0o755)
    return path


def plant(repo: Path, program: Path) -> None:
    """Everything in .git/config that names a program."""
    for key in (
        *("filter.evil.clean", "filter.evil.smudge", "filter.evil.process", "diff.external", "diff.evil.command"),
        *("diff.evil.textconv", "merge.evil.driver", "core.fsmonitor", "core.hooksPath", "core.sshCommand"),
        *("core.askPass", "core.editor", "core.pager", "core.alternateRefsCommand", "credential.helper"),
        *("gpg.program", "remote.origin.uploadpack", "lfs.customtransfer.x.path", "hook.x.command"),
    ):
        repos.git(repo, "config", key, str(program))
    repos.git(repo, "config", "hook.x.event", "post-checkout")
    repos.git(repo, "config", "filter.evil.required", "true")
    for hook in ("post-checkout", "post-index-change", "reference-transaction", "fsmonitor-watchman"):
        target = repos.write(repo, f".git/hooks/{hook}", f"#!/bin/sh\nexec {program}\n")
        target.chmod(0o755)


def everything(top: Path, tmp_path: Path) -> None:
    tree = repository.find(str(top))
    repository.status(tree)
    changes.changes_since(tree, tree.head)
    marked = changes.mark(tree)
    changes.touched(tree, marked)
    tree_state.tree_hash(tree)
    kept = snapshot.take(tree, "run-1", "x")
    snapshot.show(tree, kept)
    worktrees.create(tree, str(tmp_path / "trees/r1"), run="r1")


def test_nothing_that_the_repository_names_is_started(top, told, tmp_path):
    repos.commit(top, {".gitattributes": "* filter=evil diff=evil merge=evil\n", "a.txt": "one\n"})
    plant(top, told)
    repos.write(top, "a.txt", "two\n")
    everything(top, tmp_path)
    assert not (tmp_path / "told").exists(), (tmp_path / "told").read_text()
    repos.git(top, "add", "a.txt", ok=False)
    assert (tmp_path / "told").exists(), "the plant would not have told"


def test_nor_what_a_submodule_names(tmp_path, monkeypatch, told):
    repos.set_up(monkeypatch, tmp_path)
    top = repos.with_submodule(tmp_path)
    repos.commit(top / "lib", {".gitattributes": "* filter=evil\n", "lib.txt": "lib\n"})
    repos.git(top, "commit", "-qam", "lib")
    for key in ("clean", "smudge", "process"):
        repos.git(top / "lib", "config", f"filter.evil.{key}", str(told))
    repos.git(top / "lib", "config", "core.fsmonitor", str(told))
    repos.write(top, "lib/lib.txt", "changed\n")
    everything(top, tmp_path)
    assert not (tmp_path / "told").exists(), (tmp_path / "told").read_text()
    repos.git(top, "status")
    assert (tmp_path / "told").exists(), "the plant would not have told"


def test_the_persons_own_value_is_put_back(top, told):
    repos.git(top, "config", "--global", "filter.mine.clean", "tr a-z A-Z")
    repos.git(top, "config", "--global", "credential.helper", "store")
    repos.git(top, "config", "filter.mine.clean", str(told))
    repos.git(top, "config", "credential.helper", str(told))
    repos.git(top, "config", "filter.other.clean", str(told))
    ask = lambda *words: repository.ask(str(top), "config", *words).text()  # noqa: E731
    assert ask("filter.mine.clean") == "tr a-z A-Z\n" and ask("filter.other.clean") == "\n"
    assert ask("--get-all", "credential.helper").split("\n")[-3:] == ["", "store", ""]
    assert environment.withheld(str(top)) == ["other"]


def test_a_change_of_the_configuration_is_seen_by_the_next_question(top, told, tmp_path):
    assert repository.status(repository.find(str(top))).clean
    repos.commit(top, {".gitattributes": "* filter=evil\n"})
    repos.git(top, "config", "filter.evil.clean", str(told))
    repos.write(top, "a.txt", "two\n")
    assert repository.status(repository.find(str(top))).unstaged.first == ("a.txt",)
    assert not (tmp_path / "told").exists()


def test_what_an_include_names_is_not_started_either(top, told, tmp_path):
    repos.commit(top, {".gitattributes": "* filter=evil\n"})
    more = repos.write(tmp_path, "more", "")
    repos.git(top, "config", "include.path", str(more))
    assert repository.status(repository.find(str(top))).clean
    more.write_text(f'[filter "evil"]\n\tclean = {told}\n')
    repos.write(top, "a.txt", "two\n")
    repository.status(repository.find(str(top)))
    assert not (tmp_path / "told").exists()


def test_a_linked_worktree_and_its_own_configuration(top, told, tmp_path):
    repos.commit(top, {".gitattributes": "* filter=evil\n"})
    made = worktrees.create(repository.find(str(top)), str(tmp_path / "trees/r1"), run="r1")
    repos.git(top, "config", "extensions.worktreeConfig", "true")
    repos.git(made.tree.top, "config", "--worktree", "filter.evil.clean", str(told))
    repos.write(Path(made.tree.top), "a.txt", "two\n")
    assert repository.status(repository.find(made.tree.top)).unstaged.first == ("a.txt",)
    assert not (tmp_path / "told").exists()


def test_a_tree_that_lies_elsewhere_is_refused(top, tmp_path):
    (tmp_path / "private").mkdir()
    repos.git(top, "config", "core.worktree", str(tmp_path / "private"))
    with pytest.raises(Refused, match=r"core\.worktree"):
        repository.find(str(top))


def test_git_is_never_taken_from_the_tree_or_from_a_relative_directory(top, monkeypatch, tmp_path):
    for folder in (top / "bin", top):
        repos.write(folder, "git", f"#!/bin/sh\ntouch {tmp_path}/told\n").chmod(0o755)
    monkeypatch.chdir(top)
    monkeypatch.setenv("PATH", f".::bin:{top}/bin:{os.environ['PATH']}")
    assert repository.find(str(top)).top == str(top)
    assert not (tmp_path / "told").exists()
    monkeypatch.setenv("PATH", f".:{top}/bin")
    with pytest.raises(Unreachable, match="not on PATH"):
        repository.find(str(top))


def test_a_program_is_found_on_absolute_directories_outside_of_the_tree(tmp_path, monkeypatch):
    for folder in ("in/bin", "out"):
        repos.write(tmp_path, f"{folder}/tool", "#!/bin/sh\n").chmod(0o755)
    (tmp_path / "link").symlink_to(tmp_path / "in/bin")
    path = f".:{tmp_path}/link:{tmp_path}/in/bin:{tmp_path}/out"
    assert find_program.find("tool", path, avoid=[str(tmp_path / "in"), None]) == f"{tmp_path}/out/tool"
    assert find_program.find("tool", path) == f"{tmp_path}/link/tool"
    monkeypatch.chdir(tmp_path / "out")
    assert find_program.find("./tool", path) is None
    assert find_program.find(f"{tmp_path}/in/bin/tool", path, avoid=[str(tmp_path / "in")]) is None
