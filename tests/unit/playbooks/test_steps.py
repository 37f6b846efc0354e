"""Every step, after an attempt has ended and on a live run: what it decides, and what it really does to a directory."""

import os
from pathlib import Path

import pytest

from tests.support import repos
from tests.support.made_runs import PROSE, WALL, MadeRun, book, faults
from workcell.accounts import holds
from workcell.base import clock
from workcell.judgement.ending import Ending, Notice
from workcell.judgement.ending import Hold as Pause
from workcell.playbooks import playbook
from workcell.playbooks.step import DONE, FAILED, REFUSED, Done, Step
from workcell.playbooks.steps import STEPS
from workcell.rundir import inbox, layout, maildir, phase, proposals, run_hold
from workcell.watch import live_run

RESETS = WALL + 5000.0
LIMITED = {"verdict": "usage_limit", "resets_at": clock.stamp(RESETS)}


@pytest.fixture
def made(tmp_path, monkeypatch):
    monkeypatch.setattr(live_run, "PATIENCE", 0.0)  # no runner takes a message here
    return MadeRun(tmp_path)


def step(text: str) -> Step:
    return book(f"- {text}").steps[0]


def ended(*texts: str, verdict: dict | None = None, spread: float = 0.0) -> Ending:
    """What these steps make of an end."""
    ending = Ending(LIMITED if verdict is None else verdict, WALL, spread)
    for one in texts:
        step(one).at_end(ending)
    return ending


def test_every_step_is_here():
    here = {name.removeprefix("test_").rpartition("__")[0] for name in globals() if "__" in name}
    assert {word for word in STEPS if STEPS[word].live or STEPS[word].ended} <= here


def test_notify__end():
    ending = ended("notify: {level: needs, text: come}", "notify")
    assert ending.notices == [Notice(True, False, "come"), Notice(False, False, None)]


@pytest.mark.parametrize(
    ("verdict", "level", "event"),
    [
        ({"verdict": "usage_limit"}, "info", "limited"),
        ({"verdict": "prompt"}, "info", "prompt"),
        ({"verdict": "prompt", "activity": "question"}, "info", "question"),
        ({"verdict": "ok", "activity": "approval"}, "info", "prompt"),
        ({"verdict": "ok", "loop": "Bash, 26 times"}, "info", "stuck"),
        ({"verdict": "ok"}, "needs", "escalated"),
        ({"verdict": "ok"}, "info", None),
    ],
)
def test_notify__live(made, verdict, level, event):
    done = step(f"notify: {{level: {level}, text: come}}").while_running(made.live(verdict))
    assert done.state == DONE
    assert [one["event"] for one in made.notices()] == ([event] if event else [])
    for one in made.notices():
        assert one["facts"]["why"].startswith("come") and one["facts"]["objective"] == "do it"


def test_notify__live_says_the_question_that_is_up_and_says_it_once(made):
    prompt = {"verdict": "prompt", "prompt": {"text": "", "question": "Do you  want this?"}}
    for _ in range(2):
        step("notify: {text: come}").while_running(made.live(prompt))
    assert [one["facts"]["why"] for one in made.notices()] == ["Do you want this?"]


def test_escalate__end():
    assert ended("escalate: enough").notices == [Notice(True, True, "enough")]


def test_escalate__live(made):
    assert step("escalate").while_running(made.live()) == Done(DONE, "a person was told")
    assert [(one["event"], one["facts"]["why"]) for one in made.notices()] == [
        ("escalated", "p: nothing more is done by itself")
    ]


def test_escalate__is_the_last():
    assert any("nothing follows 'escalate'" in fault for fault in faults("- escalate\n  - notify", "{verdict: auth}"))


def test_ask__live(made, tmp_path):
    made.store()
    asking = step("ask: {text: It hangs., then: [{stop: 9s}, hold]}")
    for _ in range(2):
        done = asking.while_running(made.live())
        assert done.state == DONE and done.words.startswith("proposed as r.001."), "and the same one again"
    (told,) = made.notices()
    name = done.words.removeprefix("proposed as ")
    assert (told["event"], told["facts"]["command"]) == ("proposal", f"workcell approve {name}")
    assert told["facts"]["reply"] == f"workcell deny {name}" and "after 9s; holds the run" in told["facts"]["asks"]
    assert told["facts"]["why"] == "It hangs. (verdict: x)"
    assert not made.messages(), "nothing is done yet"


def test_ask__live_on_a_disk_that_refuses(made, monkeypatch):
    def refuses(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(proposals, "propose", refuses)
    done = step("ask: {text: It hangs., then: stop}").while_running(made.live())
    assert done == Done(FAILED, "the proposal could not be written: No space left on device")
    assert not made.notices()


def test_ask__live_refuses_what_nothing_can_be_made_of(made):
    done = step("ask: {text: x, then: answer}").while_running(made.live({"verdict": "prompt"}))
    assert done == Done(REFUSED, "no option of this dialog is known to be safe")


@pytest.mark.parametrize(
    ("then", "fault"),
    [
        ("[{ask: {text: x, then: [stop]}}]", "'ask' cannot stand in 'ask'"),
        ("[{wait_until: {for: 1m}}]", "'wait_until' cannot stand in 'ask'"),
        ("[escalate]", "'escalate' cannot stand in 'ask'"),
        ("[repair_socket]", "'repair_socket' cannot stand in 'ask'"),
        ("[stopp]", "unknown step 'stopp'"),
        ("[{stop: soon}]", "must be a duration"),
        ("[stop, {resume: native}]", "'stop' does nothing after an attempt has ended"),
        ("[{resume: {how: native, after: 1m}}]", "what was approved is done at once"),
        ("[]", "'then' names no step"),
        ("[{hold: {scope: run, until: probe}}]", "a run is not probed"),
    ],
)
def test_ask__names_the_fault_within_it(then, fault):
    found = faults(f"- ask: {{text: x, then: {then}}}", "{verdict: auth}")
    assert len(found) == 1 and fault in found[0] and "p.md:6" in found[0]


def test_ask__says_only_what_can_be_done_where_it_holds():
    resume = "- ask: {text: x, then: [{resume: native}]}"
    assert "none is opened beside a live agent" in faults(resume, "{verdict: auth, phase: running}")[0]
    assert faults(resume, "{verdict: auth}") == faults(resume, "{verdict: auth, phase: interrupted}") == []
    assert faults("- ask: {text: x, then: stop}", "{verdict: auth}") == []


def test_ask__end():
    ending = ended("resume: native", "ask: {text: 'It  hangs.', then: [{resume: artifacts}, {hold: account}]}")
    assert ending.notices == [] and ending.proposal["text"] == "It hangs." and ending.proposal["risk"] == "write"
    assert [
        (one["step"], one["options"]["how" if one["step"] == "resume" else "scope"]) for one in ending.proposal["acts"]
    ] == [
        ("resume", "artifacts"),
        ("hold", "account"),
    ]
    assert ended("ask: {text: x, then: [notify, hold]}").proposal["risk"] == "low"


def test_ask__end_tells_a_person_where_a_step_would_do_nothing():
    ending = ended("resume: native", "ask: {text: It hangs., then: [stop, hold]}")
    assert ending.proposal is None and ending.how is None
    assert ending.notices == [Notice(True, True, "It hangs.")]


def test_ask__is_the_last():
    assert any(
        "nothing follows 'ask'" in one for one in faults("- ask: {text: x, then: stop}\n  - notify", "{verdict: auth}")
    )
    assert "'stop' does nothing after" in faults("- ask: {text: x, then: stop}", "{evidence: crash-loop}")[0]
    assert any("'then' is missing" in one for one in faults("- ask: x", "{verdict: auth}"))


def test_ask__of_a_repository_speaks_for_no_person():
    text = (
        "---\nname: p\nversion: 1\nwhen: {verdict: auth}\nsteps:\n  - ask: {text: x, then: [stop, answer]}\n---\n"
        + PROSE
    )
    found, said = playbook.parse(text.encode(), "p.md", foreign=True)
    assert found is None and ["'answer' speaks for a person" in str(one) for one in said] == [True]
    assert playbook.parse(text.replace(", answer", "").encode(), "p.md", foreign=True)[0] is not None


def test_wait_until__end():
    assert ended("wait_until: resets").not_before == RESETS + 5.0
    assert ended("wait_until: resets", spread=1.0).not_before == RESETS + 125.0
    assert ended("wait_until: {until: resets, for: 10m}").not_before == WALL + 600.0, "at most"
    assert ended("wait_until: resets", verdict={}).not_before == WALL + 1800.0
    assert ended("wait_until: {until: due, for: 10m}", verdict={}).not_before == WALL + 600.0
    assert ended("wait_until: {for: 10m}", "wait_until: {for: 5m}").not_before == WALL + 600.0, "the latest"
    assert ended("wait_until: {for: 10m}", spread=1.0).not_before == WALL + 720.0
    assert ended("wait_until: {until: reachable, for: 1h}").not_before == WALL, "the hold on the account says when"


@pytest.mark.parametrize(
    ("text", "verdict", "passed", "rest"),
    [
        ("{for: 10m}", {}, 100.0, 500.0),
        ("{for: 10m}", {}, 601.0, 0.0),
        ("idle", {"activity": "working"}, 100.0, 3500.0),
        ("{until: idle, for: 2m}", {"activity": "working"}, 100.0, 20.0),
        ("idle", {"activity": "idle"}, 0.0, 0.0),
        ("answered", {"activity": "approval"}, 600.0, 3000.0),
        ("resets", {}, 300.0, 1500.0),
        ("{until: resets, for: 10m}", LIMITED, 100.0, 500.0),
    ],
)
def test_wait_until__live(made, text, verdict, passed, rest):
    waiting = step(f"wait_until: {text}")
    assert waiting.rest(made.live(verdict or {"verdict": "ok"}), passed) == pytest.approx(rest)
    assert waiting.while_running(made.live()).state == DONE


def test_wait_until__live_for_a_reset_and_for_an_account(made):
    rest = step("wait_until: resets").rest(made.live(LIMITED), 0.0)
    assert 5005.0 <= rest <= 5125.0
    reachable = step("wait_until: {until: reachable, for: 1h}")
    assert reachable.rest(made.live(), 0.0) == 0.0
    step("hold: account").while_running(made.live())
    assert reachable.rest(made.live(), 0.0) == 3600.0


def test_wait_until__live_for_the_end_of_an_agent_that_is_ready(made):
    ready = step("wait_until: ready_end")
    assert ready.rest(made.live(), 50.0) == 70.0, "two minutes"
    Path(made.home, "config.yaml").write_text("ready_end_after: 15m\n")
    assert ready.rest(made.live(), 50.0) == 850.0
    seen = made.seen()
    seen.attempt["recipe"] = {"name": "r", "origins": [], "values": {"ready_end_after": 30.0}}
    assert ready.rest(made.live(seen=seen), 10.0) == 20.0, "that of the recipe goes first"
    assert ready.rest(made.live(seen=seen), 40.0) == 0.0
    del made.attempt["recipe"]
    Path(made.home, "config.yaml").write_text("ready_end_after: nonsense\n")
    assert ready.rest(made.live(), 50.0) == 70.0


def test_wait_until__live_on_standby_it_is_a_quarter_of_a_minute(made):
    ready = step("wait_until: ready_end")
    seen = made.seen()
    seen.attempt["standby"] = True
    assert (ready.rest(made.live(seen=seen), 10.0), ready.rest(made.live(seen=seen), 15.0)) == (5.0, 0.0)
    seen.attempt["recipe"] = {"name": "r", "origins": [], "values": {"ready_end_after": 60.0}}
    assert ready.rest(made.live(seen=seen), 15.0) == 45.0, "that of the recipe goes first"


@pytest.mark.parametrize("part", [maildir.NEW, layout.TYPED])
def test_wait_until__live_a_message_that_waits_begins_it_anew(made, part):
    name = inbox.post(made.run, {"kind": "text", "text": "more", "by": "person"}, "7")
    if part != maildir.NEW:
        maildir.move(os.path.join(made.run, layout.INBOX), name, part)
    assert step("wait_until: ready_end").rest(made.live(), 500.0) == 120.0


def test_wait_until__makes_no_sense_everywhere():
    assert "no agent is idle after an attempt has ended" in faults("- wait_until: idle", "{evidence: crash-loop}")[0]
    ready = faults("- wait_until: ready_end", "{evidence: crash-loop}")[0]
    assert "no agent is at the end of its turn after an attempt has ended" in ready


def test_nudge__live(made):
    done = step("nudge: Go on.").while_running(made.live())
    assert done.state == "delivered"
    told = {key: made.messages()[0][key] for key in ("kind", "mode", "text", "attempt", "by", "id")}
    assert told == {"kind": "text", "mode": "sequential", "text": "Go on.", "attempt": 1, "by": "playbook:p", "id": "0"}
    assert live_run.delivered(made.run, "0") == "delivered"
    assert step("nudge: Go on.").while_running(made.live(seen=made.seen(phase.ORPHANED))).state == REFUSED


def test_nudge__live_when_the_runner_takes_it(made):
    step("nudge: Go on.").while_running(made.live())
    inbox.accept(made.run, "0.json", made.messages()[0], "seen", 1)
    assert live_run.delivered(made.run, "0") == "taken"
    assert live_run.delivered(made.run, "1") is None


def test_answer__live(made):
    assert step("answer").while_running(made.live({"verdict": "prompt"})).state == REFUSED
    assert not made.messages(), "without a safe option nothing is answered"


def test_interrupt__live(made):
    assert step("interrupt").while_running(made.live()).state == "delivered"
    assert made.messages()[0]["kind"] == "interrupt"
    made.attempt["io"] = "file"
    assert step("interrupt").while_running(made.live()) == Done(REFUSED, "it has no terminal to press keys in")


def test_stop__live(made):
    step("stop: 90s").while_running(made.live())
    assert (made.messages()[0]["kind"], made.messages()[0]["grace_seconds"]) == ("stop", 90.0)


def test_resume__end():
    ending = ended("resume: {how: native, after: 15m}")
    assert (ending.how, ending.not_before) == ("native", WALL + 900.0)


def test_resume__live(made):
    again = step("resume: {how: artifacts, after: 15m}")
    assert again.rest(made.live(), 600.0) == 300.0
    assert again.while_running(made.live()).state == "delivered"
    assert made.messages()[0]["text"].startswith("Please go on")
    assert again.while_running(made.live({"verdict": "usage_limit", "waits_itself": True})).state == DONE
    assert len(made.messages()) == 1, "an agent that waits by itself is not disturbed"


def test_snapshot__end():
    assert ended("snapshot: tree").snapshot
    assert not ended("snapshot: run").snapshot, "finish has copied the records by then"


def test_snapshot__live(made, tmp_path, monkeypatch):
    assert step("snapshot").while_running(made.live()) == Done(DONE, "there is no repository to keep")
    repos.set_up(monkeypatch, tmp_path)
    top = repos.make(tmp_path / "repo", {"a": "1\n"})
    repos.write(top, "b", "new\n")
    made.attempt["cwd"] = str(top)
    done = step("snapshot: tree").while_running(made.live())
    assert done.words.startswith("kept as refs/workcell/salvage/r/")
    assert "b" in repos.git(top, "ls-tree", "--name-only", done.words.rpartition(" ")[2])


def test_snapshot__live_of_the_records(made, tmp_path):
    assert step("snapshot: run").while_running(made.live()).words == "the agent keeps no records that can be read"


def test_hold__end():
    assert ended("hold: {scope: run}").holds == [Pause("run", "person", None)]
    assert ended("hold: {scope: account, until: resets}").holds == [Pause("account", "resets", RESETS + 5.0)]
    assert ended("hold: {scope: account, until: resets, for: 15m}").holds[0].until_at == WALL + 900.0
    assert ended("hold: {until: resets}", verdict={}).holds[0].until_at == WALL + 1800.0
    assert ended("hold: {for: 15m}").holds[0].until_at == WALL + 900.0
    assert len(ended("hold: run", "hold: account").holds) == 2


@pytest.mark.parametrize("text", ["hold: {scope: run, for: 15m}", "hold: {scope: run, until: resets}", "hold"])
def test_hold__live_asks_for_what_it_asks_for_at_an_end(made, text):
    wanted = ended(text).holds[0]
    assert step(text).while_running(made.live(LIMITED)).words == "the run is held"
    stood = run_hold.standing(made.run, WALL)
    assert stood["by"] == {"who": "playbook", "run": "r", "attempt": 1, "playbook": "p"}
    assert stood["until_at"] == (clock.stamp(wanted.until_at) if wanted.until_at else None)


def test_hold__live_on_an_account(made):
    held = step("hold: {scope: account, until: resets}")
    assert held.while_running(made.live(LIMITED)).words == "the account is held"
    stood = holds.standing(made.home)[0]
    assert (stood["until"], stood["until_at"]) == ("resets", clock.stamp(RESETS + 5.0))
    made.attempt["reader"] = "none"
    assert "no account that is known" in held.while_running(made.live(LIMITED)).words


def test_hold__makes_no_sense_everywhere():
    found = faults("- hold: {scope: run, until: probe}", "{verdict: auth}")
    assert "a run is not probed" in found[0] and "until: person" in found[0]


def test_release__end():
    assert ended("release: run").releases == ["run"]
    assert ended("hold: run", "wait_until: {for: 5m}", "release: run").holds == [Pause("run", "person", WALL + 300.0)]
    assert ended("hold: run", "release: run").holds == []
    limited = ("hold: {scope: account, until: resets}", "wait_until: resets", "release: account")
    assert ended(*limited).holds[0].until_at == RESETS + 5.0
    probed = ended("hold: {scope: account, until: probe}", "wait_until: {for: 5m}", "release: account")
    assert probed.holds == [Pause("account", "probe", None)], "only its credential ends it"


def test_release__live(made):
    assert step("release").while_running(made.live()).words == "no playbook held it"
    step("hold").while_running(made.live())
    assert step("release").while_running(made.live()).words == "held no more"
    assert run_hold.standing(made.run) is None


def test_release__live_leaves_a_persons_hold(made):
    holds.put_on_run(made.run, None, "mine", {"who": "person"})
    assert step("release").while_running(made.live()).words == "no playbook held it"
    assert run_hold.standing(made.run)["why"] == "mine"


def test_release__live_of_an_account(made):
    release = step("release: account")
    assert release.while_running(made.live()).words == "the account is not held"
    step("hold: {scope: account, until: resets, for: 1h}").while_running(made.live())
    assert release.while_running(made.live()).words == "the account is held no more"
    step("hold: {scope: account, until: probe}").while_running(made.live())
    assert release.while_running(made.live()).words == "the account is held until: probe"
    assert len(holds.standing(made.home)) == 1


def test_verify__end():
    before = Ending({}, WALL, 0.0)
    assert vars(ended("verify", verdict={})) == vars(before), "the check has run by then"


def test_verify__is_refused_where_only_a_live_run_is_followed(made):
    found = faults("- verify", "{phase: running}")
    assert "'verify' does nothing while the run is live" in found[0] and "write 'stop'" in found[0]


def test_repair_socket__is_for_the_server(made):
    assert step("release").word == "release"
    server = book("- repair_socket", when="{evidence: socket-missing}").steps[0]
    assert server.while_running(made.live()).state == REFUSED
    assert "'repair_socket' does nothing" in faults("- repair_socket", "{verdict: auth}")[0]


@pytest.mark.parametrize("text", ["nudge: x", "answer", "interrupt", "stop", "repair_socket"])
def test_what_needs_a_live_agent_is_refused_in_a_playbook_for_ends(text):
    assert "does nothing after an attempt has ended" in faults(f"- {text}", "{evidence: crash-loop}")[0]


def test_what_a_held_run_has_on_disk_is_what_the_format_says(made):
    step("hold").while_running(made.live())
    assert os.path.exists(os.path.join(made.run, layout.HOLD))
