"""The check after a turn: which script runs, what is said of the tree, what it leaves is ended, and when it says nothing."""

import ctypes
import os
import subprocess
import time

import psutil
import pytest

from tests.support.made_checked import MadeChecked
from workcell.base import clock, subreaper
from workcell.finish import turn_check
from workcell.rundir import attending, inbox, layout, phase, standby


def made_in(top, script="echo looked; exit 0"):
    subprocess.run(["git", "init", "-q", str(top)], check=True)
    (top / ".git" / "info" / "exclude").write_text("home/\nmarks/\n")
    (top / "marks").mkdir()
    return MadeChecked(top, script)


def test_it_runs_in_the_tree_after_the_turn_and_one_run_answers_all(tmp_path, monkeypatch):
    monkeypatch.setattr(turn_check, "SOON", 0.0)
    made = made_in(tmp_path, "pwd; echo at >> marks/ran; echo $WORKCELL_RUN; exit 4")
    first, second = made.asks(), made.asks()
    later = made.asks(accepted=False)
    turn_check.check(made.run)
    found = made.answer(first)
    assert found == made.answer(second)
    assert (found["outcome"], found["code"], found["tree"], found["turn"]) == ("failed", 4, "same", False)
    assert found["tail"].splitlines() == [str(tmp_path), "r"] and found["sha256"] == made.attempt["verify"]["sha256"]
    assert (tmp_path / "marks" / "ran").read_text() == "at\n"
    assert made.answer(later) is None and standby.waits(made.look())
    assert not os.path.exists(os.path.join(made.look().directory, layout.VERIFY))


def test_a_script_that_is_not_the_sealed_one_is_not_run(tmp_path):
    made = made_in(tmp_path)
    asked = made.asks()
    made.script.chmod(0o700)
    made.script.write_text("echo >> marks/ran\n")
    turn_check.check(made.run)
    assert (made.answer(asked)["outcome"], made.answer(asked)["how"]) == ("failed", "tampered")
    assert not (tmp_path / "marks" / "ran").exists()


def test_a_tree_that_changes_meanwhile_is_told_of(tmp_path):
    made = made_in(tmp_path, "echo more > new; true")
    asked = made.asks()
    turn_check.check(made.run)
    assert (made.answer(asked)["outcome"], made.answer(asked)["tree"]) == ("passed", "changed")
    asked = made.asks()
    made.attempt["cwd"] = str(tmp_path / "home")  # no repository of its own is asked for what git ignores
    turn_check.check(made.run)
    assert made.answer(asked)["outcome"] == "passed"


@pytest.fixture
def adopts_orphans():
    """This process is a subreaper, and none any more afterwards: other tests look at who adopts orphans."""
    assert subreaper.become()
    yield
    assert ctypes.CDLL(None).prctl(subreaper.PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0) == 0


@pytest.mark.usefixtures("adopts_orphans")
def test_what_the_script_leaves_is_ended_and_nothing_else(tmp_path):
    made = made_in(tmp_path, "sleep 300 & echo $! > marks/left; (setsid sleep 300 & echo $! > marks/away)")
    beside = subprocess.Popen(["sleep", "300"])
    killed = subprocess.Popen(["sleep", "300"], env={**os.environ, "WORKCELL_TURN_CHECK": made.run})
    try:
        asked = made.asks()
        turn_check.check(made.run)
        assert made.answer(asked)["outcome"] == "passed"
        for name in ("left", "away"):
            pid = int((tmp_path / "marks" / name).read_text())
            assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
        killed.wait(9)  # psutil has taken its code
        assert beside.poll() is None
    finally:
        beside.kill()
        beside.wait()


def test_a_check_during_which_the_run_ends_says_nothing(tmp_path, monkeypatch):
    made = made_in(tmp_path, "sleep 300")
    asked = made.asks()
    began = time.monotonic()
    pause = turn_check.verify_script.run_in

    def ends(*words):
        made.ended("stopped")
        return pause(*words)

    monkeypatch.setattr(turn_check.verify_script, "run_in", ends)
    turn_check.check(made.run)
    assert time.monotonic() - began < 60
    assert made.answer(asked)["why"].startswith("the run is over (stopped")


def test_a_run_that_is_to_finish_is_not_checked_before(tmp_path):
    made = made_in(tmp_path)
    asked = made.asks()
    standby.ask_to_finish(made.run, 1)
    turn_check.check(made.run)
    assert made.answer(asked) is None
    standby.forget(made.run)
    turn_check.check(made.run)
    assert made.answer(asked)["outcome"] == "passed"


def test_one_process_checks_at_a_time(tmp_path, monkeypatch):
    made = made_in(tmp_path)
    asked = made.asks()
    monkeypatch.setattr(turn_check, "ANOTHER", 0.0)
    held = attending.take(made.run, attending.CHECKS, 0.0)
    turn_check.check(made.run)
    assert made.answer(asked) is None
    os.close(held)
    turn_check.check(made.run)
    assert made.answer(asked) is not None


# -- when a turn is over, of an agent with a terminal


@pytest.fixture
def live(tmp_path, monkeypatch):
    """(a run whose agent lives, what it does)."""
    made = MadeChecked(tmp_path)
    doing = {"state": "idle", "since": None, "confidence": 1.0, "evidence": []}
    monkeypatch.setattr(turn_check.activity, "of", lambda *_: doing)
    return made, doing


def ends(made, asked, now):
    seen = made.look()
    seen.phase = phase.RUNNING
    return turn_check.Rest(seen, now).ends(asked)


def idle(doing, since, source="transcript"):
    doing["since"] = clock.stamp(since)
    doing["evidence"] = [{"says": "unknown", "source": "hook"}, {"says": "idle", "source": source}]


def test_a_turn_is_over_once_the_agent_rests_since_later_than_its_message(live):
    made, doing = live
    asked = made.asks()
    at = clock.parse(inbox.said(made.run, asked["message"])["at"])
    idle(doing, at - 5)
    assert not ends(made, asked, at + 60), "it rested before"
    idle(doing, at + 2)
    assert not ends(made, asked, at + 2.5) and ends(made, asked, at + 3.5)
    idle(doing, at + 2, "terminal")
    assert not ends(made, asked, at + 3.5) and ends(made, asked, at + 6)
    doing["state"] = "working"
    assert not ends(made, asked, at + 60)
    doing["state"] = "question"
    assert not ends(made, asked, at + 60), "a dialog is in the middle of a turn"
    doing.update(state="idle", since=None)
    assert not ends(made, asked, at + 60)


def test_a_message_that_waits_goes_first_for_a_while(live):
    made, doing = live
    asked = made.asks()
    at = clock.parse(inbox.said(made.run, asked["message"])["at"])
    idle(doing, at + 2)
    made.asks(accepted=False)
    assert not ends(made, asked, at + 8) and ends(made, asked, at + 2 + turn_check.HELD_UP + 1)


def test_another_turn_is_one_that_goes_on_or_ended_since(live):
    made, doing = live
    seen = made.look()
    seen.phase = phase.RUNNING
    idle(doing, 1000.0)
    assert not turn_check.Rest(seen, 2000.0).follows(clock.stamp(1500.0))
    assert turn_check.Rest(seen, 2000.0).follows(clock.stamp(900.0))
    idle(doing, 1000.0, "terminal")
    assert not turn_check.Rest(seen, 2000.0).follows(clock.stamp(900.0)), "a screen that is drawn anew is no turn"
    doing["state"] = "working"
    assert turn_check.Rest(seen, 2000.0).follows(clock.stamp(1500.0))
