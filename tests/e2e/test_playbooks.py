"""playbook ls, show, lint and test: playbooks as data that a person reads, replaces and tries."""

import json
import os
from pathlib import Path

from tests.support import watching
from tests.support.lab import ROOT
from workcell.rundir import layout, look, phase

OWN = """---
name: {name}
version: 1
when:
  verdict: [ok, unknown, partial]
  phase: interrupted
steps:
  - escalate: "ours"
---
## Recognise
x
## Diagnose
x
## What is done
x
## If that does not help
x
"""


def test_a_user_replaces_one_without_code(lab):
    watch = watching.Watch(lab)
    folder = Path(lab.home, "recovery")
    folder.mkdir()
    (folder / "partial-completion.md").write_text(OWN.format(name="partial-completion"))
    rows = {row["name"]: row for row in json.loads(lab.workcell("playbook", "ls", "--json").stdout)["playbooks"]}
    assert rows["partial-completion"]["origin"] == "user" and rows["usage-limit"]["origin"] == "shipped"
    assert "ours" in lab.workcell("playbook", "show", "partial-completion").stdout
    run = lab.launch(lab.brief("true", "false"), "--wait", code=1)
    seen = look.at(run)
    assert seen.n == 1 and seen.result["playbook"] == "partial-completion"
    assert f"{seen.id}/001/escalated" in watch.notices()


def test_a_repository_adds_one(lab):
    watching.Watch(lab)
    folder = Path(lab.repo, ".workcell", "recovery")
    folder.mkdir(parents=True)
    text = OWN.format(name="mine").replace(
        "verdict: [ok, unknown, partial]\n", "verdict: [ok, unknown, partial]\n  evidence: mine-says\n"
    )
    signal = "signals:\n  - id: mine-says\n    source: stdout\n    pattern: 'come back later'\n    verdict: unknown\n"
    (folder / "mine.md").write_text(text.replace("steps:\n", signal + "steps:\n"))
    lab.workcell("trust", lab.repo, "--yes")
    run = lab.launch(lab.brief("echo come back later; exit 1", "false"), "--wait", code=1)
    assert look.at(run).result["playbook"] == "mine"


def test_lint_names_the_line_and_the_cure(lab):
    path = Path(lab.top, "wrong.md")
    path.write_text(OWN.format(name="right").replace("escalate", "escalte"))
    ran = lab.workcell("playbook", "lint", str(path), code=1)
    assert "wrong.md:8" in ran.stdout and "escalate" in ran.stdout
    assert lab.workcell("playbook", "lint", str(ROOT / "recovery")).stdout == ""


def test_a_directory_is_tried_without_being_changed(lab):
    run = lab.launch(
        lab.brief(watching.limited(4e9) + "\nexit 1", "false", recipe="  reader: claude"), "--wait", code=1
    )
    before = {name: os.stat(os.path.join(run, name)).st_mtime_ns for name in os.listdir(run)}
    found = json.loads(lab.workcell("playbook", "test", run, "--json").stdout)["tried"][0]
    assert (found["verdict"], found["playbook"]) == ("usage_limit", "usage-limit")
    own = Path(lab.top, "usage-limit.md")
    own.write_text(OWN.format(name="usage-limit").replace("[ok, unknown, partial]", "usage_limit"))
    found = json.loads(lab.workcell("playbook", "test", run, "--playbook", str(own), "--json").stdout)["tried"][0]
    assert found["verdict"] != "usage_limit", "the signals of the one that was replaced are gone with it"
    assert {name: os.stat(os.path.join(run, name)).st_mtime_ns for name in os.listdir(run)} == before
    assert look.at(run).phase == phase.DONE and os.path.exists(os.path.join(run, layout.STATUS))
