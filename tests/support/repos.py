"""Real repositories for tests, and what of them is a person's: everything but objects and workcell's own refs."""

import atexit
import os
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

CONFIG = """[user]
name = A Person
email = person@example.org
[init]
defaultBranch = main
[commit]
gpgSign = false
[advice]
detachedHead = false
"""


def set_up(monkeypatch, directory: Path) -> None:
    """Give every git of the test a person's configuration of its own, and nothing of the machine's."""
    config = directory / "gitconfig"
    config.write_text(CONFIG)
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


def git(where, *words: str, ok: bool = True, input: bytes | None = None) -> str:
    """What a person's own git prints; `ok=False` where it may fail, as a merge with conflicts does."""
    ran = subprocess.run(["git", "-C", os.fspath(where), *words], capture_output=True, input=input, timeout=60)
    if ok and ran.returncode:
        raise AssertionError(f"git {words}: {os.fsdecode(ran.stderr)}")
    return os.fsdecode(ran.stdout).strip()


def write(where: Path, name: str, text: str | bytes = "x\n") -> Path:
    path = where / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def commit(where: Path, files: "dict[str, str | bytes]", message: str = "work") -> str:
    for name, text in files.items():
        write(where, name, text)
    git(where, "add", "-A")
    git(where, "commit", "-q", "--allow-empty", "-m", message)
    return git(where, "rev-parse", "HEAD")


def make(where: Path, files: "dict[str, str | bytes] | None" = None) -> Path:
    """A repository with one commit. Where there is nothing yet, a copy of one that was made before."""
    files = files if files is not None else {"a.txt": "one\ntwo\n", "dir/b.txt": "b\n"}
    if where.exists() and os.listdir(where):
        return _new(where, files)
    made = _made("make", repr(sorted(files.items())), lambda top: _new(top / "top", files))
    return _copied(made / "top", where)


def with_submodule(tmp: Path) -> Path:
    """A repository `super` with a submodule `lib` cloned from `origin-lib`, one commit each."""

    def new(where: Path) -> None:
        origin = make(where / "origin-lib", {"lib.txt": "lib\n"})
        top = make(where / "super")
        git(top, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(origin), "lib")
        git(top, "commit", "-q", "-m", "with lib")

    made = _made("with_submodule", "", new)
    _copied(made / "origin-lib", tmp / "origin-lib")
    top = _copied(made / "super", tmp / "super")
    for file in (top / ".git" / "config", top / ".gitmodules", top / ".git" / "modules" / "lib" / "config"):
        file.write_text(file.read_text().replace(str(made), str(tmp)))
    git(top, "commit", "-q", "--amend", "-a", "--no-edit")
    git(top / "lib", "update-index", "-q", "--refresh")
    return top


def _new(where: Path, files: "dict[str, str | bytes]") -> Path:
    where.mkdir(parents=True, exist_ok=True)
    git(where, "init", "-q")
    commit(where, files, "first")
    return where


_MADE: dict[tuple[str, ...], Path] = {}


def _made(kind: str, what: str, new: Callable[[Path], object]) -> Path:
    """The directory of what `new` makes, once in this process for each configuration of git; it goes with the process."""
    config = os.environ.get("GIT_CONFIG_GLOBAL")
    given = sorted((name, value) for name, value in os.environ.items() if name.startswith("GIT_") and value != config)
    key = (kind, what, Path(config).read_text() if config else os.environ.get("HOME", ""), repr(given))
    if key not in _MADE:
        top = Path(tempfile.mkdtemp(prefix="wc-made-", dir="/tmp"))
        atexit.register(shutil.rmtree, top, ignore_errors=True)
        new(top)
        _MADE[key] = top
    return _MADE[key]


def _copied(made: Path, where: Path) -> Path:
    shutil.copytree(made, where, symlinks=True, dirs_exist_ok=True)
    git(where, "update-index", "-q", "--refresh")  # the index knows files by their numbers, too
    return where


def content(top: Path, *, skip_git: bool = True) -> "dict[str, tuple[str, bytes]]":
    """Every file below `top` as `(kind, bytes)`: x for executable, f for plain, l for a link."""
    found = {}
    for directory, names, files in os.walk(os.fsencode(top)):
        if skip_git:
            names[:] = [name for name in names if name != b".git"]
        for name in [*files, *(n for n in names if os.path.islink(os.path.join(directory, n)))]:
            full = os.path.join(directory, name)
            mode = os.lstat(full).st_mode
            path = os.fsdecode(os.path.relpath(full, os.fsencode(top)))
            if stat.S_ISLNK(mode):
                found[path] = ("l", os.readlink(full))
            elif stat.S_ISREG(mode) and name != b".git":
                with open(full, "rb") as file:
                    found[path] = ("x" if mode & 0o100 else "f", file.read())
    return found


def belongings(top: Path) -> "dict[str, tuple]":
    """All that is the person's, with modes, times and inodes: files, index, HEAD, refs, stash, reflogs, config."""
    found = {}
    for directory, names, files in os.walk(os.fsencode(top)):
        inside = os.path.relpath(directory, os.fsencode(top))
        if inside.endswith(b".git") or b".git/modules" in inside:
            names[:] = [name for name in names if name != b"objects"]
        if inside.endswith(b"refs"):
            names[:] = [name for name in names if name != b"workcell"]
        for name in files:
            full = os.path.join(directory, name)
            now = os.lstat(full)
            data = os.readlink(full) if stat.S_ISLNK(now.st_mode) else None
            if stat.S_ISREG(now.st_mode):
                with open(full, "rb") as file:
                    data = file.read()
            path = os.path.relpath(full, os.fsencode(top))
            # git gives the base of a split index the time of now at every reading, a plain `git status` too
            times = None if name.startswith(b"sharedindex.") else now.st_mtime_ns
            found[os.fsdecode(path)] = (now.st_mode, times, now.st_ino, data)
    return found
