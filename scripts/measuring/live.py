"""What many live runs cost that one `events --all -f` follows: at rest, while ten stream, and once they are over."""

import contextlib
import itertools
import os
import signal
import statistics
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

from measuring import memory, place, table, upkeep, written_agents
from measuring.following import Follower
from measuring.live_figures import Figure
from measuring.written_agents import Agent, Agents

MOST = 420
"""Seconds after which the measuring gives up."""

STREAMING = 10
"""Runs that stream at the same time."""

RECORDS = 5
"""Records a second of each of them; one in five is a call of a tool."""

SEEN = 2.0
"""Maximum seconds between the agent's writing of a call and its line in `events -f` (p95)."""

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Spans:
    """Seconds for which things are measured, and how often."""

    rest: float
    stream: float
    """From the first record: a run that writes without a pause is looked at after 30 s, then after 60, 120, and so on."""
    quiet: float
    """How long nothing was told before the runs count as being at rest: one that was judged may be judged again after 5."""
    rounds: int


FULL, QUICK = Spans(10.0, 60.0, 6.0, 5), Spans(3.0, 4.0, 6.0, 1)


def measure(counts: list[int], quick: bool) -> list[Figure]:
    """The figures for each number of runs, the least first: the runs of one are among those of the next.

    Ends by itself after MOST seconds, and then or when it is interrupted raises once nothing is left of what it made.
    """
    spans = QUICK if quick else FULL
    found: list[Figure] = []
    with _bounded(), written_agents.made() as agents:
        follower = Follower(agents.here)
        try:
            for count in sorted(counts):
                print(f"measuring: {count} live runs ...", file=sys.stderr, flush=True)
                found += _Stage(agents, follower, spans, count).measure()
            found += _over(agents, follower, spans)
        finally:
            follower.close()
    return found


@contextlib.contextmanager
def _bounded() -> Iterator[None]:
    """Raise in the body when it takes too long, and when this process is told to end."""

    def late(number: int, frame: object) -> None:
        raise TimeoutError(f"not done after {MOST} seconds")

    def told(number: int, frame: object) -> None:
        raise SystemExit(128 + number)

    before = {number: signal.signal(number, told) for number in (signal.SIGTERM, signal.SIGHUP)}
    before[signal.SIGALRM] = signal.signal(signal.SIGALRM, late)
    signal.alarm(MOST)
    try:
        yield
    finally:
        signal.alarm(0)
        for number, handler in before.items():
            signal.signal(number, handler)


class Stream:
    """Agents that write RECORDS a second each, until it is closed."""

    def __init__(self, agents: list[Agent], marks: Iterator[int]) -> None:
        self._agents, self._marks = agents, marks
        self.written: dict[int, float] = {}
        """When the call of each number was written."""
        self._closed = threading.Event()
        self._writer = threading.Thread(target=self._write, daemon=True)
        self._writer.start()

    def _write(self) -> None:
        began = time.monotonic()
        for step in itertools.count():
            at = began + step / RECORDS / len(self._agents)
            if self._closed.wait(max(0.0, at - time.monotonic())):
                return
            agent, turn = self._agents[step % len(self._agents)], step // len(self._agents) % RECORDS
            if turn == 0:
                agent.result()
            elif turn == RECORDS - 1:
                number = next(self._marks)
                self.written[number] = time.monotonic()
                agent.call(f"mark-{number}")
            else:
                agent.said()

    def close(self) -> None:
        self._closed.set()
        self._writer.join()


class _Stage:
    """The figures of one number of runs."""

    marks = itertools.count(1)
    """Numbers of calls: no two are told under the same."""

    def __init__(self, agents: Agents, follower: Follower, spans: Spans, count: int) -> None:
        self._agents, self._follower, self._spans, self._count = agents, follower, spans, count

    def measure(self) -> list[Figure]:
        new = self._agents.grow(self._count)
        self._settle()
        found = self._costs("at rest", 2.0, self._spans.rest)
        found += self._sizes()
        found += self._late("of a run at rest", self._calls(self._agents.all))
        streaming = new[-STREAMING:]
        stream = Stream(streaming, self.marks)
        try:
            found += self._costs(f"while {len(streaming)} stream", 25.0, self._spans.stream)
        finally:
            stream.close()
        found += self._late("while they stream", stream.written)
        place.until(lambda: not self._judges(), 60.0)
        return found + self._looks()

    def _figure(self, name: str, value: float, unit: str, bound: float | None = None) -> Figure:
        return Figure(name, self._count, value, unit, bound)

    def _settle(self) -> None:
        """Wait until nothing was told, and no run was judged, for a while."""
        judged = time.monotonic()

        def rests() -> bool:
            nonlocal judged
            now = time.monotonic()
            judged = now if self._judges() else judged
            return now - max(judged, self._follower.last) > self._spans.quiet

        place.until(rests, 90.0)

    def _judges(self) -> list[int]:
        """The processes that runners have started and that will end."""
        return [pid for pid, words in written_agents.processes(self._agents.here.home).items() if " _" in words]

    # -- what it costs

    def _costs(self, when: str, bound: float, seconds: float) -> list[Figure]:
        """Processor time in the next seconds: of all of workcell, and of its parts."""
        runners, follower = [_runner(agent) for agent in self._agents.all], [self._follower.pid]
        before = (_own(runners), _of_children(runners), _own(follower))
        began = time.monotonic()
        time.sleep(seconds)
        took = time.monotonic() - began
        judges = _of_children(runners) + _own(self._judges())
        after = (_own(runners), judges, _own(follower))
        parts = [(late - early) / took * 100 for early, late in zip(before, after, strict=True)]
        words = ("the runners", "what they start to judge a run", "`events --all -f`")
        return [
            self._figure(f"processor {when}", sum(parts), "% of a core", bound),
            *(self._figure(f"{when}: {one}", part, "% of a core") for one, part in zip(words, parts, strict=True)),
        ]

    def _sizes(self) -> list[Figure]:
        runners = [memory.pss(_runner(agent)) for agent in self._agents.all]
        ours = [
            pid for pid, words in written_agents.processes(self._agents.here.directory).items()
            if "tee -a" not in words and " _" not in words
        ]  # fmt: skip
        return [
            self._figure("memory of a runner, PSS", statistics.median(runners), "MB", 6.0),
            self._figure("memory of `events --all -f`, PSS", memory.pss(self._follower.pid), "MB"),
            self._figure("processes for each run, `events` left out", (len(ours) - 1) / self._count, "", 1.0),
        ]

    # -- how late it is told

    def _calls(self, agents: list[Agent]) -> dict[int, float]:
        """One call of each of some agents, in turn; when each was written."""
        written = {}
        chosen = agents[:: max(1, len(agents) // 20)][:20]
        for agent in chosen:
            number = next(self.marks)
            agent.result()
            written[number] = time.monotonic()
            agent.call(f"mark-{number}")
            time.sleep(self._spans.rest / len(chosen) / 3)
        return written

    def _late(self, when: str, written: dict[int, float]) -> list[Figure]:
        """How long it took until these calls were told, which were written at those times."""
        place.until(lambda: written.keys() <= self._follower.told.keys(), 30.0)
        late = [self._follower.told[number] - at for number, at in written.items()]
        return [
            self._figure(f"a call is told {when}, median", statistics.median(late), "s"),
            self._figure(f"a call is told {when}, p95", table.percentile(late, 0.95), "s", SEEN),
        ]

    # -- what looks cost beside them

    def _looks(self) -> list[Figure]:
        here, rounds = self._agents.here, self._spans.rounds
        bare = [here.python, "-c", "import typer"]
        floors, ours = table.alternate(
            lambda: place.seconds(bare, env=here.env), lambda: place.seconds(here.words("ls"), env=here.env), rounds
        )
        python = [here.python, "-I", "-S", "-c", "pass"]
        tick = [here.python, "-I", os.path.join(place.ROOT, "workcell", "__main__.py"), "watchdog", "tick"]
        bares, ticks = table.alternate(
            lambda: upkeep._cpu(python, here.env), lambda: upkeep._cpu(tick, here.env), rounds
        )
        run = self._agents.all[-1].run
        look = [here.python, "-I", os.path.join(place.ROOT, "workcell", "__main__.py"), "_attend", run, "1"]
        judges = [upkeep._cpu(look, here.env) for _ in range(rounds)]
        return [
            self._figure("one look at a run (`_attend`), processor time", statistics.median(judges), "s"),
            self._figure('`ls`, beside `python -c "import typer"`', _quotient(ours, floors), "x"),
            self._figure("`ls`", statistics.median(ours), "s"),
            self._figure("a tick, processor time beside `python -I -S`", _quotient(ticks, bares), "x"),
            self._figure("a tick, processor time", statistics.median(ticks), "s"),
        ]


def _over(agents: Agents, follower: Follower, spans: Spans) -> list[Figure]:
    """End all runs; what is left of them, and what the follower still has to do with them."""
    count = len(agents.all)
    print(f"measuring: {count} runs that are over ...", file=sys.stderr, flush=True)
    directory = agents.here.directory
    agents.close()
    place.until(lambda: all(place.ended(agent.run) for agent in agents.all), 120.0)
    place.until(lambda: set(written_agents.processes(directory)) <= {follower.pid}, 30.0)
    place.until(lambda: time.monotonic() - follower.last > 2.0, 30.0)
    left = set(written_agents.processes(directory)) - {follower.pid}
    watched = follower.opened(os.path.join(agents.here.home, "runs"))
    before, began = _own([follower.pid]), time.monotonic()
    time.sleep(spans.rest / 2)
    share = (_own([follower.pid]) - before) / (time.monotonic() - began) * 100
    return [
        Figure("runs over: processes left of them", count, float(len(left)), "", 0.0),
        Figure("runs over: files and watches that `events` has in them", count, float(len(watched)), "", 0.0),
        Figure("runs over: processor of `events --all -f`", count, share, "% of a core"),
    ]


def _runner(agent: Agent) -> int:
    return int(place.record(agent.run, "start.json")["runner"]["pid"])


def _quotient(ours: list[float], floors: list[float]) -> float:
    return statistics.median(ours) / statistics.median(floors)


def _own(pids: list[int]) -> float:
    """Seconds for which these processes ran, to the nanosecond; 0 for one that is gone."""
    total = 0
    for pid in pids:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError), open(f"/proc/{pid}/schedstat", "rb") as file:
            total += int(file.read().split()[0])
    return total / 1e9


def _of_children(pids: list[int]) -> float:
    """Seconds for which those ran that these processes started, and that have ended."""
    total = 0
    for pid in pids:
        with open(f"/proc/{pid}/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
        total += int(fields[13]) + int(fields[14])
    return total / _TICKS
