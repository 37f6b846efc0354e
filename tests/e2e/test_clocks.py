"""Steps of the wall clock by a day, and changes of daylight saving time: limits, due times, orders and states hold."""

import json
import os
import time
from pathlib import Path

import pytest

from tests import faked_clock
from tests.support import watching
from tests.support.lab import eventually
from workcell.base import clock
from workcell.rundir import layout, look, orders, phase, run_hold

steppable = pytest.mark.skipif(faked_clock.MISSING is not None, reason=str(faked_clock.MISSING))
DAY = 86400.0
TZ = "CET-1CEST,M3.5.0,M10.5.0/3"
FAKED = (
    "LD_PRELOAD",
    "FAKETIME_TIMESTAMP_FILE",
    "FAKETIME_NO_CACHE",
    "FAKETIME_DONT_FAKE_MONOTONIC",
    "NO_FAKE_STAT",
    "TZ",
)
LIVES = 'echo x >>"$MARKS/started"; until test -e "$MARKS/go"; do sleep 0.05; done'
# the kernel's own clock that no library fakes, in seconds since boot
TIMED = """trap 'cut -d" " -f1 /proc/uptime >"$MARKS/down"; exit 0' TERM
cut -d" " -f1 /proc/uptime >"$MARKS/up.new"; mv "$MARKS/up.new" "$MARKS/up"
while :; do sleep 0.05; done"""


@pytest.fixture(scope="module")
def guard(tmp_path_factory):
    """See tests/clock_sleep.c."""
    return faked_clock.make_sleep(str(tmp_path_factory.mktemp("clock")))


class Stepped:
    """A wall clock for every process that `env` is given to, and for the runners that these start."""

    def __init__(self, lab, guard: str) -> None:
        self.lab, self.path = lab, os.path.join(lab.top, "clock")
        self.set(0.0)
        faked = faked_clock.env(guard, FAKETIME_TIMESTAMP_FILE=self.path, FAKETIME_NO_CACHE="1", TZ=TZ)
        self.env = lab.env(**faked)

    def set(self, offset: float) -> None:
        """Let the clock be `offset` seconds ahead of the real one; live processes see it at once."""
        Path(self.path + "~").write_text(f"{offset:+.0f}\n")
        os.rename(self.path + "~", self.path)
        self.offset = offset

    def now(self) -> float:
        return time.time() + self.offset

    def brief(self, *args: str, **more: str) -> str:
        """A brief whose runner and agent live by this clock, too."""
        path = self.lab.brief(*args, **more)
        text = Path(path).read_text()
        Path(path).write_text(text.replace("env: [MARKS]", f"env: [MARKS, {', '.join(FAKED)}]"))
        return path

    def launch(self, brief: str, *args: str, **more) -> str:
        return self.lab.launch(brief, *args, env=self.env, **more)

    def workcell(self, *args: str, code: int | None = 0):
        return self.lab.workcell(*args, env=self.env, code=code)

    def status(self, run: str) -> dict:
        return json.loads(self.workcell("status", run, "--json").stdout)


@pytest.fixture
def stepped(lab, guard):
    return Stepped(lab, guard)


def near(stamp: str, seconds: float) -> bool:
    return abs(clock.parse(stamp) - seconds) < 30.0


@steppable
@pytest.mark.parametrize("step", [DAY, -DAY])
@pytest.mark.heavy
def test_a_wall_limit_counts_on_the_clock_that_cannot_be_set(lab, stepped, step):
    run = stepped.launch(stepped.brief(TIMED, "true", extra="limits: {wall: 3s}"))
    eventually(lambda: lab.mark("up"))
    stepped.set(step)
    seen = lab.phase(run, phase.DONE)
    assert seen.exit["how"] == "limit-wall"
    # the limit counts from before the first line of the agent, which may come late
    assert 0.0 < float(lab.mark("down")) - float(lab.mark("up")) < 15.0
    assert 2.5 < seen.exit["seconds"] < 15.0
    assert near(seen.exit["ended_at"], stepped.now()), "the runner did not see the step: nothing was tested"


@steppable
@pytest.mark.parametrize("step", [DAY, -DAY])
@pytest.mark.heavy
def test_a_live_run_keeps_its_identity_and_its_tree(lab, stepped, step):
    run = stepped.launch(stepped.brief(LIVES, "true"))
    before = lab.phase(run, phase.RUNNING)
    watch = watching.Watch(lab)
    stepped.set(step)
    assert stepped.status(run)["state"] == "running"
    for words in (["ls"], ["why", run], ["logs", run], ["fsck", run]):
        stepped.workcell(*words)
    stepped.workcell("wait", run, "--timeout", "0.2s", code=124)
    stepped.workcell("resume", run, "--no-window", code=75)
    second = lab.brief(LIVES, "true", name="second")
    refused = stepped.workcell("launch", second, "--repo", lab.repo, "--no-window", code=75)
    assert os.path.basename(run) in refused.stderr, refused.stderr
    for _ in range(3):
        assert watch.tick(ahead=step) == []
    now = look.at(run)
    assert (now.phase, now.start, now.n) == (phase.RUNNING, before.start, 1)
    Path(lab.marks, "go").touch()
    over = lab.phase(run, phase.DONE)
    assert over.result["outcome"] == "passed" and lab.mark("started") == "x\n"
    assert over.exit["seconds"] < 60.0 and near(over.result["ended_at"], stepped.now())
    assert stepped.status(run)["state"] == "passed"
    stepped.set(0.0)
    assert stepped.status(run)["state"] == "passed"
    stepped.workcell("fsck", run)


def test_a_scheduled_run_is_due_after_a_step_forward_and_goes_on_once(lab):
    later = {"  - resume: artifacts": "  - resume: {how: artifacts, after: 1h}"}
    watching.quick(lab.home, "partial-completion", **later)
    watch = watching.Watch(lab)
    agent = 'echo "$WORKCELL_ATTEMPT" >>"$MARKS/started"\ntest "${WORKCELL_ATTEMPT##*/}" = 1 && exit 0\n'
    agent += 'until test -e "$MARKS/go"; do sleep 0.05; done; touch "$MARKS/pass"'
    begun = time.time()
    run = lab.launch(lab.brief(agent, 'test -e "$MARKS/pass"'))
    seen = lab.phase(run, phase.SCHEDULED)
    due = clock.parse(seen.next["not_before"])
    assert begun + 3500 < due < time.time() + 3700
    for ahead in (0.0, 0.0, -DAY, -DAY, -DAY):
        watch.tick(ahead=ahead)
        assert look.at(run).phase == phase.SCHEDULED and look.at(run).n == 1, ahead
    assert lab.status(run)["due_at"] == seen.next["not_before"]
    watch.tick(ahead=DAY)  # the clock was set: whether it stays so shows in the next tick
    watch.tick(ahead=DAY)
    watch.tick(ahead=DAY)
    assert lab.phase(run, phase.RUNNING).n == 2
    for ahead in (0.0, 0.0, -DAY, -DAY, DAY, DAY):
        watch.tick(ahead=ahead)
        assert (look.at(run).phase, look.at(run).n) == (phase.RUNNING, 2), ahead
    Path(lab.marks, "go").touch()
    assert lab.phase(run, phase.DONE).result["outcome"] == "passed"
    for ahead in (-DAY, -DAY, DAY, DAY):
        watch.tick(ahead=ahead)
    assert look.at(run).n == 2 and len(lab.mark("started").splitlines()) == 2
    lab.workcell("fsck", run)


@steppable
@pytest.mark.heavy
def test_holds_and_releases_keep_their_order_when_the_clock_goes_back(lab, stepped):
    run = stepped.launch(stepped.brief(LIVES, "true"))
    lab.phase(run, phase.RUNNING)
    stepped.workcell("hold", run, "--for", "1h", "--why", "first")
    first = clock.parse(run_hold.standing(run)["until_at"])
    assert abs(first - time.time() - 3600) < 30
    stepped.set(-DAY)
    assert stepped.status(run)["hold"]["why"] == "first"
    stepped.workcell("release", run)
    assert stepped.status(run)["hold"] is None
    stepped.set(-2 * DAY)
    stepped.workcell("hold", run, "--for", "1h", "--why", "second")
    assert stepped.status(run)["hold"]["why"] == "second"
    until = clock.parse(run_hold.standing(run, stepped.now())["until_at"])
    assert abs(until - stepped.now() - 3600) < 30
    stepped.set(-2 * DAY + 7200)
    assert stepped.status(run)["hold"] is None, "its time is over by the clock that was set"
    stepped.set(-3 * DAY)
    stepped.workcell("hold", run, "--why", "third")
    stepped.workcell("release", run)
    stepped.workcell("hold", run, "--why", "fourth")
    assert stepped.status(run)["hold"]["why"] == "fourth"
    names = sorted(os.listdir(orders.directory(run)))
    kinds = [one["kind"] for one in orders.every(run)]
    assert kinds == ["hold", "release", "hold", "hold", "release", "hold"], names
    stepped.set(-4 * DAY)
    stepped.workcell("stop", run, "--grace", "1s")
    assert look.at(run).result["outcome"] == "stopped"
    assert [one["kind"] for one in orders.every(run)][-1] == "stop"
    stepped.workcell("fsck", run)


@steppable
def test_gc_deletes_nothing_young_after_a_step_back(lab, stepped):
    run = stepped.launch(stepped.brief("true", "true"), "--wait")
    staged = Path(lab.home, layout.RUNS, f"{layout.STAGED}20261121-0000-x-aaaa")
    staged.mkdir(0o700)
    (staged / "FILE").write_text("made a moment ago\n")
    tree = Path(lab.home, layout.WORKTREES, "20261121-0000-x-bbbb")
    tree.mkdir(0o700, parents=True)
    ledger = Path(lab.home, layout.LEDGER, "20261121-0000-x-cccc.jsonl")
    ledger.write_text("")
    for offset in (-DAY, -40 * DAY, 0.0):
        stepped.set(offset)
        for age in ("1h", "30d"):
            stepped.workcell("gc", "--older-than", age, "--yes")
        assert os.path.isdir(run) and (staged / "FILE").exists() and tree.is_dir() and ledger.exists(), offset
    stepped.set(DAY)
    listed = json.loads(stepped.workcell("gc", "--older-than", "1h", "--json").stdout)["items"]
    assert {os.path.basename(one["path"]) for one in listed if one["can"]} >= {os.path.basename(run), staged.name}


@steppable
@pytest.mark.parametrize("change", ["2026-03-29T01:00:00.000Z", "2026-10-25T01:00:00.000Z"], ids=["spring", "autumn"])
@pytest.mark.heavy
def test_a_change_of_daylight_saving_time_is_no_step(lab, stepped, change):
    """The local clock jumps by an hour in the middle of the attempt; what counts is UTC and the monotonic clock."""
    at = clock.parse(change)
    stepped.set(at - time.time() - 600)
    run = stepped.launch(stepped.brief(LIVES, "true", extra="limits: {wall: 30m}"))
    lab.phase(run, phase.RUNNING)
    stepped.workcell("hold", run, "--for", "2h")
    until = clock.parse(stepped.status(run)["hold"]["until_at"])
    assert abs(until - stepped.now() - 7200) < 30
    stepped.set(at - time.time() + 5)
    assert stepped.status(run)["state"] == "running" and stepped.status(run)["hold"]
    row = json.loads(stepped.workcell("ls", "--json").stdout)["runs"][0]
    assert row["state"] == "running"
    Path(lab.marks, "go").touch()
    seen = lab.phase(run, phase.DONE)
    assert (seen.result["outcome"], seen.exit["how"]) == ("passed", "reaped")
    took = clock.parse(seen.exit["ended_at"]) - clock.parse(seen.start["started_at"])
    assert 595 < took < 700, "ten minutes were skipped, and no hour more or less"
    assert seen.exit["seconds"] < 60.0
    stepped.workcell("fsck", run)
