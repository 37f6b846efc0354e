"""verify: the pinned script once more, for a person; nothing on record changes."""

import os
import sys
import tempfile
from dataclasses import dataclass
from typing import Any

from workcell.base.errors import NotFound, Refused, TryAgain
from workcell.ops import check, check_output, find, finish, settle
from workcell.rundir import lease, phase


@dataclass(frozen=True)
class Result:
    id: str
    passed: bool
    verify: dict[str, Any]
    output: str


def verify(run: str, *, to_terminal: bool) -> Result:
    """Run the attempt's script in its tree, under the run's locks and its lease.

    TryAgain while the run, or another one in its tree, is not done.

    With `to_terminal` the script writes to standard output; else what it wrote is in the result.
    """
    seen = settle.settle(run)
    if seen.phase == phase.CORRUPT:
        raise Refused(f"cannot verify {seen.id}: {seen.why}", f"workcell fsck {seen.id}")
    if seen.attempt is None or seen.attempt.get("verify") is None:
        raise NotFound(
            f"{seen.id} has no verify script", f"give it one with a new brief: workcell resume {seen.id} --brief NEW.md"
        )
    if seen.phase not in (phase.DONE, phase.SCHEDULED, phase.CREATED):
        raise TryAgain(f"cannot verify {seen.id}: it is {seen.phase}", f"workcell wait {seen.id}")
    held = settle.take(run, seen)
    home = find.home_of(run)
    try:
        claim = lease.claim(home, seen.attempt["cwd"], seen.id, lambda other: find.is_live(home, other))
    except BaseException:
        held.close()
        raise
    try:
        agent_lock = finish.take_agent_lock(run, seen.n)
        try:
            with tempfile.TemporaryFile() as file:
                if to_terminal:
                    found = check.run(run, seen.n, seen.attempt, sys.stdout.fileno(), agent_lock)
                else:
                    with check_output.Output(file.fileno(), tempfile.gettempdir()) as output:
                        found = check.run(run, seen.n, seen.attempt, output.fd, agent_lock)
                file.seek(0)
                text = file.read().decode("utf-8", "replace")
        finally:
            os.close(agent_lock)
        check.end_leftovers(run, seen.n, below=None)
    finally:
        claim.close()
        held.close()
    return Result(seen.id, found["how"] == "exited" and found["code"] == 0, found, text)
