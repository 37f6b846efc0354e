"""What decides a need beside the files of a run: the hold on its account, the dialog on its screen, acknowledgements."""

from pathlib import Path

import pytest

from tests.support import frozen, proposed
from tests.support.made_runs import WALL, MadeRun
from tests.support.made_standby import MadeStandby
from workcell.accounts import holds
from workcell.base import clock
from workcell.rundir import acks, layout, look, orders, phase, proposals, status, watches
from workcell.views.needs import Surroundings

ASKS = {"state": "approval", "since": None, "confidence": 0.9, "evidence": []}
RESTS = {**ASKS, "state": "idle"}
WORKS = {**ASKS, "state": "working"}
KINDS = {
    "two": None, "unverified": "look", "stopped": None, "tampered": "look", "created": "start", "lost": "decide",
}  # fmt: skip


def hold(made, until="probe", until_at=None, by="another", account=None):
    """Hold the account of the made run; its name."""
    name = account or holds.account(made.run, made.attempt)
    wish = {"until": until, "until_at": until_at, "why": None, "by": {"run": by, "attempt": 1, "playbook": "p"}}
    assert holds.put(made.home, name, {**wish, "login": None})
    return name


@pytest.fixture
def made(tmp_path):
    return MadeRun(tmp_path)


@pytest.fixture
def home(tmp_path):
    return frozen.thaw(tmp_path / "home")


def sealed(home, name):
    """A look at a frozen run that is over, and its kept document."""
    seen = look.at(frozen.run_of(home, name))
    return seen, Surroundings(home, WALL).document(seen)


# -- the account


def test_a_run_that_waits_for_a_held_account_is_told_how_its_agent_signs_in(made):
    name = hold(made)
    needs = Surroundings(made.home, WALL).document(made.seen(phase.SCHEDULED))["needs"]
    assert (needs["kind"], needs["account"]) == ("sign-in", name)
    assert "run claude and type /login" in needs["why"]


@pytest.mark.parametrize("where", [phase.DONE, phase.LOST, phase.INTERRUPTED, phase.CORRUPT])
def test_a_hold_on_the_account_says_nothing_of_a_run_that_spends_nothing(made, where):
    hold(made)
    assert Surroundings(made.home, WALL).situation(made.seen(where)).account is None


@pytest.mark.parametrize("more", [{"account": "0123456789abcdef"}, {"until": "resets", "until_at": clock.stamp(WALL)}])
def test_the_hold_of_another_account_and_one_that_is_over_do_not_count(made, more):
    hold(made, **more)
    assert Surroundings(made.home, WALL + 1.0).situation(made.seen(phase.SCHEDULED)).account is None


def test_a_live_agent_that_was_refused_itself_needs_a_person_and_another_one_does_not(made):
    hold(made, by="r")
    around = Surroundings(made.home, WALL)
    assert around.document(made.seen(), RESTS)["needs"]["command"] == "workcell attach r"
    assert around.document(made.seen(), WORKS)["needs"] is None
    holds.change(made.home, holds.account(made.run, made.attempt), by={"run": "other", "attempt": 1, "playbook": "p"})
    assert Surroundings(made.home, WALL).document(made.seen(), RESTS)["needs"] is None


def test_a_refusal_of_an_earlier_attempt_is_not_that_of_this_one(made):
    hold(made, by="r")
    seen = made.seen()
    seen.n = 2
    assert not Surroundings(made.home, WALL).situation(seen, RESTS).refused


def test_a_home_with_an_unreadable_hold_says_what_is_needed_all_the_same(made):
    Path(made.home, layout.HOLDS).mkdir()
    Path(made.home, layout.HOLDS, "0123456789abcdef.json").write_bytes(b"{")
    around = Surroundings(made.home, WALL)
    assert around.holds == {}
    assert around.document(made.seen(phase.LOST))["needs"]["kind"] == "settle"


# -- the screen


def test_a_dialog_that_is_up_comes_with_the_command_of_each_option(made_live):
    needs = Surroundings(made_live.home).document(look.at(made_live.run), ASKS)["needs"]
    assert needs["why"] == "Do you want to proceed?"
    assert [(one["text"], one["command"]) for one in needs["options"]] == [
        ("Yes", "workcell approve r"),
        ("No", "workcell deny r"),
        ("Yes, and always allow it", "workcell answer r 2"),
    ]


def test_an_approval_says_the_tool_and_its_words(made_live):
    made_live.captured(
        approval={"text": "Bash: python3 -c 3", "at": None, "id": None, "question": False, "tool": "Bash"}
    )
    needs = Surroundings(made_live.home).document(look.at(made_live.run), ASKS)["needs"]
    assert needs["asks"] == needs["why"] == "Bash: python3 -c 3"


def test_a_question_names_no_tool(made_live):
    made_live.captured(
        approval={"text": "Bash: python3 -c 3", "at": None, "id": None, "question": False, "tool": "Bash"}
    )
    needs = Surroundings(made_live.home).document(look.at(made_live.run), {**ASKS, "state": "question"})["needs"]
    assert needs["why"] == "Do you want to proceed?" and "asks" not in needs


def test_without_a_dialog_on_the_screen_a_person_is_led_to_the_terminal(made_live):
    made_live.shows("What colour shall it have?\n")
    needs = Surroundings(made_live.home).document(look.at(made_live.run), {**ASKS, "state": "question"})["needs"]
    assert needs["command"] == "workcell attach r" and "options" not in needs


@pytest.mark.parametrize("activity", [WORKS, RESTS, None])
def test_a_dialog_counts_only_where_the_agent_is_known_to_ask(made_live, activity):
    assert Surroundings(made_live.home).document(look.at(made_live.run), activity)["needs"] is None


# -- the end


def test_an_end_that_was_not_wanted_is_needed_until_it_is_acknowledged(home):
    seen, document = sealed(home, "frozen-unverified")
    kept = Surroundings(home, WALL).of_ended(document)
    assert (kept["needs"]["kind"], kept["acknowledged"]) == ("look", False)
    acks.place(home, seen.id, seen.n)
    kept = Surroundings(home, WALL).of_ended(document)
    assert (kept["needs"], kept["acknowledged"]) == (None, True)


def test_an_acknowledged_attempt_says_nothing_of_the_next_one(home):
    seen, document = sealed(home, "frozen-unverified")
    acks.place(home, seen.id, seen.n)
    kept = Surroundings(home, WALL).of_ended({**document, "attempt": seen.n + 1})
    assert kept["needs"] is not None and not kept["acknowledged"]


def test_a_kept_document_says_the_same_need_as_a_look(home):
    for name in frozen.DONE:
        _, document = sealed(home, name)
        assert Surroundings(home, WALL).of_ended(document)["needs"] == document["needs"], name


def test_the_command_that_goes_on_is_kept_with_its_options(home):
    seen, document = sealed(home, "frozen-two")
    longer = {"kind": "decide", "command": f"workcell resume {seen.id} --brief FILE"}
    failed = {**document, "state": "failed", "needs": longer}
    assert Surroundings(home, WALL).of_ended(failed)["needs"]["command"] == longer["command"]
    other = {**failed, "needs": {"kind": "look", "command": "workcell fsck x"}}
    assert Surroundings(home, WALL).of_ended(other)["needs"]["command"] == f"workcell resume {seen.id}"


@pytest.mark.parametrize(("outcome", "kind"), [("failed", "decide"), ("tampered", "look"), ("passed", None)])
def test_what_an_end_will_need_is_known_before_it_is_listed(made, outcome, kind):
    needs = Surroundings(made.home, WALL).after(made.seen(phase.FINISHING), outcome, "the check said no")
    assert (needs and needs["kind"]) == kind
    assert needs is None or needs["why"] == "the check said no"


def test_a_run_that_goes_on_needs_a_person_only_where_its_account_does(made):
    going_on = made.seen(phase.FINISHING)
    assert Surroundings(made.home, WALL).after(going_on, None, "tries again") is None
    hold(made)
    assert Surroundings(made.home, WALL).after(going_on, None, "tries again")["kind"] == "sign-in"


def test_looking_at_what_is_needed_changes_nothing(home):
    before = frozen.state(home)
    around, kinds = Surroundings(home, WALL), {}
    for name in (*frozen.DONE, *frozen.OPEN):
        needs = around.document(look.at(frozen.run_of(home, name)))["needs"]
        kinds[name.removeprefix("frozen-")] = needs and needs["kind"]
    assert kinds == KINDS and frozen.state(home) == before


# -- proposals


def test_a_proposal_is_needed_until_it_is_denied_or_void_and_while_what_was_approved_is_not_done(made_live):
    made_live.shows("Nothing is up.\n")
    assert Surroundings(made_live.home, WALL).situation(look.at(made_live.run)).proposals == []
    found, other = proposed.proposed(made_live), proposed.proposed(made_live, incident="other")

    def waiting(now=WALL):
        seen = look.at(made_live.run)
        return [one["id"] for one in Surroundings(made_live.home, now).situation(seen).proposals]

    assert waiting() == sorted([found["id"], other["id"]])
    assert Surroundings(made_live.home, WALL).document(look.at(made_live.run))["needs"]["kind"] == "decide"
    assert waiting(WALL + proposals.LIFE) == []
    proposals.decide(made_live.home, found["id"], "denied")
    proposals.decide(made_live.home, other["id"], "approved")
    assert waiting() == [other["id"]], "it was approved, and not carried out"
    proposals.end(made_live.home, other["id"], "done")
    assert waiting() == []


def test_of_a_run_on_standby_the_kept_document_says_what_a_look_says(tmp_path):
    made = MadeStandby(tmp_path)
    made.with_ledger()
    status.keep_resting(look.at(made.run, holding=True))
    whole = Surroundings(made.home).document(look.at(made.run))
    assert Surroundings(made.home).of_resting(made.run) == whole and whole["waits"]["what"] == "message"
    orders.place(made.run, orders.name(made.run), orders.HOLD, until_at=None, why="later", by="person")
    assert Surroundings(made.home).of_resting(made.run) is None, "a hold costs a look"


def test_a_suggestion_for_a_run_on_standby_costs_a_look(tmp_path):
    made = MadeStandby(tmp_path)
    made.with_ledger()
    status.keep_resting(look.at(made.run, holding=True))
    around = Surroundings(made.home)
    around.suggested = {"r": ["x"]}
    assert around.of_resting(made.run) is None


# -- what a run on standby is to be told


def test_of_a_run_on_standby_that_watches_others_it_is_said_what_brings_it_on(tmp_path):
    made = MadeStandby(tmp_path)
    made.with_ledger()

    def said():
        around = Surroundings(made.home, WALL)
        every = [around.document(look.at(made.run)), around.of_resting(made.run)]
        assert every[1] is not None and {one["needs"] is None for one in every} == {True}
        return {one["waits"]["why"] for one in every}

    status.keep_resting(look.at(made.run, holding=True))
    assert said() == {"workcell send r TEXT"}
    for n in range(6):
        watches.place(made.home, f"other-{n}", {"run": "r", "attempt": 1}, "done")
        watches.place(made.home, f"other-{n}", {"run": "stranger", "attempt": 1}, "done")
    names = "other-0, other-1, other-2, other-3 and 2 more"
    assert said() == {f"it is told of {names}, which it watches: workcell watches r"}
