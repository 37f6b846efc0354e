"""A proposal says what was found and exactly what would be done, and is made once."""

import pytest

from tests.support import proposed
from workcell.base.errors import Refused
from workcell.playbooks.steps import ask
from workcell.rundir import proposals

APPROVAL = {"verdict": "prompt", "activity": "approval", "asks": "Bash: rm -rf build"}
PROMPT = {"text": "rm", "question": "Do you want to proceed?", "options": [], "safe": "3"}


def test_it_holds_the_exact_steps_and_how_long_it_counts(made_live):
    found = proposed.proposed(made_live, "[snapshot, {stop: 90s}]")
    assert [(one["step"], one["options"]) for one in found["acts"]] == [
        ("snapshot", {"what": "tree"}),
        ("stop", {"grace": 90.0}),
    ]
    assert found["acts"][1]["words"] == "asks the agent to end, and kills it after 1m30s"
    assert (found["run"], found["attempt"], found["phase"]) == ("r", 1, "running")
    assert (found["cause"], found["text"], found["dialog"]) == ("verdict: stuck", "Do it", None)
    assert proposals.read(made_live.home, found["id"]) == found
    rebuilt = [ask.rebuild(one) for one in found["acts"]]
    assert [one.record() for one in rebuilt] == [one.record() for one in proposed.steps("[snapshot, {stop: 90s}]")]


def test_the_same_is_proposed_once_and_another_incident_anew(made_live):
    first = proposed.proposed(made_live)
    made_live.seconds = 600.0
    assert proposed.proposed(made_live) == first, "not even its time is another one"
    assert proposed.proposed(made_live, incident="other")["id"] != first["id"]
    assert proposed.proposed(made_live, "[{stop: 9s}]")["id"] != first["id"]
    assert len(proposals.open_ids(made_live.home)) == 3


def test_an_answer_is_to_the_dialog_that_is_up_and_safe_is_made_exact(made_live):
    found = proposed.proposed(made_live, "[answer]", {**APPROVAL, "prompt": PROMPT})
    assert found["acts"][0]["options"] == {"choice": "3"} and found["dialog"]
    assert found["risk"] == "destructive"
    assert proposed.proposed(made_live, "[{answer: Yes}]", APPROVAL)["dialog"] == found["dialog"]


@pytest.mark.parametrize("judged", [APPROVAL, {**APPROVAL, "prompt": {**PROMPT, "safe": None}}])
def test_an_answer_that_is_not_known_to_be_safe_is_not_proposed(made_live, judged):
    with pytest.raises(Refused, match="known to be safe"):
        proposed.proposed(made_live, "[answer]", judged)
    assert proposals.open_ids(made_live.home) == []


def test_an_answer_needs_a_dialog(made_live):
    made_live.shows("Nothing is up.\n")
    with pytest.raises(Refused, match="shows no dialog now"):
        proposed.proposed(made_live, "[{answer: Yes}]", APPROVAL)


@pytest.mark.parametrize(
    ("then", "risk"), [("[snapshot, hold]", "low"), ("[stop]", "write"), ("[hold, {nudge: go on}]", "write")]
)
def test_the_risk_is_that_of_the_worst_act(made_live, then, risk):
    assert proposed.proposed(made_live, then)["risk"] == risk
