"""A playbook asks about the end of an attempt, a person says yes or no, and exactly that is done, once."""

import json
import os

import pytest

from tests.support.ended_runs import EndedRun
from tests.support.json_schema import faults
from tests.support.lab import ROOT
from workcell.rundir import heartbeat, locks, look, proposals


@pytest.fixture
def ended(lab):
    return EndedRun(lab)


def test_it_waits_everywhere_and_is_done_once_after_a_yes(ended):
    lab = ended.lab
    assert look.at(ended.run).result["proposal"] == ended.name
    approve = f"workcell approve {ended.name}"
    assert {f"{ended.id}/001/proposal/{ended.name}", f"{ended.id}/001/failed"} <= set(ended.watch.notices())
    needs = [one["needs"] for one in ended.said("ls", "--needs")["runs"]]
    needs += [ended.said("status", ended.run)["needs"], ended.said("why", ended.run)["needs"]]
    assert [one["command"] for one in needs] == [approve] * 3
    assert all(one["why"].startswith("Its work is half done. (") for one in needs)
    assert all(one["dismiss"] == f"workcell ack {ended.id}" for one in needs)
    assert "decide · " in lab.workcell("ls").stdout and approve in lab.workcell("why", ended.run).stdout
    assert "asked you: Its work is half done." in lab.workcell("what", ended.run).stdout
    handoff = lab.workcell("handoff", ended.run).stdout
    assert f"workcell approve {ended.id}     # within 24 hours: keeps the tree as it is; opens the next" in handoff
    (listed,) = ended.said("approvals")["approvals"]
    assert (listed["proposal"], listed["risk"], listed["approve"]) == (ended.name, "write", approve)
    ended.watch.tick()
    assert look.at(ended.run).n == 1 and ended.end() is None, "no process decides for a person"
    done = ended.said("approve", ended.id)
    schema = json.loads((ROOT / "docs" / "operations" / "results" / "approve-proposal.json").read_text())
    assert faults(done, schema) == []
    assert (done["state"], [one["state"] for one in done["acts"]]) == ("done", ["done", "done"]), done
    seen = ended.over(2)
    assert seen.outcome == "passed"
    assert seen.attempt["asked_by"] == {"who": "person", "proposal": ended.name}
    assert [one["step"] for one in ended.watch.acts()][-2:] == ["snapshot", "resume"]
    assert "done (at" in lab.workcell("approve", ended.name).stdout
    ended.watch.tick()
    assert look.at(ended.run).n == 2 and "nothing waits" in lab.workcell("approvals").stderr


def test_after_a_no_nothing_is_done(ended):
    assert ended.lab.workcell("deny", ended.id).stdout == f"{ended.name} denied\n"
    told = [
        json.loads(line) for line in ended.lab.workcell("events", ended.run, "--kind", "proposal").stdout.splitlines()
    ]
    assert [(one["kind"], one["by"]) for one in told[:1]] == [("proposal.decided", "person")]
    assert [one["data"].get("decision") or one["data"]["state"] for one in told] == ["denied", "denied"]
    (logged,) = ended.said("approvals", "log")["decisions"]
    assert (logged["proposal"], logged["answer"], logged["by"], logged["result"]) == (
        ended.name,
        "deny",
        "person",
        "denied",
    )
    assert "a proposal" in ended.lab.workcell("approvals", "log").stdout
    ended.watch.tick()
    assert look.at(ended.run).n == 1 and ended.end()["state"] == "denied"
    refused = ended.lab.workcell("approve", ended.name, code=None)
    assert refused.returncode == 77 and "was denied" in refused.stderr
    assert ended.said("status", ended.run)["needs"]["command"] == f"workcell resume {ended.id}"
    for verb in ("status", "why"):
        said = " ".join(ended.lab.workcell(verb, ended.run).stdout.split())
        assert "asked you: Its work is half done. (you denied that at 20" in said, verb


def resumed(ended):
    ended.lab.workcell("resume", ended.run)
    ended.over(2)


def acknowledged(ended):
    ended.lab.workcell("ack", ended.run)


def merged(ended):
    ended.lab.workcell("merge", ended.run, "--force", cwd=ended.lab.repo)


@pytest.mark.parametrize(
    ("happens", "why"),
    [(resumed, "attempt 2 has begun since"), (acknowledged, "acknowledged the end"), (merged, "its work was merged")],
)
def test_it_is_void_once_the_run_has_moved_on(lab, happens, why):
    commits = "echo x > new; git add new; git -c user.name=a -c user.email=a@b commit -qm new"
    ended = EndedRun(lab, commits, "false", "", "--worktree") if happens is merged else EndedRun(lab)
    happens(ended)
    assert ended.said("approvals")["approvals"] == []
    before = look.at(ended.run).n
    refused = ended.lab.workcell("approve", ended.name, code=None)
    assert refused.returncode == 77 and why in refused.stderr, refused.stderr
    ended.watch.tick()
    assert ended.end()["state"] == "void" and look.at(ended.run).n == before


def test_after_a_day_it_is_void_and_told(ended):
    ended.watch.tick(ahead=24 * 3600.0 + 60.0)
    assert ended.end()["why"] == "no person decided within 24 hours"
    assert f"{ended.id}/001/escalated/{ended.name}" in ended.watch.notices()
    assert look.at(ended.run).n == 1


def test_it_goes_with_its_run(ended):
    name = ended.name
    ended.lab.workcell("rm", ended.run, "--force")
    assert proposals.of_attempt(ended.lab.home, ended.id, 1) == []
    assert ended.lab.workcell("approve", name, code=None).returncode != 0


def test_a_limit_refuses_what_it_refuses_a_person(lab):
    ended = EndedRun(lab, extra="limits: {attempts: 1}")
    done = ended.said("approve", ended.name, code=1)
    assert done["state"] == "failed" and "has used 1 of 1 attempts" in done["why"]
    assert look.at(ended.run).n == 1 and ended.said("status", ended.run)["needs"]["command"].startswith(
        "workcell resume"
    )


def test_what_was_approved_while_a_tick_is_at_work_is_done_by_the_next(ended):
    lock = locks.take(os.path.join(heartbeat.directory(ended.lab.home), heartbeat.LOCK))
    assert lock is not None
    try:
        assert ended.said("approve", ended.name)["state"] == "approved"
    finally:
        os.close(lock)
    assert look.at(ended.run).n == 1
    (line,) = [one for one in ended.watch.tick() if "proposal" in one]
    assert line.endswith(": done")
    assert ended.over(2).attempt["asked_by"]["proposal"] == ended.name
