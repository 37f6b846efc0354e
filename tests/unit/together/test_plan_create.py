"""From a launch file to a plan: what is wrong is told with its line, and nothing is made."""

import json
import os
from pathlib import Path

import pytest

from tests.support import launched_plans
from tests.support.launched_plans import cell, written
from workcell.base.errors import Usage
from workcell.launch import batch
from workcell.launch.options import Options
from workcell.rundir import plans
from workcell.texts.document import Faulty
from workcell.together import plan_create


@pytest.fixture(autouse=True)
def shell(lab, monkeypatch):
    for name, value in lab.env().items():
        monkeypatch.setenv(name, value)
    for name in ("a", "b", "c"):
        lab.brief("true", name=name)


def faults(lab, *entries, head=""):
    with pytest.raises(Faulty) as caught:
        launched_plans.launch(lab, written(lab, *entries, head=head))
    assert not os.path.isdir(os.path.join(lab.home, "plans"))
    return [(fault.line, fault.message) for fault in caught.value.faults]


def test_names_that_no_entry_has_and_circles_are_refused_with_their_line(lab):
    (unknown,) = faults(lab, "brief: a.md", "brief: b.md, needs: aa")
    assert unknown == (4, "no entry is named 'aa'")
    (circle,) = faults(lab, "brief: a.md, needs: c", "brief: b.md, needs: a", "brief: c.md, needs: b")
    assert circle[0] == 3 and "a needs c needs b needs a" in circle[1]


def test_every_fault_of_keys_is_told(lab):
    found = faults(lab, "brief: a.md, when: later", "brief: b.md, need: a", head="on_failure: wait")
    assert any("'on_failure' must be one of stop, continue" in words for _, words in found)
    assert any("must be one of passed, ended" in words for _, words in found)
    assert any("unknown key 'need'" in words for _, words in found)


def test_a_plan_is_launched_alone(lab):
    path = written(lab, "brief: a.md", "brief: b.md, needs: a")
    with pytest.raises(Usage, match="is a plan, and is launched alone"):
        plan_create.asked((path, os.path.join(lab.top, "c.md")))
    assert plan_create.asked((os.path.join(lab.top, "c.md"), written(lab, "brief: c.md", name="plain"))) is None


def test_the_plan_holds_the_words_of_the_launch_and_nothing_of_the_run_around_it(lab, monkeypatch):
    path = written(lab, "brief: a.md, limits: {wall: 1h}, labels: [x]", "brief: b.md, needs: a", head="max_live: 1")
    done = launched_plans.launch(lab, path)
    Path(lab.top, "b.md").write_text("changed")
    found = plans.read(lab.home, done.plan)
    assert found is not None and found["max_live"] == 1 and found["parent"] is None
    first, second = found["entries"]
    assert first["options"]["limits"] == {"wall": 3600.0} and first["options"]["labels"] == ["x"]
    assert "objective: the objective of b" in second["text"] and str(second["script"]).endswith("true\n")
    assert second["needs"] == ["a"] and second["at"].endswith("night.yaml:5")
    assert "watch" not in first["options"], "the key of the plan stays as it was before plans had watches"
    stored = json.loads(Path(plans.directory(lab.home, done.plan), "env.json").read_text())
    assert stored["env"]["WORKCELL_HOME"] == lab.home and "MARKS" in stored["env"]


def test_a_watch_of_the_launch_is_kept_for_each_entry(lab):
    read = plan_create.asked((written(lab, "brief: a.md", "brief: b.md, needs: a"),))
    options = Options(watch=True, within=60.0, shell=lab.env())
    wish = batch.Request(home=lab.home, files=[read.path], options=options, again=True)
    made = plan_create.record(cell(lab), wish, plan_create.check(wish, read), read)
    said = [(one["options"].get("watch"), one["options"].get("within")) for one in made["entries"]]
    assert said == [(True, 60.0), (True, 60.0)]


def test_the_same_launch_finds_the_same_plan_and_again_makes_another(lab):
    path = written(lab, "brief: a.md", "brief: b.md, needs: a")
    first = launched_plans.launch(lab, path)
    assert launched_plans.launch(lab, path).plan == first.plan and launched_plans.launch(lab, path).found
    assert launched_plans.launch(lab, path, again=True).plan != first.plan


def test_what_keeps_a_race_or_a_budget_from_holding_is_told_with_its_line(lab):
    lab.brief("true", None, name="unchecked")
    os.makedirs(os.path.join(lab.home, "recipes"))
    for name in ("quick", "slow"):
        Path(lab.home, "recipes", f"{name}.yaml").write_text("extends: shell\ncommand: ['true']\n")
    one = faults(lab, "brief: a.md, race: [quick]")
    assert one == [(3, "a race is between two recipes or more, each named once")]
    assert "needs a check" in faults(lab, "brief: unchecked.md, race: [quick, slow]")[0][1]
    assert "one branch" in faults(lab, "brief: a.md, race: [quick, slow], worktree: mine")[0][1]
    costly = faults(lab, "brief: a.md", "brief: b.md, limits: {cost: 9}", head="budget: 5")
    assert costly == [(5, "'b' may cost $9, and the budget is $5")]


def test_the_faults_of_briefs_and_those_of_the_graph_are_told_in_one_go(lab):
    Path(lab.top, "bad.md").write_text("---\nobjective: x\nlimits: {wall: soon}\n---\n")
    found = faults(
        lab, "brief: bad.md", "brief: b.md, needs: [bad, aa]", "brief: c.md, limits: {cost: 9}", head="budget: 5"
    )
    assert [line for line, _ in found] == [3, 5, 6] and "wall" in found[0][1]
    assert [words for _, words in found[1:]] == ["no entry is named 'aa'", "'c' may cost $9, and the budget is $5"]
    unread = faults(
        lab, "brief: gone.md", "brief: b.md, needs: gone", "brief: c.md, limits: {cost: 9}", head="budget: 5"
    )
    assert ["no such file" in unread[0][1], unread[1][1]] == [True, "'c' may cost $9, and the budget is $5"]
