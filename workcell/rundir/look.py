"""One look at a run: its records, its locks, its agent, and the phase that they make."""

import os

from workcell.base import digest, json_codec, platform, probe
from workcell.rundir import layout, ledger, locks, phase, safe_open, slot, writer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from workcell.rundir import schema


class Look:
    """What stood of a run at one moment. A record is None where there is no readable one.

    With a ledger, `start`, `exit`, `next` and `result` are what its lines say, and `launch` and `attempt` are read
    from their files only if these have the hashes of their lines: else they are None, and named in `altered`.
    """

    def __init__(self, run: str) -> None:
        self.run = run
        self.id = os.path.basename(run)
        self.n = 0
        self.directory = ""
        self.launch: schema.Launch | None = None
        self.attempt: schema.Attempt | None = None
        self.start: schema.Start | None = None
        self.exit: schema.Exit | None = None
        self.next: schema.Next | None = None
        self.result: schema.Result | None = None
        self.stands: set[str] = set()
        self.problems: list[str] = []
        self.altered: list[str] = []
        """Files that are not what the ledger says, as far as a look reads them, and those recorded as foreign."""
        self.checked = False
        """Whether a ledger stands behind the records."""
        self.copied = False
        """Whether the home is a copy: the processes that the records name may belong to the original."""
        self.book: ledger.Book | None = None
        self.runner = probe.NO
        self.agent = probe.NO
        self.agent_lock = probe.NO
        self.phase: schema.Phase = phase.CORRUPT
        self.why: str | None = None

    # -- what the records say, where they are there

    @property
    def outcome(self) -> "schema.Outcome | None":
        """The sealed outcome; None while the run is not over."""
        return self.result.get("outcome") if self.result is not None else None

    @property
    def reason(self) -> "str | None":
        """Why the run ended so; None while it is not over."""
        return self.result.get("reason") if self.result is not None else None

    @property
    def how(self) -> "schema.ExitHow | None":
        """How the agent ended; None while that is not on record."""
        return self.exit.get("how") if self.exit is not None else None

    @property
    def name(self) -> str:
        """The name of the run, or its id where launch.json cannot be read."""
        return (self.launch.get("name") if self.launch is not None else None) or self.id

    @property
    def repo(self) -> "str | None":
        """Top of the tree that the brief names."""
        return self.launch.get("repo") if self.launch is not None else None

    @property
    def cwd(self) -> str:
        """Top of the tree that the agent works in; empty where attempt.json cannot be read."""
        return str(self.attempt.get("cwd") or "") if self.attempt is not None else ""

    @property
    def objective(self) -> "str | None":
        """What is true when the run is done."""
        return self.attempt.get("objective") if self.attempt is not None else None

    @property
    def ruled(self) -> bool:
        """Whether rules of approvals hold for the attempt."""
        return self.attempt is not None and self.attempt.get("approvals") is not None

    @property
    def agent_pid(self) -> "int | None":
        """The pid of the agent as it was started; None where that is not on record."""
        agent = self.start.get("agent") if self.start is not None else None
        return agent.get("pid") if agent else None

    @property
    def starts_later(self) -> bool:
        """Whether the attempt waits for a person's resume before it is started."""
        return self.attempt is not None and self.attempt.get("start") == "later"

    @property
    def io(self) -> "schema.AgentIo | None":
        """Whether the agent has a terminal or a log file."""
        return self.attempt.get("io") if self.attempt is not None else None

    @property
    def reader(self) -> str:
        """Who can read what the agent records; `none` where no reader can."""
        return str((self.attempt.get("reader") if self.attempt is not None else None) or "none")

    @property
    def screen(self) -> str:
        """Whose screen the agent shows; `none` where messages cannot be typed into it."""
        typing = self.attempt.get("typing") if self.attempt is not None else None
        return str((typing.get("screen") if typing else None) or "none")

    @property
    def recipe(self) -> "schema.RecipeValues":
        """The keys of the recipe; empty where attempt.json cannot be read."""
        recipe = self.attempt.get("recipe") if self.attempt is not None else None
        return (recipe.get("values") if recipe else None) or {}

    @property
    def recipe_name(self) -> "str | None":
        """The name of the recipe."""
        recipe = self.attempt.get("recipe") if self.attempt is not None else None
        return recipe.get("name") if recipe else None

    @property
    def limits(self) -> "schema.Limits | None":
        """The limits of the current attempt."""
        return self.attempt.get("limits") if self.attempt is not None else None

    @property
    def asker(self) -> "schema.Asker | None":
        """Who asked for the current attempt."""
        return asker(self.attempt)


class Sealed:
    """The records of one attempt, each None where it does not stand."""

    def __init__(self, seen: Look, n: int) -> None:
        self.attempt: schema.Attempt | None = record_at(seen, n, layout.ATTEMPT)
        self.start: schema.Start | None = record_at(seen, n, layout.START)
        self.exit: schema.Exit | None = record_at(seen, n, layout.EXIT)
        self.facts: schema.Facts | None = record_at(seen, n, layout.FACTS)
        self.verify: schema.Verify | None = verify_at(seen, n)
        self.next: schema.Next | None = record_at(seen, n, layout.NEXT)
        self.result: schema.Result | None = record_at(seen, n, layout.RESULT)


def asker(attempt: "schema.Attempt | None") -> "schema.Asker | None":
    """Who asked for an attempt; None where its record cannot be read."""
    by = attempt.get("asked_by") if attempt is not None else None
    return by.get("who") if by else None


def facts_at(seen: Look, n: int) -> "schema.Facts | None":
    """facts.json of attempt `n`; None where it does not stand."""
    found: schema.Facts | None = record_at(seen, n, layout.FACTS)
    return found


def verify_at(seen: Look, n: int) -> "schema.Verify | None":
    """How the check of attempt `n` ended: verify.json, or of a run on standby what its result holds; None without."""
    found: schema.Verify | None = record_at(seen, n, layout.VERIFY)
    if found is None:
        result: schema.Result | None = record_at(seen, n, layout.RESULT)
        found = result.get("verify") if result is not None else None
    return found


LARGEST = 1 << 26
"""Bytes of a record that are read."""

TRIES = 50
"""Looks at a run that goes on between reading its files and asking its locks; the second one is nearly always still."""


def at(run: str, *, holding: bool = False) -> Look:
    """Look at the run in the directory `run` as it stood at one moment.

    With `holding` the caller has the right to write itself, and it counts as free. Files and locks cannot be read at
    once: what a run wrote before it gave its lock back would be missed by a reader that was held up in between, and
    a run that has ended would be taken for one whose runner has died. So both must be the same afterwards, else the
    look begins anew.
    """
    for _ in range(TRIES):
        seen = _once(run, holding)
        if seen.phase == phase.DONE or _still(seen, holding):
            break
    return seen


def _still(seen: Look, holding: bool) -> bool:
    """Whether no record has been added, no attempt opened and no lock taken since `seen` was seen."""
    if seen.book is not None:
        try:
            if os.stat(ledger.path(seen.run)).st_size < seen.book.size or _grown(seen.run, seen.book.size):
                return False
        except OSError:
            return True
        return holding or seen.runner != probe.NO or writer.held(seen.run) == probe.NO
    if ledger.exists(seen.run) or (layout.current(seen.run) or 0) != seen.n:
        return False
    if seen.n and seen.stands != {name for name in layout.SEALED if _there(seen.directory, name)}:
        return False
    return holding or seen.runner != probe.NO or writer.held(seen.run) == probe.NO


def _grown(run: str, size: int) -> bool:
    """Whether the ledger has another whole line behind `size`; a torn one says nothing yet."""
    return b"\n" in (safe_open.read(ledger.path(run), LARGEST, size) or b"")


def _there(directory: str, name: str) -> bool:
    return os.path.exists(os.path.join(directory, name))


def _once(run: str, holding: bool) -> Look:
    seen = Look(run)
    try:
        seen.book = ledger.read(run)
    except OSError as error:
        seen.problems.append(f"its ledger cannot be read: {error.strerror}")
        seen.why = seen.problems[0]
        seen.book = None
        return seen
    if seen.book is None:
        return _from_files(seen, holding)
    return _from_ledger(seen, seen.book, holding)


def _from_ledger(seen: Look, book: "ledger.Book", holding: bool) -> Look:
    """The look at a run with a ledger: its lines say which records stand and what is in them."""
    seen.checked = True
    seen.copied = ledger.copied(seen.run, book)
    if book.problem is not None:
        seen.problems.append(book.problem)
    n = seen.n = book.born
    seen.directory = layout.attempt(seen.run, n)
    seen.stands = {name for number, name in book.records if number == n}
    seen.stands |= {name for number, name in book.hashes if number == n and name == layout.ATTEMPT}
    seen.start, seen.exit = book.record(n, layout.START), book.record(n, layout.EXIT)
    seen.next, seen.result = book.record(n, layout.NEXT), book.record(n, layout.RESULT)
    seen.launch = _pinned(seen, book, 0, layout.LAUNCH)
    seen.attempt = _pinned(seen, book, n, layout.ATTEMPT)
    seen.altered += [name for name in book.foreign.get(n, ()) if name not in seen.altered]
    ask(seen, holding)
    if seen.exit is None and seen.runner == probe.NO and book.problem is None:
        seen.exit = slot.kept(seen.run, n)
        if seen.exit is not None:
            seen.stands.add(layout.EXIT)
            ask(seen, holding)
    return seen


def _pinned(seen: Look, book: "ledger.Book", n: int, name: str) -> "Any":
    """A record that the ledger knows by its hash; None, and named in `altered`, when its file is another one."""
    where = seen.run if n == 0 else seen.directory
    wanted = book.hashes.get((n, name))
    try:
        data = safe_open.read(os.path.join(where, name), LARGEST)
        if data is not None and digest.sha256(data) == wanted:
            return json_codec.decode(data)
    except (OSError, ValueError):
        pass
    if wanted is not None:
        seen.altered.append(name)
    return None


def record_at(seen: Look, n: int, name: str) -> "Any":
    """The record `name` of attempt `n` of the run that was looked at; None where none stands.

    The caller gives it the type of that record.
    """
    if seen.book is None:
        return read_record(layout.attempt(seen.run, n), name, [], required=False)
    if name in ledger.WITNESSED:
        return seen.book.record(n, name)
    if n == seen.n and name == layout.ATTEMPT:
        return seen.attempt
    found = read_record(layout.attempt(seen.run, n), name, [], required=False)
    if found is None or digest.sha256(json_codec.encode(found)) != seen.book.hashes.get((n, name)):
        return None
    return found


def _from_files(seen: Look, holding: bool) -> Look:
    """The look at a run without a ledger. Records are read backward, since they are written forward."""
    run = seen.run
    n = layout.current(run)
    if n is None:
        seen.problems.append("current is missing or leads nowhere")
    else:
        seen.n = n
        seen.directory = layout.attempt(run, n)
        seen.result = _read(seen, layout.RESULT)
        seen.next = _read(seen, layout.NEXT)
        for name in (layout.VERIFY, layout.FACTS):
            if _there(seen.directory, name):
                seen.stands.add(name)
        seen.exit = _read(seen, layout.EXIT)
        seen.start = _read(seen, layout.START)
        seen.attempt = _read(seen, layout.ATTEMPT)
        if seen.attempt is None and layout.ATTEMPT not in seen.stands:
            seen.problems.append(f"attempt {n} has no {layout.ATTEMPT}")
    seen.launch = read_record(run, layout.LAUNCH, seen.problems)
    if n is None:
        seen.why = "; ".join(seen.problems)
    elif readable(seen) and seen.result is not None:
        seen.phase = phase.DONE  # no lock has a say in it
    else:
        ask(seen, holding)
    return seen


def readable(seen: Look) -> bool:
    """Whether what makes the phase can be read: what stands and is garbled must not be taken for absent or for done."""
    if seen.book is not None:
        return seen.book.problem is None
    sealed = ((layout.EXIT, seen.exit), (layout.NEXT, seen.next), (layout.RESULT, seen.result))
    garbled = any(name in seen.stands and found is None for name, found in sealed)
    return seen.launch is not None and seen.attempt is not None and not garbled


def ask(seen: Look, holding: bool = False) -> None:
    """Ask the locks and the agent's identity, and work the phase out."""
    runner = probe.NO if holding else writer.held(seen.run)
    seen.runner = runner
    if runner == probe.NO:
        if seen.start is not None and isinstance(seen.start.get("agent"), dict):
            seen.agent = probe.UNKNOWN if seen.copied else platform.alive(seen.start["agent"])
        elif layout.START in seen.stands:
            seen.agent = probe.UNKNOWN
        seen.agent_lock = locks.held(os.path.join(seen.run, layout.AGENT_LOCK), alone=True)
    whole = readable(seen)
    seen.phase, seen.why = phase.determine(
        seen.stands,
        readable=whole,
        result=whole and seen.result is not None,
        runner=runner,
        agent=seen.agent,
        agent_lock=seen.agent_lock,
    )
    if seen.phase == phase.CORRUPT and seen.problems:
        seen.why = "; ".join(seen.problems)
    if seen.phase == phase.UNKNOWN and seen.copied:
        seen.why = "its home is a copy: its agent may live in the original, and cannot be asked from here"


def _read(seen: Look, name: str) -> "Any":
    before = len(seen.problems)
    found = read_record(seen.directory, name, seen.problems, required=False)
    if found is not None or len(seen.problems) > before:
        seen.stands.add(name)
    return found


def read_record(directory: str, file: str, problems: "list[str]", *, required: bool = True) -> "Any":
    """The record `file` of our major version; None, with the reason added to `problems`, when it is none.

    The caller gives it the type of that record.
    """
    try:
        path = os.path.join(directory, file)
        data = safe_open.read(path, LARGEST)
        if data is None and not os.path.lexists(path):
            if required:
                problems.append(f"{file} is missing")
            return None
        if data is None:
            data = safe_open.read(path, LARGEST)  # it may have been sealed between the two looks
        if data is None:
            raise ValueError("it is no regular file, or may not be read")
        found = json_codec.decode(data)
    except (OSError, ValueError) as error:
        problems.append(f"{file} cannot be read: {error}")
        return None
    problem = version_problem(found, file)
    if problem is not None:
        problems.append(problem)
        return None
    return found


def version_problem(found: "Mapping[str, object]", file: str) -> "str | None":
    """Why a record is of a version that this workcell does not read; None when it is of one that it reads."""
    reads = layout.READS if file == layout.LAUNCH else layout.RECORDS
    if json_codec.major(found, file.removesuffix(".json")) in reads:
        return None
    known = " and ".join(str(one) for one in reads)
    said = f"{file} is of format {found.get('schema')!r}, and this workcell reads format {known}"
    return f"{said}: install a newer workcell"
