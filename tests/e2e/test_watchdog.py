"""Nights of runs: what fails, waits, is started again and passes under ticks of the watchdog, and what is left alone."""

import json
import os
import signal
import time
from pathlib import Path

import pytest

from tests.support import watching
from tests.support.lab import alive, eventually, naming, rewrite_pinned
from workcell.accounts import holds
from workcell.base.errors import TryAgain
from workcell.launch import resume
from workcell.rundir import heartbeat, layout, look, phase, run_hold

CLAUDE = "  reader: claude"


@pytest.fixture
def watch(lab):
    watching.quick(
        lab.home,
        *("partial-completion", "vanished-session", "usage-limit", "auth-failure", "no-progress", "rate-limit"),
    )
    return watching.Watch(lab)


def rests(run, *also):
    return eventually(lambda: at_rest(run, *also), 30.0, f"{run} at rest")


def at_rest(run, *also):
    seen = look.at(run)
    return seen if seen.phase in (phase.DONE, phase.SCHEDULED, *also) else None


def drive(watch, run, ticks=10, **more):
    """Tick until the run is over."""
    for _ in range(ticks):
        seen = rests(run, phase.CREATED, phase.LOST, phase.INTERRUPTED)
        if seen.phase == phase.DONE:
            return seen
        watch.tick(**more)
    return rests(run)


def test_the_check_fails_twice_and_then_passes(lab, watch):
    command = 'n=${WORKCELL_ATTEMPT##*/}\ncp "$WORKCELL_BRIEF" "$MARKS/brief.$n"\necho $n >n.txt'
    verify = 'echo "only $(cat n.txt) of 3 done"; test "$(cat n.txt)" = 3'
    run = lab.launch(lab.brief(command, verify))
    assert rests(run).phase == phase.SCHEDULED
    seen = drive(watch, run)
    assert seen.result["outcome"] == "passed" and seen.n == 3
    brief = lab.mark("brief.3")
    assert "only 2 of 3 done" in brief and "attempts/002/verify.log" in brief
    asked = [look.read_record(layout.attempt(run, n), layout.ATTEMPT, [])["asked_by"] for n in (1, 2, 3)]
    assert [one["who"] for one in asked] == ["person", "playbook", "playbook"]
    assert asked[2]["playbook"] == "partial-completion" and "verify.sh ended" in asked[2]["why"]
    assert [one["state"] for one in watch.actions() if one["is"] == "result"] == ["done", "done"]
    name = os.path.basename(run)
    assert watch.notices() == [f"{name}/002/resumed", f"{name}/003/passed", f"{name}/003/resumed"]

    def types():
        return [event["type"] for event in map(json.loads, Path(run, layout.EVENTS).read_text().splitlines())]

    # the event is written behind the result, which is what says that the run is over
    eventually(lambda: types().count("run.ended") == 1)
    assert types().count("run.scheduled") == 2 and types().count("recovered") == 2


def test_without_a_watchdog_the_first_end_is_the_end(lab, watch):
    watch.gone()
    run = lab.launch(lab.brief("true", "false"), "--wait", code=1)
    assert look.at(run).result["outcome"] == "failed" and look.at(run).n == 1


def test_launch_waits_for_the_attempts_that_ticks_open(lab, watch):
    import threading

    ended = threading.Event()

    def ticks():
        while not ended.wait(0.2):
            watch.tick()

    beside = threading.Thread(target=ticks)
    beside.start()
    try:
        brief = lab.brief("echo ${WORKCELL_ATTEMPT##*/} >n.txt", 'test "$(cat n.txt)" = 2')
        run = lab.launch(brief, "--wait", timeout=60)
    finally:
        ended.set()
        beside.join()
    assert look.at(run).n == 2


def test_a_wait_ends_when_the_watchdog_is_gone(lab, watch):
    run = lab.launch(lab.brief("true", "false"))
    assert rests(run).phase == phase.SCHEDULED
    watch.gone()
    ran = lab.workcell("wait", run, code=1, timeout=20)
    assert "scheduled" in ran.stdout


def test_the_same_tree_with_the_same_failure_twice_stops(lab, watch):
    run = lab.launch(lab.brief("echo same >same.txt", "exit 3"))
    seen = drive(watch, run)
    assert seen.result["outcome"] == "failed" and seen.n == 2
    assert seen.result["playbook"] == "no-progress" and "same-failure" in seen.result["findings"]
    name = os.path.basename(run)
    assert {f"{name}/002/failed", f"{name}/002/escalated"} <= set(watch.notices())


def test_past_its_attempts_a_run_is_abandoned(lab, watch):
    command = "date +%N%s >>growing.txt"
    run = lab.launch(lab.brief(command, "false", extra="limits: {attempts: 2}"))
    seen = drive(watch, run)
    assert seen.result["outcome"] == "abandoned" and seen.n == 2
    assert "2 attempts, and 2 are allowed" in seen.result["reason"]
    assert f"{seen.id}/002/escalated" in watch.notices()
    # a person may go on, and raises the limit for it
    watch.gone()
    assert "--attempts 3" in lab.workcell("resume", run, "--no-window", code=77).stderr
    lab.workcell("resume", run, "--attempts", "3", "--no-window", "--wait", code=1)
    assert look.at(run).n == 3


def test_a_usage_limit_holds_the_account_until_it_resets(lab, watch):
    resets = time.time() + 4000
    agent = watching.by_attempt(watching.limited(resets), watching.done() + "\ntouch passed")
    # the hold of one that has ended would keep the other one from its start
    agent = f'until [ -e "$MARKS/both" ]; do sleep 0.05; done\n{agent}'
    brief = lab.brief(agent, "test -e passed", recipe=CLAUDE)
    first, second = lab.launch(brief), lab.launch(brief, repo=lab.new_repo())
    Path(lab.marks, "both").touch()
    for run in (first, second):
        seen = rests(run)
        assert seen.next["playbook"] == "usage-limit" and seen.next["how"] == "native"
        assert seen.next["not_before"] > watching.stamp(3900)
    hold = holds.standing(lab.home)
    assert len(hold) == 1 and hold[0]["until"] == "resets"
    said = [one for one in watch.notices() if one.endswith("/limited")]
    assert len(said) == 1, said
    watch.tick()
    assert not watch.acts()
    watch.ahead = 4300.0
    watch.tick()  # the clock was set: which one is right will show in a minute
    watch.tick()
    watch.tick()
    assert holds.standing(lab.home) == []
    for run in (first, second):
        seen = drive(watch, run)
        assert seen.result["outcome"] == "passed" and seen.n == 2
    opened = [one for one in watch.actions() if one["is"] == "intent" and one["step"] == "resume"]
    assert len(opened) == 2
    at = [one["at"] for one in opened]
    assert at[0] != at[1], "the runs of one account are woken one by one"


def test_a_refused_credential_is_not_asked_again_before_somebody_signed_in(lab, watch):
    login = Path(lab.person, ".claude", ".credentials.json")
    login.parent.mkdir()
    login.write_text("old")
    agent = f'if grep -q old "$HOME/.claude/.credentials.json"; then\n{watching.refused()}\nexit 1\nfi\ntouch passed'
    run = lab.launch(lab.brief(agent, "test -e passed", recipe=CLAUDE))
    assert rests(run).next["playbook"] == "auth-failure"
    assert [one.rpartition("/")[2] for one in watch.notices()] == ["auth"]
    for _ in range(3):
        watch.tick(ahead=86400.0 * 2)
    assert look.at(run).n == 1 and not watch.acts("resume")
    login.write_text("new")
    seen = drive(watch, run)
    assert seen.result["outcome"] == "passed" and seen.n == 2
    assert [one["why"] for one in watch.acts("release")] == ["a person signed in again"]


def test_a_recipe_can_ask_whether_its_credential_is_taken(lab, watch):
    agent = watching.by_attempt(watching.refused(), "touch passed")
    more = CLAUDE + '\n  probe: test -e "$MARKS/mended"\nsecrets: [MARKS]'
    run = lab.launch(lab.brief(agent, "test -e passed", recipe=more))
    rests(run)
    watch.ahead = 400.0
    for _ in range(3):
        watch.tick(later=400.0)
    probes = [one for one in watch.actions() if one.get("state") == "not yet"]
    assert look.at(run).n == 1 and 1 <= len(probes) <= 2, "the pause between two probes doubles"
    Path(lab.marks, "mended").touch()
    assert drive(watch, run, later=1300.0).result["outcome"] == "passed"


def test_release_lets_the_account_go_on(lab, watch):
    agent = watching.by_attempt(watching.refused(), "touch passed")
    run = lab.launch(lab.brief(agent, "test -e passed", recipe=CLAUDE))
    rests(run)
    watch.tick()
    assert look.at(run).n == 1
    assert "account" in lab.workcell("release", run).stdout
    assert drive(watch, run).result["outcome"] == "passed"


@pytest.mark.parametrize("whom", ["agent", "runner"])
def test_who_was_killed_is_resumed_from_the_files(lab, watch, whom):
    agent = 'test "${WORKCELL_ATTEMPT##*/}" = 1 && exec sleep 60\ntouch passed'
    run = lab.launch(lab.brief(agent, "test -e passed"))
    seen = lab.phase(run, phase.RUNNING)
    os.kill(seen.start[whom]["pid"], signal.SIGKILL)
    if whom == "runner":
        eventually(lambda: not alive(seen.start["runner"]["pid"]))
        for pid in naming(os.path.basename(run)):
            os.kill(pid, signal.SIGKILL)
        lab.phase(run, phase.LOST)
    seen = drive(watch, run)
    assert seen.result["outcome"] == "passed" and seen.n == 2
    first = look.read_record(layout.attempt(run, 1), layout.NEXT, [])
    assert first["playbook"] == "vanished-session" and first["verdict"]["verdict"] == "vanished"


def test_a_crash_loop_ends(lab, watch):
    run = lab.launch(lab.brief("kill -9 $$", "false"))
    seen = drive(watch, run)
    assert (seen.result["outcome"], seen.n, seen.result["playbook"]) == ("abandoned", 3, "crash-loop")
    assert seen.result["kept"].startswith("refs/workcell/")


def test_its_own_conversation_is_continued_where_recipe_and_transcript_allow(lab, watch):
    more = CLAUDE + '\n  resume: echo continued {{ session }} >>"$MARKS/native"; touch passed'
    resets = time.time() - 10
    run = lab.launch(lab.brief(watching.limited(resets) + "\nexit 1", "test -e passed", recipe=more))
    rests(run)
    folder = Path(lab.person, ".claude", "projects", "anything")
    folder.mkdir(parents=True)
    shown = json.loads(lab.workcell("resume", run, "--native", "--dry-run", "--json").stdout)
    assert shown["how"] == "artifacts"  # there is no transcript yet
    transcript = folder / f"{watching.SESSION}.jsonl"
    transcript.write_text('{"type": "queue-operation"}\n')
    shown = json.loads(lab.workcell("resume", run, "--native", "--dry-run", "--json").stdout)
    assert shown["how"] == "artifacts" and "before Claude Code had written down" in shown["how_why"]
    transcript.write_text('{"type": "queue-operation"}\n{"type": "user"}\n')
    watch.ahead = 200.0
    watch.tick()
    seen = drive(watch, run)
    assert seen.result["outcome"] == "passed"
    assert lab.mark("native") == f"continued {watching.SESSION}\n"
    assert seen.attempt["native"] is True and seen.attempt["agent_session"] == watching.SESSION


def test_a_run_that_was_never_started_is_started_when_seen_twice(lab, watch):
    run = lab.launch(lab.brief("true", "true"), "--prepare")
    other = lab.launch(lab.brief("true", "true"), "--prepare", repo=lab.new_repo())
    # as if the process that launched it had died before it started the runner
    rewrite_pinned(run, 1, layout.ATTEMPT, lambda text: text.replace('"start": "later"', '"start": "now"'))
    watch.tick(later=0.0)
    watch.tick(later=0.0)
    assert look.at(run).phase == phase.CREATED, "twice within a minute is once"
    watch.tick(later=61.0)
    assert rests(run).result["outcome"] == "passed"
    for _ in range(3):
        watch.tick()
    assert look.at(other).phase == phase.CREATED, "--prepare means that a person starts it"


def test_a_hold_keeps_the_watchdog_away(lab, watch):
    run = lab.launch(lab.brief("true", "false"))
    rests(run)
    lab.workcell("hold", run, "--why", "mine")
    for _ in range(3):
        watch.tick(ahead=3600.0)
    assert look.at(run).phase == phase.SCHEDULED and not watch.acts()
    assert "run" in lab.workcell("release", run).stdout
    watch.tick()
    watch.tick()
    assert look.at(run).n == 2


def test_a_hold_for_a_time_ends_by_itself(lab, watch):
    run = lab.launch(lab.brief("true", "false"))
    rests(run)
    lab.workcell("hold", run, "--for", "1h")
    assert run_hold.standing(run) is not None and run_hold.standing(run, time.time() + 3601) is None


def test_recover_says_what_it_would_do_and_does_it(lab, watch):
    run = lab.launch(lab.brief("echo ${WORKCELL_ATTEMPT##*/} >n.txt", 'test "$(cat n.txt)" = 2'))
    rests(run)
    said = json.loads(lab.workcell("recover", run, "--dry-run", "--json").stdout)
    assert said["playbook"] == "partial-completion" and said["steps"][-1].startswith(
        "opens the next attempt from the files of the run"
    )
    assert look.at(run).n == 1 and not watch.acts()
    lab.workcell("recover", run)
    assert rests(run).result["outcome"] == "passed"
    assert "over" in lab.workcell("recover", run).stdout


def test_resume_asked_twice_opens_one_attempt(lab, watch):
    run = lab.launch(lab.brief("sleep 0.5", "false"))
    rests(run)
    request = resume.Request(lab.home, run, window=False, attempt=1, by={"who": "playbook", "playbook": "x"})
    opened = resume.resume(request)
    with pytest.raises(TryAgain):
        resume.resume(request)
    assert opened.attempt == 2 == look.at(run).n
    rests(run)


def test_a_playbook_never_renews_the_environment(lab, watch):
    run = lab.launch(lab.brief("true", "false"))
    rests(run)
    before = Path(run, layout.ENV).read_bytes()
    os.environ["LANG"], old = "xx_XX.UTF-8", os.environ.get("LANG")
    try:
        watch.tick(ahead=3600.0)
        watch.tick(ahead=3600.0)
    finally:
        os.environ.pop("LANG") if old is None else os.environ.update(LANG=old)
    assert rests(run).n == 2
    assert Path(run, layout.ENV).read_bytes() == before


def test_the_dead_man_is_told_by_ls(lab, watch):
    assert "late" not in lab.workcell("ls").stderr
    watch.path("installed.json").write_text('{"with": "systemd"}')
    assert "late" not in lab.workcell("ls").stderr
    last = watch.record("last.json")
    watch.path("last.json").write_text(json.dumps({**last, "monotonic": last["monotonic"] - 500}))
    assert "installed (systemd) and late" in lab.workcell("ls").stderr
    watch.gone()
    assert "never ticked" in lab.workcell("ls").stderr
    told = lab.workcell("watchdog", "status", code=1).stdout
    assert told.startswith("watchdog   is installed (systemd) and late: it has never ticked")
    assert "installed  systemd" in told
    assert told.splitlines()[0] in lab.workcell("status").stdout


def test_after_one_tick_that_no_timer_repeats_every_face_says_that_nothing_goes_on(lab):
    lab.workcell("watchdog", "tick")
    run = lab.launch(lab.brief("true", "false"), "--wait", code=1)
    assert look.at(run).phase == phase.DONE, "an end is the end, as it is without a watchdog"
    watch = watching.Watch(lab)
    run = lab.launch(lab.brief("true", "false", name="left"))
    assert rests(run).phase == phase.SCHEDULED
    watch.gone()
    lab.workcell("hold", "left")  # what it does is held up, and the tick does not start it
    lab.workcell("watchdog", "tick")
    lab.workcell("release", "left")
    told = "a watchdog ticked once, and nothing repeats that: workcell watchdog install"
    assert f"watchdog   {told}" in lab.workcell("watchdog", "status", code=1).stdout
    assert f"watchdog   {told}" in lab.workcell("status").stdout
    assert told in lab.workcell("ls").stderr and told in lab.workcell("status", "left").stdout
    assert told in lab.workcell("why", "left").stdout
    waited = json.loads(lab.workcell("wait", "left", "--json", code=1).stdout)["runs"][0]
    assert told in waited["reason"] and waited["needs"]["kind"] == "start"
    watching.regular(lab.home)
    assert "ticks, by a timer that workcell did not install, last " in lab.workcell("watchdog", "status").stdout
    assert told not in lab.workcell("ls").stderr and "needs you" not in lab.workcell("status", "left").stdout


def test_a_stop_by_a_playbook_is_verified_and_goes_on(lab, watch):
    run = lab.launch(lab.brief('test "${WORKCELL_ATTEMPT##*/}" = 1 && exec sleep 60\ntouch passed', "test -e passed"))
    seen = lab.phase(run, phase.RUNNING)
    from workcell.finish import stop

    stop.order(run, seen, grace=1.0, by="playbook:stuck")
    seen = drive(watch, run)
    assert seen.n == 2 and seen.result["outcome"] == "passed"
    assert heartbeat.there(lab.home)
