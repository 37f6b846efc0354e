"""Holds on runs that playbooks put: after an end as on a live run, until a person lets go."""

import os

import pytest

from tests.support import watching
from tests.support.lab import eventually
from workcell.accounts import holds
from workcell.rundir import layout, look, phase, run_hold


@pytest.fixture
def watch(lab):
    hold = "  - hold: {scope: run, until: person}\n  - resume: artifacts"
    watching.quick(lab.home, "partial-completion", **{"  - resume: artifacts": hold})
    return watching.Watch(lab)


def failing(lab):
    """A run whose first attempt fails its check; the second one would pass it."""
    run = lab.launch(lab.brief("true", 'test "${WORKCELL_ATTEMPT##*/}" = 2'))
    return lab.phase(run, phase.SCHEDULED).run


def test_a_hold_at_the_end_of_an_attempt_keeps_the_watchdog_away(lab, watch):
    run = failing(lab)
    hold = run_hold.standing(run)
    assert hold["by"]["playbook"] == "partial-completion" and hold["until_at"] is None
    for _ in range(3):
        watch.tick()
    seen = look.at(run)
    assert (seen.phase, seen.n) == (phase.SCHEDULED, 1)
    told = lab.status(run)
    assert told["hold"]["by"]["playbook"] == "partial-completion"
    assert (told["needs"]["kind"], told["needs"]["command"]) == ("release", f"workcell release {seen.id}")
    assert told["waits"]["what"] == "hold"
    lab.workcell("release", run)
    assert lab.status(run)["hold"] is None
    watch.tick()
    assert lab.phase(run, phase.DONE).n == 2


def test_a_person_who_resumes_a_run_that_a_playbook_holds_lets_it_go(lab, watch):
    run = failing(lab)
    lab.workcell("resume", run, "--no-window")
    assert run_hold.standing(run) is None
    assert lab.phase(run, phase.DONE).result["outcome"] == "passed"


def test_a_persons_own_hold_is_neither_replaced_nor_lifted(lab, watch):
    run = lab.launch(lab.brief('until [ -e "$MARKS/go" ]; do sleep 0.05; done', "false"))
    lab.phase(run, phase.RUNNING)
    lab.workcell("hold", run, "--why", "mine")
    open(os.path.join(lab.marks, "go"), "w").close()
    lab.phase(run, phase.SCHEDULED)
    assert run_hold.standing(run)["why"] == "mine"
    assert not holds.lift_by_resume(run) and os.path.exists(os.path.join(run, layout.HOLD))


def test_an_agent_can_neither_hold_its_run_nor_let_it_go(lab, watch):
    """What counts is the order in the home, not the file in the run."""
    command = 'echo "{}" >"$WORKCELL_RUN_DIR/hold"\nuntil [ -e "$MARKS/go" ]; do sleep 0.05; done\nrm -f "$WORKCELL_RUN_DIR/hold"'
    run = lab.launch(lab.brief(command, "true"))
    lab.phase(run, phase.RUNNING)
    eventually(lambda: os.path.exists(os.path.join(run, layout.HOLD)))
    assert run_hold.standing(run) is None
    lab.workcell("hold", run)
    open(os.path.join(lab.marks, "go"), "w").close()
    lab.phase(run, phase.DONE)
    assert not os.path.exists(os.path.join(run, layout.HOLD)) and run_hold.standing(run) is not None
