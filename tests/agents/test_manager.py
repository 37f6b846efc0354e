"""The how-to "One agent that manages ten", word by word: Claude Code manages, five Claude Code and five Codex work."""

import contextlib
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.agents.conftest import KEY
from tests.support.lab import ROOT, eventually
from tests.support.timer_programs import TimerPrograms
from workcell.base import clock
from workcell.rundir import look, phase

pytestmark = [pytest.mark.agents, pytest.mark.timeout(420)]

PAGE = ROOT / "docs" / "how-to" / "let-one-agent-manage-ten.md"
CHECK = "for part in 1 2 3 4 5 6 7 8 9 10; do test -s page-$part.md || exit 1; done\n"
SCENE = "managed"


def blocks():
    """The commands of the page: what a person types, and what the manager runs."""
    found = re.findall(r"```sh\n(.*?)```", PAGE.read_text(), re.DOTALL)
    names = ("install", "launch", "look", "take", "hand_out", "finish")
    assert len(found) == len(names), "a block was added to the page: say here who runs it"
    return dict(zip(names, found, strict=True))


class Night:
    """What the model says to each agent, by what it is asked, and when."""

    def __init__(self, page):
        self.page = page
        self.asked = []
        """When (epoch seconds) the manager asked the model."""

    def command(self, words):
        """The one command that an agent runs which was asked that, or None."""
        if part := re.search(r"Run `test -s (page-\d+\.md)`", words):
            return f"echo text > {part[1]} && git add {part[1]} && git commit -qm {part[1]}"
        self.asked.append(time.time())
        if "You manage other agents" in words:
            return self.page["hand_out"]
        merges = re.findall(r"Next: (git .*?git merge workcell/[\w-]+|git merge workcell/[\w-]+)", words)
        return " && ".join([*merges, f"if sh check.sh; then {self.page['finish'].strip()}; fi"])


class Place:
    """A person's machine: a crontab that is called more often than each minute, `workcell`, and a shell."""

    def __init__(self, bench):
        self.bench = bench
        self.timers = TimerPrograms(Path(bench.lab.marks))
        self.timers.crontab()
        program = self.timers.folder / "workcell"
        program.write_text(f'#!/bin/sh\nexec {sys.executable} -I {ROOT}/workcell/__main__.py "$@"\n')
        program.chmod(0o755)
        bench.path = f"{self.timers.folder}:{bench.path}"
        bench.given = self.env = bench.env("claude", f"{bench.model.base}/{SCENE}")
        config = Path(bench.lab.person, ".codex", "config.toml")
        # as signed in by a file: a child gets no key that only the recipe of its parent names
        config.write_text(
            config.read_text().replace('env_key = "CODEX_API_KEY"', f'experimental_bearer_token = "{KEY}"')
        )
        self.repo = bench.lab.repo
        Path(self.repo, "check.sh").write_text(CHECK)
        self.types("git config --global user.name me && git config --global user.email me@example.com")
        self.types("git add check.sh && git commit -qm check")

    def types(self, commands, seconds=120):
        ran = subprocess.run(
            ["bash", "-eu", "-c", commands],
            cwd=self.repo,
            env=self.env,
            capture_output=True,
            text=True,
            timeout=seconds,
        )
        assert ran.returncode == 0, f"{commands}\n{ran.stdout}\n{ran.stderr}"
        return ran.stdout

    def ticks(self, ended):
        """Call what stands in the crontab, again and again, until that is set."""
        while not ended.wait(2.0):
            for line in self.timers.table.read_text().splitlines():
                if line.startswith("* "):
                    words = line.split(maxsplit=5)[5].replace("\\%", "%")
                    subprocess.run(["sh", "-c", words], env=self.env, capture_output=True, timeout=120)


def processes_asleep(run):
    """The processes of a run that sleeps; None where it was awake before or after the look."""
    before = look.at(run)
    mine = f"WORKCELL_RUN={before.id}".encode()
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if mine in path.read_bytes().split(b"\0"):
                found.append((path.parent / "cmdline").read_bytes())
    after = look.at(run)
    slept = (before.phase, before.n) == (phase.SCHEDULED, after.n) and after.phase == phase.SCHEDULED
    return (found or ["none"]) if slept else None


def test_the_page_is_true(bench):
    page = blocks()
    night = Night(page)
    bench.model.scripts[SCENE] = night.command
    place = Place(bench)
    place.types(page["install"])
    ended = threading.Event()
    cron = threading.Thread(target=place.ticks, args=(ended,))
    cron.start()
    try:
        eventually(Path(bench.lab.home, "watchdog", "last.json").exists, 60.0, "the first tick")
        place.types(page["launch"])
        boss = bench.json("status", "boss")["dir"]
        eventually(lambda: look.at(boss).phase == phase.SCHEDULED, 120.0, "the manager hands out and sleeps")
        asleep = eventually(lambda: processes_asleep(boss), 60.0, "a look at it while it sleeps")
        assert asleep == ["none"]
        told = place.types(page["look"])
        assert "part-7" in told and "Current:" in told
        eventually(lambda: look.at(boss).phase == phase.DONE, 200.0, "the end of the whole")
    finally:
        ended.set()
        cron.join()
    seen = look.at(boss)
    assert seen.outcome == "passed", seen.result
    children = bench.json("children", "boss", "--all")["runs"]
    assert len(children) == 10
    agents = [look.at(child["dir"]) for child in children]
    assert [one.outcome for one in agents] == ["passed"] * 10
    assert sorted(one.recipe_name for one in agents) == ["claude"] * 5 + ["codex"] * 5
    spans = [look.Sealed(seen, n) for n in range(1, seen.n + 1)]
    awake = [(clock.parse(one.start["started_at"]), clock.parse(one.exit["ended_at"])) for one in spans]
    assert all(any(a - 1 <= at <= b + 1 for a, b in awake) for at in night.asked), "it asked the model in its sleep"
    place.types(page["take"])
    place.types("sh check.sh")
