"""The table of needs: each source has its row, its command and its words."""

import pytest

from workcell.base import clock
from workcell.rundir import cures, needs, phase, suggestions

NOW = 1_800_000_000.0
RUN = "20261120-0512-job-aaaa"


def known(state, where=None, **facts):
    made = needs.Situation(RUN, state, where or state)
    made.now = NOW
    for name, value in facts.items():
        assert hasattr(made, name), name
        setattr(made, name, value)
    return made


def hold(until, **more):
    return {
        "schema": "workcell.file.hold/1", "account": "0123456789abcdef", "since": clock.stamp(NOW), "until": until,
        "until_at": None, "why": None, "by": {"run": RUN, "attempt": 1, "playbook": "auth-failure"}, "tries": 0, **more,
    }  # fmt: skip


NONE = "no watchdog ticks: workcell watchdog install"
LATER = clock.stamp(NOW + 600)
HELD = {"until_at": LATER, "why": None, "by": None}
ASKS = needs.Dialog("Do it?", [("1", "Yes"), ("2", "No")])
PROPOSED = {
    "id": f"{RUN}.001.0123abcd",
    "text": "Stop it.",
    "cause": "verdict: stuck",
    "acts": [{"step": "stop", "options": {}, "words": "asks the agent to end"}],
}

CALL = {
    "id": "d1",
    "at": LATER,
    "tool": "Bash",
    "words": "git push",
    "sha256": "0",
    "call": "t1",
    "risk": "network",
    "rule": None,
    "why": None,
}

SUGGESTED = suggestions.Suggestion("17-1-a", "run:20261120-0510-boss-bbbb/1", "run the tests")

ROWS = [
    (known("running", room="the disk is full"), "room", "doctor"),
    (known("scheduled", changed="policy.json is missing"), "look", f"fsck {RUN}"),
    (known("approval", phase.RUNNING, terminal=True, dialog=ASKS), "answer", f"answer {RUN}"),
    (known("question", phase.RUNNING, terminal=True), "answer", f"attach {RUN}"),
    (known("approval", phase.RUNNING), "answer", f"logs {RUN}"),
    (known("idle", phase.RUNNING, proposals=[PROPOSED]), "decide", f"approve {RUN}.001.0123abcd"),
    (known("orphaned", proposals=[PROPOSED]), "decide", f"approve {RUN}.001.0123abcd"),
    (known("approval", phase.SCHEDULED, call=CALL), "answer", f"approve {RUN}"),
    (known("scheduled", account=hold("probe"), sign_in="run it"), "sign-in", f"release {RUN}"),
    (known("idle", phase.RUNNING, account=hold("probe"), refused=True, terminal=True), "sign-in", f"attach {RUN}"),
    (known("created", account=hold("person")), "release", f"release {RUN}"),
    (known("scheduled", hold={"until_at": None, "why": "mine", "by": None}), "release", f"release {RUN}"),
    (known("idle", phase.RUNNING, terminal=True, checked=True, unwatched=NONE), "decide", f"recover {RUN}"),
    (
        known("idle", phase.RUNNING, terminal=True, checked=True, unwatched=NONE, since=clock.stamp(NOW - 120)),
        "decide",
        f"recover {RUN}",
    ),
    (known("created", later=True), "start", f"resume {RUN}"),
    (known("scheduled", unwatched=NONE), "start", f"resume {RUN}"),
    (known("created", unwatched=NONE), "start", f"resume {RUN}"),
    (known("corrupt"), "look", f"fsck {RUN}"),
    (known("unknown"), "decide", f"stop {RUN}"),
    (known("orphaned"), "decide", f"stop {RUN}"),
    (known("interrupted"), "settle", f"wait {RUN}"),
    (known("lost"), "settle", f"wait {RUN}"),
    (known("failed", phase.DONE), "decide", f"resume {RUN}"),
    (known("abandoned", phase.DONE), "decide", f"handoff {RUN}"),
    (known("unverified", phase.DONE), "look", f"handoff {RUN}"),
    (known("tampered", phase.DONE), "look", f"handoff {RUN}"),
    (known("working", phase.RUNNING, suggestions=[SUGGESTED]), "decide", f"inbox release {RUN} 17-1-a"),
]


@pytest.mark.parametrize(("situation", "kind", "command"), ROWS)
def test_each_situation_has_its_need_and_its_command(situation, kind, command):
    found = needs.find(situation)
    assert (found["kind"], found["command"]) == (kind, f"workcell {command}")
    assert ("dismiss" in found) == (situation.phase == phase.DONE)


@pytest.mark.parametrize("name", [source.__name__ for source in needs.SOURCES])
def test_no_source_is_without_a_row(name):
    [source] = [one for one in needs.SOURCES if one.__name__ == name]
    assert any(source(situation) == needs.find(situation) is not None for situation, _, _ in ROWS)


@pytest.mark.parametrize(
    "situation",
    [
        known("running"),
        known("passed", phase.DONE),
        known("stopped", phase.DONE),
        known("failed", phase.DONE, acknowledged=True),
        known("scheduled", due_at=LATER),
        known("scheduled", account=hold("resets", until_at=LATER)),
        known("scheduled", hold={"until_at": LATER, "why": None, "by": None}),
        known("working", phase.RUNNING, account=hold("probe"), refused=True, terminal=True),
        known("running", account=hold("probe"), terminal=True),
        known("created", unwatched=NONE, opened_at=clock.stamp(NOW - 1)),
        known("idle", phase.RUNNING, terminal=True, checked=True),
        known("idle", phase.RUNNING, terminal=True, unwatched=NONE),
        known("idle", phase.RUNNING, checked=True, unwatched=NONE),
        known("working", phase.RUNNING, terminal=True, checked=True, unwatched=NONE),
        known("idle", phase.RUNNING, terminal=True, checked=True, unwatched=NONE, since=clock.stamp(NOW - 119)),
        known("idle", phase.RUNNING, terminal=True, checked=True, unwatched=NONE, hold=HELD),
    ],
)
def test_what_goes_on_by_itself_needs_no_person(situation):
    assert needs.find(situation) is None


def test_an_idle_agent_comes_with_the_ways_to_go_on():
    found = needs.find(known("idle", phase.RUNNING, terminal=True, checked=True, unwatched=NONE))
    assert NONE in found["why"] and "waits for words" in found["why"]
    assert [one["command"].split()[1] for one in found["options"]] == ["recover", "send", "attach"]
    assert all(one["command"].split()[2] == RUN for one in found["options"])


def test_a_dialog_comes_with_a_command_for_each_option():
    found = needs.find(known("approval", phase.RUNNING, terminal=True, dialog=ASKS))
    assert found["why"] == "Do it?"
    assert found["options"] == [
        {"text": "Yes", "command": f"workcell answer {RUN} 1"},
        {"text": "No", "command": f"workcell answer {RUN} 2"},
    ]


def test_a_proposal_says_what_it_would_do_and_how_to_refuse_it():
    found = needs.find(known("idle", phase.RUNNING, proposals=[PROPOSED]))
    assert found["why"] == "Stop it. (verdict: stuck)"
    assert found["options"] == [
        {"text": "asks the agent to end", "command": f"workcell approve {PROPOSED['id']}"},
        {"text": "does none of that", "command": f"workcell deny {PROPOSED['id']}"},
    ]


def test_beside_a_proposal_no_command_approves_by_the_run_alone():
    dialog = needs.Dialog("Do it?", [("1", "Yes"), ("2", "No")])
    dialog.yes, dialog.no = "1", "2"
    alone = needs.find(known("approval", phase.RUNNING, terminal=True, dialog=dialog))
    assert [one["command"] for one in alone["options"]] == [f"workcell approve {RUN}", f"workcell deny {RUN}"]
    both = needs.find(known("approval", phase.RUNNING, terminal=True, dialog=dialog, proposals=[PROPOSED]))
    assert [one["command"] for one in both["options"]] == [f"workcell answer {RUN} 1", f"workcell answer {RUN} 2"]


def test_a_held_account_says_why_and_how_to_sign_in():
    found = needs.find(known("scheduled", account=hold("probe"), sign_in="run codex login"))
    assert found["account"] == "0123456789abcdef"
    assert found["why"] == "its account is held: its credential was refused; sign in again (run codex login)"


@pytest.mark.parametrize(
    ("situation", "what", "until"),
    [
        (known("scheduled", account=hold("resets", until_at=LATER)), "account", LATER),
        (known("scheduled", hold={"until_at": LATER, "why": "w", "by": None}), "hold", LATER),
        (known("scheduled", unwatched=NONE, due_at=LATER), "watchdog", None),
        (known("scheduled", due_at=LATER), "due", LATER),
        (known("created", account=hold("probe")), "account", None),
    ],
)
def test_what_is_not_started_says_what_it_waits_for(situation, what, until):
    found = needs.waits(situation)
    assert (found["what"], found["until_at"]) == (what, until)


def test_a_suggestion_says_who_made_it_and_can_be_discarded_and_whatever_else_is_needed_goes_before():
    found = needs.find(known("working", phase.RUNNING, suggestions=[SUGGESTED]))
    assert found["why"] == "20261120-0510-boss-bbbb suggests a message: run the tests"
    assert found["options"][1]["command"] == f"workcell inbox rm {RUN} 17-1-a"
    assert needs.find(known("failed", phase.DONE, suggestions=[SUGGESTED]))["command"] == f"workcell resume {RUN}"


def test_a_time_that_has_passed_is_waited_for_no_more():
    assert needs.waits(known("scheduled", due_at=clock.stamp(NOW - 60))) is None
    assert needs.waits(known("running")) is needs.waits(known("created", later=True)) is None


@pytest.mark.parametrize("cause", cures.CURES)
def test_where_another_attempt_changes_nothing_the_first_command_is_another_one(cause):
    found = needs.find(known("failed", phase.DONE, cause=cause, go_on=f"workcell resume {RUN} --attempts 3"))
    assert not found["command"].startswith("workcell resume") and "{" not in found["command"]
    again = found["options"][0]["command"]
    assert again.startswith(f"workcell resume {RUN} --attempts 3")
    assert again.endswith(cures.CURES[cause].option) and "dismiss" in found


@pytest.mark.parametrize("cause", cures.CURES)
def test_what_was_kept_with_an_end_is_the_same_need_when_it_is_read_again(cause):
    kept = needs.find(known("failed", phase.DONE, cause=cause, go_on=f"workcell resume {RUN} --attempts 3"))
    read = known("failed", phase.DONE)
    needs.recall(read, kept)
    assert needs.find(read) == kept


def test_a_result_leads_to_a_cure_by_its_verdict_or_its_findings():
    judged = {"verdict": "auth", "confidence": 0.9, "signals": [], "words": []}
    assert cures.cause({"verdict": judged}) == "auth"
    assert cures.cause({"verdict": {**judged, "verdict": "ok"}, "findings": ["same-failure"]}) == "same-failure"
    assert cures.cause({"verdict": {**judged, "verdict": "network"}}) is None and cures.cause(None) is None
