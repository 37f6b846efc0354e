"""What opens the attempt that goes on by a person's decision."""

from workcell.rundir import look
from workcell.together import deferred_call


def test_the_attempt_is_asked_for_by_the_decision(tmp_path):
    seen = look.Look(str(tmp_path / "runs" / "r"))
    seen.n = 3
    made = deferred_call.request(str(tmp_path), seen, {"id": "x1"})
    assert made.native and made.attempt == 3 and made.by == {"who": "approval", "decision": "x1"}
