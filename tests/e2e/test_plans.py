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
    who = {f"GIT_{role}_{key}": f"a@{key}" for role in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")}
    return lab.workcell("launch", path, "--no-window", code=code, env=lab.env(**who)).stdout.split()


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


COMMIT = "git -c user.name=a -c user.email=a@b commit -qam done"


def writes(lab, name, file, text):
    """A brief whose agent writes a line into a file, and commits it."""
    lab.brief(f"echo {text} > {file}; git add {file}; {COMMIT}", name=name, verify=f"test -s {file}")


def rows(lab, plan):
    return {row["name"]: row for row in show(lab, plan)["entries"]}


def test_a_run_starts_on_the_branch_of_one_with_the_branches_of_others_merged_in(lab):
    for name in ("one", "two", "three"):
        writes(lab, name, f"{name}.txt", name)
    lab.brief("git log --format=%s > $MARKS/log; ls *.txt > $MARKS/files", name="last")
    tree = "worktree: true"
    (plan,) = launch(
        lab,
        f"brief: one.md, {tree}",
        f"brief: two.md, {tree}",
        f"brief: three.md, {tree}",
        "brief: last.md, base: one, merge: [two, three]",
    )
    assert over(lab, plan)["state"] == "passed"
    assert lab.mark("files").split() == ["file.txt", "one.txt", "three.txt", "two.txt"]
    assert "workcell plan: merge two" in lab.mark("log")
    launched = look.at(lab.run(rows(lab, plan)["last"]["run"])).launch
    assert launched is not None and launched["worktree"]


def test_a_merge_that_conflicts_starts_nothing_and_names_the_files_until_it_is_cured(lab):
    writes(lab, "one", "same.txt", "one")
    writes(lab, "two", "same.txt", "two")
    lab.brief("cat same.txt > $MARKS/same", name="last")
    tree = "worktree: true"
    (plan,) = launch(lab, f"brief: one.md, {tree}", f"brief: two.md, {tree}", "brief: last.md, base: one, merge: [two]")
    eventually(lambda: show(lab, plan)["state"] == "blocked", 60.0)
    last = rows(lab, plan)["last"]
    assert (last["state"], last["files"], last["runs"]) == ("blocked", ["same.txt"], [])
    assert "files in conflict: same.txt" in lab.workcell("plan", "show", plan).stdout
    (stuck,) = json.loads(lab.workcell("ls", "--needs", "--json").stdout)["plans"]
    assert (stuck["plan"], stuck["entry"]) == (plan, "last") and "same.txt" in stuck["needs"]["why"]
    assert stuck["needs"]["command"] == f"workcell plan retry {plan} last"
    assert stuck["needs"]["command"] in " ".join(lab.workcell("ls").stdout.split())
    kept = lab.workcell("rm", rows(lab, plan)["one"]["run"], "--keep-branch", code=None)
    assert "starts with its work" in kept.stderr and os.path.isdir(lab.run(rows(lab, plan)["one"]["run"]))
    place = look.at(lab.run(rows(lab, plan)["two"]["run"])).launch["workspace"]
    Path(place, "same.txt").write_text("one\n")
    lab.workcell("plan", "retry", plan)
    last = rows(lab, plan)["last"]
    assert last["state"] == "blocked" and "left work uncommitted" in last["why"]
    os.system(f"cd {place} && {COMMIT}")
    lab.workcell("plan", "retry", plan, "last")
    assert over(lab, plan)["state"] == "passed" and lab.mark("same") == "one\n"


def test_of_a_race_one_wins_the_others_are_stopped_and_kept(lab):
    folder = Path(lab.home, "recipes")
    folder.mkdir(parents=True)
    (folder / "quick.yaml").write_text(
        f"extends: shell\ncommand: [sh, -c, 'echo quick > won.txt; git add won.txt; {COMMIT}']\n"
    )
    (folder / "slow.yaml").write_text("extends: shell\ncommand: [sleep, '600']\n")
    Path(lab.top, "job.md").write_text("---\nobjective: win\nverify: test -s won.txt\n---\n")
    lab.brief("cat won.txt > $MARKS/won", name="after")
    (plan,) = launch(
        lab, "brief: job.md, name: job, race: [slow, quick]", "brief: after.md, base: job", head="budget: 5"
    )
    done = over(lab, plan)
    assert (done["state"], done["budget_usd"], lab.mark("won")) == ("passed", 5.0, "quick\n")
    job = rows(lab, plan)["job"]
    won = plans.winner(lab.home, plan, "job")
    assert won is not None and (won["recipe"], won["run"]) == ("quick", job["run"]) and len(job["runs"]) == 2
    assert job["won"] == "quick" and "quick won the race of slow, quick" in lab.workcell("plan", "show", plan).stdout
    (lost,) = set(job["runs"]) - {job["run"]}
    seen = look.at(lab.run(lost))
    assert seen.outcome == "stopped" and plan in str(seen.reason)
    assert os.path.isdir(seen.launch["workspace"])
