"""The state of a working tree as git trees (index, files), built in an index of our own beside the person's."""

import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from workcell.base import digest
from workcell.base.errors import InputOutput, Invalid, WorkcellError
from workcell.git import environment
from workcell.git import repository as git
from workcell.git import scratch as scratches

DURABLE = ("core.fsync=loose-object,pack,pack-metadata,reference",)
"""By default git does not sync loose objects: a ref could outlive a power cut that its objects did not."""

LINK = "160000"
"""The mode of a submodule's entry (gitlink)."""

TRIES = 5
"""How often one file that changes under git's reading is asked for again."""


class Layers(NamedTuple):
    """HEAD (None while unborn), the index and the files of one tree.

    `stages` are the index entries in conflict, `(mode, blob, stage, path)`: no tree can hold them, and
    `index_tree` leaves them out. `submodules` are those that are checked out, `nested` the untracked
    repositories below the top: of both only the commit they are at is part of `work_tree`, or nothing.
    `missed` are files that could not be read.
    """

    head: str | None
    index_tree: str
    work_tree: str
    stages: tuple[tuple[str, str, int, str], ...]
    submodules: tuple[str, ...]
    nested: tuple[str, ...]
    missed: tuple[str, ...]

    @property
    def state(self) -> str:
        """One id for all layers together: equal where HEAD, the index and every file are equal."""
        said = repr((self.head, self.index_tree, self.work_tree, self.stages))
        return digest.sha256(said.encode("utf-8", "surrogateescape"))


class Hash(NamedTuple):
    """The hash of a whole working state, or None and why it cannot be had."""

    value: str | None
    why_not: str | None


class Entry(NamedTuple):
    """One line of the index; `tag` is a letter of `git ls-files -v`, small where assume-unchanged is set."""

    tag: str
    mode: str
    blob: str
    stage: int
    path: str


def tree_hash(tree: git.Tree) -> Hash:
    """A hash of everything in the tree that git does not ignore, staged or not, tracked or not.

    It is the id that `git write-tree` would give after `git add -A`; where submodules or nested repositories
    are there, a digest of their own hashes follows after `+`. Nothing is written: not the index, not an object.
    Line endings and encodings are converted as `git add` would, but no filter program (LFS) is started: a
    changed file that goes through one is hashed as it lies there. So equal hashes mean equal states, and of
    such files alone `git add` may change the hash.
    """
    try:
        layers = read(tree, store=False, raw=False)
        inner = []
        for path in sorted((*layers.submodules, *layers.nested)):
            below = repository(tree, path)
            within = tree_hash(below) if below else Hash(None, "its repository is gone")
            if within.value is None:
                return Hash(None, f"{path!r}: {within.why_not}")
            inner.append(f"{path}\0{within.value}\0")
    except WorkcellError as error:
        return Hash(None, error.message)
    if layers.missed:
        return Hash(None, f"cannot read {layers.missed[0]!r}")
    if not inner:
        return Hash(layers.work_tree, None)
    inside = digest.sha256("".join(inner).encode("utf-8", "surrogateescape"))[:16]
    return Hash(f"{layers.work_tree}+{inside}", None)


def committed(tree: git.Tree, state: git.Status) -> Hash | None:
    """The hash of a tree in which `state`, what git said of it just now, finds nothing; None where more has to be read.

    Git says nothing of edits in files that are marked assume-unchanged or skip-worktree, and a hash goes into
    submodules: where the index has such entries, nothing is known.
    """
    if not state.clean or state.unfiltered or tree.head is None:
        return None
    for field in git.must(tree.top, "ls-files", "--stage", "-v", "-z", timeout=git.WHOLE).split(b"\0"):
        if field and not field.startswith((b"H 100", b"H 120")):
            return None
    return Hash(git.must(tree.top, "rev-parse", "--verify", tree.head + "^{tree}").decode().strip(), None)


def repository(tree: git.Tree, path: str) -> git.Tree | None:
    """The submodule or nested repository at `path` of `tree`; None when none is checked out there."""
    below = os.path.join(tree.top, path.rstrip("/"))
    # an empty submodule directory would be found as its parent
    if not os.path.lexists(os.path.join(below, ".git")):
        return None
    try:
        found = git.find(below)
    except Invalid:
        return None
    # git passes over a `.git` that is broken, and looks further up
    return found if found and os.path.samefile(found.top, below) else None


def read(tree: git.Tree, *, store: bool, raw: bool) -> Layers:
    """Build the layers of `tree` as it is now; beside an agent at work, as it was at some moment of the reading.

    `store` keeps the objects in the repository, else none is kept. `raw` takes changed files byte for byte,
    else with line endings and encodings as `git add` converts them. No filter program and no hook is run, the
    index is copied and never locked. Raises InputOutput where git fails, Invalid for a bare repository.
    """
    with _reading(tree, store=store, raw=raw) as reading:
        return reading.layers()


@contextmanager
def lent(tree: git.Tree) -> Iterator[tuple[Layers, dict[str, str]]]:
    """The layers as `read` builds them, and variables under which `git.ask` has their objects within the context.

    The objects lie in a scratch directory: nothing of them is kept in the repository.
    """
    with _reading(tree, store=False, raw=False) as reading:
        reading.write = True
        yield reading.layers(), reading.env


@contextmanager
def _reading(tree: git.Tree, *, store: bool, raw: bool) -> "Iterator[_Reading]":
    if tree.bare:
        raise Invalid(f"{tree.top!r} is a bare repository: it has no working tree", "name a clone or a worktree of it")
    with scratches.directory() as scratch:
        yield _Reading(tree, scratch, store, raw)


class _Reading:
    """One pass over a tree with a scratch directory of its own."""

    def __init__(self, tree: git.Tree, scratch: str, store: bool, raw: bool) -> None:
        self.tree, self.scratch, self.store, self.raw = tree, scratch, store, raw
        self.write = store
        """Whether the content of files is written as objects, or only hashed."""
        self.missed: list[str] = []
        self.env = environment.unfiltered(tree.top)
        self.index = os.path.join(scratch, "index")
        self.work = os.path.join(scratch, "work")
        if not store:
            objects = os.path.join(scratch, "objects")
            os.mkdir(objects)
            self.env["GIT_OBJECT_DIRECTORY"] = objects
            self.env["GIT_ALTERNATE_OBJECT_DIRECTORIES"] = _listed(os.path.join(tree.common_dir, "objects"))
        copy_index(tree, (self.index, self.work))

    def must(self, index: str, *words: str, input: bytes | None = None) -> bytes:
        env = {**self.env, "GIT_INDEX_FILE": index}
        config = DURABLE if self.store else ()
        return git.must(self.tree.top, *words, timeout=git.LONG, input=input, env=env, config=config)

    def layers(self) -> Layers:
        zero = "0" * len(empty_tree(self.tree))
        listed = list(entries(self.must(self.index, "ls-files", "--stage", "-v", "-z")))
        stages = tuple((e.mode, e.blob, e.stage, e.path) for e in listed if e.stage)
        gone = {path: "" for _, _, _, path in stages}
        index_tree = self._write(self.index, gone, zero)
        self._unhide(listed)
        links = {e.path: e.blob for e in listed if e.mode == LINK}
        below = {path: found for path in links if (found := repository(self.tree, path))}
        changes: dict[str, str] = {}
        for path, found in below.items():
            at = git.head(found.top)
            if at and at != links[path]:
                changes[path] = f"{LINK} {at}"
        # fresh file times without fresh content are no change, and a racy entry is settled here
        self._refresh()
        changed = set(self._changed()) - below.keys()
        others, nested = self._untracked()
        known = {e.path: e.mode for e in listed}
        changes.update(self._hashed(sorted(changed | others), known))
        work_tree = self._write(self.work, changes, zero)
        return Layers(
            git.head(self.tree.top),
            index_tree,
            work_tree,
            stages,
            tuple(sorted(below)),
            tuple(sorted(nested)),
            tuple(sorted(set(self.missed))),
        )

    def _unhide(self, listed: list[Entry]) -> None:
        """Edits of files marked assume-unchanged, or skip-worktree and there all the same, are work too."""
        assumed = [e.path for e in listed if e.tag.islower()]
        skipped = [e.path for e in listed if e.tag in "Ss" and os.path.lexists(self._at(e.path))]
        for option, paths in (("--no-assume-unchanged", assumed), ("--no-skip-worktree", skipped)):
            if paths:
                self.must(self.work, "update-index", option, "-z", "--stdin", input=_joined(paths))

    def _refresh(self) -> None:
        env = {**self.env, "GIT_INDEX_FILE": self.work}
        git.ask(
            self.tree.top, "update-index", "-q", "--unmerged", "--refresh", timeout=git.LONG, env=env
        )  # its exit code says only that something is changed

    def _changed(self) -> Iterator[str]:
        out = self.must(self.work, "diff-files", "-z", "--raw", "--no-renames", "--ignore-submodules=dirty")
        fields = iter(os.fsdecode(out).split("\0"))
        for field in fields:
            if field.startswith(":"):
                yield next(fields)

    def _untracked(self) -> tuple[set[str], set[str]]:
        env = {**self.env, "GIT_INDEX_FILE": self.work}
        words = ("ls-files", "--others", "-z", "--exclude-standard")
        ran = git.ask(self.tree.top, *words, timeout=git.LONG, env=env)
        if not ran.ok:
            raise git.trouble(ran, self.tree.top, "ls-files")
        for line in ran.err.decode("utf-8", "surrogateescape").splitlines():
            if line.startswith("warning: could not open directory '"):
                self.missed.append(line.split("'", 1)[1].rpartition("'")[0])
        paths = {path for path in os.fsdecode(ran.out).split("\0") if path}
        nested = {path for path in paths if path.endswith("/")}
        return paths - nested, {path.rstrip("/") for path in nested}

    def _hashed(self, paths: list[str], known: dict[str, str]) -> dict[str, str]:
        """`path -> "mode blob"`, or "" for a path where no file is any more."""
        by_mode = self._fact("core.fileMode") != "false"
        found: dict[str, str] = {}
        modes: dict[str, str] = {}
        links: dict[str, str] = {}
        for path in paths:
            try:
                now = os.lstat(self._at(path))
            except OSError:
                found[path] = ""
                continue
            if stat.S_ISLNK(now.st_mode):
                try:
                    links[path] = self._link(path, len(links))
                except OSError:
                    found[path] = ""
            elif stat.S_ISREG(now.st_mode):
                usual = known.get(path, "100644")
                modes[path] = usual if not by_mode else "100755" if now.st_mode & 0o100 else "100644"
            elif stat.S_ISDIR(now.st_mode):
                found[path] = ""  # a directory took the place of a file: its own files are listed
            else:
                self.missed.append(path)  # a pipe, socket or device has no content to keep
        for path, blob in self._blobs({path: path for path in modes}, self.raw).items():
            found[path] = f"{modes[path]} {blob}" if blob else ""
        for path, blob in self._blobs(links, True).items():
            found[path] = f"120000 {blob}" if blob else ""
        return found

    def _link(self, path: str, n: int) -> str:
        copy = os.path.join(self.scratch, f"link{n}")
        with open(copy, "wb") as file:
            file.write(os.readlink(os.fsencode(self._at(path))))
        return copy

    def _blobs(self, files: dict[str, str], raw: bool) -> dict[str, str]:
        """The blob of each file, "" for one that vanished meanwhile; `files` leads from names to paths."""
        todo = list(files)
        blobs: dict[str, str] = {}
        tries: dict[str, int] = {}
        words = ["hash-object", "--stdin-paths", *(["-w"] if self.write else [])]
        while todo:
            how = [*words, "--no-filters"] if raw else words
            given = b"".join(quoted(files[name]) + b"\n" for name in todo)
            config = DURABLE if self.store else ()
            ran = git.ask(self.tree.top, *how, timeout=git.LONG, input=given, env=self.env, config=config)
            done = ran.text().split()
            blobs.update(zip(todo, done, strict=False))
            todo = todo[len(done) :]
            if ran.ok or not todo:
                break
            # it stops at the first file it cannot read, having printed all before: an agent at work removes files
            name = todo[0]
            tries[name] = tries.get(name, 0) + 1
            if not os.path.lexists(self._at(files[name])):
                blobs[name] = ""
            elif b"could not open" in ran.err:
                self.missed.append(name)
            elif tries[name] < TRIES:
                continue  # it changed while it was read, or git was ended by the truncation of a mapped file
            elif raw:
                raise git.trouble(ran, self.tree.top, "hash-object")
            else:  # the encoding that the attributes promise is not the file's
                blobs.update(self._blobs({name: files[name]}, True))
            todo.pop(0)
        if todo:
            raise InputOutput(f"git hash-object said less than it was asked in {self.tree.top!r}", "git fsck")
        return blobs

    def _write(self, index: str, changes: dict[str, str], zero: str) -> str:
        """The tree of `index` after `changes`; removals go first, so that a file may replace a directory."""
        lines = [f"0 {zero} 0\t{path}\0" for path, what in changes.items() if not what]
        lines += [f"{what} 0\t{path}\0" for path, what in changes.items() if what]
        if lines:
            given = "".join(lines).encode("utf-8", "surrogateescape")
            self.must(index, "update-index", "-z", "--index-info", input=given)
        # what a partial clone lacks is known by its id
        return self.must(index, "write-tree", "--missing-ok").decode().strip()

    def _at(self, path: str) -> str:
        return os.path.join(self.tree.top, path)

    def _fact(self, name: str) -> str:
        return git.ask(self.tree.top, "config", "--type=bool", "--get", name).text().strip()


def empty_tree(tree: git.Tree) -> str:
    """The id of a tree without files, which git knows without storing it; it depends on the repository's hash."""
    return git.must(tree.top, "hash-object", "-t", "tree", "--stdin", input=b"").decode().strip()


def tree_of(tree: git.Tree, lines: Iterable[str]) -> str:
    """The id of a tree made of `mode blob<TAB>path` lines; without any, the empty tree."""
    with scratches.directory() as scratch:
        env = {"GIT_INDEX_FILE": os.path.join(scratch, "index")}
        given = "".join(line + "\0" for line in lines).encode("utf-8", "surrogateescape")
        git.must(tree.top, "update-index", "-z", "--index-info", timeout=git.LONG, input=given, env=env)
        words = ("write-tree", "--missing-ok")
        return git.must(tree.top, *words, timeout=git.LONG, env=env, config=DURABLE).decode().strip()


@contextmanager
def own_index(tree: git.Tree) -> Iterator[dict[str, str]]:
    """Variables for `git.ask` under which a command sees a copy of the index, thrown away afterwards.

    For `git diff` on files: told to take no optional locks it takes index.lock all the same, to write down
    which files it found unchanged, and the `git add` of an agent beside it fails.
    """
    with scratches.directory() as scratch:
        index = os.path.join(scratch, "index")
        copy_index(tree, (index,))
        yield {"GIT_INDEX_FILE": index}


def copy_index(tree: git.Tree, targets: Iterable[str]) -> None:
    """Copy the index as it is at one moment; without one nothing is made, which git takes for an empty index.

    With its modification time: git compares files younger than the index by content, since a change within the
    same clock step shows in no time stamp. A copy that looks younger would hide such changes.
    """
    try:
        with open(os.path.join(tree.git_dir, "index"), "rb") as file:
            data, found = file.read(), os.fstat(file.fileno())
    except FileNotFoundError:
        return
    for target in targets:
        with open(target, "wb") as copy:
            copy.write(data)
        os.utime(target, ns=(found.st_mtime_ns, found.st_mtime_ns))


def entries(out: bytes) -> Iterator[Entry]:
    """`git ls-files --stage -v -z`: `H 100644 <blob> 0<TAB>path`."""
    for field in os.fsdecode(out).split("\0"):
        if field:
            facts, _, path = field.partition("\t")
            tag, mode, blob, stage = facts.split(" ")
            yield Entry(tag, mode, blob, int(stage), path)


def quoted(path: str) -> bytes:
    """A path as one line for git: in C quotes, every byte that could end a line or a quote as octal."""
    plain = (chr(byte) if 0x20 <= byte < 0x7F and byte not in b'"\\' else f"\\{byte:03o}" for byte in os.fsencode(path))
    return f'"{"".join(plain)}"'.encode()


def _listed(path: str) -> str:
    """A path as an entry of GIT_ALTERNATE_OBJECT_DIRECTORIES, which `:` divides."""
    return quoted(path).decode() if ":" in path or path.startswith('"') else path


def _joined(paths: Iterable[str]) -> bytes:
    return b"".join(os.fsencode(path) + b"\0" for path in paths)
