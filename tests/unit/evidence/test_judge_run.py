"""Who ended an attempt that was stopped, as the verdict says it."""

import pytest

from workcell.evidence import judge_run
from workcell.judgement import exit_claims
from workcell.judgement.case import Case
from workcell.rundir import look, orders


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ([], "a person stopped it"),
        (["person"], "a person stopped it"),
        (["run:20261120-0512-job-aaaa/2"], "the run 20261120-0512-job-aaaa stopped it"),
        (["playbook:turn-ready"], "the watchdog, by its playbook turn-ready, stopped it"),
        (["playbook:turn-ready", "person"], "a person stopped it"),
    ],
)
def test_a_stop_names_what_asked_for_it(made_live, asked, words):
    for by in asked:
        orders.place(made_live.run, orders.name(made_live.run), orders.STOP, b"", attempt=1, by=by)
    seen = look.at(made_live.run)
    seen.exit = {"how": "stopped", "code": None, "signal": 15}
    case = Case({"agent": "claude", "now": 0.0, "exit": judge_run._exit(seen)}, [])
    exit_claims.claim(case)
    assert [one["words"] for one in case.claims] == [words]
