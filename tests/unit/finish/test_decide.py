"""What follows an end, from the files of a run: nothing without a watchdog, and the playbooks that hold with one."""

import os
from pathlib import Path

import pytest

from tests.support.made_runs import PROSE, MadeRun
from workcell.finish import decide, stoppers
from workcell.judgement import outcome
from workcell.rundir import inbox, layout, phase
from workcell.watch import observe

FAILED = (outcome.FAILED, "verify.sh ended with exit code 1")
FACTS = {"git": {"clean": True}, "forbidden": []}


@pytest.fixture
def made(tmp_path):
    run = MadeRun(tmp_path)
    run.attempt.update(reader="none", limits={})
    return run


def seen(made, how="reaped"):
    found = made.seen(phase.FINISHING)
    found.exit = {"how": how, "code": 0, "signal": None, "seconds": 5.0}
    return found


def ticks(made):
    """As if ticks had come regularly, the last one just now."""
    now = observe.Now()
    observe.Memory(made.home, observe.Now(now.wall, now.mono - 300, now.boottime - 300, now.boot)).stamp({})
    observe.Memory(made.home, now).stamp({})


def decided(made, ended=FAILED, how="reaped"):
    return decide.decide(made.run, seen(made, how), FACTS, {"how": "exited", "code": 1, "signal": None}, ended)


def test_without_a_watchdog_every_end_is_the_end(made):
    assert (decided(made)["goes"], decided(made)["playbook"]) == ("over", None)


def test_with_one_a_playbook_of_the_home_is_followed(made):
    ticks(made)
    folder = Path(made.home, "recovery")
    folder.mkdir()
    text = "---\nname: mine\nversion: 1\nwhen: {verdict: [ok, unknown, partial], phase: interrupted}\nsteps:\n"
    (folder / "mine.md").write_text(f"{text}  - hold: {{for: 1h}}\n  - resume: artifacts\n---\n{PROSE}")
    found = decided(made)
    assert (found["goes"], found["playbook"], found["how"]) == ("on", "mine", "artifacts")
    record = decide.next_record(seen(made), found)
    assert record["hold"]["scope"] == "run" and record["hold"]["until_at"].endswith("Z")


@pytest.mark.parametrize(("ended", "how"), [((outcome.PASSED, "x"), "reaped"), (FAILED, "not-started")])
def test_nothing_is_judged_where_nothing_can_follow(made, ended, how):
    ticks(made)
    found = decided(made, ended, how)
    assert found["goes"] == "over" and "verdict" not in found


def test_a_faulty_playbook_is_left_out(made):
    ticks(made)
    os.mkdir(os.path.join(made.home, "recovery"))
    Path(made.home, "recovery", "partial-completion.md").write_text("---\nname: partial-completion\n---\n")
    assert (decided(made)["goes"], decided(made)["playbook"]) == ("over", None), "nor does the shipped one come back"


@pytest.mark.parametrize(
    ("asked", "book", "words"),
    [
        (["playbook:turn-over"], "turn-over", "a person"),
        (["playbook:turn-over", "person"], None, "a person"),
        (["run:r7/001"], None, "run r7"),
        ([], None, "a person"),
    ],
)
def test_who_stopped_an_attempt(made, asked, book, words):
    for who in asked:
        inbox.post(made.run, {"kind": "stop", "attempt": 1, "by": who})
    found = seen(made, "stopped")
    assert stoppers.stopped_by(made.run, found) == book
    assert stoppers.stopper(made.run, 1) == words
    assert stoppers.as_ended(made.run, found)["how"] == ("reaped" if book else "stopped")


ROOT = "--dangerously-skip-permissions cannot be used with root/sudo privileges for security reasons\n"


@pytest.mark.parametrize("watched", [False, True])
def test_the_reason_begins_with_what_kept_the_agent_from_working(made, watched):
    if watched:
        ticks(made)
    made.attempt["reader"], made.attempt["io"] = "claude", "file"
    Path(layout.attempt(made.run, 1), layout.STDERR_LOG).write_text(ROOT)
    ended = seen(made)
    ended.exit["code"] = 1
    found = decide.decide(made.run, ended, FACTS, {"how": "exited", "code": 1, "signal": None}, FAILED)
    assert found["goes"] == "over" and found["verdict"]["verdict"] == "config_error"
    assert found["reason"].startswith("Claude Code refused to work as it was started: --dangerously-skip-permissions")
    assert f"; {FAILED[1]}" in found["reason"]


def test_a_broken_rule_of_the_brief_is_the_cause_itself(made):
    made.attempt["reader"], made.attempt["io"] = "claude", "file"
    Path(layout.attempt(made.run, 1), layout.STDERR_LOG).write_text(ROOT)
    ended = seen(made)
    ended.exit["code"] = 1
    facts = {**FACTS, "forbidden": [{"path": "x", "pattern": "x"}]}
    broken = (outcome.FAILED, "forbidden path touched: x (rule x)")
    assert decide.decide(made.run, ended, facts, None, broken)["reason"] == broken[1]
