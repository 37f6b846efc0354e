"""Agent, steps and check of a run start in one directory below its tree, in every attempt."""

import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support import repos, runs
from workcell.base.errors import Refused, WorkcellError
from workcell.launch import resume, wait
from workcell.rundir import look
from workcell.trust import trust


@pytest.fixture(autouse=True)
def _environment(lab, monkeypatch):
    for name, value in lab.env().items():
        monkeypatch.setenv(name, value)
    repos.write(Path(lab.repo), "svc/api/main.py")
    person = ("-c", "user.name=t", "-c", "user.email=t@localhost")
    repos.git(lab.repo, "add", "-A")
    repos.git(lab.repo, *person, "commit", "-q", "-m", "services")


def brief(lab, front, body=""):
    path = Path(lab.top, "b.md")
    path.write_text(f"---\nobjective: o\n{front}---\n{body}")
    return str(path)


def over(run):
    wait.wait([run], wait.DONE, 30.0)
    return look.at(run)


RECORDS = "recipe: {extends: shell, command: 'pwd -P >> places'}\nverify: pwd -P >> places; false\n"


@pytest.mark.parametrize("worktree", [None, ""])
def test_agent_and_check_start_there_in_each_attempt(lab, worktree):
    run = runs.start(lab, brief(lab, f"dir: ./svc//api/\n{RECORDS}"), worktree=worktree)
    seen = over(run)
    assert seen.attempt["dir"] == "svc/api" and seen.outcome == "failed"
    resume.resume(resume.Request(lab.home, run, window=False))
    assert over(run).attempt["dir"] == "svc/api"
    place = Path(seen.cwd, "svc/api")
    assert (place / "places").read_text().split() == [str(place)] * 4
    assert (seen.cwd == lab.repo) == (worktree is None)


def test_steps_of_a_runbook_start_there(lab):
    steps = "## Steps\n\n```bash\npwd -P > one\n```\n\n```bash\npwd -P > two\n```\n"
    seen = over(runs.start(lab, brief(lab, "recipe: runbook\nverify: test -s one\n", steps), dir="svc/api"))
    place = Path(lab.repo, "svc/api")
    assert seen.outcome == "passed"
    assert {(place / name).read_text().strip() for name in ("one", "two")} == {str(place)}


def test_a_new_brief_starts_where_the_run_did_unless_it_says_otherwise(lab):
    run = runs.start(lab, brief(lab, f"dir: svc/api\n{RECORDS}"))
    over(run)
    resume.resume(resume.Request(lab.home, run, brief=brief(lab, RECORDS), window=False))
    assert over(run).attempt["dir"] == "svc/api"
    resume.resume(resume.Request(lab.home, run, brief=brief(lab, f"dir: svc\n{RECORDS}"), window=False))
    assert over(run).attempt["dir"] == "svc" and Path(lab.repo, "svc/places").exists()


def test_tests_of_the_repository_run_at_its_top(lab):
    Path(lab.repo, "SUPERVISOR.md").write_text("---\ntests: [pwd -P > checked-here]\n---\n")
    trust.accept(lab.home, trust.look(lab.home, lab.repo))
    over(runs.start(lab, brief(lab, "dir: svc/api\nrecipe: {extends: shell, command: 'true'}\n")))
    assert Path(lab.repo, "checked-here").read_text().strip() == lab.repo


@pytest.mark.parametrize("word", ["..", "svc/../..", "/tmp", "~", ".", ".git/hooks"])
def test_what_leads_out_of_the_tree_is_refused_and_leaves_nothing(lab, word):
    for front, options in ((f"dir: '{word}'\n{RECORDS}", {}), (RECORDS, {"dir": word})):
        with pytest.raises(WorkcellError, match=r"is (no directory below the top of the tree|git's own directory)"):
            runs.start(lab, brief(lab, front), **options)
    assert not os.path.exists(os.path.join(lab.home, "runs"))


@pytest.mark.parametrize("worktree", [None, ""])
def test_links_and_what_is_not_there_are_refused_and_leave_nothing(lab, worktree):
    os.symlink("/tmp", os.path.join(lab.repo, "out"))
    for word in ("out", "svc/web", "file.txt"):
        with pytest.raises(WorkcellError, match=f"cannot start in 'dir: {word}'"):
            runs.start(lab, brief(lab, RECORDS), dir=word, worktree=worktree)
    assert not os.path.exists(os.path.join(lab.home, "runs")) and not os.path.exists(lab.home + "/worktrees")


def test_a_directory_that_went_away_or_became_a_link_is_named_before_the_next_attempt(lab):
    run = runs.start(lab, brief(lab, f"dir: svc/api\n{RECORDS}"))
    seen = over(run)
    place = Path(lab.repo, "svc/api")
    shutil.rmtree(place)
    with pytest.raises(Refused, match="it starts in svc/api, and there is no directory /") as caught:
        resume.resume(resume.Request(lab.home, run, window=False))
    assert str(caught.value.hint).startswith(f"mkdir -p {place} ")
    place.symlink_to("/tmp")
    with pytest.raises(Refused, match="is a symbolic link"):
        resume.resume(resume.Request(lab.home, run, window=False, brief=brief(lab, RECORDS)))
    assert look.at(run).n == seen.n


def test_a_check_never_starts_behind_a_link_that_the_agent_made(lab):
    command = "cd .. && rm -r api && ln -s /tmp api"
    text = brief(lab, f"recipe: {{extends: shell, command: '{command}'}}\nverify: 'true'\n")
    seen = over(runs.start(lab, text, dir="svc/api"))
    check = look.verify_at(seen, 1)
    assert check["how"] == "not-started" and "is a symbolic link" in check["error"]


@pytest.mark.parametrize("way", ["removed", "deleted"])
def test_the_cure_of_a_tree_that_is_gone_brings_it_back(lab, way):
    seen = over(runs.start(lab, brief(lab, f"dir: svc/api\n{RECORDS}"), worktree=""))
    if way == "removed":
        repos.git(lab.repo, "worktree", "remove", "--force", seen.cwd)
    else:
        shutil.rmtree(seen.cwd)
    with pytest.raises(Refused, match=r"its tree .* is gone") as refused:
        resume.resume(resume.Request(lab.home, seen.run, window=False))
    add, _, again = refused.value.hint.partition(" && ")
    assert again == f"workcell resume {seen.id}"
    subprocess.run(shlex.split(add), check=True, capture_output=True)
    resume.resume(resume.Request(lab.home, seen.run, window=False))
    assert over(seen.run).n == 2 and Path(seen.cwd, "svc/api/places").exists()


def test_without_its_branch_a_run_is_launched_anew(lab):
    seen = over(runs.start(lab, brief(lab, RECORDS), worktree=""))
    repos.git(lab.repo, "worktree", "remove", "--force", seen.cwd)
    repos.git(lab.repo, "branch", "-D", f"workcell/{seen.id}")
    with pytest.raises(Refused) as refused:
        resume.resume(resume.Request(lab.home, seen.run, window=False))
    words = shlex.split(refused.value.hint.partition("workcell ")[2])
    assert words[0] == "launch" and words[2:] == ["--repo", lab.repo, "--worktree"]
    assert over(runs.start(lab, words[1], worktree="")).attempt["objective"] == "o"
