"""A home with something in it for every verb to show: runs that ended in each way, adapters, briefs, a held account."""

import json
import os
import subprocess
import time
from pathlib import Path

from tests.support import frozen, lab, recorded_runs
from workcell.accounts import holds
from workcell.base import clock
from workcell.rundir import layout, look

LONG = "a-name-that-is-longer-than-anybody-would-type"
OBJECTIVE = "die Anmeldung merkt sich die Person für dreißig Tage, 日本語の長い目的もあります"
WORK = "echo two >> file.txt; echo new > a-new-file-with-a-rather-long-name.txt; git add -A; git -c user.name=t -c user.email=t@localhost commit -qm 'Remember the person'"
FAILS = "for n in 1 2 3; do echo \"FAILED tests/unit/test_login_of_a_person.py::test_$n - assert 'remembered' in cookies\"; done; exit 3"
CONFIG = "progress_every: 30m\nlimits: {wall: 6h, cost: 12}\nrecipes: {claude: {model: opus, args: [--verbose]}}\n"
BRIEF = """---
objective: Fix %{issue} and say at length what was wrong
params: {issue: , time: 2h}
limits: {wall: 2h}
---
"""


def make() -> lab.Lab:
    """A lab whose home is furnished; the caller closes it."""
    made = lab.Lab()
    frozen.thaw(made.home)
    talk = recorded_runs.lines(
        recorded_runs.prompt("Make the login remember the person for thirty days, and test it in every browser."),
        recorded_runs.said(
            "Done: the cookie lives for thirty days, and tests/unit/test_login.py holds it.\n\nNext: docs."
        ),
    )
    recorded_runs.record(frozen.run_of(made.home, "frozen-unverified"), transcript=talk)
    passed = made.brief(WORK, name=LONG)
    Path(passed).write_text(Path(passed).read_text().replace(f"the objective of {LONG}", OBJECTIVE))
    made.launch(passed, "--worktree", "--wait")
    made.launch(made.brief("exit 1", FAILS, name="bad"), "--wait", repo=made.new_repo(), code=1)
    made.launch(made.brief(name="later"), "--prepare", repo=made.new_repo())
    unsaved = made.new_repo()
    Path(unsaved, "file.txt").write_text("changed by a person\n")
    made.launch(made.brief(name="beside", extra="dirty: snapshot"), "--wait", repo=unsaved)
    _account(made, made.launch(made.brief(name="one", recipe="  reader: claude"), "--wait", repo=made.new_repo()))
    _age(made.launch(made.brief(name="two", recipe="  reader: claude"), repo=made.new_repo()))
    _files(made)
    return made


def _age(run: str) -> None:
    """As if its attempt had been asked for an hour ago: one that was not started needs nobody in its first moments."""

    def older(text: str) -> str:
        return json.dumps({**json.loads(text), "asked_at": clock.stamp(time.time() - 3600)}, indent=2) + "\n"

    lab.rewrite_pinned(run, 1, layout.ATTEMPT, older)


def _account(made: lab.Lab, run: str) -> None:
    name = holds.account(run, look.at(run).attempt)
    assert name is not None
    by = {"run": os.path.basename(run), "attempt": 1, "playbook": "usage-limit"}
    until, why = "2999-01-01T00:00:00.000Z", "usage limit: the limit of five hours is used up, and it resets at night"
    holds.put(made.home, name, {"until": "resets", "until_at": until, "why": why, "by": by, "login": None})


def _files(made: lab.Lab) -> None:
    """What a person writes: configuration, a saved brief, adapters with and without a fault, a repository with rules."""
    Path(made.home, layout.CONFIG).write_text(CONFIG)
    for folder, name, text in (
        ("briefs", "a-saved-brief-with-a-long-name.md", BRIEF),
        (
            "adapters",
            "mine.yaml",
            "name: mine\nuses: command\nenabled: true\nevents: [failed, needs-you]\nargv: [/bin/true]\n",
        ),
        ("adapters", "wrong.yaml", "name: wrong\nuses: webhok\nevent: [all]\n"),
        ("recipes", "reviewer.yaml", "extends: shell\ncommand: 'true'\ndescription: reads what others wrote\n"),
    ):
        os.makedirs(os.path.join(made.home, folder), 0o700, exist_ok=True)
        Path(made.home, folder, name).write_text(text)
    Path(made.top, "wrong.md").write_text("---\nobjective: x\nlimits: {wall: 5}\nrecipy: claude\n---\n")
    Path(made.top, "wrong-recipe.yaml").write_text("comand: 'true'\nio: both\n")
    rules = Path(made.repo, "SUPERVISOR.md")
    rules.write_text("---\ntests: make test\nsetup: make a-long-target-that-sets-the-whole-project-up\n---\n# Rules\n")
    case = Path(made.top, "cases", "limit")
    case.mkdir(parents=True)
    (case / "expect.json").write_text(json.dumps({"verdict": "usage_limit"}))
    subprocess.run(["git", "add", "-A"], cwd=made.repo, check=True, env=made.env())
