"""A plan of real runs goes on by itself, from the end of one run to the start of the next."""

import json
import os
from pathlib import Path

from tests.support import launched_plans
from tests.support.lab import eventually
from workcell.rundir import look, plans


def show(lab, plan):
    return json.loads(lab.workcell("plan", "show", plan, "--json").stdout)


def states(lab, plan):
    return {row["name"]: row["state"] for row in show(lab, plan)["entries"]}


def over(lab, plan, seconds=60.0):
    eventually(lambda: plan not in plans.open_ids(lab.home), seconds, "the plan is over")
    return show(lab, plan)


def launch(lab, *entries, head="", code=0):
    path = launched_plans.written(lab, *entries, head=head)
    return lab.workcell("launch", path, "--no-window", code=code).stdout.split()


def test_runs_follow_each_other_without_a_command_that_stays(lab):
    for name in ("parser", "docs", "tests", "report"):
        lab.brief(f"echo {name} >> $MARKS/order", name=name, verify="test -n $MARKS")
    (plan,) = launch(
        lab,
        "brief: parser.md",
        "brief: docs.md, needs: parser, worktree: true",
        "brief: tests.md, needs: parser, worktree: true",
        "brief: report.md, needs: [docs, tests], when: ended",
        head="max_live: 2",
    )
    done = over(lab, plan)
    assert (done["state"], done["live"]) == ("passed", 0)
    order = lab.mark("order").split()
    assert order[0] == "parser" and order[-1] == "report" and len(order) == 4
    told = [name for box in ("new", "cur", "sent") for name in _names(lab, box) if name.startswith(plan)]
    assert len(told) == 1 and "passed" in told[0]


def _names(lab, box):
    try:
        return os.listdir(os.path.join(lab.home, "outbox", box))
    except FileNotFoundError:
        return []


def test_runs_do_not_get_the_environment_of_the_run_before_them(lab):
    lab.brief("env > $MARKS/first", name="first")
    lab.brief("env > $MARKS/second", name="second")
    (plan,) = launch(lab, "brief: first.md", "brief: second.md, needs: first")
    over(lab, plan)
    rows = {row["name"]: row["run"] for row in show(lab, plan)["entries"]}
    assert f"WORKCELL_RUN={rows['second']}" in lab.mark("second") and rows["first"] not in lab.mark("second")


def test_the_tick_brings_a_plan_on_whose_process_died(lab):
    lab.brief("sleep 600", name="first", verify="true")
    lab.brief("true", name="second")
    (plan,) = launch(lab, "brief: first.md", "brief: second.md, needs: first, when: ended")
    folder = plans.directory(lab.home, plan)
    env = Path(folder, "env.json")
    env.rename(env.with_suffix(".away"))  # no process can be started for the plan
    lab.workcell("stop", "first", "--grace", "0s")
    assert states(lab, plan) == {"first": "stopped", "second": "waiting"}
    env.with_suffix(".away").rename(env)
    assert plan in lab.workcell("watchdog", "tick").stdout
    over(lab, plan)
    assert states(lab, plan) == {"first": "stopped", "second": "passed"}


def test_a_run_that_a_person_resumes_brings_its_plan_on(lab):
    lab.brief("true", name="first", verify="test -e $MARKS/go")
    lab.brief("true", name="second")
    (plan,) = launch(lab, "brief: first.md", "brief: second.md, needs: first")
    over(lab, plan)
    assert states(lab, plan) == {"first": "failed", "second": "skipped"}
    Path(lab.marks, "go").touch()
    lab.workcell("resume", "first", "--no-window")
    eventually(lambda: states(lab, plan) == {"first": "passed", "second": "passed"})


def test_a_plan_of_a_run_has_that_run_as_the_parent_of_all_its_runs(lab):
    lab.brief("true", name="first")
    lab.brief("true", name="second")
    path = launched_plans.written(lab, "brief: first.md", "brief: second.md, needs: first", name="inner")
    words = " ".join(lab.words("launch", path, "--no-window"))
    parent = lab.launch(lab.brief(f"{words} > $MARKS/plan", name="parent"), repo=lab.new_repo())
    plan = eventually(lambda: lab.mark("plan").strip())
    over(lab, plan)
    for row in show(lab, plan)["entries"]:
        launched = look.at(lab.run(row["run"])).launch
        assert launched is not None and launched["parent"] == {"run": os.path.basename(parent), "attempt": 1}
