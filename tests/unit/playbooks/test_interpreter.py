"""Following a playbook on what is live: one step after the other over many ticks, and never twice."""

import os

import pytest

from tests.support.made_runs import WALL, MadeRun, book
from workcell.base import probe
from workcell.playbooks import caps, interpreter
from workcell.playbooks.interpreter import REST, Hindrance, Progress, Reason
from workcell.rundir import look
from workcell.watch import live_run, tmux_health
from workcell.watch.tmux_subject import TmuxServer

WIDE = "{per_run: 50, per_hour: 50, cooldown: 1s, backoff: {first: 1s, jitter: 0}}"


@pytest.fixture
def made(tmp_path, monkeypatch):
    monkeypatch.setattr(live_run, "PATIENCE", 0.0)
    return MadeRun(tmp_path)


def still(made):
    """The run as every further look finds it too; it is not running, so what is sent to it is refused."""
    return made.live(seen=look.at(made.run))


def acts(made):
    return [(one["is"], one.get("step") or one.get("state")) for one in made.actions().lines]


def test_steps_that_touch_nothing_are_done_at_once_and_once(made):
    followed = book("- notify: {text: come}\n- hold: {for: 1h}\n- escalate: enough")
    progress = interpreter.follow(made.case(followed))
    assert progress.did == ["notify: told as limited", "hold: the run is held", "escalate: a person was told"]
    assert interpreter.follow(made.case(followed)) == Progress([], interpreter.LONG)
    assert [one["event"] for one in made.notices()] == ["limited", "escalated"]
    lines = made.actions().lines
    assert [one["index"] for one in lines if one["is"] == "intent"] == [0, 1, 2]
    assert lines[0] == {
        **lines[0],
        **{"run": "r", "attempt": 1, "playbook": "p", "edge": "e", "step": "notify", "why": ["verdict: x"]},
        "account": made.live().account,
    }


def test_a_wait_is_counted_from_the_step_before_it(made):
    followed = book("- notify: {text: come}\n- wait_until: {for: 10m}\n- notify: {text: again}")
    first = interpreter.follow(made.case(followed))
    assert first == Progress(["notify: told as limited"], 600.0)
    made.seconds = 599.0
    assert interpreter.follow(made.case(followed)) == Progress([], pytest.approx(1.0))
    made.seconds = 601.0
    assert interpreter.follow(made.case(followed)).did == ["wait_until: the wait is over", "notify: told as limited"]


def test_after_an_act_the_playbook_rests(made):
    followed = book("- interrupt\n- nudge: x\n- notify: {text: come}", limits=WIDE)
    assert interpreter.follow(made.case(followed, still(made))).rest == REST
    assert acts(made) == [("intent", "interrupt"), ("result", "refused")]
    interpreter.follow(made.case(followed, still(made)))
    assert [step for kind, step in acts(made) if kind == "intent"] == ["interrupt", "nudge"]


def test_what_hinders_an_act_is_a_reason_with_seconds(made):
    def hinders(subject):
        case = made.case(book("- interrupt"), subject)
        return interpreter.hinders(case, case.book.steps[0])

    made.seconds = -90.0
    assert hinders(still(made)) == Hindrance(Reason.SEEN_ONCE, "it was seen only once", REST)
    made.seconds = 0.0
    assert hinders(made.live(seen=look.at(made.run), attended=probe.YES)).reason is Reason.ATTENDED
    unasked = hinders(made.live(seen=look.at(made.run), attended=probe.UNKNOWN))
    assert unasked.reason is Reason.ATTENDED and "could not be asked" in unasked.words
    assert hinders(made.live()).reason is Reason.CHANGED, "it was seen to run, and does not"
    assert hinders(still(made)) is None
    assert not acts(made)


def test_nothing_hinders_what_touches_nothing(made):
    made.seconds = -90.0
    case = made.case(book("- notify: {text: come}"), made.live(attended=probe.YES))
    assert interpreter.hinders(case, case.book.steps[0]) is None


def test_a_cap_says_when_to_look_again_and_the_last_one_tells_a_person(made):
    followed = book("- interrupt\n- interrupt\n- interrupt", limits="{per_run: 2, per_hour: 1}")
    interpreter.follow(made.case(followed, still(made)))
    assert interpreter.follow(made.case(followed, still(made))) == Progress([], interpreter.LONGEST)
    assert not made.notices(), "an hour will pass"
    made.seconds = 3700.0
    interpreter.follow(made.case(followed, still(made)))
    made.seconds = 7400.0
    assert interpreter.follow(made.case(followed, still(made))) == Progress([], interpreter.LONGEST)
    assert [one["event"] for one in made.notices()] == ["escalated"]
    assert "acted 2 times on this run" in made.notices()[0]["facts"]["why"]


def test_another_incident_begins_the_playbook_anew(made):
    followed = book("- notify: {text: come}")
    interpreter.follow(made.case(followed))
    other = made.case(followed)
    other = interpreter.Case(**{**vars(other), "edge": "f"})
    assert interpreter.follow(other).did == ["notify: told as limited"]


@pytest.mark.parametrize(("state", "again"), [("not done", True), ("unknown", True), ("taken", False), ("done", False)])
def test_an_act_in_which_a_tick_was_killed_is_repeated_only_if_it_was_not_done(made, state, again):
    followed = book("- nudge: x\n- notify: {text: come}", limits=WIDE)
    case = made.case(followed, still(made))
    number = case.acts.intent(**case.mark, step="nudge", index=0, message="m")
    made.actions().result(number, state, settled=True)
    did = interpreter.follow(made.case(followed, still(made))).did
    assert did[0].startswith("nudge" if again else "notify")


def test_a_step_that_fails_is_on_record_and_the_next_one_follows(made, monkeypatch):
    followed = book("- snapshot\n- notify: {text: come}")
    made.attempt["cwd"] = "\0"
    did = interpreter.follow(made.case(followed)).did
    assert did[-1] == "notify: told as limited"


def server(made, answer=None, identity=None):
    answer = answer or tmux_health.Answer(tmux_health.MISSING, "it is gone")
    return TmuxServer(made.home, "socket-missing", answer, identity, WALL + made.seconds)


def server_case(made, followed, subject):
    actor = caps.Actor(subject.id, followed.name, None)
    return interpreter.Case(subject, followed, subject.edge, actor, made.actions(), ["x"], 0.0)


def test_the_server_is_followed_by_the_same_interpreter_and_told_of_once(made):
    followed = book(
        "- repair_socket\n- notify: {level: needs, text: come}",
        when="{evidence: socket-missing}",
        limits="{cooldown: 5m}",
        name="socket-missing",
    )
    did = interpreter.follow(server_case(made, followed, server(made))).did
    assert did == ["repair_socket: the server that was known is gone", "notify: told as escalated"]
    assert interpreter.follow(server_case(made, followed, server(made))).did == [], "the cool-down"
    made.seconds = 3600.0
    assert interpreter.follow(server_case(made, followed, server(made))).did == did, "and then again"
    assert [one["facts"]["why"] for one in made.notices()] == ["come (it is gone)"]


def test_a_process_that_is_no_tmux_server_gets_no_signal(made):
    mine = {"pid": os.getpid(), "start": "0"}
    assert server(made, identity=mine).repair_socket().words == "the server that was known is gone"


@pytest.mark.parametrize("step", ["nudge: x", "stop", "answer: yes", "snapshot", "hold", "release"])
def test_steps_for_runs_are_refused_for_the_server(made, step):
    one = book(f"- {step}", when="{phase: running}").steps[0]
    assert one.while_running(server(made)).state == "refused"
