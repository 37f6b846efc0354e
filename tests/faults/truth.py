"""What must hold of a run whatever was killed or failed, and the small agent and check that bring breaches to light."""

import hashlib
import os
import shutil
import time
from pathlib import Path

from tests.support.lab import Lab, eventually, naming
from workcell.base import json_codec, probe
from workcell.launch import resume, wait
from workcell.rundir import layout, ledger, look, orders, phase
from workcell.sessions import agent_log

AGENT = """
n=${WORKCELL_ATTEMPT##*/}
exec 9>>"$MARKS/agent.flock"
flock -n 9 || echo "agent $n beside another" >>"$MARKS/overlap"
for i in 1 2 3 4 5; do echo "line $i of $n"; echo "line $i of $n" >>"$MARKS/ack.$n"; done
sleep 0.1
for i in 6 7 8 9; do echo "line $i of $n"; echo "line $i of $n" >>"$MARKS/ack.$n"; done
test "$n" = 1 && { echo ended >>"$MARKS/ended.$n"; exit 7; }
echo done >"$MARKS/done"
"""

VERIFY = """
exec 8>>"$MARKS/verify.flock"
flock -n 8 || echo "verify beside another" >>"$MARKS/overlap"
exec 9>>"$MARKS/agent.flock"
flock -n 9 || echo "verify beside an agent" >>"$MARKS/overlap"
sleep 0.03
test -e "$MARKS/done"
"""
# The first attempt ends with 7 and does not pass; the second one passes.

PATIENCE = 30.0


def clear_marks(lab: Lab) -> None:
    for name in os.listdir(lab.marks):
        os.unlink(os.path.join(lab.marks, name))


def sealed(run: str) -> dict[str, str]:
    """Digest of every sealed file that stands, of all attempts that were born."""
    found = {}
    for n in range(1, (layout.current(run) or 0) + 1):
        for name in (*layout.SEALED, layout.BRIEF, layout.VERIFY_SCRIPT):
            path = os.path.join(layout.attempt(run, n), name)
            try:
                found[f"{n}/{name}"] = hashlib.sha256(Path(path).read_bytes()).hexdigest()
            except FileNotFoundError:
                continue
    return found


def unsound(run: str) -> list[str]:
    """What is wrong in the directory by the words of the format."""
    out = []
    seen = look.at(run)
    if seen.phase == phase.CORRUPT or seen.problems:
        out.append(f"corrupt: {seen.why} {seen.problems}")
    for n in range(1, (layout.current(run) or 0) + 1):
        directory = layout.attempt(run, n)
        stands = []
        for name in layout.SEALED:
            problems: list[str] = []
            if look.read_record(directory, name, problems, required=False) is not None:
                stands.append(name)
            out += [f"attempt {n}: {problem}" for problem in problems]
        if layout.ATTEMPT not in stands:
            out.append(f"attempt {n} has no attempt.json")
        if {layout.FACTS, layout.VERIFY, layout.NEXT, layout.RESULT} & set(stands) and layout.EXIT not in stands:
            out.append(f"attempt {n} has {stands} and no exit.json")
        if n < seen.n and layout.RESULT not in stands and layout.NEXT not in stands:
            out.append(f"attempt {n} was followed by another and has no end")
    ended: dict[object, int] = {}
    numbers = []
    try:
        lines = Path(run, layout.EVENTS).read_bytes().splitlines()
    except FileNotFoundError:
        lines = []
    for line in lines:
        try:
            event = json_codec.decode(line)
        except ValueError:
            continue  # readers skip bad lines; the writer cuts a torn one back
        numbers.append(event.get("n"))
        if event.get("type") == "run.ended":
            ended[event.get("attempt")] = ended.get(event.get("attempt"), 0) + 1
    out += [f"attempt {n} ended {times} times" for n, times in ended.items() if times > 1]
    if numbers != sorted(set(numbers)):
        out.append(f"the numbers of the events do not rise: {numbers}")
    try:
        json_codec.decode(Path(run, layout.STATUS).read_bytes())
    except FileNotFoundError:
        pass
    except ValueError as error:
        out.append(f"status.json is torn: {error}")
    return out


def breaches(lab: Lab, run: str, *, lines: bool = True) -> list[str]:
    """What the agents and checks of the run saw of each other, and acknowledged lines that the log lacks."""
    out = [f"overlap: {line}" for line in lab.mark("overlap").splitlines()]
    if lines:
        for n in range(1, (layout.current(run) or 0) + 1):
            log = b"".join(agent_log.raw(layout.attempt(run, n)))
            kept = {line.strip() for line in log.decode(errors="replace").splitlines()}
            out += [f"lost: {line}" for line in lab.mark(f"ack.{n}").splitlines() if line not in kept]
    return out


def settled(run: str) -> look.Look:
    """What one `wait` makes of the run."""
    wait.wait([run], "done", PATIENCE)
    return look.at(run)


def check(lab: Lab, run: str, before: dict[str, str], *, lines: bool = True) -> list[str]:
    """Settle the run, look for every breach, resume it until it passed; what was wrong."""
    out = []
    seen = settled(run)
    out += unsound(run)
    if seen.phase not in (phase.DONE, phase.CREATED):
        out.append(f"after one settle it is {seen.phase}: {seen.why}")
    out += breaches(lab, run, lines=lines)
    now = sealed(run)
    out += [f"sealed and changed: {name}" for name, digest in before.items() if now.get(name) != digest]
    if seen.phase == phase.DONE:
        # a temporary name of a writer that was killed after it had sealed the result stays: hidden, and named by fsck
        out += _alive(run)
    for _ in range(3):
        if (seen.result or {}).get("outcome") == "passed":
            break
        try:
            resume.resume(resume.Request(lab.home, run, window=False))
        except Exception as error:
            out.append(f"cannot be resumed: {type(error).__name__}: {error}")
            break
        seen = settled(run)
    if (seen.result or {}).get("outcome") != "passed":
        out.append(f"not passed after resume: {seen.phase} {seen.result}")
    out += unsound(run)
    out += [words for words in breaches(lab, run, lines=lines) if words not in out]
    out += _alive(run)
    if look.at(run).agent_lock == probe.YES:
        out.append("agent.lock is held by somebody")
    return out


def exit_lost(lab: Lab, run: str) -> list[str]:
    """The first attempt came to its end by itself, with 7: nothing but the death of its runner can lose that."""
    if not lab.mark("ended.1"):
        return []
    found = look.read_record(layout.attempt(run, 1), layout.EXIT, [], required=False)
    return [] if found is not None and found["code"] == 7 else [f"the exit code 7 was lost: {found}"]


def _alive(run: str) -> list[str]:
    """A process of the run that is still there: the last ones may need an instant to be gone."""
    try:
        eventually(lambda: not naming(os.path.basename(run)))
    except AssertionError:
        out = []
        for pid in naming(os.path.basename(run)):
            try:
                out.append(f"left alive: {pid} {Path(f'/proc/{pid}/cmdline').read_bytes()!r}")
            except OSError:
                continue
        return out
    return []


WITNESSES = (layout.LEDGER, layout.ENDED, layout.ORDERS)


class Stage:
    """A run as it stood at some moment, with what its home says of it, to be put back as often as it is needed."""

    def __init__(self, lab: Lab, run: str) -> None:
        self.lab, self.run = lab, run
        self.copy = os.path.join(lab.top, f"stage-{time.monotonic_ns()}")
        shutil.copytree(run, self.copy, symlinks=True, ignore=shutil.ignore_patterns(layout.CONTROL))
        self.ledger = Path(ledger.path(run)).read_bytes()
        over = Path(ledger.ended_path(run))
        self.over = over.read_bytes() if over.exists() else None
        self.marks = {name: Path(lab.marks, name).read_bytes() for name in os.listdir(lab.marks)}

    def set(self) -> None:
        """Put the directory, the ledger and the marks back."""
        remove_run(self.run)
        shutil.copytree(self.copy, self.run, symlinks=True)
        # in place: a ledger of another inode would be that of a copied home
        if not os.path.exists(ledger.path(self.run)):
            os.rename(hidden(self.lab, self.run), ledger.path(self.run))
        with open(ledger.path(self.run), "r+b") as file:
            file.truncate()
            file.write(self.ledger)
        for path in (ledger.slot_path(self.run), ledger.ended_path(self.run)):
            if os.path.exists(path):
                os.unlink(path)
        if self.over is not None:
            Path(ledger.ended_path(self.run)).write_bytes(self.over)
        shutil.rmtree(orders.directory(self.run), ignore_errors=True)
        clear_marks(self.lab)
        for name, data in self.marks.items():
            Path(self.lab.marks, name).write_bytes(data)


def hidden(lab: Lab, run: str) -> str:
    """Where the ledger of a run is kept, with its inode, while the run is away."""
    return os.path.join(lab.top, f"hidden-{os.path.basename(run)}")


def remove_run(run: str) -> None:
    """Remove the directory of a run, if it is there.

    A run that is over may still have a process that writes, such as the one that sends its notice: a file that appears
    during the removal is removed in the next pass.
    """

    def gone() -> bool:
        shutil.rmtree(run, ignore_errors=True)
        return not os.path.lexists(run)

    eventually(gone, 10.0)


def clear_run(lab: Lab, run: str) -> None:
    """Take a run away, and what the home says of it; a stage can put it back."""
    remove_run(run)
    if os.path.exists(ledger.path(run)):
        os.rename(ledger.path(run), hidden(lab, run))
    for path in (ledger.slot_path(run), ledger.ended_path(run)):
        if os.path.exists(path):
            os.unlink(path)
    shutil.rmtree(orders.directory(run), ignore_errors=True)


def clear_home(lab: Lab) -> None:
    """Remove every run, and what the home says of them."""
    for name in (layout.RUNS, *WITNESSES):
        shutil.rmtree(os.path.join(lab.home, name), ignore_errors=True)
