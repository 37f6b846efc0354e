"""Finding the run that a person means."""

import os

from workcell.base import ids, json_codec, probe
from workcell.base.errors import Invalid, NoSuchRun, NotFound, Usage
from workcell.rundir import caller, family, layout, ledger, look, phase, safe_open, status
from workcell.rundir import home as rundirs
from workcell.rundir import home_creation as homes
from workcell.terminal import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from workcell.base.json_codec import Json


def ids_of(home: str) -> list[str]:
    """Ids of all runs, oldest first."""
    try:
        names = os.listdir(os.path.join(home, layout.RUNS))
    except FileNotFoundError:
        return []
    return sorted(name for name in names if not name.startswith("."))


MINUTE = len("20261120-0512")


def newest(home: str, known: list[str]) -> str:
    """The youngest of some ids, of which there is at least one; reads launch.json only of those of its minute."""
    last = max(entry[:MINUTE] for entry in known)
    among = [entry for entry in known if entry.startswith(last)]
    # of two that were born in one millisecond the last name counts
    return among[0] if len(among) == 1 else max(reversed(among), key=lambda entry: _born(home, entry))


def _born(home: str, run: str) -> str:
    found = look.read_record(path_of(home, run), layout.LAUNCH, [], required=False)
    return str(found.get("created_at", "")) if found else ""


def path_of(home: str, run: str) -> str:
    """The directory of the run of that id."""
    return os.path.join(home, layout.RUNS, run)


SELF, PARENT = "self", "parent"
"""Words for the run that the calling process is inside of, and for the one that launched that run."""


def run(home: str, word: str) -> str:
    """The directory of the run that `word` names: an id, a name, a unique prefix, a path, or `-` for the newest.

    Inside a run `self` is that run, and `parent` the one that launched it. Of several runs of one name, the newest
    that is not done, else the newest. NotFound when there is none, Usage with the list when a prefix fits several,
    Refused when others can write to the home or the run belongs to another user: what stands in a run is executed by
    settling or resuming it. Invalid when it is of a newer format.
    """
    homes.check(home)
    path = _path(home, word)
    rundirs.check_run(path)
    _known_format(path)
    return path


def run_to_change(home: str, word: str, ended: bool = False) -> str:
    """The directory of the run that `word` names, for what changes that run; raises what `run` raises.

    Usage with the ids also where several live runs have that name: which one is meant is not guessed. With `ended`,
    also where several runs have it at all: for what removes one.
    """
    path = run(home, word)
    found = namesakes(home, word)
    if found is not None:
        chosen, others = found
        among = [chosen, *others]
        alike = among if ended else [entry for entry in among if status.cached(path_of(home, entry)) is None]
        if len(alike) > 1:
            kind = "runs" if ended else "live runs"
            raise Usage(
                f"{len(alike)} {kind} are named {printable.printable(word)!r}", "name one by its id", details=alike
            )
    return path


def _path(home: str, word: str) -> str:
    known = ids_of(home)
    if not word.strip():
        raise Usage("RUN is empty", "name a run, or - for the newest: an unset variable must not pick one")
    if word == "-":
        if not known:
            raise NotFound("there is no run yet", "workcell launch BRIEF")
        return path_of(home, newest(home, known))
    if word in (SELF, PARENT) and (around := _around(home, word)) is not None:
        return path_of(home, around)
    if word in known or (ids.plain(word) and ledger.exists(path_of(home, word))):
        return path_of(home, word)  # a run whose directory was removed can still be stopped
    if "/" in word or word == ".":
        return _around_path(home, word)
    named = _named(home, known, word)
    if named:
        live = [entry for entry in named if status.cached(path_of(home, entry)) is None]
        return path_of(home, newest(home, live or named))
    begun = [entry for entry in known if entry.startswith(word)]
    if len(begun) == 1:
        return path_of(home, begun[0])
    if begun:
        raise Usage(f"{printable.printable(word)!r} fits {len(begun)} runs", "use more of the id", details=begun)
    raise _unknown(word)


def _unknown(word: str) -> NotFound:
    """The error for a word that names no run."""
    shown = printable.printable(word)
    if word in (SELF, PARENT):
        words = f"{shown!r} means a run around the caller, and this was not called from inside one"
        return NotFound(words, "name the run by its id or name: workcell ls")
    return NoSuchRun(f"no such run: {shown!r}", "workcell ls", word=word)


def _around_path(home: str, word: str) -> str:
    """The directory of the run in which the path `word` lies. NotFound where it lies in none."""
    path = os.path.realpath(word)
    while path != "/":
        if os.path.dirname(path) == os.path.realpath(os.path.join(home, layout.RUNS)):
            return path_of(home, os.path.basename(path))
        path = os.path.dirname(path)
    raise NotFound(f"{printable.printable(word)!r} is not the directory of a run", "workcell ls")


def _around(home: str, word: str) -> str | None:
    """The id of the run that SELF or PARENT means to this process; None outside of all runs of the home.

    Raises NotFound for the parent of a run that a person launched.
    """
    own = os.path.join(os.path.realpath(home), layout.RUNS)
    runs = [path for path in caller.place_of(os.getpid(), home).runs if os.path.dirname(path) == own]
    if not runs:
        return None
    found = os.path.basename(runs[0])
    if word == SELF:
        return found
    parent = family.parent_of(home, found)
    if parent is None:
        raise NotFound(f"{found} has no parent: it was not launched from inside a run", "workcell status self")
    return str(parent["run"])


def _named(home: str, known: list[str], word: str) -> list[str]:
    """Those of the ids whose runs have exactly that name."""
    part = ids.slug(word)
    return [entry for entry in known if part and part in entry and name_of(path_of(home, entry)) == word]


def namesakes(home: str, word: str) -> tuple[str, list[str]] | None:
    """(the id of the run that `word` means, the ids of the others of that name, newest first).

    None where `word` is no name of several runs: an id, a path, a prefix and `-` mean one run.
    """
    known = ids_of(home)
    if not word.strip() or word in ("-", ".") or "/" in word or word in known:
        return None
    named = _named(home, known, word)
    if len(named) < 2:
        return None
    chosen = os.path.basename(_path(home, word))
    return chosen, [entry for entry in reversed(named) if entry != chosen]


def live_of_name(home: str, name: str) -> list[str]:
    """The ids of the runs of exactly that name that are not over, newest first."""
    part = ids.slug(name)
    # the id tells the name, but for a longer one that has it in it
    fitting = [run for run in reversed(ids_of(home)) if part in run and not _is_over(home, run)]
    return [run for run in fitting if name_of(path_of(home, run)) == name]


def _is_over(home: str, run: str) -> bool:
    try:
        return not is_live(home, run)
    except OSError:
        return False  # that could not be asked is no answer


def home_of(path: str) -> str:
    """The home that the run's directory lies in."""
    return os.path.dirname(os.path.dirname(path))


def name_of(path: str) -> str | None:
    """The name in launch.json, also in one of a newer format; None when it cannot be read."""
    name = _raw(path, layout.LAUNCH).get("name")
    return name if isinstance(name, str) else None


def _raw(directory: str, file: str) -> "Json":
    """A record of whatever format; empty when there is none that can be read."""
    try:
        return json_codec.decode(safe_open.read(os.path.join(directory, file), look.LARGEST) or b"")
    except (OSError, ValueError):
        return {}


def _known_format(path: str) -> None:
    """Raise Invalid for a run that a newer version wrote: nothing may be concluded from what is read of it."""
    attempt = layout.attempt(path, layout.current(path) or 0)
    for directory, file, reads in ((path, layout.LAUNCH, layout.READS), (attempt, layout.ATTEMPT, layout.RECORDS)):
        major = json_codec.major(_raw(directory, file), file.removesuffix(".json"))
        if major is not None and major > reads[-1]:
            raise Invalid(
                f"{os.path.basename(path)} is of a newer format: its {file} is of format {major}, and this workcell "
                f"reads {reads[-1]}",
                "install a newer workcell",
            )


def is_live(home: str, run: str) -> bool:
    """Whether the run exists and is not done: for leases. OSError when that cannot be told."""
    path = path_of(home, run)
    if os.path.exists(ledger.ended_path(path)):
        return False
    if ledger.exists(path):
        seen = look.at(path)
        if not os.path.isdir(path):
            return seen.runner != probe.NO or seen.agent != probe.NO
        return seen.phase != phase.DONE
    for place, answer in ((path, False), (os.path.join(path, layout.CURRENT, layout.RESULT), True)):
        try:
            os.stat(place)
        except FileNotFoundError:
            return answer
    return False
