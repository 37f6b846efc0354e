"""The environment in which git is asked: nothing of another repository, and no program that this repository names.

A repository that came as a directory (a tarball, a share, a copied disk) brings its own `.git/config`, and that file
can name programs: content filters, credential helpers, transports, hooks. Cloning does not copy it; unpacking does.
The configuration of the system and of the person (`~/.gitconfig`, `GIT_CONFIG_*`) is the person's and holds.

Invariants:
- `git config --list` starts no program, so it is what is asked first.
- For every key that can start a program and that the repository's own configuration sets, the person's value is put
  back on top by GIT_CONFIG_COUNT, which goes before every file; without one a value that starts nothing.
- A submodule is a repository with a configuration of its own, which git reads when it looks into the submodule.
"""

import os
import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from workcell.base.errors import Unreachable
from workcell.system import find_program, run_program

TIMEOUT = 15.0
"""Seconds for listing a configuration."""

DEEPEST = 8
"""Levels of submodules in submodules that are looked into; deeper ones are refused."""

_KEPT = (
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_SYSTEM",
    "GIT_CONFIG_NOSYSTEM",
    "GIT_EXEC_PATH",
    "GIT_CEILING_DIRECTORIES",
)
_COUNTED = ("GIT_CONFIG_COUNT", "GIT_CONFIG_KEY_", "GIT_CONFIG_VALUE_")
"""Of git's own variables only these say how the person's git is set up. The others, such as GIT_DIR and
GIT_INDEX_FILE, are there when a hook started us, and would lead every question to the wrong repository."""

_FOREIGN = ("local", "worktree", "unknown")
"""Scopes of `git config --show-scope` that lie in the repository."""

_STARTS: "tuple[tuple[re.Pattern[str], str], ...]" = tuple(
    (re.compile(pattern, re.DOTALL), neutral)
    for pattern, neutral in (
        (r"filter\..+\.(clean|smudge|process)", ""),
        (r"filter\..+\.required", "false"),
        (r"diff\..+\.(command|textconv)", ""),
        (r"diff\.external", ""),
        (r"merge\..+\.driver", "false"),
        (r"core\.sshcommand", "ssh"),
        (r"core\.(askpass|gitproxy)", ""),
        (r"core\.alternaterefscommand", "false"),
        (r"(core|sequence)\.editor", "true"),
        (r"gpg(\..+)?\.(program|defaultkeycommand)", "false"),
        (r"remote\..+\.uploadpack", "git-upload-pack"),
        (r"remote\..+\.receivepack", "git-receive-pack"),
        (r"submodule\..+\.update", "checkout"),
    )
)
"""Keys that start a program, as git spells them in a list, and the value that starts nothing of the repository."""

_HELPER = re.compile(r"credential(\..+)?\.helper", re.DOTALL)
_HOOK = re.compile(r"hook\.(.+)\.[a-z]+", re.DOTALL)
_FILTER = re.compile(r"filter\.(.+)\.(clean|smudge|process|required)", re.DOTALL)
_LFS = re.compile(r"lfs\.(customtransfer|extension)\..+|lfs\.(.+\.)?standalonetransferagent", re.DOTALL)
"""Git LFS starts what these name, so where a repository sets one, no filter is run at all."""

_GITLINK = b"\x00\x00\xe0\x00"
"""The mode 160000 as an index holds it: without these bytes in the index the tree has no submodule."""


class Setting(NamedTuple):
    """One line of a configuration, and where it stands: `system`, `global`, `command`, or a scope of _FOREIGN."""

    scope: str
    key: str
    value: str


def environment(extra: "Mapping[str, str] | None" = None) -> dict[str, str]:
    """What git is started with: this process's environment without its traces of another repository."""
    env = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or name in _KEPT or name.startswith(_COUNTED)
    }
    env.update(
        LC_ALL="C",
        GIT_TERMINAL_PROMPT="0",
        GIT_OPTIONAL_LOCKS="0",
        GIT_LITERAL_PATHSPECS="1",
        GIT_EDITOR="true",
        # a partial clone fetches what it lacks while it looks: a question must never reach for the network
        GIT_ALLOW_PROTOCOL="none",
        GIT_NO_LAZY_FETCH="1",
    )
    if extra is not None:
        env.update(extra)
    return env


def guarded(
    where: str, env: "Mapping[str, str] | None" = None, *, submodules: bool = False, timeout: float = TIMEOUT
) -> dict[str, str]:
    """The whole environment in which git is asked in `where`: it starts no program that the repository names.

    `env` comes on top; settings in it (of `unfiltered`) go before the others. `submodules`: nor does it start what a
    submodule names, for commands that look into submodules. Raises Unreachable without git, or when the
    configuration cannot be listed in time.
    """
    settings = _neutral(_listed(where, timeout))
    if submodules:
        for below in _submodules(where, 0):
            settings += [one for one in _neutral(_listed(below)) if one not in settings]
    extra = dict(env) if env is not None else {}
    n, count = _given(), int(extra.pop("GIT_CONFIG_COUNT", "0"))
    settings += [(extra.pop(f"GIT_CONFIG_KEY_{i}"), extra.pop(f"GIT_CONFIG_VALUE_{i}")) for i in range(n, count)]
    return environment({**extra, **_numbered(settings)})


def unfiltered(where: str) -> dict[str, str]:
    """Settings as variables under which no filter program (LFS and its like) is started, not even the person's."""
    return _numbered(_off(one.key for one in _listed(where)))


def withheld(where: str) -> list[str]:
    """Names of the content filters that only the repository's own configuration defines: they are never run."""
    listed = _listed(where)
    person = set(_named(_FILTER, (one.key for one in listed if one.scope not in _FOREIGN)))
    return sorted(set(_named(_FILTER, (one.key for one in listed if one.scope in _FOREIGN))) - person)


def _neutral(listed: list[Setting]) -> list[tuple[str, str]]:
    """(key, value) of what takes back the programs that the repository's own configuration would start."""
    found: list[tuple[str, str]] = []
    own = dict.fromkeys(one.key for one in listed if one.scope in _FOREIGN)
    person = [one for one in listed if one.scope not in _FOREIGN]
    theirs = {one.key: one.value for one in person}
    for key in own:
        neutral = next((value for pattern, value in _STARTS if pattern.fullmatch(key)), None)
        if neutral is not None:
            found.append((key, theirs.get(key, neutral)))
        elif _HELPER.fullmatch(key):
            # an empty helper empties the list, to which the person's are added again
            found += [(key, ""), *((key, one.value) for one in person if one.key == key)]
    found += [(f"hook.{name}.enabled", "false") for name in dict.fromkeys(_named(_HOOK, own))]
    if any(_LFS.fullmatch(key) for key in own):
        found += _off(one.key for one in listed)
    return found


def _off(keys: Iterable[str]) -> list[tuple[str, str]]:
    values = (("clean", ""), ("smudge", ""), ("process", ""), ("required", "false"))
    return [(f"filter.{name}.{key}", value) for name in sorted(set(_named(_FILTER, keys))) for key, value in values]


def _named(pattern: "re.Pattern[str]", keys: Iterable[str]) -> list[str]:
    return [match[1] for match in map(pattern.fullmatch, keys) if match]


def _numbered(settings: list[tuple[str, str]]) -> dict[str, str]:
    """The settings as variables, behind those that the person's environment has already."""
    if not settings:
        return {}
    n = _given()
    env: dict[str, str] = {}
    for key, value in settings:
        env[f"GIT_CONFIG_KEY_{n}"], env[f"GIT_CONFIG_VALUE_{n}"] = key, value
        n += 1
    return {**env, "GIT_CONFIG_COUNT": str(n)}


def _given() -> int:
    """How many settings the person's own environment has."""
    given = os.environ.get("GIT_CONFIG_COUNT", "")
    return int(given) if given.isdigit() else 0


_Signature = tuple[tuple[int, ...] | None, ...]
_KNOWN: dict[str, tuple[_Signature, list[Setting]]] = {}
"""What was listed for a directory, and the files that said so: one process asks git a dozen times."""


def _listed(where: str, timeout: float = TIMEOUT) -> list[Setting]:
    """Every setting that holds in `where`; nothing where git does not answer."""
    place = located(where)
    files = () if place is None else (os.path.join(place[1], "config"), os.path.join(place[0], "config.worktree"))
    signature = tuple(_stat(file) for file in files)
    known = _KNOWN.get(where)
    if files and known is not None and known[0] == signature:
        return known[1]
    listed = _list(where, min(timeout, TIMEOUT))
    includes = any(one.scope in _FOREIGN and one.key.startswith(("include.", "includeif.")) for one in listed)
    if files and not includes:  # what an include leads to may change without a change of these files
        _KNOWN[where] = (signature, listed)
    return listed


def _stat(path: str) -> "tuple[int, ...] | None":
    try:
        now = os.stat(path)
    except OSError:
        return None
    return now.st_dev, now.st_ino, now.st_size, now.st_mtime_ns, now.st_ctime_ns


def _list(where: str, timeout: float) -> list[Setting]:
    words = ("config", "--list", "--includes", "-z")
    ran = _run(where, *words, "--show-scope", timeout=timeout)
    if ran.timed_out:
        raise Unreachable(f"git config did not answer within {timeout:g} s in {where!r}", "look at its .git/config")
    if ran.ok:
        fields = os.fsdecode(ran.out).split("\0")
        pairs = list(zip(fields[::2], fields[1::2], strict=False))
    elif b"show-scope" in ran.err:  # it is there since git 2.26; before that everything counts as the repository's
        pairs = [("unknown", field) for field in os.fsdecode(_run(where, *words).out).split("\0") if field]
    else:
        return []  # no repository, or one that git refuses: the question itself will say so
    found = []
    for scope, item in pairs:
        key, line, value = item.partition("\n")
        found.append(Setting(scope, key, value if line else "true"))  # a key without a value means true
    return found


def _run(where: str, *words: str, env: "Mapping[str, str] | None" = None, timeout: float = TIMEOUT) -> run_program.Ran:
    argv = [program(where), "--no-optional-locks", "--no-pager", "-c", "core.fsmonitor=false", "-C", where, *words]
    return run_program.run(argv, timeout=timeout, cwd="/", env=environment(env))


def located(where: str) -> "tuple[str, str] | None":
    """(git directory, common directory) of the working tree around `where`, from files alone; None where unsure."""
    here = os.path.abspath(where)
    while True:
        entry = os.path.join(here, ".git")
        if os.path.isdir(entry):
            return _common(entry)
        if os.path.isfile(entry):
            try:
                with open(entry, "rb") as file:
                    said = os.fsdecode(file.read(8192)).rstrip("\n")
            except OSError:
                return None
            return _common(os.path.join(here, said[8:])) if said.startswith("gitdir: ") else None
        bare = os.path.isdir(os.path.join(here, "objects")) and os.path.lexists(os.path.join(here, "HEAD"))
        if bare or here == os.path.dirname(here):
            return None
        here = os.path.dirname(here)


def _common(git_dir: str) -> "tuple[str, str] | None":
    try:
        with open(os.path.join(git_dir, "commondir"), "rb") as file:
            return git_dir, os.path.join(git_dir, os.fsdecode(file.read(8192)).rstrip("\n"))
    except FileNotFoundError:
        return git_dir, git_dir
    except OSError:
        return None


def _submodules(where: str, depth: int) -> list[str]:
    """The top of every submodule that is checked out in the tree around `where`, and of those in it."""
    if not _may_have_links(where):
        return []
    env = _numbered(_neutral(_listed(where)))
    asked = _run(where, "rev-parse", "--show-toplevel", env=env)
    if not asked.ok:
        return []
    top = os.fsdecode(asked.out)[:-1]
    found = []
    for field in os.fsdecode(_run(top, "ls-files", "--stage", "-z", env=env).out).split("\0"):
        below = os.path.join(top, field.partition("\t")[2])
        if field.startswith("160000 ") and os.path.lexists(os.path.join(below, ".git")):
            if depth >= DEEPEST:
                raise Unreachable(f"{below!r} is a submodule more than {DEEPEST} levels deep", "move it up")
            found += [below, *_submodules(below, depth + 1)]
    return found


def _may_have_links(where: str) -> bool:
    place = located(where)
    if place is None:
        return True
    try:
        with open(os.path.join(place[0], "index"), "rb") as file:
            data = file.read()
    except FileNotFoundError:
        return False
    except OSError:
        return True
    # an index may be split: the shared part is another file
    return _GITLINK in data or b"link" in data


def program(where: str) -> str:
    """git's own path: never one in a relative directory of PATH, and never one of the tree that is asked about."""
    place = find_program.find("git", avoid=[find_program.tree_around(where)])
    if place is None:
        raise Unreachable("cannot start 'git': it is not on PATH", "install git or put it on PATH")
    return place
