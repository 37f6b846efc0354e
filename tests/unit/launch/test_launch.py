"""From a brief to a run, in this process: what is written, what is refused, and that a refusal leaves nothing."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support import runs
from workcell.accounts import holds
from workcell.base.errors import NotFound, WorkcellError
from workcell.launch import launch, wait
from workcell.launch.options import Options
from workcell.rundir import layout, look, phase
from workcell.system import tmux


@pytest.fixture(autouse=True)
def _environment(lab, monkeypatch):
    for name, value in lab.env().items():
        monkeypatch.setenv(name, value)


def request(lab, brief, **more):
    return launch.Request(lab.home, brief, Options(repo=lab.repo, shell=os.environ), window=False, **more)


def test_a_run_is_started_and_passes(lab):
    run = runs.start(lab, lab.brief("echo done > made", "test -e made"))
    found = wait.wait([run], wait.DONE, 30.0)
    assert (found.met, found.timed_out, found.states) == (True, False, ["passed"])
    assert Path(lab.repo, "made").read_text() == "done\n"


def test_one_that_is_prepared_is_not_started(lab):
    done = launch.launch(request(lab, lab.brief(), prepare=True))
    assert (done.phase, done.window, look.at(done.run).phase) == (phase.CREATED, None, phase.CREATED)
    record = json.loads(Path(done.run, layout.LAUNCH).read_text())
    assert record["repo"] == lab.repo and record["name"] == "brief"
    assert wait.wait([done.run], wait.DONE, 5.0).states == ["created"]


def test_another_live_run_of_the_same_name_is_told(lab):
    def prepared(name):
        made = request(lab, lab.brief(name=name), prepare=True)
        made = replace(made, options=replace(made.options, repo=lab.new_repo()))
        done = launch.launch(made)
        return done, [note for note in done.notes if "are named" in note]

    first, told = prepared("twice")
    assert told == [] and prepared("twice-more")[1] == []
    second, [note] = prepared("twice")
    assert note.startswith(f"2 live runs are named 'twice': {second.id}, {first.id}; name each by its id")
    assert note.endswith(f"workcell status {second.id}")
    for run in (first, second):
        Path(lab.home, "ended").mkdir(exist_ok=True)
        Path(lab.home, "ended", run.id).write_text("{}")
    assert prepared("twice")[1] == [], "the others are over"


def test_without_a_check_it_is_said(lab):
    done = launch.launch(request(lab, lab.brief(verify=None), prepare=True))
    assert any("no verify script" in note for note in done.notes)


def test_a_brief_that_is_not_there(lab):
    with pytest.raises(NotFound):
        launch.launch(request(lab, "/nonexistent/brief.md"))


def test_a_second_run_in_one_tree_is_refused_and_leaves_nothing(lab):
    run = runs.start(lab, lab.brief("exec sleep 600"))
    with pytest.raises(WorkcellError) as caught:
        runs.start(lab, lab.brief(name="second"))
    assert os.path.basename(run) in caught.value.message + str(caught.value.hint)
    assert lab.runs() == [run] and len(os.listdir(os.path.join(lab.home, layout.RUNS))) == 1


def test_a_tmux_that_is_missing_is_named_with_the_cure(lab, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert tmux.version() is None
    with pytest.raises(WorkcellError, match="tmux is not installed") as caught:
        launch.check(launch.Request(lab.home, lab.brief(), Options(repo=lab.repo, shell=os.environ), window=True))
    assert "--no-window" in str(caught.value.hint)


def test_a_run_of_its_own_worktree(lab):
    run = runs.start(lab, lab.brief("echo x > new", "test -e new"), worktree="work/branch")
    assert wait.wait([run], wait.DONE, 30.0).met
    assert not os.path.exists(os.path.join(lab.repo, "new"))
    assert os.path.exists(os.path.join(lab.home, layout.WORKTREES, os.path.basename(run), "new"))


@pytest.mark.parametrize(
    "text", ["no front matter", "---\nobjectve: x\n---\n", "---\nobjective: x\nlimits: {wall: soon}\n---\n"]
)
def test_a_brief_with_faults_leaves_nothing_behind(lab, text):
    path = Path(lab.top, "bad.md")
    path.write_text(text)
    with pytest.raises(WorkcellError):
        launch.launch(request(lab, str(path)))
    assert not os.path.exists(os.path.join(lab.home, layout.RUNS))


def spending(lab, name):
    """A brief whose run spends from an account, in a repository of its own."""
    path = Path(lab.top, f"{name}.md")
    path.write_text(
        f"---\nobjective: {name}\nrecipe: {{extends: shell, command: 'true'}}\nverify: 'true'\n"
        f"env: {{TOKEN: abcdef}}\nsecrets: [TOKEN]\nrepo: {lab.new_repo()}\n---\n"
    )
    return launch.Request(lab.home, str(path), Options(shell=os.environ), window=False)


def test_what_is_launched_into_a_held_account_waits_for_its_release(lab):
    first = launch.launch(replace(spending(lab, "first"), prepare=True))
    account = holds.account(first.run, look.at(first.run).attempt)
    holds.put(lab.home, account, {"until": "person", "until_at": None, "why": "refused", "by": {}, "login": None})
    done = launch.launch(spending(lab, "second"))
    seen = look.at(done.run)
    assert (done.phase, seen.phase, seen.starts_later) == (phase.CREATED, phase.CREATED, False)  # a tick may start it
    assert any("not started: its account is held" in note and "refused" in note for note in done.notes)
    now = launch.launch(replace(spending(lab, "third"), now=True))
    assert wait.wait([now.run], wait.DONE, 30.0).states == ["passed"]
    holds.lift(lab.home, account)
    free = launch.launch(spending(lab, "fourth"))
    assert wait.wait([free.run], wait.DONE, 30.0).states == ["passed"]
