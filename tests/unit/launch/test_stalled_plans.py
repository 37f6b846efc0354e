"""A plan whose process was killed is brought on by what waits for it."""

import os
import subprocess
import sys

import psutil
import pytest

from tests.support import launched_plans
from tests.support.lab import eventually
from tests.support.launched_plans import written
from workcell.rundir import plans


@pytest.fixture(autouse=True)
def shell(lab, monkeypatch):
    for name, value in lab.env().items():
        monkeypatch.setenv(name, value)


HOLD = """
import sys
from workcell.rundir import plans
plans.take(sys.argv[1], sys.argv[2], 9)
print(flush=True)
sys.stdin.read()
"""


def about(word, but):
    """The processes whose command names the word, without one."""
    every = psutil.process_iter(["cmdline"])
    return [one for one in every if one.pid != but and any(word in part for part in one.info["cmdline"] or ())]


def left_to_nobody(lab, plan, ended):
    """The run of the entry `ended` ends while a process has the lock of the plan, and that process is killed."""
    words = [sys.executable, "-c", HOLD, lab.home, plan]
    holder = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        holder.stdout.readline()
        plans.take_change(lab.home, plan)
        open(os.path.join(lab.marks, ended), "w").close()
        eventually(lambda: plans.changed(lab.home, plan), 30.0, "the end has left word")
        (row,) = [row for row in launched_plans.show(lab, plan).entries if row.name == ended]
        # the run, and what found the lock held, have gone: nothing is left that would look again
        eventually(lambda: not about(row.run, holder.pid) and not about(plan, holder.pid), 30.0, "they have gone")
    finally:
        holder.kill()
        holder.communicate()


@pytest.fixture
def begun(lab):
    """Starts a verb that stays, and has its standard output read."""
    made = []

    def begin(*words):
        made.append(subprocess.Popen(lab.words(*words), cwd=lab.top, env=lab.env(), stdout=subprocess.PIPE, text=True))
        return made[-1]

    yield begin
    for one in made:
        one.kill()
        one.communicate()


@pytest.mark.parametrize("by", ["wait", "launch --wait"])
def test_a_plan_is_brought_on_whose_process_was_killed_while_another_run_of_it_lives(lab, begun, by):
    for name in "ac":
        lab.brief(f"until test -e $MARKS/{name}; do sleep 0.05; done", name=name)
    lab.brief("true", name="b")
    entries = ("brief: a.md, worktree: true", "brief: b.md, needs: a, when: ended, worktree: true")
    path = written(lab, *entries, "brief: c.md, worktree: true")
    if by == "wait":
        plan = launched_plans.launch(lab, path).plan
        left_to_nobody(lab, plan, "a")
        assert {row.name: row.state for row in launched_plans.show(lab, plan).entries}["b"] == "waiting"
        waits = begun("wait", plan)
    else:
        waits = begun("launch", path, "--no-window", "--wait")
        plan = waits.stdout.readline().strip()
        left_to_nobody(lab, plan, "a")
    eventually(lambda: launched_plans.show(lab, plan).entries[1].run, 30.0, "b runs")
    open(os.path.join(lab.marks, "c"), "w").close()
    waits.communicate(timeout=60)
    assert {row.state for row in launched_plans.show(lab, plan).entries} == {"passed"}
