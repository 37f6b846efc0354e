"""A playbook asks, a person says yes or no at the command line, and exactly that is done, once."""

import json
import os

import pytest

from tests.support.asking import Asking
from tests.support.json_schema import faults
from tests.support.lab import ROOT, eventually
from workcell.rundir import heartbeat, locks, look, phase, proposals, run_hold


@pytest.fixture
def asking(lab):
    return Asking(lab)


def ended(asking):
    return eventually(lambda: look.at(asking.run).outcome, 30.0, "the end of the run")


def test_it_waits_everywhere_and_is_done_once_after_a_yes(asking):
    name = asking.proposed()
    assert f"{asking.id}/001/proposal/{name}" in asking.watch.notices()
    needs = [one["needs"] for one in asking.said("ls", "--needs")["runs"]]
    needs += [asking.said("status", asking.run)["needs"]]
    assert [one["command"] for one in needs] == [f"workcell approve {name}"] * 2
    assert all(one["why"].startswith("Its turn is over.") for one in needs)
    assert f"workcell approve {name}" in asking.lab.workcell("why", asking.run).stdout
    (listed,) = asking.said("approvals")["approvals"]
    assert (listed["proposal"], listed["risk"]) == (name, "write")
    assert listed["asks"].endswith("asks the agent to end, and kills it after 5s")
    text = asking.lab.workcell("approvals").stdout
    assert "waits for" in text and f"workcell deny {name}" in text and "Its turn is over." in text
    asking.watch.tick()
    assert asking.ids() == [name] and look.at(asking.run).phase == phase.RUNNING, "no process decides for a person"
    done = asking.said("approve", asking.id)
    schema = json.loads((ROOT / "docs" / "operations" / "results" / "approve-proposal.json").read_text())
    assert faults(done, schema) == []
    assert (done["state"], [one["state"] for one in done["acts"]]) == ("done", ["done", "taken"]) and done["new"]
    assert ended(asking) == "passed"
    assert run_hold.standing(asking.run)["by"]["playbook"] == "turn-ready"
    acts = [(one["step"], one["playbook"]) for one in asking.watch.acts()]
    assert acts[-2:] == [("hold", "turn-ready"), ("stop", "turn-ready")]
    again = asking.lab.workcell("approve", name)
    assert "done (at" in again.stdout and "taken: asks the agent to end" in again.stdout
    asking.watch.tick()
    assert [one["step"] for one in asking.watch.acts()].count("stop") == 1
    assert "nothing waits" in asking.lab.workcell("approvals").stderr


def test_after_a_no_nothing_is_done_and_it_is_not_proposed_again(asking):
    name = asking.proposed()
    assert asking.lab.workcell("deny", asking.id).stdout == f"{name} denied\n"
    for _ in range(3):
        asking.watch.tick(later=3700.0)
    assert look.at(asking.run).phase == phase.RUNNING and asking.ids() == [name]
    assert asking.end(name)["state"] == "denied" and asking.watch.acts("stop") == []
    refused = asking.lab.workcell("approve", name, code=None)
    assert refused.returncode == 77 and "was denied" in refused.stderr
    assert asking.said("status", asking.run)["needs"] is None


def test_after_a_day_it_is_void_and_told(asking):
    name = asking.proposed()
    asking.watch.tick(ahead=24 * 3600.0 + 60.0)
    assert asking.end(name)["state"] == "void" and asking.end(name)["why"] == "no person decided within 24 hours"
    assert f"{asking.id}/001/escalated/{name}" in asking.watch.notices()
    refused = asking.lab.workcell("approve", name, code=None)
    assert refused.returncode == 77 and "is void, and nothing is done" in refused.stderr
    assert asking.watch.acts("stop") == [] and look.at(asking.run).phase == phase.RUNNING


def test_one_of_a_run_that_was_stopped_is_void(asking):
    name = asking.proposed()
    asking.lab.workcell("stop", asking.run, "--grace", "1s")
    ended(asking)
    assert asking.said("approvals")["approvals"] == []
    refused = asking.lab.workcell("approve", asking.id, code=None)
    assert refused.returncode == 77 and "is done now" in refused.stderr
    assert asking.end(name)["state"] == "void"
    asking.lab.workcell("rm", asking.run, "--force")
    assert asking.ids() == []


def test_what_was_approved_while_a_tick_is_at_work_is_done_by_the_next(asking):
    name = asking.proposed()
    lock = locks.take(os.path.join(heartbeat.directory(asking.lab.home), heartbeat.LOCK))
    assert lock is not None
    try:
        assert asking.said("approve", name)["state"] == "approved"
        assert proposals.decided(asking.lab.home, name)["decision"] == "approved"
    finally:
        os.close(lock)
    (line,) = [one for one in asking.watch.tick() if "proposal" in one]
    assert line.endswith(": done")
    assert ended(asking) == "passed"
