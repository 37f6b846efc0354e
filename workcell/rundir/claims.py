"""Claims: which run edits which paths of a working tree, as `claims/<dev>-<ino>/` of the home.

Invariants:
- What is taken or given back is so under `.lock` of the tree, and each claim is one file, replaced whole.
- A claim is void once its attempt is not the current one or does not live, once `until` has passed, and, where a hook
  took it, once the turn of the agent has ended. Nothing has to be done for that: what a dead process left is not in
  force. What could not be asked is in force.
- A claim on a directory is one on everything below it.
- Nothing is synced: after a power cut no attempt lives, so no claim is in force.

The hook of an agent program loads this module at every tool call, so it imports little.
"""

import errno
import os

from workcell.base import clock, digest, json_codec, probe
from workcell.rundir import layout, locks, safe_open

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, Final

    from workcell.rundir.schema.claims import Claim

SCHEMA: "Final" = "workcell.file.claim/1"
LOCK, WAITS, TAKEN = ".lock", "waits", "taken"

WHOLE = "."
"""The path of a claim on the whole tree."""

PATIENCE = 5.0
"""Seconds for which a process waits for `.lock`, which others keep for milliseconds."""

LARGEST = 1 << 16
"""Bytes of a claim that are read."""

LONGEST = 4096
"""Maximum bytes of a path: no system opens a longer one, and its claim could not be read."""

MOST_TAKEN = 1 << 24
"""Bytes of the list of one attempt's claims that are read, and written: what does not fit is not claimed."""

_IDLE = "idle"
"""The word of `activity.json` for an agent whose turn is over."""


class Tree:
    """The claims of a home on one working tree."""

    def __init__(self, home: str, top: str) -> None:
        """Raises OSError where there is no such directory."""
        about = os.stat(os.path.join(top, "."))
        self.home = home
        self.top = os.path.realpath(top)
        self.name = f"{about.st_dev}-{about.st_ino}"
        """The name that the lease of the tree has."""
        self.folder = os.path.join(home, layout.CLAIMS, self.name)

    def relative(self, path: str) -> "str | None":
        """The absolute `path` relative to the top, with symbolic links resolved; None outside of the tree, and for what
        can be no path."""
        if "\0" in path or len(os.fsencode(path)) > LONGEST:
            return None
        real = os.path.realpath(path)
        if real == self.top:
            return WHOLE
        begin = self.top.rstrip("/") + "/"
        return real[len(begin) :] if real.startswith(begin) else None

    def file_of(self, path: str) -> str:
        """The file of a claim on the relative `path`."""
        return os.path.join(self.folder, digest.sha256(os.fsencode(path)) + ".json")

    def lock(self, patience: float = PATIENCE) -> "int | None":
        """A descriptor that holds the right to take and give back claims; None when others kept it for so long."""
        name = os.path.join(self.folder, LOCK)
        try:
            return locks.take(name, patience)
        except FileNotFoundError:
            os.makedirs(self.folder, 0o700, exist_ok=True)
            return locks.take(name, patience)


class Wish:
    """Claims that one attempt wants to take."""

    __slots__ = ("attempt", "auto", "paths", "run", "until", "why")

    def __init__(
        self,
        run: str,
        attempt: int,
        paths: "list[str]",
        *,
        why: "str | None" = None,
        until: "str | None" = None,
        auto: bool = False,
    ) -> None:
        self.run = run
        """Id of the run."""
        self.attempt = attempt
        self.paths = paths
        """Relative to the top of the tree, see `Tree.relative`."""
        self.why = why
        self.until = until
        self.auto = auto
        """Whether a hook takes them for an edit."""


def read(path: str) -> "Claim | None":
    """The claim in that file; None where there is none that can be read."""
    try:
        found: Any = json_codec.decode(safe_open.read(path, LARGEST) or b"")
    except (OSError, ValueError):
        return None
    run, attempt, named = found.get("run"), found.get("attempt"), found.get("path")
    if json_codec.major(found, "claim") not in layout.RECORDS:
        return None
    if not (isinstance(run, str) and run and "/" not in run and not run.startswith(".")):
        return None
    if not isinstance(attempt, int) or not isinstance(named, str) or not named:
        return None
    texts = (found.setdefault("why", None), found.setdefault("until", None))
    if not all(text is None or isinstance(text, str) for text in texts) or not isinstance(found.get("at"), str):
        return None
    try:
        clock.parse(found["at"])
        clock.parse(found["until"] or found["at"])
    except ValueError:
        return None
    claim: Claim = found
    return claim


def in_force(home: str, claim: "Claim", now: str) -> bool:
    """Whether the claim counts at the time `now`, an RFC 3339 stamp. What could not be asked counts."""
    until = claim["until"]
    if until is not None and until <= now:
        return False
    run = os.path.join(home, layout.RUNS, claim["run"])
    if not lives(run, claim["attempt"]):
        return False
    return not (claim.get("auto") and _turn_ended(run, claim))


def lives(run: str, attempt: int) -> bool:
    """Whether that attempt of the run in the directory `run` is the current one, and its agent lives or may live."""
    ledger = os.path.join(layout.home_of(run), layout.LEDGER, os.path.basename(run) + ".jsonl")
    if (
        layout.current(run) == attempt
        and not os.path.lexists(os.path.join(layout.attempt(run, attempt), layout.EXIT))
        and locks.held(ledger) == probe.YES
    ):
        return True
    if not os.path.isdir(run) and not os.path.lexists(ledger):
        return False
    # a lost runner, an end, or another attempt: the full look decides, and most calls do without it
    from workcell.rundir import look, phase

    try:
        seen = look.at(run)
    except OSError:
        return True
    if seen.n != attempt:
        return False
    if seen.phase == phase.CORRUPT:
        return seen.agent == probe.YES
    return seen.phase in (phase.STARTING, phase.RUNNING, phase.ORPHANED, phase.UNKNOWN)


def _turn_ended(run: str, claim: "Claim") -> bool:
    """Whether the agent has ended its turn since the claim was taken, as its runner heard."""
    try:
        found: Any = json_codec.decode(safe_open.read(os.path.join(run, layout.ACTIVITY), LARGEST) or b"")
    except (OSError, ValueError):
        return False
    since = found.get("since")
    if found.get("attempt") != claim["attempt"] or found.get("state") != _IDLE or not isinstance(since, str):
        return False
    return len(since) == len(claim["at"]) and since > claim["at"]


def holders(tree: Tree, path: str, run: str, now: str) -> "list[Claim]":
    """The claims of other runs than `run` that are in force and cover `path` or, of a directory, lie below it."""
    found = [claim for name in _covering(path) if (claim := read(tree.file_of(name))) is not None]
    if path == WHOLE or os.path.isdir(os.path.join(tree.top, path)):
        begin = "" if path == WHOLE else path + "/"
        found += [claim for claim in stored(tree) if claim["path"] != WHOLE and claim["path"].startswith(begin)]
    kept = {claim["path"]: claim for claim in found if claim["run"] != run and in_force(tree.home, claim, now)}
    return list(kept.values())


def _covering(path: str) -> "Iterable[str]":
    """The path itself, the directories above it, and the whole tree."""
    while path not in ("", WHOLE):
        yield path
        path = os.path.dirname(path)
    yield WHOLE


def stored(tree: Tree) -> "list[Claim]":
    """Every claim that stands in a file of the tree, also one that is not in force; sorted by path."""
    try:
        names = os.listdir(tree.folder)
    except OSError:
        return []
    found = [claim for name in names if name.endswith(".json") and (claim := read(os.path.join(tree.folder, name)))]
    own = [claim for claim in found if os.path.basename(tree.file_of(claim["path"])) in names]
    return sorted(own, key=lambda claim: claim["path"])


def take(tree: Tree, wish: Wish, now: str) -> "list[Claim]":
    """Take all claims of the wish, for a process that holds `.lock`: the claims in its way, and empty once taken.

    Nothing is taken where one of them cannot be had. Where a hook asks, a claim of the
    run that covers the path stays as it is, and one that a hook took is taken anew. OSError where the disk refuses.
    """
    for path in wish.paths:
        if in_the_way := holders(tree, path, wish.run, now):
            return in_the_way
    for path in wish.paths:
        if wish.auto and _is_covered(tree, path, wish, now):
            record(tree, wish, path, now)
            continue
        record(tree, wish, path, now)
        claim: Claim = {
            "schema": SCHEMA,
            "run": wish.run,
            "attempt": wish.attempt,
            "path": path,
            "why": wish.why,
            "until": wish.until,
            "at": now,
        }
        if wish.auto:
            claim["auto"] = True
        _replace(tree.file_of(path), json_codec.encode_line(claim))
    return []


def _is_covered(tree: Tree, path: str, wish: Wish, now: str) -> bool:
    """Whether the run claimed the path itself, by name or with a directory above it."""
    for name in _covering(path):
        claim = read(tree.file_of(name))
        if claim is None or claim.get("auto") or claim["run"] != wish.run or claim["attempt"] != wish.attempt:
            continue
        if in_force(tree.home, claim, now):
            return True
    return False


def _replace(path: str, data: bytes) -> None:
    temporary = f"{os.path.join(os.path.dirname(path), '.' + os.path.basename(path))}.{os.getpid()}"
    fd = safe_open.fresh(temporary)
    try:
        os.write(fd, data)
    finally:
        os.close(fd)
    os.rename(temporary, path)


def record(tree: Tree, wish: Wish, path: str, now: str) -> None:
    """Write down that the attempt claims the path, before it does: what it may have edited is known from there.

    OSError where the disk refuses, and where the list is full: a claim that is on no list is none.
    """
    folder = os.path.join(tree.folder, TAKEN)
    line = json_codec.encode_line({"path": path, "at": now})
    name = os.path.join(folder, f"{wish.run}.{layout.number(wish.attempt)}.jsonl")
    try:
        fd = safe_open.append(name)
    except FileNotFoundError:
        os.makedirs(folder, 0o700, exist_ok=True)
        fd = safe_open.append(name)
    try:
        if os.fstat(fd).st_size + len(line) > MOST_TAKEN:
            raise OSError(errno.EFBIG, "the attempt has claimed too much", name)
        os.write(fd, line)
    finally:
        os.close(fd)


def taken(tree: Tree, run: "str | None" = None) -> "set[str]":
    """The paths that attempts of the run of that id claimed, or of any run."""
    folder = os.path.join(tree.folder, TAKEN)
    try:
        names = os.listdir(folder)
    except OSError:
        return set()
    found: set[str] = set()
    for name in names:
        if run is None or name.rpartition(".jsonl")[0].rpartition(".")[0] == run:
            for line in (safe_open.read(os.path.join(folder, name), MOST_TAKEN) or b"").split(b"\n"):
                found |= _path_of(line)
    return found


def _path_of(line: bytes) -> "set[str]":
    try:
        found: Any = json_codec.decode(line)
    except ValueError:
        return set()
    path = found.get("path")
    return {path} if isinstance(path, str) else set()


def drop(tree: Tree, run: str, paths: "list[str] | None") -> "list[str]":
    """Give back claims of the run of that id, for a process that holds `.lock`: those on `paths`, or all.

    Returns the paths that were claimed. Files of claims that are not in force are removed, whosever they are.
    """
    now, dropped = clock.stamp(), []
    for claim in stored(tree):
        own = claim["run"] == run and (paths is None or claim["path"] in paths)
        in_use = in_force(tree.home, claim, now)
        if own or not in_use:
            try:
                os.unlink(tree.file_of(claim["path"]))
            except FileNotFoundError:
                continue
            if own and in_use:
                dropped.append(claim["path"])
    return dropped


def forget(home: str, run: str) -> None:
    """Remove what claims and shared leases say of the run of that id, which was removed."""
    for part in (os.path.join(home, layout.CLAIMS), os.path.join(home, layout.LEASES)):
        for entry in _entries(part):
            folder = os.path.join(part, entry)
            if entry.endswith(layout.MEMBERS):
                _unlink(os.path.join(folder, run))
            for name in _entries(os.path.join(folder, TAKEN)):
                if name.rpartition(".jsonl")[0].rpartition(".")[0] == run:
                    _unlink(os.path.join(folder, TAKEN, name))


def remove(run: str) -> None:
    """The same for the run whose directory is `run`, for the removal of a run."""
    forget(layout.home_of(run), os.path.basename(run))


def _entries(folder: str) -> "list[str]":
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _unlink(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        pass
