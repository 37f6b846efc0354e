"""The next attempt, opened and started in this process."""

import os
from pathlib import Path

import pytest

from tests.support import lab as labs
from tests.support import runs
from tests.support.standing_by import Listening
from workcell.base import clock
from workcell.base.errors import Refused, TryAgain, WorkcellError
from workcell.launch import resume, resume_limits, wait
from workcell.launch.resume_limits import Raised
from workcell.rundir import inbox, layout, look, phase, status
from workcell.watch import starts


@pytest.fixture(autouse=True)
def _environment(lab, monkeypatch):
    for name, value in lab.env().items():
        monkeypatch.setenv(name, value)


def test_a_failed_run_is_resumed_and_passes(lab):
    run = runs.start(lab, lab.brief("echo x >> count", 'test "$(wc -l < count)" -ge 2'))
    assert wait.wait([run], wait.DONE, 30.0).states == ["failed"]
    preview = resume.resume(resume.Request(lab.home, run, window=False, dry_run=True))
    assert preview.attempt == 2 and "attempt 1" in preview.brief
    done = resume.resume(resume.Request(lab.home, run, window=False))
    assert (done.attempt, done.how) == (2, "artifacts")
    assert wait.wait([run], wait.DONE, 30.0).states == ["passed"]


def test_a_prepared_run_is_started_by_resume(lab):
    run = runs.start(lab, lab.brief(), prepare=True)
    assert resume.resume(resume.Request(lab.home, run, window=False, dry_run=True)).attempt == 1
    assert resume.resume(resume.Request(lab.home, run, window=False)).attempt == 1
    assert wait.wait([run], wait.DONE, 30.0).met


def test_what_was_sent_to_a_prepared_run_stands_in_the_brief_that_it_begins_with(lab):
    listening = Listening(lab)
    run = lab.launch(listening.brief(front="limits: {attempts: 1}"), "--prepare", repo=lab.new_repo())
    inbox.post(run, {"kind": "text", "mode": "sequential", "text": "later words", "by": "person"})
    inbox.post(run, {"kind": "text", "mode": "urgent", "text": "first words", "by": "run:boss/1"})
    done = resume.resume(resume.Request(lab.home, run, window=False))
    assert wait.wait([run], wait.DONE, 30.0).states == ["passed"]
    [told] = listening.turns()
    prompt = told["prompt"]
    assert prompt.index("Listen.") < prompt.index("Message from the run boss") < prompt.index("first words")
    assert prompt.index("first words") < prompt.index("later words") and "has not run" not in prompt
    assert inbox.waiting(run) == [] and done.attempt == 2 and status.first_of_brief(look.at(run)) == 2


def test_a_tick_starts_such_a_run_with_the_same_brief(lab):
    listening = Listening(lab)
    run = lab.launch(listening.brief(), "--prepare", repo=lab.new_repo())
    inbox.post(run, {"kind": "text", "mode": "sequential", "text": "sent before", "by": "person"})
    now = starts._begin(lab.home, look.at(run))
    assert now.n == 2 and now.asker == "person"
    assert wait.wait([run], wait.DONE, 30.0).states == ["passed"]
    [told] = listening.turns()
    assert "sent before" in told["prompt"] and inbox.waiting(run) == []
    with pytest.raises(TryAgain, match="it is done in attempt 2 by now"):
        resume.resume(resume.Request(lab.home, run, attempt=1, unattended=True))


def test_what_passed_needs_a_new_brief(lab):
    run = runs.start(lab, lab.brief())
    wait.wait([run], wait.DONE, 30.0)
    with pytest.raises(WorkcellError) as caught:
        resume.resume(resume.Request(lab.home, run, window=False))
    assert "--brief" in caught.value.message + str(caught.value.hint)
    again = lab.brief("echo more", "true", name="again")
    assert resume.resume(resume.Request(lab.home, run, brief=again, window=False)).attempt == 2
    assert wait.wait([run], wait.DONE, 30.0).met


def test_a_live_run_is_not_resumed(lab):
    run = runs.start(lab, lab.brief("exec sleep 600"))
    lab.phase(run, phase.RUNNING)
    with pytest.raises(WorkcellError, match="it is running"):
        resume.resume(resume.Request(lab.home, run, window=False))


def failed(lab, front="", steps="echo x >> count"):
    """A run that ended as failed."""
    path = Path(lab.top, "b.md")
    path.write_text(
        f"---\nobjective: x\nrecipe: runbook\nverify: test -e never\n{front}---\n## Steps\n```bash\n{steps}\n```\n"
    )
    run = runs.start(lab, str(path))
    assert wait.wait([run], wait.DONE, 30.0).states == ["failed"]
    return run


def again(lab, run, **more):
    done = resume.resume(resume.Request(lab.home, run, window=False, **more))
    wait.wait([run], wait.DONE, 30.0)
    return done


def test_beyond_the_attempts_of_the_run_it_is_refused_unless_they_are_raised(lab):
    run = failed(lab, "limits: {attempts: 2}\n")
    assert "attempt 2 of 2" in again(lab, run).brief
    with pytest.raises(Refused, match="2 of 2 attempts") as caught:
        resume.resume(resume.Request(lab.home, run, window=False))
    assert "--attempts 3" in str(caught.value.hint) and look.at(run).n == 2
    assert "attempt 3 of 4" in again(lab, run, raised=Raised(attempts=4)).brief
    assert look.at(run).limits["attempts"] == 4
    assert "attempt 4 of 4" in again(lab, run).brief
    forced = again(lab, run, raised=Raised(force=True)).brief
    assert "attempt 5, which a person asked for beyond the limit of 4" in forced and "5 of 4" not in forced
    assert look.at(run).limits["attempts"] == 4


def test_a_new_brief_begins_the_attempts_anew(lab):
    run = failed(lab, "limits: {attempts: 1}\n")
    other = lab.brief("true", "test -e never", name="other", extra="limits: {attempts: 2}")
    assert again(lab, run, brief=other).attempt == 2
    assert "attempt 2 of 2" in again(lab, run).brief


def test_a_limit_that_is_raised_is_kept(lab):
    run = failed(lab)
    again(lab, run, raised=Raised(wall=77.0, cost=3.0))
    again(lab, run)
    limits = look.at(run).limits
    assert (limits["wall_seconds"], limits["cost_usd"]) == (77.0, 3.0)


def test_when_all_steps_are_done_the_way_on_is_to_run_them_again(lab):
    run = failed(lab)
    found = status.document(look.at(run))["needs"]
    assert found["command"] == f"workcell resume {os.path.basename(run)} --steps all"
    assert "--steps all" in Path(run, layout.HANDOFF).read_text()
    again(lab, run)
    assert Path(lab.repo, "count").read_text() == "x\n"  # a plain resume runs no step that ended well
    again(lab, run, steps_anew=True)
    assert Path(lab.repo, "count").read_text() == "x\nx\n"
    again(lab, run)
    assert Path(lab.repo, "count").read_text() == "x\nx\n"


def test_only_a_runbook_has_steps_to_run_again(lab):
    run = runs.start(lab, lab.brief("true", "test -e never"))
    wait.wait([run], wait.DONE, 30.0)
    with pytest.raises(Refused, match="it has none"):
        resume.resume(resume.Request(lab.home, run, window=False, steps_anew=True))


def test_an_attempt_whose_end_was_not_seen_is_counted_from_its_records(lab):
    run = runs.ended(lab)
    record = look.at(run).exit
    start = look.at(run).start["started_at"]
    later = clock.stamp(clock.parse(start) + 42.0)
    labs.rewrite_record(run, 1, layout.EXIT, {**record, "seconds": None, "ended_at": later})
    assert resume_limits.seconds(run, 1) == 42.0
