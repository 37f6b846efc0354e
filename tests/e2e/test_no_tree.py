"""Runs without a tree: they work in a directory of their own, hold no tree, and are asked nothing about git."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from workcell.rundir import layout, look, phase


@pytest.fixture
def around(lab):
    """The home lies in a repository, as where a person keeps all that is theirs in one."""
    subprocess.run(["git", "init", "-q", lab.top], check=True)
    return lab


def launched(lab, *options, command='pwd > "$MARKS/where"; echo words > note.txt', name="talk", extra="tree: none"):
    done = lab.workcell(
        "launch", lab.brief(command, "test -s note.txt", name=name, extra=extra), "--no-window", *options
    )
    return lab.run(done.stdout.strip().splitlines()[0])


def test_it_works_and_is_checked_in_a_directory_of_its_own(around):
    lab = around
    run = launched(lab)
    seen = lab.phase(run, phase.DONE)
    place = os.path.join(run, layout.NO_TREE)
    assert seen.outcome == "passed", seen.result
    assert lab.mark("where").strip() == os.path.realpath(place) and os.path.exists(os.path.join(place, "note.txt"))
    assert (seen.launch["tree"], seen.launch["lease"], seen.launch["base"]) == ("none", "", None)
    assert seen.launch["workspace"] == seen.launch["repo"] == place
    assert os.listdir(os.path.join(lab.home, layout.LEASES)) == [], "it holds no tree"
    facts = look.facts_at(seen, 1)
    assert facts["git"] is None and "tree: none" in facts["git_error"], "the repository around it is not its own"
    for words in (["diff", run], ["merge", run]):
        refused = lab.workcell(*words, cwd=lab.repo, code=None)
        assert refused.returncode == 77 and "tree: none" in refused.stderr, words
    assert lab.workcell("path", run).stdout.strip() == place
    assert "tree: none" in lab.workcell("handoff", run).stdout
    assert lab.workcell("verify", run).returncode == 0
    lab.workcell("fsck", run)
    lab.workcell("rm", run)
    assert not os.path.exists(run)


def test_a_later_attempt_goes_on_in_it_and_a_new_brief_does_not_move_it(around):
    lab = around
    run = launched(lab, command="echo one >> note.txt; pwd >> $MARKS/where")
    lab.phase(run, phase.DONE)
    more = lab.brief("echo two >> note.txt; pwd >> $MARKS/where", "grep -q two note.txt", name="more")
    shutil.rmtree(place := os.path.join(run, layout.NO_TREE))
    refused = lab.workcell("resume", run, "--brief", more, "--no-window", code=77)
    assert f"mkdir {place}" in refused.stderr
    os.mkdir(place)
    lab.workcell("resume", run, "--brief", more, "--no-window")
    assert lab.phase(run, phase.DONE).outcome == "passed" and look.at(run).n == 2
    assert set(lab.mark("where").split()) == {os.path.realpath(place)}


def test_several_live_at_once_beside_a_run_that_has_the_repository(lab):
    busy = lab.launch(lab.brief("sleep 60", name="busy"))
    file = Path(lab.top, "night.yaml")
    entries = [{"brief": lab.brief("sleep 60", name=name), "tree": "none"} for name in ("one", "two")]
    file.write_text(json.dumps({"defaults": {"repo": lab.repo, "worktree": True}, "briefs": entries}))
    lab.workcell("launch", str(file), "--no-window")
    again = json.loads(lab.workcell("launch", str(file), "--no-window", "--json").stdout)
    assert [row["found"] for row in again["runs"]] == [True, True]
    runs = [run for run in lab.runs() if run != busy]
    assert len(runs) == 2 and len({look.at(run).cwd for run in runs}) == 2
    for run in lab.runs():
        lab.workcell("stop", run)


@pytest.mark.parametrize(
    ("options", "extra", "words"),
    [
        (["--tree", "none", "--repo", "."], "", "one is named (command line)"),
        (["--tree", "none", "--worktree="], "", "cannot have 'worktree'"),
        (["--share"], "tree: none", "cannot have 'share'"),
        ([], "tree: none\nforbid: [x]", "cannot have 'forbid'"),
        ([], "tree: none\nrequire: {clean: true}", "cannot have 'require.clean'"),
    ],
)
def test_what_cannot_be_had_without_a_tree_is_refused_and_leaves_nothing(lab, options, extra, words):
    brief = lab.brief("true", name="talk", extra=extra)
    refused = lab.workcell("launch", brief, "--no-window", *options, code=77)
    assert words in refused.stderr and "leave one of them out" in refused.stderr
    assert lab.runs() == [] and lab.workcell("launch", brief, "--tree", "some", code=2)


def test_what_is_launched_from_its_directory_names_a_repository(lab):
    run = launched(lab, command="sleep 60")
    place = os.path.join(run, layout.NO_TREE)
    refused = lab.workcell("launch", lab.brief("true", name="child"), "--no-window", cwd=place, code=77)
    assert "--repo DIR" in refused.stderr
    said = json.loads(
        lab.workcell("launch", lab.brief("true"), "--tree", "none", "--dry-run", "--json", cwd=place).stdout
    )
    assert said["values"]["repo"].endswith(f"/{layout.NO_TREE}")
    lab.workcell("stop", run)


def test_a_plan_has_entries_without_a_tree_and_none_of_them_stands_on_work(lab):
    file = Path(lab.top, "plan.yaml")
    first = {"brief": lab.brief("echo 1 > note.txt", "test -s note.txt", name="first"), "tree": "none"}
    second = {"brief": lab.brief("true", name="second"), "needs": ["first"]}
    file.write_text(json.dumps({"defaults": {"repo": lab.new_repo()}, "briefs": [first, {**second, "base": "first"}]}))
    refused = lab.workcell("launch", str(file), "--no-window", code=None)
    assert "'tree: none' has none" in refused.stderr and lab.runs() == []
    file.write_text(json.dumps({"defaults": {"repo": lab.new_repo()}, "briefs": [first, second]}))
    lab.workcell("launch", str(file), "--no-window", "--wait", code=None)
    ends = {look.at(run).launch["name"]: look.at(run) for run in lab.runs()}
    assert ends["first"].launch["tree"] == "none" and "tree" not in ends["second"].launch
    assert [ends[name].outcome for name in ("first", "second")] == ["passed", "passed"]
