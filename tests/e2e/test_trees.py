"""Runs in trees of their own, policies for uncommitted work, salvage and gc, through the program itself."""

import json
import os
import subprocess
import sys
from pathlib import Path


def git(where, *words):
    return subprocess.run(["git", "-C", where, *words], check=True, capture_output=True, text=True).stdout


def ids(lab):
    return [os.path.basename(run) for run in lab.runs()]


def test_a_worktree_of_its_own_leaves_the_person_alone(lab):
    Path(lab.repo, "mine.txt").write_text("uncommitted\n")
    Path(lab.repo, ".gitignore").write_text("local.cfg\nbig/\n")
    Path(lab.repo, "local.cfg").write_text("a=1\n")
    before = (
        git(lab.repo, "status", "--porcelain"),
        git(lab.repo, "rev-parse", "HEAD"),
        git(lab.repo, "branch", "--show-current"),
    )
    work = (
        "pwd; cat local.cfg; echo done > out.txt; git add out.txt; git -c user.name=a -c user.email=a@b commit -qm out"
    )
    brief = lab.brief(work,
                      verify="test -f out.txt && test ! -e mine.txt", extra="carry: [local.cfg]")  # fmt: skip
    run = lab.launch(brief, "--worktree", "--wait")
    status = lab.status(run)
    assert status["outcome"] == "passed"
    assert status["workspace"] == os.path.join(lab.home, "worktrees", os.path.basename(run))
    assert "a=1" in lab.log(run)
    after = (
        git(lab.repo, "status", "--porcelain"),
        git(lab.repo, "rev-parse", "HEAD"),
        git(lab.repo, "branch", "--show-current"),
    )
    assert before == after
    assert f"workcell/{os.path.basename(run)}" in git(lab.repo, "branch", "--all")


def test_what_a_worktree_leaves_behind_is_said(lab):
    Path(lab.repo, ".gitignore").write_text("local.cfg\n")
    Path(lab.repo, "local.cfg").write_text("a=1\n")
    ran = lab.workcell("launch", lab.brief(), "--repo", lab.repo, "--no-window", "--worktree=topic", "--wait")
    assert "on branch topic" in ran.stderr
    assert "not carried (ignored by git): local.cfg" in ran.stderr


def test_dirty_policies(lab):
    Path(lab.repo, "mine.txt").write_text("uncommitted\n")
    refused = lab.workcell("launch", lab.brief(), "--repo", lab.repo, "--no-window", "--dirty", "refuse", code=77)
    assert "uncommitted work" in refused.stderr and "hint:" in refused.stderr
    assert lab.runs() == []
    run = lab.launch(lab.brief("rm mine.txt"), "--dirty", "snapshot", "--wait")
    shown = lab.workcell("salvage", "show", run).stdout
    assert "A mine.txt" in shown
    target = os.path.join(lab.top, "back")
    lab.workcell("salvage", "restore", run, "--into", target)
    assert Path(target, "mine.txt").read_text() == "uncommitted\n"
    found = json.loads(lab.workcell("salvage", "ls", run, "--json").stdout)
    assert [one["why"] for one in found["snapshots"]] == ["before launch"]


def test_restore_never_overwrites_uncommitted_work(lab):
    Path(lab.repo, "mine.txt").write_text("first\n")
    run = lab.launch(lab.brief(), "--dirty", "snapshot", "--wait")
    Path(lab.repo, "mine.txt").write_text("second\n")
    lab.workcell("salvage", "restore", run, "--into", lab.repo, code=77)
    assert Path(lab.repo, "mine.txt").read_text() == "second\n"


def test_one_live_run_per_tree_by_whatever_path(lab):
    link = os.path.join(lab.top, "link")
    os.symlink(lab.repo, link)
    run = lab.launch(lab.brief("sleep 60", name="first"))
    refused = lab.workcell("launch", lab.brief(name="second"), "--repo", link, "--no-window", code=75)
    assert os.path.basename(run) in refused.stderr
    assert len(lab.runs()) == 1
    lab.workcell("stop", run)
    lab.launch(lab.brief(name="second"), "--wait", repo=link)


def test_in_the_middle_of_a_merge_is_refused_but_a_worktree_is_not(lab):
    Path(lab.repo, ".git", "MERGE_HEAD").write_text(git(lab.repo, "rev-parse", "HEAD"))
    refused = lab.workcell("launch", lab.brief(), "--repo", lab.repo, "--no-window", code=77)
    assert "in the middle of a merge" in refused.stderr
    assert lab.runs() == []
    lab.launch(lab.brief(), "--worktree", "--wait")


def test_a_worktree_whose_launch_fails_is_taken_back(lab):
    lab.workcell("launch", lab.brief(extra='forbid: ["x"]', recipe="  needs: [no-such-program-anywhere]"),
                 "--repo", lab.repo, "--no-window", "--worktree", code=78)  # fmt: skip
    assert (
        not os.path.exists(os.path.join(lab.home, "worktrees")) or os.listdir(os.path.join(lab.home, "worktrees")) == []
    )
    assert "workcell/" not in git(lab.repo, "branch", "--all")


def test_forbidden_paths_fail_the_run_also_when_history_hides_them(lab):
    commit = "git -c user.name=a -c user.email=a@b commit -qm"
    hide = f"mkdir -p secret; echo k > secret/key; git add -A; {commit} one; "
    hide += f"git rm -rq secret; {commit} two; git reset -q --hard HEAD~2"
    run = lab.launch(lab.brief(hide, extra='forbid: ["secret/"]'), "--wait", code=1)
    status = lab.status(run)
    assert status["outcome"] == "failed"
    assert "secret/key" in status["reason"] and "secret/" in status["reason"]


def test_forbidden_rules_of_the_repository_hold_too(lab):
    Path(lab.repo, "SUPERVISOR.md").write_text("---\nforbid: [deploy/]\ntests: [test -f out.txt]\n---\nBe careful.\n")
    brief = lab.brief("echo x > out.txt; mkdir deploy; echo x > deploy/prod", verify=None)
    lab.workcell("trust", lab.repo, "--yes")
    run = lab.launch(brief, "--wait", code=1)
    assert "deploy/prod" in lab.status(run)["reason"]
    assert "Be careful." in json.loads(Path(run, "attempts/001/attempt.json").read_text())["prompt"]
    assert "test -f out.txt" in Path(run, "verify.sh").read_text()


def test_editing_the_rules_after_launch_changes_nothing(lab):
    Path(lab.repo, "SUPERVISOR.md").write_text("---\nforbid: [deploy/]\n---\n")
    run = lab.launch(
        lab.brief("echo '---' > SUPERVISOR.md; echo '---' >> SUPERVISOR.md; mkdir deploy; touch deploy/x"),
        "--wait",
        code=1,
    )
    assert lab.status(run)["outcome"] == "failed"


def test_gc_lists_first_and_removes_only_what_is_over_and_proven(lab):
    dirty = lab.launch(lab.brief("echo x > left.txt", name="dirty"), "--worktree", "--wait")
    clean = lab.launch(lab.brief("true", name="clean"), "--worktree", "--wait")
    live = lab.launch(lab.brief("sleep 60", name="live"))
    listed = lab.workcell("gc", "--older-than", "0s")
    assert "nothing was removed" in listed.stderr
    assert set(ids(lab)) == {os.path.basename(run) for run in (dirty, clean, live)}
    found = json.loads(lab.workcell("gc", "--older-than", "0s", "--yes", "--json").stdout)["items"]
    kept = {os.path.basename(live), os.path.basename(dirty)}  # a run is the record of the work in its tree
    assert set(ids(lab)) == kept
    trees = {os.path.basename(item["path"]): item for item in found if item["kind"] == "worktree"}
    assert trees[os.path.basename(dirty)]["can"] is False
    assert Path(lab.home, "worktrees", os.path.basename(dirty), "left.txt").read_text() == "x\n"
    assert trees[os.path.basename(clean)]["done"].startswith("removed")
    assert not os.path.exists(os.path.join(lab.home, "worktrees", os.path.basename(clean)))
    assert lab.status(live)["phase"] == "running"


def test_gc_takes_what_was_never_born_unless_somebody_makes_it(lab):
    lab.launch(lab.brief(), "--wait")
    dead, busy = (os.path.join(lab.home, "runs", f".new-{word}") for word in ("dead", "busy"))
    for path in (dead, busy):
        os.mkdir(path, 0o700)
        Path(path, "runner.lock").touch()
    with subprocess.Popen(["flock", os.path.join(busy, "runner.lock"), "sh", "-c", "echo held; read x"],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:  # fmt: skip
        assert holder.stdout.readline() == b"held\n"
        lab.workcell("gc", "--yes")
        assert not os.path.exists(dead)
        assert os.path.exists(busy)
        holder.stdin.close()


def test_gc_packs_logs_that_agents_wrote_and_they_read_the_same(lab):
    run = lab.launch(lab.brief("seq 1 20000"), "--wait")
    before = lab.workcell("logs", run, "--raw").stdout
    lab.workcell("gc", "--yes")
    assert os.path.exists(os.path.join(run, "attempts/001/agent.log.001.gz"))
    assert lab.workcell("logs", run, "--raw").stdout == before
    assert lab.workcell("logs", run, "-n", "2").stdout == "19999\n20000\n"
    lab.workcell("fsck")


def test_both_cures_of_a_busy_tree_work_as_they_are_printed(lab):
    first = lab.launch(lab.brief(f"until test -e {lab.marks}/go; do sleep 0.1; done"))
    words = ["launch", "--repo", lab.repo, "--no-window", "--verify", "true", "--wait", "--", "sh", "-c", "echo 'a b'"]
    refused = lab.workcell(*words, code=75).stderr.splitlines()
    assert f"{os.path.basename(first)!r}, which is running" in refused[0]
    beside, after = (line.partition(": workcell ")[2] for line in refused[1:3])
    program = f'workcell() {{ {sys.executable} -m workcell "$@"; }}\n'

    def paste(line):
        return subprocess.run(["sh", "-c", f"{program}workcell {line}"], env=lab.env(), cwd=lab.top, timeout=60)

    assert paste(beside).returncode == 0 and lab.status(first)["phase"] == "running"
    Path(lab.marks, "go").write_text("")
    assert paste(after).returncode == 0
    assert lab.status(first)["outcome"] == "passed" and len(lab.runs()) == 3
