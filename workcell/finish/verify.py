"""verify: the pinned script once more, for a person; nothing on record changes."""

from __future__ import annotations

import os
import shlex
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workcell.base.errors import NotFound, Refused, TryAgain, Usage
from workcell.cleaning import run_cleaner
from workcell.cleaning.clean import Cleaner
from workcell.finish import check, settle, verify_output, verify_script
from workcell.rundir import find, layout, lease, look, phase, status
from workcell.rundir.cell import Cell
from workcell.terminal import log_reader

if TYPE_CHECKING:
    from workcell.rundir import schema

POLL = 0.05
"""Seconds between two looks at what the script wrote."""


@dataclass(frozen=True)
class Request:
    run: str
    """An id, a name, a unique prefix, a path, or `-` for the newest run."""
    raw: bool = False
    """The script writes to the output of the caller itself, secrets and control characters too."""


@dataclass(frozen=True)
class Result:
    id: str
    passed: bool
    verify: schema.Check
    output: str
    meaning: str = ""
    """What it means for the run: its outcome stays what it was."""
    next: str | None = None
    """The command for what is next; null where nothing is."""


def perform(cell: Cell, request: Request) -> Result:
    """The operation `verify`. `cell.progress` is told `line` with each line that the script writes, as it comes.

    A request for raw bytes has them written to `cell.output`; Usage where the cell has none. Raises what `find.run` and
    `verify` raise.
    """
    run = find.run(cell.home, request.run)
    if cell.caller.within(run):
        _refuse_own(look.at(run))
    if not request.raw:
        return verify(run, show=lambda text: cell.progress("line", text))
    if cell.output is None:
        raise Usage("there is no output that takes raw bytes here", "ask without raw: the result has the cleaned lines")
    return verify(run, raw=cell.output)


def _refuse_own(seen: look.Look) -> None:
    """Raise TryAgain for a run whose agent asks: its check runs when its turn is over, and it cannot wait for that."""
    if seen.attempt is None or seen.attempt.get("verify") is None or seen.phase == phase.DONE:
        return
    script = shlex.quote(os.path.join(seen.directory, layout.VERIFY_SCRIPT))
    raise TryAgain(
        f"cannot verify {seen.id} from inside of it: its check runs once your turn is over",
        f"end your turn, or try the script yourself: bash {script}",
    )


def verify(run: str, *, show: Callable[[str], None] | None = None, raw: int | None = None) -> Result:
    """Run the attempt's script in its tree, under the run's locks and its lease.

    TryAgain while the run, or another one in its tree, is not done.

    `show` gets each line that the script writes, cleaned, as it comes; with `raw` the script writes to that
    descriptor itself. What it wrote is in the result, cleaned, unless it went to `raw`.
    """
    cleaner = run_cleaner.of_run(run)
    seen = settle.settle(run)
    if seen.phase == phase.CORRUPT:
        raise Refused(f"cannot verify {seen.id}: {seen.why}", f"workcell fsck {seen.id}")
    if seen.attempt is None or seen.attempt.get("verify") is None:
        raise NotFound(
            f"{seen.id} has no verify script", f"give it one with a new brief: workcell resume {seen.id} --brief NEW.md"
        )
    if seen.phase not in (phase.DONE, phase.SCHEDULED, phase.CREATED):
        raise TryAgain(f"cannot verify {seen.id}: it is {seen.phase}", f"workcell wait {seen.id}")
    attempt: schema.Attempt = {**seen.attempt, "verify": {"sha256": verify_script.pinned(seen) or ""}}
    held = settle.take(run, seen)
    home = find.home_of(run)
    try:
        claim = _claim_tree(home, seen.id, seen.attempt)
    except BaseException:
        held.close()
        raise
    try:
        agent_lock = check.take_agent_lock(run, seen.n)
        try:
            with tempfile.TemporaryFile() as file:
                with _shown(file.fileno(), cleaner, show):
                    if raw is not None:
                        found = verify_script.run(run, seen.n, attempt, raw, agent_lock)
                    else:
                        with verify_output.Output(file.fileno(), tempfile.gettempdir()) as output:
                            found = verify_script.run(run, seen.n, attempt, output.fd, agent_lock)
                file.seek(0)
                text = "".join(f"{line}\n" for line in cleaner.lines(log_reader.readable([file.read()])))
        finally:
            os.close(agent_lock)
        verify_script.end_leftovers(run, seen.n, below=None)
    finally:
        claim.close()
        held.close()
    passed = found["how"] == "exited" and found["code"] == 0
    meaning, after = _meaning(seen, passed)
    return Result(seen.id, passed, cleaner.record(found), text, meaning, after)


def _claim_tree(home: str, run: str, attempt: schema.Attempt) -> lease.Lease:
    """The lease of the tree in which the script runs. Raises as `lease.claim`."""
    shared = attempt.get("share") is not None
    return lease.claim(home, attempt["cwd"], run, lambda other: find.is_live(home, other), shared=shared)


def _meaning(seen: look.Look, passed: bool) -> tuple[str, str | None]:
    """What the check says now means for the run, and the command for what is next."""
    if seen.phase != phase.DONE:
        return f"the run is {seen.phase}, and nothing of that has changed", f"workcell status {seen.id}"
    was = str(seen.outcome)
    if passed and was == "passed":
        return "it still passes", None
    if passed and seen.launch is not None and seen.launch["worktree"]:
        words = f"it passes in the tree as it is now; the run stays {was}, and its work can be merged"
        return words, f"workcell merge {seen.id} --verify"
    if passed:
        words = f"it passes in the tree as it is now; the run stays {was}. If that is all you wanted, acknowledge it;"
        return f"{words} 'workcell resume {seen.id}' makes an attempt whose check counts", f"workcell ack {seen.id}"
    if was == "passed":
        return "it passed when the run ended, and does not in the tree as it is now", f"workcell diff {seen.id}"
    return f"it does not pass, and the run stays {was}", status.go_on(seen)


@contextmanager
def _shown(fd: int, cleaner: Cleaner, show: Callable[[str], None] | None) -> Iterator[None]:
    """Give `show` the lines that come into the file `fd` while the body runs, and the rest at its end.

    The file is read again and again: a pipe would stay open for as long as a process that the script left behind.
    """
    if show is None:
        yield
        return
    over = threading.Event()

    def chunks() -> Iterator[bytes]:
        at = 0
        while True:
            last = over.is_set()
            while data := os.pread(fd, 1 << 16, at):
                at += len(data)
                yield data
            if last:
                return
            yield b""
            over.wait(POLL)

    def copy() -> None:
        for line in cleaner.lines(log_reader.readable(chunks()), at_once=True):
            show(line)

    copier = threading.Thread(target=copy, daemon=True)
    copier.start()
    try:
        yield
    finally:
        over.set()
        copier.join()
