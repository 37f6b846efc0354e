"""Notices of a call that waits for a yes or no."""

import pytest

from workcell.channels import post
from workcell.rundir import look


@pytest.mark.parametrize(("risk", "sort"), [("destructive", "approval.risky"), ("low", None)])
def test_the_notice_of_a_call_says_how_to_answer_and_how_risky_it_is(made_live, risk, sort):
    call = {"id": "d1", "at": "x", "tool": "Bash", "words": "git push", "call": "t", "risk": risk, "why": None}
    assert post.about_call(look.at(made_live.run), call, {}, "d1")
    (told,) = made_live.notices()
    assert told.get("class") == sort and told["facts"]["asks"] == "Bash: git push"
    assert (told["facts"]["command"], told["facts"]["reply"]) == ("workcell approve r", "workcell deny r")
