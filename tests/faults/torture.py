"""The kill matrix: every kind of process killed at every state-changing call or phase, and what a tick makes of it.

`python -m tests.faults.torture --deaths 1000 --jobs 2 --publish docs/failure-model.md`
"""

import argparse
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from tests.faults import points, truth
from tests.support import watching
from tests.support.lab import ROOT, Lab, alive, eventually, naming, rewrite_pinned
from workcell.base import json_codec
from workcell.base.errors import WorkcellError
from workcell.launch import resume
from workcell.rundir import layout, locks, look, phase
from workcell.watch import observe, tick

RUNNER = [sys.executable, "-I", "-S", str(ROOT / "tests/faults/become_runner.py"), str(ROOT / "workcell")]
PROGRAM = [sys.executable, "-I", str(ROOT / "workcell" / "__main__.py")]

TICKS = 14
"""So many ticks a run may need until it has passed, whatever was killed."""

PATIENCE = 40.0
_BUSY = (phase.RUNNING, phase.STARTING, phase.FINISHING, phase.ORPHANED)
_LIMITS = re.compile(r"^limits:\n(?:  .*\n)+", re.MULTILINE)
_QUICK = """limits:
  per_run: 500
  per_account: 1000
  per_hour: 1000
  cooldown: 0.01s
  backoff: {first: 0.01s, factor: 1, max: 0.01s, jitter: 0}
"""


def quick_playbooks(home: str) -> None:
    """The shipped playbooks with caps that a thousand deaths in an hour do not meet."""
    folder = Path(home, "recovery")
    folder.mkdir(parents=True, exist_ok=True)
    for source in (ROOT / "recovery").glob("*.md"):
        text = source.read_text()
        if source.stem in ("partial-completion", "vanished-session", "crash-loop", "no-progress"):
            # three deaths in a row are the point here, and not a reason to give up
            if source.stem in ("crash-loop", "no-progress"):
                text = text.replace("crash-loop\n", "never\n").replace("same-failure\n", "never\n")
            (folder / source.name).write_text(_LIMITS.sub(_QUICK, text, count=1))


class Bench:
    """One home with a healthy run that nobody may touch, and the runs that are struck beside it."""

    def __init__(self) -> None:
        self.lab = Lab()
        self.lab.workcell("ls")
        os.makedirs(os.path.join(self.lab.home, layout.RUNS), exist_ok=True)
        quick_playbooks(self.lab.home)
        self.tick()
        quiet = self.lab.brief("echo begins; exec sleep 100000", "true", name="healthy")
        self.healthy = self.lab.launch(quiet, repo=self.lab.new_repo())
        self.lab.phase(self.healthy, phase.RUNNING)
        self.before = look.at(self.healthy)
        self.brief = self.lab.brief(truth.AGENT, truth.VERIFY, extra="limits: {attempts: 500}")
        self.terminal = self.lab.brief(
            truth.AGENT, truth.VERIFY, io="terminal", name="terminal", extra="limits: {attempts: 500}"
        )

        slow = truth.AGENT.replace("sleep 0.1", 'test "$n" = 1 && sleep 1.5')
        more = {"extra": "limits: {attempts: 500}"}
        self.slow = self.lab.brief(slow, truth.VERIFY, name="slow", **more)
        self.slow_terminal = self.lab.brief(slow, truth.VERIFY, io="terminal", name="slow-terminal", **more)

    def tick(self) -> list[str]:
        """One tick in this process. Its wall clock is ahead, so that what is due in seconds is due now."""
        now = observe.Now(wall=time.time() + 3600.0)
        self.age()
        if not os.path.exists(os.path.join(self.lab.home, layout.WATCHDOG, "last.json")):
            watching.tick_before(self.lab.home, now.wall)
        return tick.tick(self.lab.home, now).did

    def age(self) -> None:
        """Let what was seen by the last tick have been seen a minute ago."""
        path = Path(self.lab.home, layout.WATCHDOG, "seen.json")
        try:
            seen = json.loads(path.read_text())
        except (FileNotFoundError, ValueError):
            return
        for mine in seen.get("runs", {}).values():
            mine["first"] = mine["first"] - 61.0
            mine.pop("quiet", None)
        path.write_text(json.dumps(seen))
        # the record of acts too: the pause after a start that failed is a minute, and fourteen ticks pass in seconds
        acts = Path(self.lab.home, layout.WATCHDOG, "actions.jsonl")
        if acts.exists():
            lines = []
            for line in acts.read_bytes().splitlines():
                try:
                    act = json_codec.decode(line)
                except ValueError:
                    continue
                lines.append(json_codec.encode_line({**act, "monotonic": float(act["monotonic"]) - 61.0}))
            acts.write_bytes(b"".join(lines))

    def clear(self) -> None:
        """Forget the runs that were struck and the record of acts."""
        for run in self.lab.runs():
            if run != self.healthy:
                truth.clear_run(self.lab, run)
        for name in os.listdir(os.path.join(self.lab.home, layout.RUNS)):
            if name.startswith("."):
                shutil.rmtree(os.path.join(self.lab.home, layout.RUNS, name), ignore_errors=True)
        truth.clear_marks(self.lab)
        acts = os.path.join(self.lab.home, layout.WATCHDOG, "actions.jsonl")
        self.disturbed()
        if os.path.exists(acts):
            os.unlink(acts)

    def disturbed(self) -> list[str]:
        """What was done to the healthy run; there is nothing to do."""
        out = []
        now = look.at(self.healthy)
        if now.phase != phase.RUNNING or now.start != self.before.start or now.n != 1:
            out.append(f"the healthy run is {now.phase} in attempt {now.n}")
        if os.listdir(os.path.join(self.healthy, layout.INBOX, "new")):
            out.append("the healthy run was sent a message")
        try:
            lines = Path(self.lab.home, layout.WATCHDOG, "actions.jsonl").read_bytes().splitlines()
        except FileNotFoundError:
            lines = []
        for line in lines:
            try:
                act = json_codec.decode(line)
            except ValueError:
                continue
            if act.get("run") == now.id:
                out.append(f"an act on the healthy run: {act}")
        return out

    def struck(self) -> str | None:
        """The run beside the healthy one."""
        return next((run for run in self.lab.runs() if run != self.healthy), None)

    def close(self) -> None:
        self.lab.close()


def rests(run: str, seconds: float = PATIENCE) -> look.Look:
    """Wait until nothing of the run is at work; the look then."""
    deadline = time.monotonic() + seconds
    while True:
        seen = look.at(run)
        leftovers = seen.phase == phase.ORPHANED and seen.why == phase.LEFTOVERS
        if seen.phase not in _BUSY or leftovers or time.monotonic() > deadline:
            return seen
        time.sleep(0.02)


def recovered(bench: Bench, run: str, before: dict[str, str], *, lines: bool, passes: bool = True) -> list[str]:
    """Tick until the run has passed; everything that was wrong on the way."""
    wrong: list[str] = []
    seen = rests(run)
    for number in range(TICKS):
        if seen.phase == phase.DONE:
            break
        try:
            bench.tick()
        except WorkcellError as error:
            wrong.append(f"the tick failed: {error.message}")
        seen = rests(run)
        waits = seen.phase in (phase.SCHEDULED, phase.CREATED)
        if number == 0 and not waits and seen.phase != phase.DONE:
            wrong.append(f"after one more tick it is {seen.phase}: {seen.why}")
        if seen.phase == phase.SCHEDULED and not (seen.next or {}).get("reason"):
            wrong.append("it waits without a reason")
    outcome = (seen.result or {}).get("outcome")
    if passes and outcome != "passed":
        wrong.append(f"not passed after {TICKS} ticks: {seen.phase}, {outcome}, attempt {seen.n}: {seen.result}")
    if seen.phase == phase.DONE and not (seen.result or {}).get("reason"):
        wrong.append("it is over without a reason")
    wrong += truth.unsound(run)
    wrong += truth.breaches(bench.lab, run, lines=lines)
    now = truth.sealed(run)
    wrong += [f"sealed and changed: {name}" for name, digest in before.items() if now.get(name) != digest]
    wrong += bench.disturbed()
    return wrong


# -- victims


Case = Callable[[Bench, random.Random], tuple[int, list[str]]]
"""(how many died, what was wrong afterwards) of one case."""

_TRACES: dict[str, list[points.Point]] = {}
_STAGES: dict[str, truth.Stage] = {}


def _strike(
    bench: Bench, dice: random.Random, key: str, argv: list[str], set_up: Callable[[], None], **more: Any
) -> int:
    """Kill `argv` at one of its calls; 1 if it died there. The calls are taken from a clean run, once."""
    # one run directory is struck again and again: without this the caps would rightly give it up
    acts = Path(bench.lab.home, layout.WATCHDOG, "actions.jsonl")
    bench.disturbed()
    acts.unlink(missing_ok=True)
    if key not in _TRACES:
        set_up()
        _TRACES[key] = points.points(argv, **more)
        run = bench.struck()
        if run is not None:
            rests(run)
        set_up()
    else:
        set_up()
    found = _TRACES[key]
    return int(points.struck(argv, found[dice.randrange(len(found))], "signal=KILL", **more))


def launching(bench: Bench, dice: random.Random) -> tuple[int, list[str]]:
    argv = bench.lab.words("launch", bench.brief, "--repo", bench.lab.repo, "--no-window")
    died = _strike(bench, dice, "launch", argv, bench.clear, env=bench.lab.env(), cwd=bench.lab.top)
    run = bench.struck()
    if run is None:
        # never born: nothing of it may be in the way of the next one
        run = bench.lab.launch(bench.brief)
    return died, recovered(bench, run, truth.sealed(run), lines=True)


def _staged(bench: Bench, key: str, make: Callable[[], str]) -> truth.Stage:
    if key not in _STAGES:
        bench.clear()
        _STAGES[key] = truth.Stage(bench.lab, make())
    return _STAGES[key]


def _to_start(bench: Bench, brief: str) -> str:
    """A run whose first attempt is about to be started."""
    run = bench.lab.launch(brief, "--prepare")
    rewrite_pinned(run, 1, layout.ATTEMPT, lambda text: text.replace('"start": "later"', '"start": "now"'))
    return run


def running(bench: Bench, dice: random.Random, io: str = "file") -> tuple[int, list[str]]:
    """The runner, which becomes finish: one process from its lock to next.json."""
    stage = _staged(bench, f"to-start-{io}", lambda: _to_start(bench, bench.brief if io == "file" else bench.terminal))
    env = dict(json_codec.decode(Path(stage.copy, layout.ENV).read_bytes())["env"])
    env["WORKCELL_ATTEMPT"] = f"{os.path.basename(stage.run)}/1"
    died = _strike(bench, dice, f"runner-{io}", [*RUNNER, stage.run, "1"], stage.set, env=env, cwd=bench.lab.top)
    return died, recovered(bench, stage.run, truth.sealed(stage.run), lines=io == "file")


def in_terminal(bench: Bench, dice: random.Random) -> tuple[int, list[str]]:
    return running(bench, dice, "terminal")


def _lost(bench: Bench) -> str:
    """A run whose runner and agent were killed in the middle."""
    run = bench.lab.launch(bench.lab.brief(f"sleep 30\n{truth.AGENT}", truth.VERIFY, name="lost"))
    seen = bench.lab.phase(run, phase.RUNNING)
    os.kill(seen.start["runner"]["pid"], signal.SIGKILL)  # type: ignore[index]
    eventually(lambda: not alive(seen.start["runner"]["pid"]))  # type: ignore[index]
    for pid in naming(os.path.basename(run)):
        os.kill(pid, signal.SIGKILL)
    bench.lab.phase(run, phase.LOST)
    return run


def finishing(bench: Bench, dice: random.Random) -> tuple[int, list[str]]:
    """The detached process that settles a run whose runner died."""
    stage = _staged(bench, "lost", lambda: _lost(bench))
    held: list[int] = []

    def set_up() -> None:
        while held:
            os.close(held.pop())
        stage.set()
        lock = locks.take(os.path.join(stage.run, layout.RUNNER_LOCK), 5.0)
        assert lock is not None
        # one number for all: strace and the words of the program name it
        os.dup2(lock, 200)
        os.close(lock)
        held.append(200)

    argv = [*PROGRAM, "_settle", stage.run, "1", "200"]
    env = bench.lab.env()
    died = _strike(bench, dice, "finish", argv, set_up, env=env, cwd=bench.lab.top, pass_fds=[200])
    while held:
        os.close(held.pop())
    # its agent would sleep again: what the next attempt does is the other briefs' business
    return died, recovered(bench, stage.run, truth.sealed(stage.run), lines=True, passes=False)


def _scheduled(bench: Bench) -> str:
    run = bench.lab.launch(bench.brief)
    bench.lab.phase(run, phase.SCHEDULED)
    return run


def ticking(bench: Bench, dice: random.Random) -> tuple[int, list[str]]:
    """The tick that opens the next attempt of a run that is due."""
    stage = _staged(bench, "scheduled", lambda: _scheduled(bench))
    return _tick_struck(bench, dice, "tick-due", stage, passes=True)


def handing(bench: Bench, dice: random.Random) -> tuple[int, list[str]]:
    """The tick that hands a lost run to a process of its own."""
    stage = _staged(bench, "lost", lambda: _lost(bench))
    return _tick_struck(bench, dice, "tick-lost", stage, passes=False)


def _tick_struck(
    bench: Bench, dice: random.Random, key: str, stage: truth.Stage, *, passes: bool
) -> tuple[int, list[str]]:
    def set_up() -> None:
        acts = os.path.join(bench.lab.home, layout.WATCHDOG, "actions.jsonl")
        if os.path.exists(acts):
            os.unlink(acts)
        for run in bench.lab.runs():
            if run not in (bench.healthy, stage.run):
                truth.clear_run(bench.lab, run)
        stage.set()

    argv = [*PROGRAM, "watchdog", "tick"]
    died = _strike(bench, dice, key, argv, set_up, env=bench.lab.env(), cwd=bench.lab.top)
    wrong = recovered(bench, stage.run, truth.sealed(stage.run), lines=True, passes=passes)
    bench.tick()  # a run that is over already still leaves its intent to the next tick
    return died, wrong + unfinished(bench)


def unfinished(bench: Bench) -> list[str]:
    """Intents that no later tick has settled, and acts that were done twice for one incident."""
    out, open_, resumed = [], {}, Counter[tuple[object, object]]()
    try:
        lines = Path(bench.lab.home, layout.WATCHDOG, "actions.jsonl").read_bytes().splitlines()
    except FileNotFoundError:
        return []
    for line in lines:
        try:
            act = json_codec.decode(line)
        except ValueError:
            continue
        if act.get("is") == "intent":
            open_[act["n"]] = act
        else:
            was = open_.pop(act.get("of"), None)
            if was is not None and was.get("step") == "resume" and act.get("state") == "done":
                resumed[(was.get("run"), was.get("attempt"))] += 1
    out += [f"no result of the intent {act}" for act in open_.values()]
    out += [f"resumed {times} times: {key}" for key, times in resumed.items() if times > 1]
    return out


def resuming(bench: Bench, dice: random.Random) -> tuple[int, list[str]]:
    """A person's resume of a run that failed."""

    def make() -> str:
        where = os.path.join(bench.lab.home, layout.WATCHDOG, "last.json")
        os.unlink(where)  # without a watchdog the first attempt is the end
        run = bench.lab.launch(bench.brief, "--wait", code=1)
        bench.tick()
        return run

    stage = _staged(bench, "failed", make)

    def set_up() -> None:
        for run in bench.lab.runs():
            if run not in (bench.healthy, stage.run):
                truth.clear_run(bench.lab, run)
        stage.set()

    argv = bench.lab.words("resume", stage.run, "--no-window")
    died = _strike(bench, dice, "resume", argv, set_up, env=bench.lab.env(), cwd=bench.lab.top)
    seen = rests(stage.run)
    if seen.phase == phase.DONE and seen.n == 1:
        resume.resume(resume.Request(bench.lab.home, stage.run, window=False))  # never born: asked again
    return died, recovered(bench, stage.run, truth.sealed(stage.run), lines=True)


def agent_killed(bench: Bench, dice: random.Random) -> tuple[int, list[str]]:
    """The agent, at some moment of its life, with a terminal or without."""
    bench.clear()
    io = dice.choice(("file", "terminal"))
    run = bench.lab.launch(bench.slow if io == "file" else bench.slow_terminal)
    time.sleep(dice.random() * 1.0)
    seen = look.at(run)
    died = 0
    if seen.start is not None and alive(seen.start["agent"]["pid"]):
        os.kill(seen.start["agent"]["pid"], signal.SIGKILL)
        died = 1
    return died, recovered(bench, run, {}, lines=io == "file")


def _windowed(bench: Bench, dice: random.Random, kill: Callable[[str], int]) -> tuple[int, list[str]]:
    bench.clear()
    run = bench.lab.launch(bench.slow_terminal, window=True)
    time.sleep(dice.random() * 0.3)
    before = look.at(run)
    died = kill(run)
    wrong = []
    after = look.at(run)
    if before.phase == phase.RUNNING and after.phase not in (phase.RUNNING, phase.FINISHING, phase.SCHEDULED):
        wrong.append(f"the run is {after.phase} because its window died")
    seen = rests(run)
    if before.phase == phase.RUNNING and (seen.exit or {}).get("code") != 7 and seen.n == 1:
        wrong.append(f"the agent did not come to its own end: {seen.exit}")
    return died, wrong + recovered(bench, run, {}, lines=False)


def window_killed(bench: Bench, dice: random.Random) -> tuple[int, list[str]]:
    """The program in the pane."""

    def kill(run: str) -> int:
        panes = bench.lab.tmux("list-panes", "-a", "-F", "#{pane_pid}").stdout.split()
        for pid in panes:
            try:
                os.kill(int(pid), signal.SIGKILL)
            except ProcessLookupError:
                continue
        return int(bool(panes))

    return _windowed(bench, dice, kill)


def server_killed(bench: Bench, dice: random.Random) -> tuple[int, list[str]]:
    """The tmux server, with every window in it."""

    def kill(run: str) -> int:
        found = bench.lab.servers()
        for pid in found:
            os.kill(pid, signal.SIGKILL)
        return int(bool(found))

    return _windowed(bench, dice, kill)


def storm(bench: Bench, dice: random.Random) -> tuple[int, list[str]]:
    """One run, and one death after the other: whatever works for it is killed at some moment, ten times over."""
    bench.clear()
    died = 0
    run = bench.lab.launch(bench.brief)
    env = bench.lab.env()
    for _ in range(12):
        if look.at(run).phase == phase.DONE:
            break
        bench.age()
        child = subprocess.Popen(
            [*PROGRAM, "watchdog", "tick"], env=env, cwd=bench.lab.top,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        time.sleep(dice.random() * 0.8)
        for pid in [child.pid, *naming(os.path.basename(run))]:
            if pid != os.getpid() and dice.random() < 0.6:
                try:
                    os.kill(pid, signal.SIGKILL)
                    died += 1
                except ProcessLookupError:
                    continue
        child.wait(PATIENCE)
    wrong = recovered(bench, run, {}, lines=True)
    bench.tick()
    return died, wrong + unfinished(bench)


VICTIMS: dict[str, tuple[Case, int, str]] = {
    "launch": (launching, 10, "SIGKILL at each call of its trace"),
    "runner and finish": (running, 20, "SIGKILL at each call of its trace, headless"),
    "runner and finish, terminal": (in_terminal, 12, "SIGKILL at each call of its trace, with a terminal"),
    "finish of a lost run": (finishing, 10, "SIGKILL at each call of its trace"),
    "tick that resumes": (ticking, 16, "SIGKILL at each call of its trace"),
    "tick that hands over": (handing, 10, "SIGKILL at each call of its trace"),
    "resume": (resuming, 10, "SIGKILL at each call of its trace"),
    "agent": (agent_killed, 8, "SIGKILL at some moment of its life"),
    "window": (window_killed, 4, "SIGKILL at some moment of its life"),
    "tmux server": (server_killed, 4, "SIGKILL at some moment of its life"),
    "storm": (storm, 30, "tick, runner, agent and finish, again and again"),
}
"""Case, its share of all cases, and how it is struck."""


def work(job: tuple[int, int, float, list[str] | None]) -> dict[str, Any]:
    """One worker: cases by their shares until its deaths or its time are up."""
    seed, wanted, seconds, only = job
    dice = random.Random(seed)
    names = [name for name in VICTIMS if only is None or name in only]
    weights = [VICTIMS[name][1] for name in names]
    deaths: Counter[str] = Counter()
    cases: Counter[str] = Counter()
    wrong: list[str] = []
    bench = Bench()
    begun = time.monotonic()
    try:
        while sum(deaths.values()) < wanted and time.monotonic() - begun < seconds:
            name = next((one for one in names if not cases[one]), None) or dice.choices(names, weights)[0]
            cases[name] += 1
            try:
                died, found = VICTIMS[name][0](bench, dice)
            except (AssertionError, OSError, WorkcellError, subprocess.SubprocessError) as error:
                died, found = 0, [f"the case broke: {type(error).__name__}: {error}"]
                _STAGES.clear()
            deaths[name] += died
            wrong += [f"{name}: {words}" for words in found]
            if wrong and len(wrong) > 40:
                break
    finally:
        bench.close()
        _STAGES.clear()
    calls = {key: len(found) for key, found in _TRACES.items()}
    return {"deaths": deaths, "cases": cases, "wrong": wrong, "calls": calls, "seconds": time.monotonic() - begun}


def torture(deaths: int, jobs: int, seed: int, seconds: float, only: list[str] | None = None) -> dict[str, Any]:
    """The matrix until so many have died; the figures of all workers together."""
    plan = [(seed * 1000 + number, deaths // jobs + 1, seconds, only) for number in range(jobs)]
    if jobs == 1:
        parts = [work(plan[0])]
    else:
        with ProcessPoolExecutor(jobs) as pool:
            parts = list(pool.map(work, plan))
    total: dict[str, Any] = {"deaths": Counter(), "cases": Counter(), "wrong": [], "calls": {}, "seconds": 0.0}
    for part in parts:
        total["deaths"] += part["deaths"]
        total["cases"] += part["cases"]
        total["wrong"] += part["wrong"]
        total["calls"].update(part["calls"])
        total["seconds"] = max(total["seconds"], part["seconds"])
    return total


def table(found: dict[str, Any], seed: int) -> str:
    """The figures as Markdown."""
    rows = ["| victim | how | cases | deaths |", "|---|---|---|---|"]
    for name, (_, _, how) in VICTIMS.items():
        if found["cases"][name]:
            rows.append(f"| {name} | {how} | {found['cases'][name]} | {found['deaths'][name]} |")
    died = sum(found["deaths"].values())
    rows.append(f"| **all** | | **{sum(found['cases'].values())}** | **{died}** |")
    kinds = {
        "lost runs": ("not passed", "corrupt"),
        "agents beside another": ("overlap",),
        "acts on the healthy run": ("healthy run",),
        "runs neither over nor waiting with a reason after one more tick": ("after one more tick", "without a reason"),
        "acknowledged lines missing from a log": ("lost: ",),
        "intents without a result, acts done twice": ("no result of", "resumed "),
    }
    counted = [
        f"- {name}: {sum(any(w in one for w in words) for one in found['wrong'])}" for name, words in kinds.items()
    ]
    head = (
        f"{died} deaths in {sum(found['cases'].values())} cases, seed {seed}, "
        f"{found['seconds'] / 60:.0f} minutes on {os.cpu_count()} cores, Linux {os.uname().release}, "
        f"Python {sys.version.split()[0]}, {time.strftime('%Y-%m-%d', time.gmtime())}."
    )
    calls = ", ".join(f"{key} {count}" for key, count in sorted(found["calls"].items()))
    return "\n".join([head, "", *rows, "", *counted, f"- everything that was wrong: {len(found['wrong'])}", "",
                      f"State-changing calls in a clean run: {calls}.", ""])  # fmt: skip


BEGIN, END = "<!-- figures: scripts/torture writes them -->", "<!-- end of figures -->"


def publish(path: str, text: str) -> None:
    """Put the figures between the marks of the page."""
    page = Path(path).read_text()
    head, rest = page.split(BEGIN, 1)
    _, tail = rest.split(END, 1)
    Path(path).write_text(f"{head}{BEGIN}\n\n{text}\n{END}{tail}")


def main() -> int:
    words = argparse.ArgumentParser(description="Kill everything, everywhere, and count what is lost.")
    words.add_argument("--deaths", type=int, default=1000)
    words.add_argument("--jobs", type=int, default=2)
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--minutes", type=float, default=120.0)
    words.add_argument("--only", action="append", choices=list(VICTIMS))
    words.add_argument("--publish", metavar="FILE")
    given = words.parse_args()
    found = torture(given.deaths, given.jobs, given.seed, given.minutes * 60.0, given.only)
    text = table(found, given.seed)
    print(text)
    for line in found["wrong"]:
        print("WRONG", line)
    if given.publish:
        publish(given.publish, text)
    return 1 if found["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
