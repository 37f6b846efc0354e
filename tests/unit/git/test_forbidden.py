import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import repos
from workcell.git import forbidden


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("secrets/", ["secrets/a", "x/secrets/b/c", "secrets"], ["secrets.txt", "my-secrets/a"]),
        ("/secrets/", ["secrets/a"], ["x/secrets/b"]),
        ("*.pem", ["k.pem", "x/y/k.pem", "new\nline.pem", "\udcff.pem"], ["k.pem.txt", "k.pem\n", "k.pem\n/x"]),
        (
            "deploy/**/prod.yml",
            ["deploy/prod.yml", "deploy/a/b/prod.yml"],
            ["x/deploy/prod.yml", "deploy/prod.yaml"],
        ),
        ("/a?c/[xy]", ["abc/x", "abc/y/z"], ["ac/x", "abc/z"]),
        (r"\!important", ["!important"], ["important"]),
        (".github", [".github/workflows/ci.yml"], ["github/x"]),
    ],
)
def test_patterns_are_those_of_gitignore(pattern, yes, no):
    assert forbidden.forbidden([*yes, *no], [pattern]) == [(path, pattern) for path in sorted(yes)]


def test_the_last_pattern_decides_and_an_exception_holds_below_a_directory():
    patterns = ["docs/", "!docs/free/", "*.key"]
    found = forbidden.forbidden(["docs/a", "docs/free/b", "docs/free/c.key", "other"], patterns)
    assert found == [("docs/a", "docs/"), ("docs/free/c.key", "*.key")]


def test_a_fingerprint_sees_files_that_git_ignores_and_every_way_to_change_them(tmp_path):
    top = tmp_path / "top"
    for name in ("same", "rewritten", "touched", "chmodded", "replaced", "removed"):
        repos.write(top, f"secrets/deep/{name}", "old\n")
    (top / "secrets/link").symlink_to("deep")
    repos.write(top, "free/file")
    patterns = ["/secrets/"]
    before = json.loads(json.dumps(forbidden.fingerprint(str(top), patterns)))
    assert len(before["entries"]) == 7 and not before["capped"]
    assert forbidden.compare(before, forbidden.fingerprint(str(top), patterns)) == set()
    deep = top / "secrets/deep"
    (deep / "rewritten").write_text("new content\n")
    os.utime(deep / "touched", ns=(1, 1))
    (deep / "chmodded").chmod(0o755)
    was = (deep / "replaced").stat()
    repos.write(top, "temporary", "old\n")
    os.utime(top / "temporary", ns=(was.st_atime_ns, was.st_mtime_ns))
    os.rename(top / "temporary", deep / "replaced")
    (deep / "removed").unlink()
    (top / "secrets/link").unlink()
    (top / "secrets/link").symlink_to("../free")
    repos.write(top, "secrets/made")
    repos.write(top, "free/file", "changed")
    after = forbidden.fingerprint(str(top), patterns)
    names = {"deep/rewritten", "deep/touched", "deep/chmodded", "deep/replaced", "deep/removed", "link", "made"}
    assert forbidden.compare(before, after) == {f"secrets/{name}" for name in names}
    assert forbidden.blind(before, after) == []


def test_git_directories_are_walked_only_when_they_are_named(tmp_path):
    repos.write(tmp_path, ".git/hooks/pre-commit")
    repos.write(tmp_path, "vendor/.git/hooks/pre-commit")
    assert forbidden.fingerprint(str(tmp_path), ["pre-commit"])["entries"] == {}
    assert list(forbidden.fingerprint(str(tmp_path), ["/.git/hooks/"])["entries"]) == [".git/hooks/pre-commit"]


def test_a_cap_is_told_and_never_makes_a_path_up(tmp_path, monkeypatch):
    for n in range(20):
        repos.write(tmp_path, f"secrets/{n:02}")
    whole = forbidden.fingerprint(str(tmp_path), ["secrets/"])
    monkeypatch.setattr(forbidden, "MAX_KEPT", 10)
    capped = forbidden.fingerprint(str(tmp_path), ["secrets/"])
    assert capped["capped"] and len(capped["entries"]) == 10
    assert forbidden.compare(whole, capped) == forbidden.compare(capped, whole) == set()
    assert forbidden.blind(whole, capped)
    repos.write(tmp_path, "secrets/03", "changed")
    assert forbidden.compare(whole, forbidden.fingerprint(str(tmp_path), ["secrets/"])) == {"secrets/03"}


@pytest.mark.skipif(os.getuid() == 0, reason="root can read every directory")
def test_a_directory_that_cannot_be_read_is_told(tmp_path):
    repos.write(tmp_path, "secrets/deep/file")
    whole = forbidden.fingerprint(str(tmp_path), ["secrets/"])
    (tmp_path / "secrets/deep").chmod(0)
    try:
        dark = forbidden.fingerprint(str(tmp_path), ["secrets/"])
    finally:
        (tmp_path / "secrets/deep").chmod(0o755)
    assert forbidden.compare(whole, dark) == set()
    assert forbidden.blind(whole, dark) == ["cannot read 'secrets/deep'"]


patterns = st.lists(st.sampled_from(["a", "/a", "a/", "*.b", "a/**/b", "!a", "**/a", "a/b*"]))
part = st.text(st.sampled_from("ab.*?!\\[]#\n \udcff"), min_size=1, max_size=5).filter(lambda p: p not in (".", ".."))
path = st.lists(part, min_size=1, max_size=4).map("/".join)


@given(st.lists(path, max_size=5), patterns)
def test_what_the_walk_finds_is_what_the_patterns_say(tmp_path_factory, paths, patterns):
    top = tmp_path_factory.mktemp("walk")
    made = set()
    for name in paths:
        try:
            made.add(os.path.relpath(repos.write(top, name), top))
        except OSError:
            pass  # a file is where a directory should be
    found = set(forbidden.fingerprint(str(top), patterns)["entries"])
    assert found == {name for name, _ in forbidden.forbidden(made, patterns)}
