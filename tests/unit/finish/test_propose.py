"""What a playbook asks about an end is sealed once, named by the result, and told with the commands that answer it."""

import pytest

from tests.support.made_runs import MadeRun, book
from tests.unit.finish.test_apply import decision
from workcell.base import clock
from workcell.cleaning.clean import Cleaner
from workcell.finish import apply, propose
from workcell.playbooks import playbook
from workcell.playbooks.steps import ask
from workcell.rundir import phase, proposals

STEPS = "- ask: {text: Look at it., then: [{resume: native}, {hold: account}]}"
REASON = "verify.sh ended with exit code 1"


@pytest.fixture
def made(tmp_path):
    return MadeRun(tmp_path)


@pytest.fixture
def chosen():
    found = decision(STEPS)
    found["asks"]["playbook"] = playbook.identity(book(STEPS))
    return found


def applied(made, chosen):
    apply.apply(made.seen(phase.FINISHING), chosen, {"git": {"files": 2}}, Cleaner())


def test_the_run_is_over_and_asks(chosen):
    assert (chosen["goes"], chosen["how"], chosen["outcome"]) == ("over", None, "failed")
    assert chosen["reason"] == f"{REASON}; the playbook p asked you: Look at it."


def test_it_is_sealed_once_and_told_once(made, chosen):
    for _ in range(2):
        applied(made, chosen)
    (name,) = proposals.of_attempt(made.home, "r", 1)
    found = proposals.read(made.home, name)
    assert chosen["proposal"] == name and (found["phase"], found["risk"], found["cause"]) == ("done", "write", REASON)
    assert [ask.rebuild(one).record() for one in found["acts"]] == [one.record() for one in book(STEPS).steps[0].then]
    assert clock.parse(found["void_at"]) - clock.parse(found["created_at"]) == proposals.LIFE
    told = {one["event"]: one["facts"] for one in made.notices()}
    assert set(told) == {"failed", "proposal"} and len(made.notices()) == 2
    assert told["proposal"]["command"] == told["failed"]["command"] == f"workcell approve {name}"
    assert told["proposal"]["reply"] == f"workcell deny {name}" and "; holds the account" in told["proposal"]["asks"]


def test_secrets_are_masked_in_what_is_shown(made, chosen):
    chosen["asks"]["text"] = chosen["asks"]["cause"] = "it said hunter2-hunter2"
    found = propose.propose(made.seen(phase.FINISHING), chosen, Cleaner(["hunter2-hunter2"]))
    assert "hunter2" not in found["text"] + found["cause"]


def test_a_full_disk_ends_nothing_and_any_other_fault_is_told(made, chosen, monkeypatch):
    def refuses(number):
        def propose(*_):
            raise OSError(number, "it refuses")

        monkeypatch.setattr(proposals, "propose", propose)

    refuses(28)
    with pytest.raises(OSError, match="it refuses"):
        applied(made, chosen)
    assert made.notices() == []
    refuses(20)
    applied(made, chosen)
    assert "proposal" not in chosen and [one["event"] for one in made.notices()] == ["failed", "escalated"]
