"""Everything that may happen to a run, in any order: whatever comes, the directory tells the truth."""

import errno
import os
import signal
import subprocess

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests import faked_clock
from tests.faults import on_full_disk, truth
from tests.support.lab import Lab, alive, eventually, naming
from workcell.base import platform, probe
from workcell.base.errors import WorkcellError
from workcell.finish import settle, stop
from workcell.launch import launch, resume
from workcell.launch.options import Options
from workcell.rundir import look, phase, vocabulary
from workcell.views import status as states

# how an attempt goes is asked of $MARKS/how when it begins: it ends at once with a code, or lives until $MARKS/go
AGENT = """
n=${WORKCELL_ATTEMPT##*/}
exec 9>>"$MARKS/agent.flock"
flock -n 9 || echo "agent $n beside another" >>"$MARKS/overlap"
for i in 1 2 3; do echo "line $i of $n"; echo "line $i of $n" >>"$MARKS/ack.$n"; done
how=$(cat "$MARKS/how")
case $how in
  live) while test ! -e "$MARKS/go"; do sleep 0.02; done; exit 0;;
  *) echo "$how" >>"$MARKS/code.$n"; exit "$how";;
esac
"""

VERIFY = """
exec 8>>"$MARKS/verify.flock"
flock -n 8 || echo "verify beside another" >>"$MARKS/overlap"
exec 9>>"$MARKS/agent.flock"
flock -n 9 || echo "verify beside an agent" >>"$MARKS/overlap"
test -e "$MARKS/pass"
"""

ALLOWED = {
    # from a phase, by an act of ours or of the run itself, to these; a later attempt begins again at created
    phase.CREATED: {phase.STARTING, phase.RUNNING, phase.FINISHING, phase.DONE, phase.LOST, phase.ORPHANED},
    phase.STARTING: set(vocabulary.PHASES),
    phase.RUNNING: {phase.FINISHING, phase.DONE, phase.LOST, phase.ORPHANED, phase.INTERRUPTED},
    phase.FINISHING: {phase.DONE, phase.INTERRUPTED},
    phase.ORPHANED: {phase.LOST, phase.FINISHING, phase.DONE, phase.INTERRUPTED},
    phase.LOST: {phase.FINISHING, phase.DONE, phase.INTERRUPTED},
    phase.INTERRUPTED: {phase.FINISHING, phase.DONE},
    phase.DONE: set(),
}


class Runs(RuleBasedStateMachine):
    """One run in a home of its own. `last` is (attempt, phase) as it was seen last."""

    def __init__(self) -> None:
        super().__init__()
        self.lab = Lab()
        self.clock_sleep = "" if faked_clock.MISSING else faked_clock.make_sleep(self.lab.top)
        self.run = ""
        self.last: tuple[int, str] | None = None
        self.sealed: dict[str, str] = {}

        self.filler = ""
        self.killed_agent = False
        self.before: str | None = None
        self.mounted = False
        if os.geteuid() == 0:
            os.makedirs(self.lab.home, 0o700)
            words = ["mount", "-t", "tmpfs", "-o", "size=4m,mode=700", "tmpfs", self.lab.home]
            self.mounted = subprocess.run(words, capture_output=True).returncode == 0

    def teardown(self) -> None:
        if self.before is None:
            os.environ.pop("MARKS", None)
        else:
            os.environ["MARKS"] = self.before
        self.lab.end()
        if self.mounted:
            eventually(lambda: subprocess.run(["umount", self.lab.home], capture_output=True).returncode == 0)
        self.lab.close()

    def freed(self) -> None:
        if self.filler:
            os.unlink(self.filler)
            self.filler = ""

    def mark(self, name: str, data: str | None) -> None:
        path = os.path.join(self.lab.marks, name)
        if data is None:
            if os.path.exists(path):
                os.unlink(path)
        else:
            with open(path + "~", "w") as file:
                file.write(data)
            os.rename(path + "~", path)  # an agent may be reading it

    @initialize(
        io=st.sampled_from(["file", "terminal"]), how=st.sampled_from(["live", "0", "7"]), prepare=st.booleans()
    )
    def launched(self, io: str, how: str, prepare: bool) -> None:
        self.mark("how", how)
        self.before = os.environ.get("MARKS")
        os.environ["MARKS"] = self.lab.marks
        options = Options(repo=self.lab.repo, shell=os.environ)
        brief = self.lab.brief(AGENT, VERIFY, io=io)
        self.run = launch.launch(launch.Request(self.lab.home, brief, options, window=False, prepare=prepare)).run

    @precondition(lambda self: self.mounted and not self.filler)
    @rule()
    def the_disk_is_full(self) -> None:
        self.filler = on_full_disk.fill(self.lab.home)

    @precondition(lambda self: self.filler)
    @rule()
    def the_disk_has_room_again(self) -> None:
        self.freed()

    # where the clock cannot be set, the rule is left out
    @precondition(lambda self: self.clock_sleep and not self.filler)
    @rule(step=st.sampled_from(["-2d", "-2h", "+2h", "+2d"]))
    def the_clock_was_set(self, step: str) -> None:
        """Somebody settles and looks whose wall clock is far off; what lives is let alone."""
        before = look.at(self.run)
        env = self.lab.env(**faked_clock.env(self.clock_sleep, FAKETIME=step))
        self.lab.workcell("status", self.run, env=env)
        self.lab.workcell("wait", self.run, "--timeout", "1s", env=env, code=None)
        if before.phase in (phase.RUNNING, phase.ORPHANED) and before.start is not None:
            living = platform.alive(before.start["agent"]) == probe.YES
            assert living or self.lab.mark(f"code.{before.n}") or self.killed_agent

    @rule(how=st.sampled_from(["live", "0", "7"]), passes=st.booleans())
    def decided(self, how: str, passes: bool) -> None:
        """How the next attempt will go, and whether the check will pass."""
        self.mark("how", how)
        self.mark("pass", "" if passes else None)

    @rule()
    def let_go(self) -> None:
        """A living agent comes to its end."""
        self.freed()
        self.mark("go", "")
        seen = look.at(self.run)
        if seen.start is not None and seen.agent == probe.YES:
            eventually(lambda: not alive(seen.start["agent"]["pid"]), 10)
        self.mark("go", None)

    @rule(
        who=st.sampled_from(["runner", "agent"]),
        number=st.sampled_from([signal.SIGKILL, signal.SIGTERM, signal.SIGHUP]),
    )
    def killed(self, who: str, number: int) -> None:
        seen = look.at(self.run)
        if seen.start is None or seen.phase == phase.DONE:
            return
        self.killed_agent = True
        pid = seen.start[who]["pid"]
        if platform.alive(seen.start[who]) == probe.YES:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                return
            if number == signal.SIGKILL:
                eventually(lambda: not alive(pid))

    @rule()
    def settled(self) -> None:
        before = look.at(self.run)
        try:
            after = settle.settle(self.run)
        except OSError as error:
            assert error.errno == errno.ENOSPC and self.filler
            return
        if settle.needed(before):
            assert after.phase not in (phase.LOST, phase.INTERRUPTED), (before.phase, after.phase)

    @rule()
    def resumed(self) -> None:
        before = look.at(self.run)
        try:
            done = resume.resume(resume.Request(self.lab.home, self.run, window=False))
        except WorkcellError as error:
            assert error.exit_code in (75, 77) or (self.filler and error.exit_code in (73, 74)), error
            return
        except OSError as error:
            assert error.errno == errno.ENOSPC and self.filler
            return
        assert done.attempt in (before.n, before.n + 1)

    @precondition(lambda self: self.last is not None)
    @rule()
    def stopped(self) -> None:
        self.freed()
        result = stop.stop(self.run, grace=0.2)
        assert result.phase == phase.DONE

    @rule()
    def looked_at(self) -> None:
        before = sorted(os.listdir(self.run))
        found = states.status(self.run)
        assert found["phase"] in vocabulary.PHASES and found["state"]
        assert sorted(os.listdir(self.run)) == before or look.at(self.run).runner == probe.YES

    @rule()
    def let_it_come_to_rest(self) -> None:
        """Wait until nothing moves by itself: an agent that lives on, or no process at all."""
        self.freed()
        eventually(self._rests, 15)

    def _rests(self) -> bool:
        seen = look.at(self.run)
        if seen.phase in (phase.RUNNING, phase.ORPHANED):
            return os.path.exists(os.path.join(self.lab.marks, f"ack.{seen.n}"))
        return seen.phase not in (phase.STARTING, phase.FINISHING)

    @invariant()
    def tells_the_truth(self) -> None:
        if not self.run:
            return
        seen = look.at(self.run)
        assert seen.phase not in (phase.CORRUPT, phase.UNKNOWN), seen.why
        if self.last is not None:
            n, before = self.last
            assert seen.n >= n, "an attempt was lost"
            if seen.n == n and seen.phase != before:
                assert seen.phase in ALLOWED[before], (before, seen.phase, seen.why)
        self.last = (seen.n, seen.phase)
        assert truth.unsound(self.run) == []
        now = truth.sealed(self.run)
        for name, digest in self.sealed.items():
            assert now[name] == digest, f"{name} was sealed and has changed"
        self.sealed = now
        assert self.lab.mark("overlap") == ""
        if seen.exit is not None and seen.exit["how"] == "reaped" and self.lab.mark(f"code.{seen.n}"):
            assert seen.exit["code"] == int(self.lab.mark(f"code.{seen.n}")) or seen.exit["signal"], seen.exit
        if seen.phase == phase.DONE:
            eventually(lambda: not naming(os.path.basename(self.run)), what="something of a run that is over lives")
            assert truth.breaches(self.lab, self.run, lines=False) == []


Runs.TestCase.settings = settings(
    max_examples=12,
    stateful_step_count=8,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    database=None,
)
TestRuns = Runs.TestCase


class Long(Runs):
    """The same for longer."""


TestRunsForLong = pytest.mark.sweep(pytest.mark.timeout(900)(Long.TestCase))
TestRunsForLong.settings = settings(
    max_examples=60, stateful_step_count=20, suppress_health_check=list(HealthCheck), database=None
)
