"""Runs that share one tree: who may come in, what each claims, who waits, and what each can ask."""

import json
import os
import sys
from pathlib import Path

import pytest

from tests.support.claiming import Worker, end
from tests.support.lab import ROOT, eventually
from workcell.rundir import look, phase


def test_two_runs_share_a_tree_and_a_third_that_does_not_is_kept_out(lab):
    one, two = Worker(lab, "one", "--share"), Worker(lab, "two", "--share")
    kept = lab.workcell("launch", lab.brief("true", name="third"), "--no-window", cwd=lab.repo, code=75)
    assert "is shared, and in use by the run" in kept.stderr and "--share" in kept.stderr
    assert one.does("workcell alone")[0] == 1 and two.id in one.does("workcell others --json")[1]
    assert lab.workcell("claim", code=77).stderr.startswith("workcell: 'workcell claim' speaks for the run")
    end(lab, one, two)
    alone = lab.launch(lab.brief("true", name="third"))
    lab.phase(alone, phase.DONE)


def test_a_run_in_its_own_tree_keeps_those_out_that_would_share_it(lab):
    one = Worker(lab, "one")
    kept = lab.workcell("launch", lab.brief("true", name="b"), "--share", "--no-window", cwd=lab.repo, code=75)
    assert "is in use by the run" in kept.stderr
    assert one.does("workcell alone") == (0, f"no other run works in {lab.repo}")
    end(lab, one)


def test_what_one_claims_the_other_waits_for_or_is_refused(lab):
    Path(lab.repo, "src").mkdir()
    one, two = Worker(lab, "one", "--share"), Worker(lab, "two", "--share")
    assert one.does("workcell claim src/x.py --why 'the parser'") == (0, "claimed: src/x.py")
    code, said = two.does("workcell claim src")
    assert code == 75 and f"'src/x.py' is claimed by the run one ({one.id}), for 'the parser'" in said
    waits = two.begins("workcell claim src --wait 30s")
    eventually(lambda: json.loads(lab.workcell("claims", one.id, "--json").stdout)["waiting"], 20.0)
    assert "two" in lab.workcell("claims", one.id).stdout or two.id in lab.workcell("claims", one.id).stdout
    assert one.does("workcell unclaim src/x.py") == (0, "no longer claimed: src/x.py")
    assert two.answer(waits) == (0, "claimed: src")
    code, said = one.does("workcell lock 'release'")
    assert code == 75 and "is claimed by the run two" in said
    assert two.does("workcell unlock") == (0, "no longer claimed: src")
    assert one.does("workcell lock 'release' --for 1h")[1].startswith("claimed until")
    status = one.does("workcell status")[1]
    assert "in the same tree" in status and "the whole tree: one since" in status and "for release" in status
    code, said = two.does("workcell claim ../elsewhere")
    assert code == 2 and "lies outside of the tree" in said
    assert lab.workcell("unclaim", "--run", one.id).stdout == "no longer claimed: the whole tree\n"
    end(lab, one, two)


def test_the_claims_of_a_run_end_with_it_and_with_its_runner(lab):
    one, two = Worker(lab, "one", "--share"), Worker(lab, "two", "--share")
    assert one.does("workcell claim src/x.py")[0] == 0
    assert two.does("workcell claim src/y.py")[0] == 0
    lab.workcell("stop", one.id, "--grace", "1s")
    lab.phase(one.run, phase.DONE)
    assert two.does("workcell claim src/x.py")[0] == 0
    found = json.loads(lab.workcell("claims", two.id, "--json").stdout)["claims"]
    assert sorted(claim["path"] for claim in found) == ["src/x.py", "src/y.py"]
    assert {claim["run"] for claim in found} == {two.id}
    end(lab, two)
    assert json.loads(lab.workcell("claims", two.id, "--json").stdout)["claims"] == []


def test_the_second_of_two_that_wait_for_each_other_is_told_at_once(lab):
    one, two = Worker(lab, "one", "--share"), Worker(lab, "two", "--share")
    one.does("workcell claim a.py")
    two.does("workcell claim b.py")
    waits = one.begins("workcell claim b.py --wait 60s")
    eventually(lambda: json.loads(lab.workcell("claims", one.id, "--json").stdout)["waiting"], 20.0)
    code, said = two.does("workcell claim a.py --wait 60s")
    assert code == 77 and f"{one.id} waits for {two.id}" in said
    assert two.does("workcell unclaim")[0] == 0
    assert one.answer(waits)[0] == 0
    end(lab, one, two)


def test_the_check_of_a_shared_tree_waits_for_the_turns_of_others_and_judges_what_the_run_did(lab):
    Path(lab.repo, "mine.txt").write_text("not committed")
    kept = lab.launch(lab.brief("true", name="before"), "--dirty", "snapshot", "--wait")
    Path(lab.repo, "mine.txt").unlink()
    checked = 'test -e "$MARKS/two-is-done"; touch "$MARKS/checked"'
    one = Worker(lab, "one", "--share", verify=checked, extra="forbid: [locked.txt, shut.txt]")
    two = Worker(lab, "two", "--share")
    restore = ("salvage", "restore", os.path.basename(kept), "--into", lab.repo)
    assert "is shared, and in use by the run" in lab.workcell(*restore, code=77).stderr
    assert two.does("workcell claim locked.txt && echo two > locked.txt && echo two > loose.txt")[0] == 0
    assert "workcell claim" in look.at(one.run).attempt["prompt"]
    one.begins("exit 0")
    lab.phase(one.run, phase.FINISHING)
    why = "it runs once the turns of two in the same tree are over"
    eventually(lambda: why in lab.workcell("status", one.id).stdout, 20.0)
    assert why in lab.workcell("why", one.id).stdout and "its check waits until" in lab.workcell("ls").stdout
    assert two.does("test ! -e $MARKS/checked && touch $MARKS/two-is-done")[0] == 0, "the check waits for the other run"
    two.begins("exit 0")
    for worker in (one, two):
        lab.phase(worker.run, phase.DONE)
    over = look.at(one.run)
    assert over.outcome == "passed" and lab.mark("checked") == "", (
        "what another run claimed is not forbidden to this one"
    )
    handoff = Path(over.directory, "handoff.md").read_text()
    assert "changed in the shared tree without a claim: `loose.txt`\n" in handoff
    again = lab.workcell(*restore, code=None).stderr
    assert "is shared" not in again, "no run shares it any more"


def test_a_forbidden_path_counts_where_the_run_claimed_it(lab):
    one = Worker(lab, "one", "--share", extra="forbid: [locked.txt]")
    assert one.does("workcell claim locked.txt && echo one > locked.txt")[0] == 0
    end(lab, one)
    assert look.at(one.run).outcome == "failed"


def test_what_cannot_be_asked_of_a_shared_tree_is_refused_and_leaves_nothing(lab):
    clean = lab.brief("true", name="clean", extra="require: {clean: true}")
    for words in ((clean,), (lab.brief("true"), "--dirty", "snapshot"), (lab.brief("true"), "--worktree")):
        refused = lab.workcell("launch", *words, "--share", "--no-window", cwd=lab.repo, code=77)
        assert "shares its tree" in refused.stderr
    assert lab.runs() == []


STUB = os.path.join(ROOT, "tests", "support", "stub_editor.py")
RECIPE = f"""---
objective: edit
name: NAME
env: [MARKS]
claims: {{wait: 3s}}
recipe:
  extends: shell
  reader: claude
  command: [{sys.executable}, {STUB}, "{{{{ attempt_dir }}}}/hook.json", "{{{{ package }}}}", EDITS]
  approvals:
    seed:
      hook.json: {{command: "{{{{ approval_hook }}}}"}}
verify: "true"
---
"""


def edited(lab, count):
    """Two agents edit the files of one tree at once, each as often, and lose nothing."""
    briefs = []
    for name in ("one", "two"):
        briefs.append(os.path.join(lab.top, f"{name}.md"))
        Path(briefs[-1]).write_text(RECIPE.replace("NAME", name).replace("EDITS", f'"{count}"'))
    runs = [lab.launch(brief, "--share") for brief in briefs]
    for run in runs:
        lab.phase(run, phase.DONE, seconds=280.0)
    lines = [line for path in Path(lab.repo).glob("shared*.txt") for line in path.read_text().splitlines()]
    denied = 0
    for run, other in (runs, reversed(runs)):
        log = json.loads(lab.mark(f"edits.{os.path.basename(run)}"))
        assert sorted(line for line in lines if line.startswith(os.path.basename(run))) == sorted(log["done"])
        assert len(log["done"]) + len(log["denied"]) == count
        assert all(f"({os.path.basename(other)})" in words for words in log["denied"])
        denied += len(log["denied"])
    assert len(set(lines)) == len(lines) and denied < 2 * count
    return denied


@pytest.mark.timeout(300)
def test_two_agents_edit_overlapping_files_and_lose_nothing(lab):
    edited(lab, 15)


@pytest.mark.heavy
@pytest.mark.timeout(600)
def test_two_agents_with_two_hundred_edits_each_lose_nothing(lab):
    assert edited(lab, 200) > 0, "some were in each other's way"
