import os

import pytest

from tests.support import repos
from workcell.git import repository, tree_state


@pytest.fixture(autouse=True)
def configured(monkeypatch, tmp_path):
    repos.set_up(monkeypatch, tmp_path)


@pytest.fixture
def top(tmp_path):
    return repos.make(tmp_path / "repo")


def hashed(top):
    return tree_state.tree_hash(repository.find(str(top)))


def test_the_hash_is_what_git_would_write_after_adding_everything(top):
    repos.write(top, "a.txt", "changed\n")
    repos.write(top, "new\nline")
    (top / "dir/b.txt").unlink()
    (top / "link").symlink_to("nowhere")
    repos.write(top, "tool", "#!/bin/sh\n").chmod(0o755)
    repos.write(top, ".gitignore", "ignored\n")
    repos.write(top, "ignored")
    before = hashed(top)
    repos.git(top, "add", "-A")
    assert before == hashed(top) == tree_state.Hash(repos.git(top, "write-tree"), None)
    assert before.value not in repos.git(top, "rev-parse", "HEAD^{tree}")


def test_every_kind_of_change_changes_it(top):
    seen = [hashed(top).value]
    repos.write(top, "a.txt", "one\ntwO\n")
    seen.append(hashed(top).value)
    (top / "a.txt").chmod(0o755)
    seen.append(hashed(top).value)
    repos.write(top, "untracked", "")
    seen.append(hashed(top).value)
    os.rename(top / "untracked", top / "other")
    seen.append(hashed(top).value)
    assert None not in seen and len(set(seen)) == len(seen)


def test_a_change_within_one_tick_of_the_clock_is_seen(top):
    """Same size, same times, same inode: git tells it by content, and only because the index is not younger."""
    for n in range(20):
        repos.commit(top, {"a.txt": f"{n:03}\n"})
        was = (top / "a.txt").stat()
        with open(top / "a.txt", "r+") as file:
            file.write("xyz")
        os.utime(top / "a.txt", ns=(was.st_atime_ns, was.st_mtime_ns))
        index = (top / ".git/index").stat()
        os.utime(top / ".git/index", ns=(index.st_atime_ns, was.st_mtime_ns))
        layer = tree_state.read(repository.find(str(top)), store=False, raw=True)
        changed = repos.git(top, "rev-parse", "HEAD^{tree}") != layer.work_tree
        assert changed == bool(repos.git(top, "--no-optional-locks", "diff", "--name-only"))


def test_nothing_is_written_into_the_object_store(top):
    def objects():
        return sorted(os.path.join(at, name) for at, _, files in os.walk(top / ".git/objects") for name in files)

    before = objects()
    repos.write(top, "big", b"x" * 100_000)
    repos.write(top, "a.txt", "changed\n")
    assert hashed(top).value
    assert objects() == before


def test_line_endings_are_as_git_would_add_them_and_encodings_that_lie_are_taken_as_they_are(top):
    repos.commit(top, {".gitattributes": "*.txt text\n*.utf16 working-tree-encoding=UTF-16\n"})
    repos.write(top, "a.txt", "one\r\nthree\r\n")
    before = hashed(top)
    repos.git(top, "add", "-A")
    assert hashed(top) == before
    repos.write(top, "bad.utf16", b"\xff")
    assert hashed(top).value not in (None, before.value)


def test_no_filter_program_is_started(top, tmp_path):
    told = tmp_path / "told"
    repos.commit(top, {".gitattributes": "*.big filter=lfs\n", "x.big": "pointer\n"})
    repos.git(top, "config", "filter.lfs.clean", f"touch {told}; cat")
    repos.git(top, "config", "filter.lfs.required", "true")
    repos.write(top, "x.big", b"\0" * 1000)
    assert hashed(top).value and tree_state.read(repository.find(str(top)), store=True, raw=True).work_tree
    assert not told.exists()
    repos.git(top, "add", "x.big")
    assert told.exists(), "the filter would not have told"


def test_work_inside_a_submodule_and_a_nested_repository_counts(tmp_path):
    top = repos.with_submodule(tmp_path)
    clean = hashed(top).value
    repos.write(top, "lib/new")
    dirty = hashed(top).value
    repos.make(top / "inner", {"x": "1"})
    nested = hashed(top).value
    repos.write(top, "inner/x", "2")
    seen = {clean, dirty, nested, hashed(top).value}
    assert None not in seen and len(seen) == 4


def test_a_nested_repository_without_a_commit_and_one_that_is_broken_do_no_harm(top):
    repos.write(top, "inner/x", "1")
    repos.git(top / "inner", "init", "-q")
    assert hashed(top).value
    repos.write(top, "inner/.git/HEAD", "garbage")
    assert hashed(top).value or hashed(top).why_not


def test_why_there_is_no_hash_is_told(top, tmp_path):
    repos.git(top, "clone", "-q", "--bare", str(top), str(tmp_path / "bare.git"))
    bare = tree_state.tree_hash(repository.find(str(tmp_path / "bare.git")))
    assert bare.value is None and "bare" in bare.why_not
    (top / ".git/index").write_bytes(b"DIRC garbage")
    broken = hashed(top)
    assert broken.value is None and "index" in broken.why_not


def test_a_repository_with_sha256(tmp_path):
    top = tmp_path / "sha256"
    top.mkdir()
    repos.git(top, "init", "-q", "--object-format=sha256")
    repos.commit(top, {"a": "1", "b": "2"})
    repos.write(top, "a", "changed")
    (top / "b").unlink()
    before = hashed(top)
    repos.git(top, "add", "-A")
    assert before.value == repos.git(top, "write-tree") and len(before.value) == 64


def test_a_path_with_a_colon_and_quotes_is_a_good_alternate(tmp_path):
    top = repos.make(tmp_path / 'od"d:na\\me')
    repos.write(top, "a.txt", "changed\n")
    before = hashed(top)
    repos.git(top, "add", "-A")
    assert before.value == repos.git(top, "write-tree")


def test_a_submodule_whose_git_is_broken_is_not_taken_for_the_repository_above(tmp_path):
    top = repos.with_submodule(tmp_path)
    (top / "lib/.git").unlink()
    repos.write(top, "lib/.git/HEAD", "garbage")
    assert tree_state.repository(repository.find(str(top)), "lib") is None
    assert hashed(top).value or hashed(top).why_not
