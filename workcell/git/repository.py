"""Asking git about a repository without leaving a trace in it: where it is, what is under way, what is changed."""

import os
import shlex
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from workcell.base.errors import InputOutput, Invalid, NotFound, Refused, Unreachable, WorkcellError
from workcell.git import environment
from workcell.system import run_program

QUICK = 15.0
"""Seconds for a question that reads a few files."""

WHOLE = 120.0
"""Seconds for a question that looks at every file of the tree."""

LONG = 900.0
"""Seconds for writing a whole tree."""

SHOWN = 200
"""Names that a list carries; beyond it only their number is known."""

_CONFIG = (
    "core.quotepath=false",
    "core.fsmonitor=false",  # names a program, and starts a daemon that outlives us
    "core.hooksPath=/dev/null",
    "core.pager=cat",
    "core.splitIndex=false",
    "core.logAllRefUpdates=false",
    "submodule.recurse=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "log.showSignature=false",
    "color.ui=false",
    "i18n.commitEncoding=UTF-8",
    "i18n.logOutputEncoding=UTF-8",
)

_LOOK_INTO_SUBMODULES = ("status", "diff", "submodule")
"""Commands that start git again in each submodule, where its own configuration is read."""


class Tree(NamedTuple):
    """A working tree, as it was when `find` looked. Paths are absolute; names that are not UTF-8 hold surrogates.

    `top` of a bare repository is its git directory. `git_dir` is this worktree's own, `common_dir` the
    repository's. `head` is a full commit id, None on an unborn branch; `branch` is `refs/heads/...` without
    that prefix, None when detached.
    """

    top: str
    git_dir: str
    common_dir: str
    head: str | None
    branch: str | None
    bare: bool
    shallow: bool

    @property
    def linked(self) -> bool:
        """Whether it was made by `git worktree add`."""
        return self.git_dir != self.common_dir


class Names(NamedTuple):
    """Some names of a list that may be huge: at most SHOWN of them, and how many there are."""

    first: tuple[str, ...]
    total: int

    def __bool__(self) -> bool:
        return self.total > 0


class Status(NamedTuple):
    """What `git status` says. An untracked directory counts once and ends in `/`.

    `ahead` and `behind` are None without an upstream that is there. `unfiltered`: the repository's own clean
    filter failed, so that files which go through it may be listed as unstaged without being changed.
    """

    staged: Names
    unstaged: Names
    untracked: Names
    conflicted: Names
    submodules: Names
    upstream: str | None
    ahead: int | None
    behind: int | None
    unfiltered: bool

    @property
    def clean(self) -> bool:
        lists = (self.staged, self.unstaged, self.untracked, self.conflicted, self.submodules)
        return not any(lists)


def ask(
    where: str,
    *words: str,
    timeout: float = QUICK,
    input: bytes | None = None,
    env: "Mapping[str, str] | None" = None,
    config: Iterable[str] = (),
    pass_fds: Sequence[int] = (),
) -> run_program.Ran:
    """Run one git command in the directory `where`, and return how it ended, whatever it said.

    `config` are `name=value` settings, `env` variables on top of `git_environment.guarded`. No hook, pager, editor,
    prompt or file-system monitor is started, and no program that the repository's own configuration names.
    Raises Unreachable without git or past `timeout` seconds.
    """
    settings = [word for setting in (*_CONFIG, *config) for word in ("-c", setting)]
    program = environment.program(where)
    argv = [program, "--no-optional-locks", "--no-pager", "-C", where, *settings, *words]
    given = environment.guarded(where, env, submodules=words[0] in _LOOK_INTO_SUBMODULES, timeout=timeout)
    # cwd: git refuses to start from a directory that was deleted, which ours may be
    ran = run_program.run(argv, timeout=timeout, cwd="/", env=given, input=input, pass_fds=pass_fds)
    if ran.timed_out:
        raise Unreachable(
            f"git {words[0]} did not answer within {timeout:g} s in {where!r}",
            "look for a hanging file system or a git process that waits: ps -C git",
        )
    return ran


def must(
    where: str,
    *words: str,
    timeout: float = QUICK,
    input: bytes | None = None,
    env: "Mapping[str, str] | None" = None,
    config: Iterable[str] = (),
    pass_fds: Sequence[int] = (),
) -> bytes:
    """The standard output of a git command that has to go through; a WorkcellError with the cure otherwise."""
    ran = ask(where, *words, timeout=timeout, input=input, env=env, config=config, pass_fds=pass_fds)
    if not ran.ok:
        raise trouble(ran, where, words[0])
    return ran.out


def trouble(ran: run_program.Ran, where: str, verb: str) -> WorkcellError:
    """The error to raise for a git command that failed, with git's own words and the cure where one is known."""
    said = ran.err.decode("utf-8", "replace")
    if "dubious ownership" in said:
        return Refused(
            f"git refuses {where!r}: it belongs to another user",
            f"if you trust it: git config --global --add safe.directory {shlex.quote(where)}",
        )
    if "not a git repository" in said:
        return NotFound(
            f"no git repository at {where!r}", f"git -C {shlex.quote(where)} init, or name another directory"
        )
    lines = [line for line in said.splitlines() if line.startswith(("fatal:", "error:"))]
    words = lines[0].split(": ", 1)[1] if lines else ran.complaint()
    if ".lock'" in said and "File exists" in said:
        return InputOutput(
            f"git {verb} found a lock in {where!r}: {words}",
            "wait for the git command that runs there; if none does, remove the .lock file that it names",
        )
    return InputOutput(f"git {verb} failed in {where!r}: {words}", f"try 'git {verb}' there by hand, or git fsck")


_KINDS = ("--is-bare-repository", "--is-inside-git-dir", "--is-shallow-repository")
_PLACES = ("--absolute-git-dir", "--show-toplevel", "HEAD^{commit}", "--symbolic-full-name", "HEAD")


def find(path: str) -> Tree | None:
    """The repository that `path` is in, or None when it is in none.

    Raises a WorkcellError when git could not be asked: NotFound without such a directory, Unreachable without
    git or past its time, Refused for a repository of another user (the hint is the safe.directory command),
    Invalid for a path inside a git directory or a link to a repository that is gone.
    """
    if not os.path.isdir(path):
        raise NotFound(f"no directory {path!r}", "name an existing directory")
    asked = ask(path, "rev-parse", *_KINDS, *_PLACES)
    tree = _usual(asked) or _step_by_step(path, asked)
    if tree is not None and not tree.bare:
        top = os.path.realpath(tree.top)
        if os.path.commonpath([os.path.realpath(path), top]) != top:
            raise Refused(
                f"the repository at {path!r} says by core.worktree that its tree is {tree.top!r}",
                f"look at it: git config --show-origin core.worktree; or name {shlex.quote(tree.top)} itself",
            )
    return tree


def _usual(asked: run_program.Ran) -> Tree | None:
    """A working tree on a branch with a commit, of which one question tells all; None for anything else."""
    lines = os.fsdecode(asked.out).split("\n")
    # a path with a newline in it makes more lines
    if not asked.ok or len(lines) != 8 or lines[:2] != ["false", "false"] or not lines[6].startswith("refs/heads/"):
        return None
    git_dir, top, commit, on = lines[3:7]
    return Tree(top, git_dir, _common(git_dir), commit, on.removeprefix("refs/heads/"), False, lines[2] == "true")


def _step_by_step(path: str, asked: run_program.Ran) -> Tree | None:
    """Any tree, with a question for each thing; `asked` is what git said to all at once."""
    if b"not a git repository" not in asked.err:
        asked = ask(path, "rev-parse", *_KINDS)
    if not asked.ok:
        said = asked.err.decode("utf-8", "replace")
        if "not a git repository" not in said:
            raise trouble(asked, path, "rev-parse")
        if "not a git repository (or any" in said:
            return None
        # git names the path that a `.git` file leads to, and stops there
        raise Invalid(
            f"{path!r} is a worktree or submodule whose repository is gone: {asked.complaint()}",
            "in the repository, where it is now: git worktree repair " + shlex.quote(os.path.abspath(path)),
        )
    bare, inside, shallow = (word == b"true" for word in asked.out.split())
    if inside and not bare:
        raise Invalid(f"{path!r} is inside a git directory, not a working tree", "name the directory above .git")
    git_dir, top = _places(path, bare)
    return Tree(top, git_dir, _common(git_dir), head(path), branch(path), bare, shallow)


def _places(path: str, bare: bool) -> tuple[str, str]:
    """(git directory, top) of the repository at `path`."""
    git_dir = _line(must(path, "rev-parse", "--absolute-git-dir"))
    return git_dir, git_dir if bare else _line(must(path, "rev-parse", "--show-toplevel"))


def _line(out: bytes) -> str:
    return os.fsdecode(out[:-1] if out.endswith(b"\n") else out)


def _common(git_dir: str) -> str:
    """As gitrepository-layout(5) has it: `commondir` in a worktree's own git directory leads to the shared one."""
    try:
        with open(os.path.join(git_dir, "commondir"), "rb") as file:
            return os.path.normpath(os.path.join(git_dir, _line(file.read())))
    except FileNotFoundError:
        return git_dir


def head(where: str) -> str | None:
    """The commit that HEAD of the repository at `where` is now, None when it is unborn."""
    ran = ask(where, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    if ran.code not in (0, 1):
        raise trouble(ran, where, "rev-parse")
    return ran.text().strip() or None


def branch(where: str) -> str | None:
    """The branch that HEAD is on now, also while it is unborn; None when detached."""
    ran = ask(where, "symbolic-ref", "--quiet", "HEAD")
    if ran.code not in (0, 1):
        raise trouble(ran, where, "symbolic-ref")
    return _line(ran.out).removeprefix("refs/heads/") or None


def exists(where: str, revision: str) -> bool:
    """Whether `revision` is a commit that the repository has."""
    return ask(where, "rev-parse", "--verify", "--quiet", revision + "^{commit}").ok


ENDS = {
    "rebase": "git rebase --continue, or git rebase --abort",
    "am": "git am --continue, or git am --abort",
    "merge": "git commit, or git merge --abort",
    "cherry-pick": "git cherry-pick --continue, or git cherry-pick --abort",
    "revert": "git revert --continue, or git revert --abort",
    "bisect": "git bisect reset",
}
"""What a person does about each answer of `under_way`."""


def under_way(tree: Tree) -> str | None:
    """The operation that a person left halfway in this worktree, a key of ENDS; None without one.

    Read from the files that git keeps for it: a rebase stopped at `edit` has a clean status.
    """

    def there(name: str) -> bool:
        return os.path.lexists(os.path.join(tree.git_dir, name))

    if there("rebase-merge"):
        return "rebase"
    if there("rebase-apply"):
        return "am" if there("rebase-apply/applying") else "rebase"
    marks = (("MERGE_HEAD", "merge"), ("CHERRY_PICK_HEAD", "cherry-pick"), ("REVERT_HEAD", "revert"))
    for mark, word in marks:
        if there(mark):
            return word
    try:
        # between two picks of a range neither head is there, only the list of what remains
        with open(os.path.join(tree.git_dir, "sequencer", "todo"), "rb") as file:
            return "revert" if file.read(6) == b"revert" else "cherry-pick"
    except OSError:
        return "bisect" if there("BISECT_LOG") else None


def index_locked(tree: Tree) -> bool:
    """Whether index.lock is there: a git command runs, or one was killed and left it. Reading goes on beside it."""
    return os.path.lexists(os.path.join(tree.git_dir, "index.lock"))


class Worktree(NamedTuple):
    """One line of `git worktree list`: `branch` without refs/heads/, None when detached; `prunable` when its
    directory is gone; `locked` when `git worktree lock` holds it."""

    top: str
    branch: str | None
    locked: bool
    prunable: bool


def worktrees(tree: Tree) -> list[Worktree]:
    """Every worktree of the repository, the main one first."""
    ran = ask(tree.top, "worktree", "list", "--porcelain", "-z")
    if ran.ok:
        text = os.fsdecode(ran.out)
    else:  # -z is there since git 2.36
        text = os.fsdecode(must(tree.top, "worktree", "list", "--porcelain")).replace("\n", "\0")
    found = []
    for block in text.split("\0\0"):
        facts = {key: value for key, _, value in (line.partition(" ") for line in block.split("\0"))}
        if "worktree" in facts:
            on = facts.get("branch", "").removeprefix("refs/heads/") or None
            found.append(Worktree(facts["worktree"], on, "locked" in facts, "prunable" in facts))
    return found


def names(found: Iterable[str]) -> Names:
    """A bounded list: sorted, without doubles."""
    every = sorted(set(found))
    return Names(tuple(every[:SHOWN]), len(every))


def status(tree: Tree) -> Status:
    """What is staged, changed, untracked, in conflict and in submodules, read without taking a lock.

    Raises Invalid for a bare repository. Edits of files marked assume-unchanged are not seen by git.
    """
    if tree.bare:
        raise Invalid(f"{tree.top!r} is a bare repository: it has no working tree", "name a clone or a worktree of it")
    words = ["status", "--porcelain=v2", "-z", "--branch", "--untracked-files=normal"]
    words += ["--no-renames", "--ignore-submodules=none"]
    ran = ask(tree.top, *words, timeout=WHOLE)
    failed = not ran.ok and b"filter" in ran.err
    if failed:
        ran = ask(tree.top, *words, timeout=WHOLE, env=environment.unfiltered(tree.top))
    if not ran.ok:
        raise trouble(ran, tree.top, "status")
    return _parse_status(os.fsdecode(ran.out), failed)


def _parse_status(out: str, unfiltered: bool) -> Status:
    """`git status --porcelain=v2 -z`, as git-status(1) describes it."""
    lists: dict[str, list[str]] = {
        "staged": [],
        "unstaged": [],
        "untracked": [],
        "conflicted": [],
        "submodules": [],
    }
    upstream, ahead, behind = None, None, None
    fields = iter(out.split("\0"))
    for field in fields:
        kind = field[:2]
        if field.startswith("# branch.upstream "):
            upstream = field.split(" ", 2)[2]
        elif field.startswith("# branch.ab "):
            plus, minus = field.split(" ")[2:4]
            ahead, behind = int(plus[1:]), int(minus[1:])
        elif kind in ("1 ", "2 "):
            parts = field.split(" ", 8 if kind == "1 " else 9)
            state, sub, name = parts[1], parts[2], parts[-1]
            if kind == "2 ":
                next(fields)
            if state[0] != ".":
                lists["staged"].append(name)
            if sub[0] == "S" and sub != "S...":
                lists["submodules"].append(name)
            elif state[1] != ".":
                lists["unstaged"].append(name)
        elif kind == "u ":
            lists["conflicted"].append(field.split(" ", 10)[10])
        elif kind == "? ":
            lists["untracked"].append(field[2:])
    bounded = {word: names(found) for word, found in lists.items()}
    return Status(**bounded, upstream=upstream, ahead=ahead, behind=behind, unfiltered=unfiltered)
