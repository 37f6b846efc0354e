"""A run of a program without a terminal waits for a yes or no without any process, and goes on with it once."""

import json
import os
import re
from pathlib import Path

import pytest

from tests.support import watching
from tests.support.deferred_runs import COMMAND, Asking
from tests.support.lab import eventually, naming
from workcell.accounts import holds
from workcell.approvals import left_open
from workcell.rundir import deferred, inbox, layout, look, phase

T1 = {"id": "t1", "command": COMMAND}


@pytest.fixture
def asking(lab):
    return Asking(lab)


def ended(asking, run):
    """How the run ended."""
    return asking.lab.phase(run, phase.DONE).outcome


def test_it_waits_without_a_process_and_every_view_names_the_commands(asking):
    lab, run = asking.lab, asking.launch({**T1, "more": 1})
    name = os.path.basename(run)
    eventually(lambda: not naming(name), what="its last process")
    assert (asking.hooks(), asking.ran(), lab.mark("checked")) == (["t1 defer"], 0, "")
    approve, deny = f"workcell approve {name}", f"workcell deny {name}"
    [listed] = json.loads(lab.workcell("ls", "--needs", "--json").stdout)["runs"]
    assert (listed["state"], listed["needs"]["command"]) == ("approval", approve)
    for words in (["status", run], ["why", run], ["approvals"], ["wait", run, "--for", "attention", "--timeout", "9s"]):
        said = lab.workcell(*words).stdout
        assert approve in said and deny in said and COMMAND in said, words
    handoff = lab.workcell("handoff", run).stdout
    assert approve in handoff and deny in handoff and "workcell resume" not in handoff
    assert f"waits for a yes or no: Bash: {COMMAND}" in lab.workcell("what", run).stdout
    refused = lab.workcell("resume", run, code=77).stderr
    assert approve in refused and deny in refused
    assert look.at(run).n == 1 and asking.decisions() == []

    assert "attempt 2 goes on with it" in lab.workcell("approve", run).stdout
    assert ended(asking, run) == "passed"
    assert f"Bash: {COMMAND} → ok" in lab.workcell("show", run).stdout, "the call stands in the attempt before"
    assert asking.hooks() == ["t1 defer", "t1 allow", "t1 defer"], "the second question of that attempt is a new one"
    assert (asking.ran(), lab.mark("prompts")) == (1, "new prompt\ncontinued -\n")
    [line] = [one for one in asking.lines() if one.get("decides")]
    assert (line["answer"], line["by"], line["call"]) == ("allow", "person", "t1")
    assert [one["attempt"] for one in asking.lines() if one.get("of") == line["id"]] == [2]
    assert asking.asked_by(run) == {"who": "approval", "decision": line["id"]}
    refused = lab.workcell("approve", run, code=77).stderr
    assert "asks for no permission now: it was allowed by a person at" in refused and COMMAND in refused


def test_what_is_denied_does_not_run_the_next_call_is_asked_about_anew_and_a_message_is_told_before_the_check(asking):
    run = asking.launch(T1, {"id": "t2", "command": COMMAND})
    said = asking.lab.workcell("send", run, "and mend the docs").stdout
    assert "the turn that follows carries that out, and the turn after it gets this" in said
    said = asking.lab.workcell("deny", run, "--why", "not on a Friday").stdout
    assert "attempt 2 goes on without it" in said and "told that a person said no: not on a Friday" in said
    assert [line.get("why") for line in asking.lines() if line.get("decides")] == ["not on a Friday"]
    eventually(lambda: (seen := look.at(run)).n == 2 and seen.phase == phase.SCHEDULED, what="its second question")
    assert asking.hooks() == ["t1 defer", "t1 deny", "t2 defer"] and asking.ran() == 0
    assert deferred.undecided(look.at(run))["call"] == "t2"
    refused = asking.lab.workcell("approve", run, code=77).stderr
    assert f"Bash: {COMMAND} was denied" in refused and "was asked since" in refused, "it may mean the first one"
    [newer] = re.findall(r"hint: (workcell approve .*)", refused)
    assert asking.decisions() == ["deny"]
    asking.lab.workcell(*newer.split()[1:])
    assert ended(asking, run) == "passed"
    assert asking.hooks()[3:] == ["t2 allow"] and asking.ran() == 1
    assert asking.decisions() == ["deny", "allow"]
    assert asking.lab.mark("prompts") == "new prompt\ncontinued -\ncontinued -\ncontinued prompt\n"
    assert asking.asked_by(run) == {"who": "message", "from": "person"}
    assert Path(layout.attempt(run, 4), layout.BRIEF).read_text() == "and mend the docs\n"
    assert asking.lab.mark("checked") == "checked\n" and inbox.waiting(run) == []


def test_a_run_that_waits_is_stopped(asking):
    run = asking.launch()
    asking.lab.workcell("stop", run)
    assert ended(asking, run) == "stopped" and asking.decisions() == []
    asking.lab.workcell("approve", run, code=77)
    assert (asking.ran(), asking.hooks(), asking.lab.mark("checked")) == (0, ["t1 defer"], "")


def test_the_next_tick_opens_the_attempt_of_a_decision_once(asking):
    run = asking.launch()
    watch = watching.Watch(asking.lab)
    assert watch.tick() == [] and look.at(run).n == 1, "nothing was decided yet"
    seen = look.at(run)
    made = left_open.decide(seen, deferred.undecided(seen), "allow")
    assert any("opened attempt 2" in line for line in watch.tick())
    assert ended(asking, run) == "passed"
    watch.tick()
    assert (look.at(run).n, asking.ran(), asking.hooks()) == (2, 1, ["t1 defer", "t1 allow"])
    assert asking.asked_by(run) == {"who": "approval", "decision": made["id"]}


def test_holds_delay_the_attempt_and_not_the_decision(asking):
    lab, run = asking.lab, asking.launch()
    watch = watching.Watch(lab)
    lab.workcell("hold", run, "--why", "not now")
    said = lab.workcell("approve", run).stdout
    assert "workcell release" in said and asking.decisions() == ["allow"]
    refused = lab.workcell("deny", run, code=77).stderr
    assert "it was allowed by a person at" in refused and COMMAND in refused and asking.decisions() == ["allow"]
    watch.tick()
    seen = look.at(run)
    assert seen.n == 1, "it is held"
    lab.workcell("release", run)
    account = holds.account(run, seen.attempt)
    holds.put(lab.home, account, {"until": "person", "until_at": None, "why": "no credit", "by": {}, "login": None})
    assert "no credit" in lab.workcell("approve", run).stdout and asking.decisions() == ["allow"]
    watch.tick()
    assert (look.at(run).n, asking.hooks()) == (1, ["t1 defer"]), "its account is held"
    holds.lift(lab.home, account)
    watch.tick()
    assert ended(asking, run) == "passed"
    assert (look.at(run).n, asking.ran(), asking.hooks()) == (2, 1, ["t1 defer", "t1 allow"])
