"""What was decided about an end is done: holds, releases, the snapshot and the notices, and twice is as once."""

import os

import pytest

from tests.support.made_runs import WALL, MadeRun, book
from workcell.accounts import holds
from workcell.cleaning.clean import Cleaner
from workcell.finish import apply
from workcell.judgement import next as nexts
from workcell.judgement import outcome
from workcell.rundir import operations, phase, run_hold


@pytest.fixture
def made(tmp_path):
    return MadeRun(tmp_path)


def decision(steps, verdict="usage_limit", when="{verdict: usage_limit}", **more):
    case = {
        "run": "r",
        "outcome": (outcome.FAILED, "verify.sh ended with exit code 1"),
        "exit": {"how": "reaped"},
        "facts": {"git": {"clean": True}},
        "verify": None,
        "limits": {},
        "history": [{"n": 1}],
        "books": [book(steps, when)],
        "now": WALL,
        "verdict": {"verdict": verdict, "confidence": 0.9, "signals": [], "resets_at": None},
        **more,
    }
    made = nexts.decide(case)
    made["verdict"] = {"verdict": verdict}
    return made


def applied(made, chosen, times=1):
    for _ in range(times):
        apply.apply(made.seen(phase.FINISHING), chosen, {"git": {"files": 2, "branch": "main"}}, Cleaner())


def test_a_hold_on_the_run_stands_after_an_end(made):
    chosen = decision("- hold: {scope: run, until: person}\n- resume: artifacts")
    assert chosen["goes"] == "on"
    applied(made, chosen, times=2)
    stood = run_hold.standing(made.run)
    assert stood["by"] == {"who": "playbook", "run": "r", "attempt": 1, "playbook": "p"}
    assert stood["until_at"] is None


def test_holds_on_run_and_account_are_both_put(made):
    applied(made, decision("- hold: run\n- hold: {scope: account, for: 1h}"))
    assert run_hold.standing(made.run) and len(holds.standing(made.home)) == 1


def test_a_release_lets_go_what_a_playbook_held(made):
    applied(made, decision("- hold: run\n- escalate"))
    applied(made, decision("- release: run\n- resume: native"))
    assert run_hold.standing(made.run) is None


def test_of_two_runs_that_meet_one_limit_the_first_tells(made, tmp_path):
    chosen = decision("- hold: {scope: account, until: resets}\n- notify: {text: wait}\n- resume: native")
    applied(made, chosen, times=2)
    assert [one["event"] for one in made.notices()] == ["limited"]
    other = made.seen(phase.FINISHING)
    other.id, other.n = "r2", 1
    apply.apply(other, chosen, {}, Cleaner())
    assert [one["run"] for one in made.notices()] == ["r"]


def test_a_notice_names_the_command_that_status_will_name(made):
    applied(made, decision("- hold: {scope: account, until: probe}\n- notify: needs\n- resume: native"))
    applied(made, decision("- escalate"))
    commands = [(one["event"], one["facts"]["command"]) for one in made.notices() if "command" in one["facts"]]
    assert commands and all(command == "workcell release r" for _, command in commands[:1])
    assert ("failed", "workcell resume r") in commands or ("abandoned", "workcell handoff r") in commands, commands


def test_a_notice_shows_the_facts_and_when_it_goes_on(made):
    applied(made, decision("- notify: {text: wait}\n- wait_until: {for: 10m}\n- resume: native"))
    facts = made.notices()[0]["facts"]
    assert facts["why"] == "wait" and facts["files"] == 2 and facts["due_at"] and facts["objective"] == "do it"


@pytest.mark.parametrize(
    ("steps", "verdict", "events"),
    [
        ("- notify: {text: x}", "usage_limit", ["failed", "limited"]),
        ("- notify: {text: x}", "ok", ["failed"]),
        ("- notify: {level: needs}", "ok", ["failed", "escalated"]),
        ("- notify: {level: needs}\n- escalate", "stuck", ["failed", "stuck", "escalated"]),
        ("- notify: {text: x}", "prompt", ["failed", "prompt"]),
        ("- escalate", "ok", ["failed", "escalated"]),
        ("- notify: {text: x}\n- resume: native", "usage_limit", ["limited"]),
    ],
)
def test_which_notices_an_end_makes(steps, verdict, events):
    chosen = decision(steps, verdict, f"{{verdict: {verdict}}}")
    assert [event for event, _ in apply.notices_of(chosen)] == events


def test_a_snapshot_that_cannot_be_made_keeps_no_run_from_its_end(made, tmp_path):
    chosen = decision("- snapshot: tree\n- resume: artifacts")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / ".git").write_text("gitdir: /nonexistent\n")
    made.attempt["cwd"] = str(tmp_path / "broken")
    applied(made, chosen)
    assert chosen["kept"] is None or str(chosen["kept"]).startswith("no snapshot")


def test_a_full_outbox_keeps_no_run_from_its_end(made):
    os.makedirs(os.path.join(made.home, "outbox"))
    os.rmdir(os.path.join(made.home, "outbox"))
    open(os.path.join(made.home, "outbox"), "w").close()
    applied(made, decision("- notify: {text: x}"))


def test_a_run_that_passed_in_a_worktree_of_its_own_offers_to_merge(made, monkeypatch):
    monkeypatch.setitem(operations.OPERATIONS, "merge", operations.WORK)
    chosen = decision("- escalate", outcome=(outcome.PASSED, "verify.sh ended with 0"))
    seen = made.seen(phase.FINISHING)
    seen.launch = {"name": "r", "worktree": True}
    apply.apply(seen, chosen, {"git": {"commits": 2}}, Cleaner())
    facts = next(one["facts"] for one in made.notices() if one["event"] == "passed")
    assert facts["command"] == "workcell merge r" and facts["commits"] == 2
