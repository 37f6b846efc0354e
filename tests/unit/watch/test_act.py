"""TickContext on findings: each has its function, one that fails keeps no other from its turn, and a death is settled."""

import pytest

from tests.support.made_runs import MadeRun
from workcell.base.errors import Refused
from workcell.rundir import inbox, look, phase
from workcell.watch import act, findings, observe, tmux_health


@pytest.fixture
def made(tmp_path):
    return MadeRun(tmp_path)


def acted(made, *todo, answer=None):
    memory = observe.Memory(made.home, made.now())
    return memory, act.act(made.home, memory, list(todo), answer, 0, 60.0)


def test_every_finding_has_a_function():
    assert tuple(act.ACTS) == findings.FINDINGS


def test_an_orphan_is_told_of_and_followed(made):
    memory, did = acted(made, (made.seen(phase.ORPHANED), findings.ORPHAN))
    assert did == ["r: orphan: notify: told as escalated"]
    assert [one["event"] for one in made.notices()] == ["escalated"]
    assert memory.of_run(made.seen(phase.ORPHANED))["quiet"][findings.ORPHAN] > made.now().mono
    assert acted(made, (made.seen(phase.ORPHANED), findings.ORPHAN))[1] == [], "once"


def test_a_state_that_no_playbook_speaks_of_rests(made):
    seen = made.seen(phase.LOST)
    memory, did = acted(made, (seen, findings.ORPHAN))
    assert did == [] and memory.of_run(seen)["quiet"]


def test_a_start_that_fails_is_on_record_and_the_next_finding_has_its_turn(made):
    start = made.seen(phase.CREATED)
    orphan = made.seen(phase.ORPHANED)
    _, did = acted(made, (orphan, findings.ORPHAN), (start, findings.START))
    assert did[0].startswith("r: start: ") and did[1].startswith("r: orphan: "), "in the order of the findings"
    lines = made.actions().lines
    assert [one.get("step") or one["state"] for one in lines][:2] == ["start", "failed"]


def test_an_error_keeps_no_other_run_from_its_turn(made, monkeypatch):
    def refuse(context, seen):
        raise Refused("no")

    monkeypatch.setitem(act.ACTS, findings.START, refuse)
    start = made.seen(phase.CREATED)
    _, did = acted(made, (made.seen(phase.ORPHANED), findings.ORPHAN), (start, findings.START))
    assert did == ["r: start: no", "r: orphan: notify: told as escalated"]


def test_nothing_is_begun_once_the_budget_is_spent(made):
    memory = observe.Memory(made.home, made.now())
    todo = [(made.seen(phase.ORPHANED), findings.ORPHAN)]
    assert act.act(made.home, memory, todo, None, 0, -1.0) == []


def test_more_finishes_than_may_be_at_work_wait(made):
    memory = observe.Memory(made.home, made.now())
    todo = [(made.seen(phase.LOST), findings.SETTLE)]
    assert act.act(made.home, memory, todo, None, act.FINISHES, 60.0) == []
    assert not made.actions().lines


def test_starts_keep_to_their_caps(made):
    for number in range(5):
        made.seconds = number * 4000.0
        acted(made, (made.seen(phase.CREATED), findings.START))
    made.seconds = 5 * 4000.0
    _, did = acted(made, (made.seen(phase.CREATED), findings.START))
    assert "start acted 5 times on this run" in did[-1]
    assert [one["event"] for one in made.notices()] == ["escalated"]


def test_a_held_account_starts_nothing(made):
    from workcell.accounts import holds

    name = holds.account(made.run, made.attempt)
    holds.put(made.home, name, {"until": "person", "until_at": None, "why": "x", "by": {}})
    assert acted(made, (made.seen(phase.CREATED), findings.START))[1] == []


@pytest.mark.parametrize(
    ("step", "state"), [("nudge", "delivered"), ("resume", "delivered"), ("notify", "unknown"), ("start", "not done")]
)
def test_an_act_without_a_result_is_settled_by_what_the_run_shows(made, step, state):
    more = {"message": "m1"} if step != "start" else {}
    number = made.actions().intent(run="r", attempt=1, step=step, playbook="p", edge="e", **more)
    inbox.post(made.run, {"kind": "text", "mode": "sequential", "text": "x", "id": "m1"}, "m1")
    _, did = acted(made)
    assert did == [f"r: settled the intent to {step}: {state}"]
    result = made.actions().lines[-1]
    assert (result["of"], result["state"], result["settled"]) == (number, state, True)
    assert not made.actions().open_intents()


def test_a_server_without_a_socket_is_told_of_once(made):
    answer = tmux_health.Answer(tmux_health.MISSING, "its socket is gone")
    _, did = acted(made, answer=answer)
    assert [line.partition(":")[0] for line in did] == ["tmux", "tmux"] and "repair_socket" in did[0]
    assert [one["run"] for one in made.notices()] == ["watchdog"]


def test_read_judges_no_agent_that_recorded_nothing(made):
    assert acted(made, (made.seen(), findings.READ))[1] == []


def test_the_findings_of_a_look_are_those_of_the_table(made):
    memory = observe.Memory(made.home, made.now())
    found = findings.find(look.at(made.run), memory, False)
    assert found is None or found in findings.FINDINGS
