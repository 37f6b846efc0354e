"""A run on standby waits for messages without a process, and goes on in its conversation when one comes."""

import json
import os
import signal
from pathlib import Path

import pytest

from tests.support.lab import eventually, naming
from tests.support.standing_by import Listening
from workcell.accounts import holds
from workcell.rundir import inbox, layout, look, maildir, phase, standby
from workcell.together import wake


@pytest.fixture
def listening(lab):
    return Listening(lab)


def test_it_waits_without_a_process_or_a_check_and_is_no_alarm(listening):
    lab, run = listening.lab, listening.launch()
    name = os.path.basename(run)
    eventually(lambda: not naming(name), what="its last process")
    assert listening.checked() == 0 and len(listening.turns()) == 1
    assert "end your turn" in listening.turns()[0]["prompt"]
    after = look.at(run).next
    assert (after["when"], after["not_before"], after["how"]) == ("message", "9999-12-31T00:00:00.000Z", "native")
    [listed] = json.loads(lab.workcell("ls", "--json").stdout)["runs"]
    [kept] = os.listdir(os.path.join(lab.home, layout.RESTING))
    os.rename(os.path.join(lab.home, layout.RESTING), os.path.join(lab.home, "aside"))
    assert json.loads(lab.workcell("ls", "--json").stdout)["runs"] == [listed], "a full look says the same"
    assert (listed["state"], listed["phase"], listed["needs"]) == ("waiting", "scheduled", None)
    assert listed["waits"]["what"] == "message" and listed["due_at"] is None
    for words in (["status", run], ["why", run], ["what", run], ["handoff", run], ["recover", run, "--dry-run"]):
        assert "message" in (said := lab.workcell(*words).stdout) or "send" in said, words
    assert listening.watch.tick() == [] and look.at(run).n == 1
    assert os.listdir(os.path.join(lab.home, layout.RESTING)) == [kept], "the tick keeps what is not there"
    assert listening.watch.notices() == []
    assert "not over" in lab.workcell("wait", run, "--timeout", "0.3s", code=None).stderr
    assert "waiting" in lab.workcell("wait", run, "--for", "idle", "--timeout", "9s").stdout
    lab.workcell("verify", run)
    assert listening.checked() == 1 and standby.waits(look.at(run)), "verify changes nothing"
    second = lab.workcell("launch", listening.brief("second"), "--repo", look.at(run).cwd, "--no-window", code=75)
    assert name in second.stderr, "it keeps its tree"


def test_a_message_wakes_it_at_once_in_its_conversation(listening):
    lab, run = listening.lab, listening.launch()
    said = lab.workcell("send", run, "look at the parser").stdout
    assert "attempt 2" in said
    listening.waits(run, 2)
    first, then = listening.turns()
    assert (then["how"], then["session"], then["prompt"]) == ("continued", first["session"], "look at the parser\n")
    assert listening.asked_by(run) == {"who": "message", "from": "person"}
    lab.workcell("send", run, "and at the lexer")
    listening.waits(run, 3)
    assert [one["prompt"] for one in listening.turns()[1:]] == ["look at the parser\n", "and at the lexer\n"]
    assert maildir.waiting(os.path.join(run, layout.INBOX)) == [] and listening.checked() == 0


def test_what_comes_in_the_middle_of_a_turn_begins_the_next_one(listening):
    lab = listening.lab
    busy = listening.mark("busy")
    run = lab.launch(listening.brief(), "--standby", repo=lab.new_repo())
    eventually(listening.turns)
    for text in ("one", "two"):
        lab.workcell("send", run, text)
    busy.unlink()
    listening.waits(run, 2)
    assert listening.turns()[1]["prompt"] == "one\n\ntwo\n"


def test_what_was_sent_before_finish_was_said_begins_its_last_turn(listening):
    lab = listening.lab
    busy = listening.mark("busy")
    run = lab.launch(listening.brief(), "--standby", repo=lab.new_repo())
    eventually(listening.turns)
    assert "its next turn begins with it" in lab.workcell("send", run, "while at work").stdout
    assert "after one more turn" in lab.workcell("finish", run).stderr
    assert "told nothing more" in lab.workcell("send", run, "too late", code=77).stderr
    busy.unlink()
    assert listening.ended(run) == "passed" and listening.checked() == 1
    assert [one["prompt"] for one in listening.turns()[1:]] == ["while at work\n"] and inbox.waiting(run) == []


def test_holds_and_limits_leave_the_message_and_the_tick_wakes_it(listening):
    lab, run = listening.lab, listening.launch()
    lab.workcell("hold", run, "--why", "not now")
    assert "workcell release" in lab.workcell("send", run, "later").stdout
    assert listening.watch.tick() == [] and look.at(run).n == 1
    lab.workcell("release", run)
    account = holds.account(run, look.at(run).attempt)
    if account is not None:
        holds.put(lab.home, account, {"until": "person", "until_at": None, "why": "no credit", "by": {}, "login": None})
        assert "no credit" in (wake.wake(run) or "")
        holds.lift(lab.home, account)
    assert any("opened attempt 2" in line for line in listening.watch.tick())
    listening.waits(run, 2)
    assert [one["prompt"] for one in listening.turns()[1:]] == ["later\n"]


def test_a_limit_on_attempts_counts_from_the_last_message(listening):
    lab, run = listening.lab, listening.launch("--attempts", "1")
    for n in (2, 3):
        lab.workcell("send", run, "more")
        listening.waits(run, n)


def test_a_turn_that_does_not_end_well_is_no_standby(listening):
    lab, run = listening.lab, listening.launch()
    listening.mark("code", "3")
    lab.workcell("send", run, "break")
    after = eventually(lambda: (seen := look.at(run)).n == 2 and seen.next)
    assert (after.get("when"), after["playbook"], listening.checked()) == (None, "partial-completion", 0)
    assert "turn did not end well" in after["reason"]
    listening.mark("code", "0")
    did = [line for _ in range(3) for line in listening.watch.tick(ahead=3600)]
    assert any("opened attempt 3" in line for line in did), did
    listening.waits(run, 3)


def test_a_message_whose_turn_died_is_told_to_each_attempt_until_a_turn_ends(listening):
    lab, run = listening.lab, listening.launch()
    busy = listening.mark("busy")
    inbox.post(run, {"kind": "text", "text": "a watch says X9", "mode": "sequential", "by": "watch:other/1"})
    lab.workcell("send", run, "do X9")
    eventually(lambda: len(listening.turns()) == 2)
    seen = look.at(run)
    for pid in (seen.start["runner"]["pid"], seen.agent_pid):
        os.kill(pid, signal.SIGKILL)
    eventually(lambda: look.at(run).phase == phase.LOST, what="the death of both")
    lab.workcell("resume", run, "--no-window")
    eventually(lambda: len(listening.turns()) == 3)
    lab.workcell("stop", run)
    inbox.post(run, {"kind": "text", "text": "and Y", "by": "person"})
    busy.unlink()
    lab.workcell("resume", run, "--native", "--no-window")
    listening.waits(run, 4)
    third, fourth = (one["prompt"] for one in listening.turns()[2:])
    assert "Attempt 2 was given this, and ended before its turn did:" in third
    assert "Attempt 3 was given this, and ended" in fourth
    for prompt in (third, fourth):
        assert prompt.count("do X9") == prompt.count("a watch says X9") == 1, prompt
    assert fourth.index("a watch says X9") < fourth.index("do X9") < fourth.index("and Y")
    [box] = json.loads(lab.workcell("inbox", run, "--all", "--json").stdout)["runs"]
    known = {one["text"]: (one["attempts"], one["why"]) for one in box["messages"]}
    assert known["do X9"] == ([2, 3, 4], "in the briefs of attempts 2, 3 and 4")
    assert known["and Y"] == ([4], "in the brief of attempt 4")
    lab.workcell("send", run, "more")
    listening.waits(run, 5)
    assert listening.turns()[-1]["prompt"] == "more\n"


def test_stop_ends_it(listening):
    lab, run = listening.lab, listening.launch()
    lab.workcell("stop", run)
    assert listening.ended(run) == "stopped" and listening.checked() == 0


def test_messages_of_watches_are_waited_with_and_wake_it_once(listening, monkeypatch):
    run = listening.launch()
    monkeypatch.setattr(standby, "TOGETHER", 0.6)
    box = os.path.join(run, layout.INBOX)
    inbox.post(run, {"kind": "text", "text": "a ended", "by": "watch:1"})
    assert standby.rest(standby.letters(look.at(run)), 0.0) == 0.6
    inbox.post(run, {"kind": "text", "text": "b ended", "by": "watch:2"})
    assert wake.wake(run) is None
    listening.waits(run, 2)
    assert listening.turns()[1]["prompt"] == "a ended\n\nb ended\n" and maildir.waiting(box) == []


def test_a_recipe_that_cannot_go_on_and_a_home_without_ticks_are_refused(listening):
    lab = listening.lab
    refused = lab.workcell("launch", lab.brief("true", name="plain"), "--standby", "--repo", lab.repo, code=77)
    assert "no 'resume'" in refused.stderr and "--recipe claude" in refused.stderr
    listening.watch.gone()
    refused = lab.workcell("launch", listening.brief(), "--standby", "--repo", lab.new_repo(), code=77)
    assert "watchdog" in refused.stderr and lab.runs() == []


def test_front_matter_and_launch_file_ask_for_it(listening):
    lab = listening.lab
    run = lab.launch(listening.brief(front="standby: true"), repo=lab.new_repo())
    listening.waits(run)
    file = Path(lab.top, "night.yaml")
    file.write_text(f"briefs:\n  - brief: {listening.brief('third')}\n    standby: true\n    repo: {lab.new_repo()}\n")
    lab.workcell("launch", str(file), "--no-window")
    [other] = [one for one in lab.runs() if one != run]
    listening.waits(other)
    assert look.at(other).phase == phase.SCHEDULED


def test_finish_ends_it_with_its_check_which_stands_in_its_result(listening):
    lab, run = listening.lab, listening.launch()
    assert "passed" in lab.workcell("finish", run).stdout
    assert listening.ended(run) == "passed" and listening.checked() == 1
    seen = look.at(run)
    assert layout.VERIFY not in seen.stands and seen.result["verify"]["code"] == 0
    assert not os.path.exists(os.path.join(seen.directory, layout.VERIFY))
    [attempt] = json.loads(lab.workcell("status", run, "--json").stdout)["attempts"]
    assert attempt["verify"]["code"] == 0 and "exit code 0" not in str(seen.reason)
    assert "over already" in lab.workcell("finish", run).stderr
    lab.workcell("resume", run, "--brief", listening.brief("more", "standby: true"))
    listening.waits(run, 2)
    assert listening.checked() == 1, "what was said of an end before counts no more"


def test_a_check_that_fails_ends_it_as_failed_and_a_resume_goes_on(listening):
    lab, run = listening.lab, listening.launch()
    unfit = listening.mark("unfit")
    lab.workcell("finish", run, code=1)
    assert listening.ended(run) == "failed" and "verify.sh ended with exit code 1" in str(look.at(run).reason)
    assert any(one.endswith("/failed") for one in listening.watch.notices())
    unfit.unlink()
    lab.workcell("resume", run, "--native")
    listening.waits(run, 2)


def test_finish_in_a_turn_ends_it_after_the_turn(listening):
    lab = listening.lab
    busy = listening.mark("busy")
    run = lab.launch(listening.brief(), "--standby", repo=lab.new_repo())
    eventually(listening.turns)
    assert "once its turn is over" in lab.workcell("finish", run).stderr
    busy.unlink()
    assert listening.ended(run) == "passed" and listening.checked() == 1
    plain = lab.launch(listening.brief("plain"), repo=lab.new_repo())
    lab.phase(plain, phase.DONE)


def test_the_tick_ends_what_was_to_finish(listening):
    run = listening.launch()
    standby.ask_to_finish(run, 1)
    assert any("its check runs" in line for line in listening.watch.tick())
    assert listening.ended(run) == "passed" and listening.checked() == 1
    eventually(
        lambda: not os.path.exists(os.path.join(listening.lab.home, layout.WAKE, f"{os.path.basename(run)}.finish"))
    )


def test_only_a_run_on_standby_is_finished(listening):
    lab = listening.lab
    run = lab.launch(lab.brief("sleep 60", name="plain"), repo=lab.new_repo())
    assert "workcell stop" in lab.workcell("finish", run, code=77).stderr
    lab.workcell("stop", run)


def test_a_suggestion_wakes_it_once_a_person_releases_it_and_no_earlier(listening):
    lab, run = listening.lab, listening.launch()
    lab.workcell("send", run, "--suggest", "write the tests")
    assert listening.watch.tick() == [] and standby.waits(look.at(run)) and look.at(run).n == 1
    [key] = [name.removesuffix(".json") for name, _ in inbox.in_state(run, inbox.SUGGESTED)]
    lab.workcell("inbox", "release", run, key)
    listening.waits(run, 2)
    assert [one["prompt"] for one in listening.turns()[1:]] == ["write the tests\n"]
