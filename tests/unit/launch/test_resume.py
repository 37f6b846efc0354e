"""The next attempt, opened and started in this process."""

import pytest

from tests.support import runs
from workcell.base.errors import WorkcellError
from workcell.launch import resume, wait
from workcell.rundir import phase


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
