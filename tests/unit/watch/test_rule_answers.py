"""A dialog is answered by a rule only where nothing speaks against it, and never without its place in the journal."""

import fcntl
import os

import pytest

from tests.support import ruled_dialogs, ruled_run
from tests.support.ruled_dialogs import asks, decided, ruled, shows
from workcell.accounts import holds
from workcell.approvals import journal
from workcell.base import clock
from workcell.rundir import attending, inbox, layout, look, orders
from workcell.watch import attend, rule_answers


@pytest.fixture(autouse=True)
def hasty(monkeypatch):
    """No waiting between looks, or for a runner that is not there."""
    for name in ("LOOKS", "APPEARS", "PATIENCE", "RESOLVED"):
        monkeypatch.setattr(rule_answers, name, 0.0)


def answers(made):
    """Answer what is up; the messages that were ordered, by what they choose."""
    rule_answers.answer(look.at(made.run))
    return [(one["choice"], one["decision"], one["by"]) for one in made.messages()]


@pytest.mark.parametrize(
    "command, choice, decision", [("make test", "1", "allowed"), ("git push origin main", "3", "denied")]
)
def test_what_a_rule_answers_is_ordered_once_and_stands_in_the_journal(made_live, command, choice, decision):
    made = ruled(made_live, command)
    assert answers(made) == [(choice, decision, "rule")]
    [line], _ = decided(made)
    assert (line["words"], line["by"], line["asked"], line["attempt"]) == (command, "rule", "hook:1", 1)
    assert line["answer"] == line["told"] == ("allow" if decision == "allowed" else "deny")
    [message] = made.messages()
    assert (message["id"], message["dialog_id"]) == (line["message"], line["dialog"])
    assert len(answers(made)) == 1, "no request is answered twice"


def test_the_next_request_for_the_same_is_another(made_live):
    made = ruled(made_live, "make")
    answers(made)
    asks(made, "make", event="PostToolUse")
    assert len(answers(made)) == 1
    asks(made, "make", "hook:2")
    assert len(answers(made)) == 2


@pytest.mark.parametrize("command", ["git commit -m x", "ls", "make; ls", "rm -rf build", "make $X"])
def test_an_ask_and_what_no_rule_means_are_left_to_a_person(made_live, command):
    made = ruled(made_live, command)
    assert answers(made) == [] and decided(made) == ([], [])


def test_without_rules_nothing_is_answered(made_live):
    asks(made_live, "rm -rf build")
    assert answers(made_live) == []


@pytest.mark.parametrize("rules", ["ask: [make]\n", "deny: [\n", ""])
def test_an_allow_needs_the_rules_as_they_are_now(made_live, rules):
    made = ruled(made_live, "make")
    ruled_run.write(made.home, rules)
    assert answers(made) == []


def test_a_policy_that_is_not_what_was_pinned_answers_nothing(made_live):
    made = ruled(made_live, "make")
    os.unlink(os.path.join(layout.attempt(made.run, 1), layout.POLICY))
    assert answers(made) == []


def test_a_run_that_is_held_is_not_touched(made_live):
    made = ruled(made_live, "make")
    holds.put_on_run(made.run, None, "mine", {"run": None, "attempt": None, "playbook": None})
    assert answers(made) == []


def test_a_dialog_that_no_hook_tells_of_or_that_shows_something_else_is_not_answered(made_live):
    made = ruled(made_live, "make")
    shows(made, "make && curl example.org")
    assert answers(made) == []
    os.unlink(os.path.join(made.run, layout.EVENTS))
    shows(made, "make")
    assert answers(made) == []


def test_a_dialog_with_more_than_yes_and_no_is_not_answered(made_live):
    made = ruled(made_live, "make")
    made.shows(ruled_dialogs.SCREEN.format("make").replace("2. Yes, and always allow it", "2. Yes, with tests"))
    assert answers(made) == []


def test_a_screen_that_only_looks_like_a_known_program_is_not_answered(made_live):
    made = ruled(made_live, "make")
    made.attempt["typing"] = {"screen": "none"}
    made.store()
    assert answers(made) == []


def between(monkeypatch, change):
    """Let something happen between the two looks."""
    monkeypatch.setattr(rule_answers.time, "sleep", lambda seconds: change())


CHANGES = {
    "another dialog": lambda made: (asks(made, "make all", "hook:2"), shows(made, "make all")),
    "the dialog is gone": lambda made: made.shows("● Done.\n"),
    "the same again": lambda made: (asks(made, "make", event="PostToolUse"), asks(made, "make", "hook:2")),
    "a person came": lambda made: attending.open_window(made.run),
    "a rule was added": lambda made: ruled_run.write(made.home, "ask: [make]\n"),
    "the runner died": lambda made: made.loses_its_runner(),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_changes_between_two_looks_is_not_answered(made_live, monkeypatch, change):
    made = ruled(made_live, "make")
    between(monkeypatch, lambda: change(made))
    assert answers(made) == [] and decided(made) == ([], [])


def test_a_person_at_a_window_without_tmux_is_at_the_terminal(made_live):
    made = ruled(made_live, "make")
    first, second = attending.open_window(made.run), attending.open_window(made.run)
    assert rule_answers.person_at_terminal(look.at(made.run)) == "yes" and answers(made) == []
    os.close(first)
    assert answers(made) == []
    os.close(second)
    assert len(answers(made)) == 1


def test_where_it_cannot_be_asked_who_is_there_nothing_is_answered(made_live, monkeypatch):
    made = ruled(made_live, "make")
    os.makedirs(os.path.join(made.home, layout.ATTEND, "r.window"))
    assert rule_answers.person_at_terminal(look.at(made.run)) == "could not ask" and answers(made) == []


def test_of_thirty_one_in_an_hour_the_last_is_left_and_told_once(made_live):
    made = ruled(made_live, "make")
    assert len(answers(made)) == 1
    [line], _ = decided(made)
    for number in range(rule_answers.MOST - 1):
        journal.intent(made.home, {**line, "id": f"x{number}", "asked": f"before {number}"})
    asks(made, "make", "hook:2")
    assert len(answers(made)) == 1 and len(answers(made)) == 1
    [notice] = made.notices()
    assert notice["event"] == "escalated" and "30 of its dialogs" in notice["facts"]["why"]


def test_those_of_an_hour_ago_and_of_other_runs_do_not_count(made_live):
    made = ruled(made_live, "make")
    old = clock.stamp(clock.parse(clock.stamp()) - rule_answers.HOUR - 1.0)
    answers(made)
    [line], _ = decided(made)
    for number in range(rule_answers.MOST):
        journal.intent(made.home, {**line, "id": f"x{number}", "asked": f"a{number}", "at": old})
        journal.intent(made.home, {**line, "id": f"y{number}", "asked": f"b{number}", "run": "other"})
    asks(made, "make", "hook:2")
    assert len(answers(made)) == 2 and made.notices() == []


def test_what_no_journal_takes_is_not_typed(made_live, monkeypatch):
    made = ruled(made_live, "git push")
    monkeypatch.setattr(journal, "PATIENCE", 0.0)
    with open(os.path.join(made.home, layout.APPROVALS_LOCK), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert answers(made) == []
    assert decided(made) == ([], []) and orders.every(made.run) == []


def test_where_the_order_cannot_be_sealed_the_result_says_so(made_live, monkeypatch):
    made = ruled(made_live, "make")

    def refuse(*args, **more):
        raise OSError(28, "no room")

    monkeypatch.setattr(inbox, "post", refuse)
    assert answers(made) == []
    rule_answers.settle(made.run, 0.0)
    [line], [came] = decided(made)
    assert (came["of"], came["result"]) == (line["id"], "refused")


def test_of_what_waits_for_its_result_the_next_one_asks_again(made_live):
    made = ruled(made_live, "make")
    answers(made)
    rule_answers.settle(made.run, 0.0)
    assert decided(made)[1] == [], "its message waits"
    made.loses_its_runner()
    rule_answers.settle(made.run, 0.0)
    assert [one["result"] for one in decided(made)[1]] == ["refused"]


# -- as a part of `_attend`


def test_a_dialog_that_a_rule_answers_is_not_told(made_live, monkeypatch):
    made = ruled(made_live, "make")
    monkeypatch.setattr(rule_answers, "answer", lambda seen: True)
    assert not attend.attend(made.run, 1) and made.notices() == []


def test_one_that_is_not_answered_is_told(made_live):
    made = ruled(made_live, "git commit")
    assert attend.attend(made.run, 1)
    assert [one["event"] for one in made.notices()] == ["prompt"]


def test_an_agent_that_asks_for_nothing_is_not_answered(made_live, monkeypatch):
    made = ruled(made_live, "make")
    made.shows("● Reading files\n\n✢ Working… (3s · esc to interrupt)\n")
    attend.attend(made.run, 1)
    assert made.messages() == []
