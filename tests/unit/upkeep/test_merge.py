"""The work of real runs comes into the branch where a person stands: whole, or not at all."""

import os
import shutil
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.support import repos
from tests.support.lab import Lab
from workcell.base.errors import NotFound, Refused, TryAgain
from workcell.rundir import layout, lease, locks, phase
from workcell.rundir.cell import Cell
from workcell.upkeep import merge

COMMITS = """
echo two >> file.txt
git -c user.name=a -c user.email=a@localhost commit -qam 'the second line'
"""
WHO = {"GIT_AUTHOR_NAME": "P", "GIT_AUTHOR_EMAIL": "p@x", "GIT_COMMITTER_NAME": "P", "GIT_COMMITTER_EMAIL": "p@x"}


@pytest.fixture(scope="module")
def lab():
    made = Lab()
    yield made
    made.close()


@pytest.fixture
def repo(lab):
    path = lab.new_repo()
    repos.git(path, "config", "user.name", "A Person")
    repos.git(path, "config", "user.email", "person@example.org")
    return path


def launched(lab, repo, command=COMMITS, *more, verify="true", **options):
    return lab.launch(
        lab.brief(command, verify=verify), "--worktree=", "--wait", *more, repo=repo, code=None, **options
    )


def ask(lab, run, directory, environment=WHO, **options):
    return merge.perform(Cell(lab.home, environment, str(directory)), merge.Request(os.path.basename(run), **options))


def tree_of(lab, run):
    return os.path.join(lab.home, "worktrees", os.path.basename(run))


def test_it_forwards_merges_and_then_has_nothing_more(lab, repo):
    run = launched(lab, repo)
    done = ask(lab, run, repo)
    assert (done.how, done.into, done.commits, done.files) == ("fast-forward", "main", 1, ["file.txt"])
    assert done.next == f"workcell rm {os.path.basename(run)}" and done.rest is None
    assert repos.git(repo, "log", "-1", "--format=%s") == "the second line"
    again = ask(lab, run, repo)
    assert (again.how, again.commits, again.files) == ("nothing", 0, [])
    repos.commit(Path(repo), {"other": "x\n"}, "on main")
    other = launched(lab, repo, COMMITS.replace("two", "three"))
    repos.commit(Path(repo), {"other": "y\n"}, "on main again")
    done = ask(lab, other, repo, message="why it is merged")
    assert done.how == "merge" and repos.git(repo, "rev-parse", "HEAD") == done.commit
    assert repos.git(repo, "log", "-1", "--format=%an %cn %s") == "P P why it is merged"
    assert f"Workcell-Run: {os.path.basename(other)}" in repos.git(repo, "log", "-1", "--format=%b")
    assert repos.git(repo, "status", "--porcelain") == ""


def test_one_that_waits_for_another_merge_goes_on_from_what_that_one_made(lab, repo, monkeypatch):
    run = launched(lab, repo)
    place = os.path.join(lab.home, layout.MERGES, lease.name_of(repo))
    os.makedirs(os.path.dirname(place), exist_ok=True)
    held, waits, take = locks.take(place), threading.Event(), locks.take

    def told(path, *more, **options):
        if path == place:
            waits.set()
        return take(path, *more, **options)

    monkeypatch.setattr(locks, "take", told)
    with ThreadPoolExecutor(1) as other:
        second = other.submit(ask, lab, run, repo)
        assert waits.wait(20)
        repos.commit(Path(repo), {"other": "x\n"}, "of the merge before")
        os.close(held)
        assert second.result(60).how == "merge"
    assert repos.git(repo, "status", "--porcelain") == "" and repos.git(repo, "log", "--format=%s", "HEAD^1", "-1")
    assert Path(repo, "other").exists() and repos.git(repo, "rev-list", "--count", "HEAD") == "4"
    monkeypatch.setattr(merge, "PATIENCE", 0.0)
    held = take(place)
    with pytest.raises(TryAgain, match="another merge into") as caught:
        ask(lab, run, repo, squash=True)
    os.close(held)
    assert caught.value.hint == f"workcell merge {os.path.basename(run)} --squash"


def test_squashed_it_is_one_commit_of_the_person(lab, repo):
    run = launched(lab, repo, COMMITS + COMMITS)
    done = ask(lab, run, repo, environment={}, squash=True)
    assert (done.how, done.commits) == ("squash", 2)
    body = repos.git(repo, "log", "-1", "--format=%an%n%B")
    assert body.startswith("A Person\nthe objective of brief\n\n* the second line\n* the second line")
    assert repos.git(repo, "rev-list", "--count", "HEAD") == "2"
    assert ask(lab, run, repo, squash=True).how == "nothing"


def test_uncommitted_work_is_refused_by_name_and_committed_when_asked(lab, repo):
    run = launched(lab, repo, COMMITS + "echo new > added; echo more >> file.txt")
    with pytest.raises(Refused) as caught:
        ask(lab, run, repo)
    assert caught.value.details == ["1 changed: file.txt", "1 untracked: added"]
    assert "--commit-rest -m" in caught.value.hint
    done = ask(lab, run, repo, commit_rest=True, message="what was left")
    assert sorted(done.files) == ["added", "file.txt"] and done.commits == 2 and done.notes == []
    assert repos.git(repo, "log", "-1", "--format=%an %s", done.rest) == "P what was left"
    assert repos.git(tree_of(lab, run), "status", "--porcelain") == ""
    assert repos.content(Path(tree_of(lab, run))) == repos.content(Path(repo))


def test_a_conflict_names_the_files_and_changes_nothing(lab, repo):
    run = launched(lab, repo, COMMITS + "echo left > rest")
    repos.commit(Path(repo), {"file.txt": "other\n"}, "on main")
    before, of_run = repos.belongings(Path(repo)), repos.content(Path(tree_of(lab, run)), skip_git=False)
    with pytest.raises(Refused) as caught:
        ask(lab, run, repo, commit_rest=True)
    assert caught.value.details == ["conflict in file.txt"] and "git merge main" in caught.value.hint
    assert repos.belongings(Path(repo)) == before
    assert repos.content(Path(tree_of(lab, run)), skip_git=False) == of_run


def test_a_run_that_is_not_over_or_has_not_passed_is_refused(lab, repo):
    run = lab.launch(lab.brief("sleep 600", name="live"), "--worktree=", repo=repo)
    lab.phase(run, phase.RUNNING)
    with pytest.raises(Refused, match="not over: it is running"):
        ask(lab, run, repo, force=True)
    lab.workcell("stop", run, "--grace", "1s")
    with pytest.raises(Refused, match="it is stopped") as caught:
        ask(lab, run, repo)
    assert caught.value.hint.endswith("--force")
    assert ask(lab, run, repo, force=True).how == "nothing"


def test_the_target_must_be_a_clean_branch_of_the_same_repository(lab, repo):
    run = launched(lab, repo)
    with pytest.raises(NotFound, match="no working tree"):
        ask(lab, run, "/")
    with pytest.raises(Refused, match="another repository"):
        ask(lab, run, lab.new_repo())
    with pytest.raises(Refused, match="you stand in the tree of"):
        ask(lab, run, tree_of(lab, run))
    Path(repo, "file.txt").write_text("changed\n")
    with pytest.raises(Refused, match="uncommitted changes") as caught:
        ask(lab, run, repo)
    assert caught.value.details == ["1 changed: file.txt"]
    repos.git(repo, "checkout", "-q", "--detach", "--force")
    with pytest.raises(Refused, match="no branch"):
        ask(lab, run, repo)
    repos.git(repo, "switch", "-q", "main")
    Path(repo, "notes").write_text("the person's, in no commit\n")
    assert ask(lab, run, repo).how == "fast-forward" and Path(repo, "notes").exists()


def test_a_file_in_the_way_is_kept(lab, repo):
    run = launched(lab, repo, "echo a > new; git add new; git -c user.name=a -c user.email=a@b commit -qm new")
    Path(repo, "new").write_text("the person's\n")
    with pytest.raises(Refused, match="'new' is in no commit"):
        ask(lab, run, repo)
    assert Path(repo, "new").read_text() == "the person's\n"


def test_a_tree_in_which_a_run_works_is_left_alone(lab, repo):
    run = launched(lab, repo)
    live = lab.launch(lab.brief("sleep 600", name="other"), repo=repo)
    lab.phase(live, phase.RUNNING)
    with pytest.raises(TryAgain, match="works in"):
        ask(lab, run, repo)
    lab.workcell("stop", live, "--grace", "1s")
    assert lease.holder(lab.home, repo) is not None and ask(lab, run, repo).how == "fast-forward"


def test_of_a_run_without_a_tree_of_its_own_there_is_nothing_to_merge(lab, repo):
    run = lab.launch(lab.brief("true"), "--wait", repo=repo)
    with pytest.raises(Refused, match="no tree of its own"):
        ask(lab, run, repo)


def test_its_branch_is_merged_once_its_tree_is_gone(lab, repo):
    run = launched(lab, repo)
    repos.git(repo, "worktree", "remove", tree_of(lab, run))
    assert ask(lab, run, repo).how == "fast-forward"


def test_commits_after_the_check_are_named(lab, repo):
    run = launched(lab, repo)
    repos.git(
        tree_of(lab, run), "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "x"
    )
    assert ask(lab, run, repo).notes == [], "the files are those that the check saw"
    other = launched(lab, repo, COMMITS.replace("two", "three"))
    repos.commit(Path(tree_of(lab, other)), {"later": "x\n"}, "later")
    assert "not what the check saw" in ask(lab, other, repo).notes[0]


STRACE = shutil.which("strace")


@pytest.mark.skipif(STRACE is None, reason="strace is not installed")
@pytest.mark.parametrize("nth", range(1, 8))
def test_killed_at_a_git_command_the_next_one_completes_it(lab, repo, nth, tmp_path):
    """Its git commands that change something are killed one after the other, with the process that started them."""
    run = launched(lab, repo, COMMITS + "echo a > new; echo rest > rest")
    repos.commit(Path(repo), {"other": "x\n"}, "on main")
    tools = tmp_path / "tools"
    tools.mkdir()
    (tmp_path / "count").write_text("0")
    script = (
        '#!/bin/sh\nfor word in "$@"; do case $word in commit-tree|merge-tree|update-ref|read-tree|reset)\n'
        f"n=$(($(cat {tmp_path}/count) + 1)); echo $n > {tmp_path}/count\n"
        f"if [ $n = {nth} ]; then {STRACE} -f -qq -o /dev/null -e trace=rename,unlink,write "
        f'-e inject=rename,unlink:signal=KILL:when=1 {shutil.which("git")} "$@"; kill -9 $PPID; exit 1; fi; break;; esac; done\n'
        f'exec {shutil.which("git")} "$@"\n'
    )
    (tools / "git").write_text(script)
    (tools / "git").chmod(0o755)
    env = lab.env(PATH=f"{tools}:{os.environ['PATH']}", **WHO)
    words = lab.words("merge", os.path.basename(run), "--commit-rest")
    ran = subprocess.run(words, cwd=repo, env=env, capture_output=True, timeout=60)
    assert ran.returncode == -9, ran.stderr
    again = lab.workcell("merge", os.path.basename(run), "--commit-rest", cwd=repo, env=lab.env(**WHO))
    assert "merged" in again.stdout or "has all of" in again.stdout, again.stdout + again.stderr
    assert repos.git(repo, "status", "--porcelain") == ""
    assert {"new", "rest", "other"} <= set(os.listdir(repo)) and Path(repo, "file.txt").read_text() == "one\ntwo\n"
    repos.git(repo, "fsck", "--connectivity-only")


CHECK = "test -e done.txt && echo fine"


def test_work_of_a_persons_own_is_merged_where_the_pinned_check_passes_on_it(lab, repo):
    run = launched(lab, repo, verify=CHECK)
    tree, name = Path(tree_of(lab, run)), os.path.basename(run)
    before = repos.git(repo, "rev-parse", "HEAD")
    with pytest.raises(Refused, match="has not passed, it is failed") as refused:
        ask(lab, run, repo)
    assert f"workcell merge {name} --verify" in refused.value.hint
    with pytest.raises(Refused, match="does not pass: it ended with 1"):
        ask(lab, run, repo, verify=True)
    (tree / "done.txt").write_text("by hand\n")
    with pytest.raises(Refused, match="uncommitted work"):
        ask(lab, run, repo, verify=True)
    assert repos.git(repo, "rev-parse", "HEAD") == before
    lines = []
    cell = Cell(lab.home, WHO, str(repo), progress=lambda what, text: lines.append((what, text)))
    request = merge.Request(name, verify=True, commit_rest=True, message="the rest by hand")
    done = merge.perform(cell, request)
    assert done.verified and sorted(done.files) == ["done.txt", "file.txt"] and ("line", "fine") in lines
    assert lab.phase(run, phase.DONE).outcome == "failed", "how the run ended stays as it was"
    assert repos.git(repo, "show", "HEAD:done.txt") == "by hand"


def test_what_the_check_changed_itself_is_not_merged(lab, repo):
    run = launched(lab, repo, verify="test -e go.txt && echo more >> file.txt && git commit -qam 'by the check'")
    tree = Path(tree_of(lab, run))
    repos.commit(tree, {"go.txt": "x\n"}, "by hand")
    before = repos.git(repo, "rev-parse", "HEAD")
    with pytest.raises(Refused, match="is not what its check saw"):
        ask(lab, run, repo, verify=True)
    assert repos.git(repo, "rev-parse", "HEAD") == before


def test_an_agent_that_waits_for_words_is_ended_by_the_command_that_has_its_work_checked(lab, repo):
    brief = lab.brief("read line", io="terminal")
    run = lab.launch(brief, "--worktree=", repo=repo)
    lab.phase(run, phase.RUNNING)
    with pytest.raises(Refused, match="is not over") as refused:
        ask(lab, run, repo)
    assert f"workcell recover {os.path.basename(run)}" in refused.value.hint
    lab.workcell("stop", run)
