"""One look at a run: its records, its locks, its agent, and the phase that they make."""

import os

from workcell.base import platform, probe, record
from workcell.rundir import layout, locks, phase, plainfile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Look:
    """What stood in a run directory at one moment. Records are dicts, or None where there is no readable one."""

    def __init__(self, run: str) -> None:
        self.run = run
        self.id = os.path.basename(run)
        self.n = 0
        self.directory = ""
        self.launch: dict[str, Any] | None = None
        self.attempt: dict[str, Any] | None = None
        self.start: dict[str, Any] | None = None
        self.exit: dict[str, Any] | None = None
        self.next: dict[str, Any] | None = None
        self.result: dict[str, Any] | None = None
        self.stands: set[str] = set()
        self.problems: list[str] = []
        self.runner = probe.NO
        self.agent = probe.NO
        self.agent_lock = probe.NO
        self.phase = phase.CORRUPT
        self.why: str | None = None

    @property
    def held(self) -> bool:
        """Whether a person put a hold on the run: the watchdog keeps away."""
        return os.path.exists(os.path.join(self.run, layout.HOLD))


LARGEST = 1 << 26
"""Bytes of a record that are read."""

TRIES = 50
"""Looks at a run that goes on between reading its files and asking its locks; the second one is nearly always still."""


def at(run: str, *, holding: bool = False) -> Look:
    """Look at the run in the directory `run` as it stood at one moment.

    With `holding` the caller has runner.lock himself, and it counts as free. Records are read backward (result
    first, launch last), since they are written forward. Files and locks cannot be read at once: what a run wrote
    before it gave its lock back would be missed by a reader who was held up in between, and he would take a run that
    has ended for one whose runner has died. So both must be the same afterwards, else the look begins anew.
    """
    for _ in range(TRIES):
        seen = _once(run, holding)
        if seen.phase == phase.DONE or _still(seen, holding):
            break
    return seen


def _still(seen: Look, holding: bool) -> bool:
    """Whether no record has been added, no attempt opened and no lock taken since `seen` was seen."""
    if (layout.current(seen.run) or 0) != seen.n:
        return False
    if seen.n and seen.stands != {name for name in layout.SEALED if _there(seen.directory, name)}:
        return False
    return holding or seen.runner != probe.NO or locks.held(os.path.join(seen.run, layout.RUNNER_LOCK)) == probe.NO


def _there(directory: str, name: str) -> bool:
    return os.path.exists(os.path.join(directory, name))


def _once(run: str, holding: bool) -> Look:
    seen = Look(run)
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
    sealed = ((layout.EXIT, seen.exit), (layout.NEXT, seen.next), (layout.RESULT, seen.result))
    garbled = any(name in seen.stands and found is None for name, found in sealed)
    return seen.launch is not None and seen.attempt is not None and not garbled


def ask(seen: Look, holding: bool = False) -> None:
    """Ask the locks and the agent's identity, and work the phase out."""
    runner = probe.NO if holding else locks.held(os.path.join(seen.run, layout.RUNNER_LOCK))
    seen.runner = runner
    if runner == probe.NO:
        if seen.start is not None and isinstance(seen.start.get("agent"), dict):
            seen.agent = platform.alive(seen.start["agent"])
        elif layout.START in seen.stands:
            seen.agent = probe.UNKNOWN
        seen.agent_lock = locks.held(os.path.join(seen.run, layout.AGENT_LOCK))
    seen.phase, seen.why = phase.of(
        readable=readable(seen),
        start=layout.START in seen.stands,
        exit=layout.EXIT in seen.stands,
        facts=layout.FACTS in seen.stands,
        verify=layout.VERIFY in seen.stands,
        next=layout.NEXT in seen.stands,
        result=layout.RESULT in seen.stands,
        runner=runner,
        agent=seen.agent,
        agent_lock=seen.agent_lock,
    )
    if seen.phase == phase.CORRUPT and seen.problems:
        seen.why = "; ".join(seen.problems)


def _read(seen: Look, name: str) -> "dict[str, Any] | None":
    before = len(seen.problems)
    found = read_record(seen.directory, name, seen.problems, required=False)
    if found is not None or len(seen.problems) > before:
        seen.stands.add(name)
    return found


def read_record(directory: str, file: str, problems: "list[str]", *, required: bool = True) -> "dict[str, Any] | None":
    """The record `file` of our major version; None, with the reason added to `problems`, when it is none."""
    try:
        path = os.path.join(directory, file)
        data = plainfile.read(path, LARGEST)
        if data is None and not os.path.lexists(path):
            if required:
                problems.append(f"{file} is missing")
            return None
        if data is None:
            data = plainfile.read(path, LARGEST)  # it may have been sealed between the two looks
        if data is None:
            raise ValueError("it is no regular file, or may not be read")
        found = record.decode(data)
    except (OSError, ValueError) as error:
        problems.append(f"{file} cannot be read: {error}")
        return None
    major = record.major(found, file.removesuffix(".json"))
    if major != layout.FORMAT:
        problems.append(f"{file} is of format {found.get('schema')!r}, and this workcell reads format {layout.FORMAT}")
        return None
    return found
