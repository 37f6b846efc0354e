"""A person's yes or no to the call at which an attempt ended."""

from workcell.approvals import left_open
from workcell.rundir import look


def test_the_first_decision_stands(made_live):
    seen = look.at(made_live.run)
    call = {"id": "d1", "tool": "Bash", "words": "git push", "sha256": "0", "call": "t1", "risk": "low"}
    assert left_open.decide(seen, call, "deny")["answer"] == "deny"
    assert left_open.decide(seen, call, "allow")["answer"] == "deny"
