"""Over random repositories: looking and snapshots leave all that is the person's as it was, and lose nothing."""

import os
import shutil
import stat
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support import repos
from workcell.git import changes, repository, restore, tree_state
from workcell.git import snapshot as salvage

NAMES = [
    "a.txt",
    "b",
    "dir/c",
    "dir/deep/d",
    "new\nline",
    "tab\t q\"uote'\\",
    "\udcff\udcfe.bin",
    "ünï",
    "x.lfs",
    "-dash",
]
TEXTS = [b"", b"one\ntwo\n", b"crlf\r\nmixed\n", bytes(range(256)), b"three\n" * 50]

GIT = """
add -A; add -N .; commit -qam all; commit -q --amend -m other; stash -q; reset -q HEAD~1; rm -q --cached a.txt
checkout -q --detach; checkout -q --orphan empty; branch side; checkout -q side; merge -q main; rebase -q main
cherry-pick main; bisect start; update-index --split-index; pack-refs --all; sparse-checkout set dir
config core.autocrlf true; config core.fileMode false; config core.untrackedCache true
"""

name = st.sampled_from(NAMES)
step = st.one_of(
    st.tuples(st.just("write"), name, st.sampled_from(TEXTS)),
    st.tuples(st.just("delete"), name),
    st.tuples(st.just("touch"), name),
    st.tuples(st.just("chmod"), name),
    st.tuples(st.just("link"), name, st.sampled_from(["a.txt", "nowhere", "dir", "../../etc"])),
    st.tuples(st.just("to directory"), name),
    st.tuples(st.just("nested"), st.sampled_from(["inner", "dir/inner"]), st.booleans()),
    st.tuples(st.just("mark"), st.sampled_from(["--assume-unchanged", "--skip-worktree"]), name),
    st.tuples(st.just("attributes"), st.sampled_from(["* text=auto\n", "*.lfs filter=boom\n", "b eol=crlf\n"])),
    st.tuples(st.just("ignore"), st.sampled_from(["b", "dir/", "*.txt"])),
    st.tuples(st.just("git"), st.sampled_from([line.split() for line in GIT.replace(";", "\n").split("\n") if line])),
    st.tuples(st.just("lock")),
)


def play(top: Path, steps) -> None:
    for word, *rest in steps:
        path = top / rest[0] if word in ("write", "delete", "link", "chmod", "to directory", "nested") else top
        try:
            if word == "git":
                repos.git(top, *rest[0], ok=False)
            elif word == "mark":
                repos.git(top, "update-index", rest[0], "--", rest[1], ok=False)
            elif word in ("attributes", "ignore"):
                with open(top / (".gitattributes" if word == "attributes" else ".gitignore"), "a") as file:
                    file.write(rest[0] if word == "attributes" else rest[0] + "\n")
            elif word == "touch":
                os.utime(top / rest[0], ns=(10**18, 10**18), follow_symlinks=False)
            elif word == "lock":
                (top / ".git/index.lock").touch()
            elif word == "nested":
                path.mkdir(parents=True)
                repos.git(path, "init", "-q")
                if rest[1]:
                    repos.commit(path, {"inside": "it\n"})
            elif word == "delete":
                shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
            elif word == "chmod":
                path.chmod(stat.S_IMODE(path.lstat().st_mode) ^ 0o111)
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                if path.is_symlink() or path.is_file():
                    path.unlink()
                if word == "write":
                    path.write_bytes(rest[1])
                elif word == "link":
                    path.symlink_to(rest[1])
                else:
                    (path / "within").mkdir(parents=True)
                    (path / "within" / "file").write_text("below\n")
        except OSError:
            pass  # a step that makes no sense where the others led to


def expected(top: Path) -> dict:
    """The files that git does not ignore, as they lie on disk: listed by git itself, without our reading."""
    listed = repos.git(top, "--no-optional-locks", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    paths = {path for path in listed.split("\0") if path and not path.endswith("/")}
    return {path: what for path, what in repos.content(top).items() if path in paths}


@pytest.fixture(scope="module", autouse=True)
def configured(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        repos.set_up(patch, tmp_path_factory.mktemp("config"))
        yield


quiet = settings(suppress_health_check=[HealthCheck.too_slow])


@settings(quiet, max_examples=15)
@given(steps=st.lists(step, max_size=14), born=st.booleans())
@pytest.mark.heavy
def test_every_look_and_snapshot_leaves_the_person_untouched_and_comes_back_whole(tmp_path_factory, steps, born):
    check(tmp_path_factory, steps, born)


@pytest.mark.sweep
@pytest.mark.timeout(1500)
@settings(quiet, max_examples=400)
@given(steps=st.lists(step, max_size=25), born=st.booleans())
def test_over_many_more_repositories(tmp_path_factory, steps, born):
    check(tmp_path_factory, steps, born)


def check(tmp_path_factory, steps, born) -> None:
    top = tmp_path_factory.mktemp("random") / "repo"
    if born:
        repos.make(top, {"a.txt": b"one\n", "dir/c": b"c\n", "x.lfs": b"big\n"})
    else:
        top.mkdir()
        repos.git(top, "init", "-q")
    repos.git(top, "config", "filter.boom.clean", "false")
    repos.git(top, "config", "filter.boom.required", "true")
    play(top, steps)
    for name in ("post-index-change", "reference-transaction", "post-checkout", "pre-commit"):
        repos.write(top, f".git/hooks/{name}", "#!/bin/sh\ntouch hooked\nexit 1\n").chmod(0o755)

    before = repos.belongings(top)
    whole = expected(top)
    assert repos.belongings(top) == before, "the test's own listing changed something"

    tree = repository.find(str(top))
    repository.status(tree)
    repository.under_way(tree)
    changes.changes_since(tree, tree.head)
    since = changes.mark(tree)
    seen = changes.touched(tree, since)
    assert not seen.paths
    first = tree_state.tree_hash(tree)
    snapshot = salvage.take(tree, "run-1", "property")
    assert salvage.ls(tree) == [snapshot]
    salvage.show(tree, snapshot)
    back = top.parent / "back"
    restore.restore(tree, snapshot, str(back))
    assert tree_state.tree_hash(tree) == first and first.value
    assert salvage.current(tree) == snapshot

    after = repos.belongings(top)
    # nested repositories get the snapshot of their own work, as objects and a ref of ours: nothing else
    assert after == before
    restored = repos.content(back)
    inner = tuple(f"{path}/" for path, _ in snapshot.inner)
    for path, what in whole.items():
        if not path.startswith(inner):
            assert restored.get(path) == what or _converted(tree, snapshot, path), path
    missing = {path for path in restored if path not in whole and not path.startswith(inner)}
    assert all(_skipped(top, path) for path in missing), missing
    assert not (top / "hooked").exists()


def _converted(tree, snapshot, path: str) -> bool:
    """An unchanged file comes back as a checkout writes it, which with autocrlf need not be as it lay there."""
    words = ("diff-tree", "-r", "-z", "--name-only", snapshot.index, snapshot.commit)
    return path not in repos.git(tree.top, *words).split("\0")


def _skipped(top: Path, path: str) -> bool:
    """A sparse tree has no file there, and the snapshot what git has."""
    return repos.git(top, "--no-optional-locks", "ls-files", "-t", "--", f":(literal){path}").startswith("S ")
