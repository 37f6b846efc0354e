"""Runs that are launched from inside of a run: who they are, what they get, how many there may be, and their end."""

import json
import os
import shlex
import sys
from pathlib import Path

import pytest

from tests.support.lab import Lab, eventually
from workcell.launch import children
from workcell.rundir import child_index, look, phase

WORKCELL = f"{shlex.quote(sys.executable)} -m workcell"

WAITS = 'until test -e "$MARKS/go"; do sleep 0.05; done'


def inside(lab: Lab, *commands: str) -> str:
    """Lines for the agent of a run, in which `workcell` is the one under test."""
    path = shlex.quote(lab.env()["PYTHONPATH"])
    return "\n".join([f"export PYTHONPATH={path}", f'workcell() {{ {WORKCELL} "$@"; }}', *commands])


def spawned(lab: Lab, *words: str) -> str:
    """A line for an agent that spawns a child that waits, and keeps what came of it in marks."""
    return f"workcell spawn {shlex.join(words)} --no-window >>$MARKS/child 2>>$MARKS/said; echo $? >>$MARKS/code"


def waiting(lab: Lab, name: str) -> list[str]:
    return [lab.brief(f'echo "$WORKCELL_RUN $WORKCELL_PARENT" >>$MARKS/me; {WAITS}', name=name), "--name", name]


def start(lab: Lab, *commands: str, seconds: float = 30.0) -> str:
    """Launch a run whose agent runs these commands and then waits; its directory, once they have run."""
    run = lab.launch(lab.brief(inside(lab, *commands, "touch $MARKS/ready", WAITS), name="manager"))
    eventually(lambda: os.path.exists(os.path.join(lab.marks, "ready")), seconds)
    return run


def finish(lab: Lab, *runs: str) -> None:
    Path(lab.marks, "go").touch()
    for run in runs:
        lab.phase(run, phase.DONE)


def test_a_child_knows_itself_and_its_parent_and_works_beside_it(lab):
    parent = start(lab, spawned(lab, *waiting(lab, "worker")))
    assert lab.mark("code").strip() == "0", lab.mark("said")
    child = lab.run(lab.mark("child").strip())
    assert eventually(lambda: lab.mark("me")).split() == [os.path.basename(child), os.path.basename(parent)]
    seen = look.at(child)
    assert seen.launch["parent"] == {"run": os.path.basename(parent), "attempt": 1}
    assert seen.launch["worktree"] and seen.launch["workspace"] != lab.repo
    assert child_index.of(lab.home, os.path.basename(parent)) == [os.path.basename(child)]
    finish(lab, parent, child)


def test_self_and_parent_are_words_for_runs_inside_and_for_none_outside(lab):
    child = lab.brief(
        inside(lab, "workcell path parent >$MARKS/parent", "workcell path self >$MARKS/self", WAITS), name="worker"
    )
    parent = start(lab, spawned(lab, child), "workcell path parent 2>$MARKS/none; echo $? >$MARKS/none.code")
    run = lab.run(lab.mark("child").strip())
    own = look.at(run).launch["workspace"]
    assert eventually(lambda: lab.mark("self")).strip() == own
    assert lab.mark("parent").strip() == lab.repo
    assert lab.mark("none.code").strip() == "66" and "was not launched from inside a run" in lab.mark("none")
    assert "was not called from inside one" in lab.workcell("status", "self", code=66).stderr
    finish(lab, parent, run)


def test_status_without_a_run_is_the_family_inside_and_the_overview_outside(lab):
    parent = start(
        lab,
        spawned(lab, *waiting(lab, "worker")),
        "workcell status >$MARKS/status",
        "workcell status --json >$MARKS/json",
        "workcell children -q >$MARKS/children",
    )
    child = lab.mark("child").strip()
    found = json.loads(lab.mark("json"))
    assert found["schema"] == "workcell.inside/1" and found["me"]["id"] == os.path.basename(parent)
    assert [one["id"] for one in found["children"]] == [child] and found["parent"] is None
    assert "worker" in lab.mark("status") and "manager" in lab.mark("status")
    assert lab.mark("children").strip() == child
    assert json.loads(lab.workcell("status", "--json").stdout)["schema"] == "workcell.overview/1"
    finish(lab, parent, lab.run(child))


def test_a_tree_of_runs_is_shown_below_their_parents(lab):
    grandchild = lab.brief(WAITS, name="scout")
    child = lab.brief(inside(lab, spawned(lab, grandchild), "touch $MARKS/two", WAITS), name="worker")
    parent = start(lab, spawned(lab, child))
    eventually(lambda: os.path.exists(os.path.join(lab.marks, "two")))
    lines = lab.workcell("ls", "--tree", env=lab.env(COLUMNS="160")).stdout.splitlines()
    names = [next(i for i, line in enumerate(lines) if f" {name}" in line) for name in ("manager", "worker", "scout")]
    assert names == sorted(names)
    assert "└ worker" in lines[names[1]] and "  └ scout" in lines[names[2]]
    name = os.path.basename(parent)
    assert len(lab.workcell("children", name, "-q").stdout.split()) == 1
    assert len(lab.workcell("children", name, "--all", "-q").stdout.split()) == 2
    stopped = lab.workcell("stop", name, "--with-children", "--grace", "0s")
    assert [line.split()[1] for line in stopped.stdout.splitlines()] == ["stopped"] * 3
    assert all(look.at(run).outcome == "stopped" for run in lab.runs())


def test_a_stop_with_children_goes_on_below_a_run_that_is_over(lab):
    parent = start(lab, spawned(lab, *waiting(lab, "worker")))
    lab.workcell("stop", parent, "--grace", "0s")
    child = lab.run(lab.mark("child").strip())
    assert look.at(child).phase == phase.RUNNING
    found = json.loads(lab.workcell("stop", parent, "--with-children", "--grace", "0s", "--json").stdout)
    assert [run["id"] for run in found["runs"]] == [os.path.basename(parent), os.path.basename(child)]
    assert look.at(child).outcome == "stopped"


def entries(lab: Lab, name: str, number: int) -> str:
    """A launch file with so many briefs, each in a directory of its own; its path."""
    brief = lab.brief(WAITS, name="worker")
    lines = ["briefs:"]
    for n in range(number):
        place = Path(lab.top, f"{name}{n}")
        place.mkdir()
        lines += [f"- brief: {brief}", f"  name: {name}{n}", f"  repo: {place}"]
    path = Path(lab.top, f"{name}.yaml")
    path.write_text("\n".join([*lines, ""]))
    return str(path)


def test_beyond_the_maximum_of_living_children_a_spawn_is_refused_and_leaves_nothing(lab):
    prepare = "workcell spawn %s --no-window --prepare 2>$MARKS/%s; echo $? >>$MARKS/code"
    most = children.LIVING
    parent = start(
        lab,
        prepare % (entries(lab, "many", most + 1), "many"),
        prepare % (entries(lab, "full", most), "full"),
        prepare % (entries(lab, "one", 1), "one"),
        seconds=110.0,
    )
    assert lab.mark("code").split() == ["77", "0", "77"], lab.mark("full")
    assert "has 0 children that are not over" in lab.mark("many")
    assert f"has {most} children that are not over, and {most} is the most" in lab.mark("one")
    assert len(lab.runs()) == most + 1
    assert len(child_index.of(lab.home, os.path.basename(parent))) == most
    finish(lab, parent)


def test_a_fourth_generation_is_refused(lab):
    last = lab.brief(inside(lab, "workcell spawn -- true 2>$MARKS/refused; echo $? >$MARKS/last", WAITS), name="g3")
    third = lab.brief(inside(lab, spawned(lab, last), WAITS), name="g2")
    second = lab.brief(inside(lab, spawned(lab, third), WAITS), name="g1")
    start(lab, spawned(lab, second))
    assert eventually(lambda: lab.mark("last"), 60.0).strip() == "77", lab.mark("said")
    assert f"{children.DEPTH} is the most" in lab.mark("refused")
    finish(lab, *lab.runs())
    assert len(lab.runs()) == 4


def test_outside_of_a_run_nothing_is_spawned(lab):
    ran = lab.workcell("spawn", "--", "true", code=77)
    assert "was not called from inside one" in ran.stderr and "'launch' takes the same words" in ran.stderr
    assert not lab.runs()
    assert "whose children" in lab.workcell("children", code=66).stderr


@pytest.mark.parametrize("named", [False, True])
def test_a_child_gets_a_secret_of_its_parent_only_where_its_recipe_names_it(lab, named):
    probe = 'echo "${DEPLOY_TOKEN:-none}" >$MARKS/secret'
    child = lab.brief(probe, name="worker", recipe="  env: [DEPLOY_TOKEN]" if named else "")
    parent = lab.brief(
        inside(lab, spawned(lab, child, "--wait"), WAITS), name="manager", recipe="  env: [DEPLOY_TOKEN]"
    )
    run = lab.launch(parent, env=lab.env(DEPLOY_TOKEN="of-the-person"))
    assert eventually(lambda: lab.mark("secret"), 60.0).strip() == ("of-the-person" if named else "none")
    finish(lab, run)


def test_the_index_of_a_removed_child_and_of_a_removed_parent_goes(lab):
    parent = start(lab, spawned(lab, *waiting(lab, "worker")))
    child = lab.run(lab.mark("child").strip())
    finish(lab, parent, child)
    lab.workcell("rm", child, "--force")
    name = os.path.basename(parent)
    assert child_index.of(lab.home, name) == []
    assert os.listdir(child_index.directory(lab.home, name)) == [child_index.LOCK]
    lab.workcell("rm", parent, "--force")
    assert not os.path.exists(child_index.directory(lab.home, name))
