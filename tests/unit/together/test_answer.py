"""answer: shows the dialog that is up, and answers that very one, by number or by the begin of an option's words."""

import pytest

from workcell.base.errors import NoSuchRun, Refused
from workcell.judgement import composer
from workcell.rundir import inbox
from workcell.rundir.cell import Cell
from workcell.together import answer


def asked(made):
    """The messages in the inbox, by what decides of them."""
    keys = ("kind", "choice", "text", "by", "attempt", "dialog_id", "decision")
    return [{key: one[key] for key in keys if key in one} for one in made.messages()]


def up(made):
    _, shown = answer.up(made.run)
    assert shown is not None
    return composer.dialog_id(shown)


def test_without_a_word_the_dialog_is_shown_and_nothing_is_answered(made_live):
    found = answer.perform(Cell(made_live.home, {}, "/"), answer.Request("r"))
    assert (found.id, found.question, found.safe) == ("r", "Do you want to proceed?", "3")
    assert [(one.word, one.text) for one in found.options] == [
        ("1", "Yes"), ("2", "Yes, and always allow it"), ("3", "No"),
    ]  # fmt: skip
    assert "rm -rf build" in found.text and made_live.messages() == []


def test_what_is_shown_holds_no_secret(made_live):
    token = "ghp_" + "a1B2" * 9
    screen = "────────────────────\n Bash command\n\n   push " + token
    made_live.shows(f"{screen}\n\n Do you want to proceed?\n ❯ 1. Yes\n   2. No\n\n Esc to cancel\n")
    assert token not in str(answer.show(made_live.run)) and "push" in answer.show(made_live.run).text


@pytest.mark.parametrize(
    ("word", "said"),
    [
        (" 2 ", {"choice": "2", "decision": "allowed"}),
        ("No", {"text": "No", "decision": "denied"}),
        ("yes, and", {"text": "yes, and", "decision": "allowed"}),
    ],
)
def test_an_option_is_chosen_by_its_number_or_its_words(made_live, word, said):
    done = answer.answer(made_live.run, word, patience=0.0)
    assert (done.id, done.state) == ("r", inbox.QUEUED)
    assert asked(made_live) == [
        {"kind": "answer", "by": "person", "attempt": 1, "dialog_id": up(made_live), **said}
    ]  # fmt: skip


@pytest.mark.parametrize("word", ["7", "0", "maybe", ""])
def test_a_word_that_names_no_option_is_refused_with_those_that_there_are(made_live, word):
    with pytest.raises(Refused, match="names no option of: Do you want to proceed") as caught:
        answer.answer(made_live.run, word, patience=0.0)
    assert caught.value.details == ["1 Yes", "2 Yes, and always allow it", "3 No"]
    assert made_live.messages() == []


def test_the_answer_is_for_the_dialog_that_was_seen_and_no_later_one(made_live):
    _, shown = answer.up(made_live.run)
    first = up(made_live)
    made_live.shows("────────────────────\n Delete all?\n ❯ 1. Yes\n   2. No\n\n Esc to cancel\n")
    assert up(made_live) != first
    answer.choose(made_live.run, shown, "1", patience=0.0)
    assert [one["dialog_id"] for one in asked(made_live)] == [first]


def test_a_number_without_a_dialog_is_not_sent_as_a_text(made_live):
    made_live.shows("What colour shall it have?\n")
    with pytest.raises(Refused, match="r shows no dialog now") as caught:
        answer.answer(made_live.run, " 1 ", patience=0.0)
    assert caught.value.hint == "workcell what r" and made_live.messages() == []


def test_words_without_a_dialog_are_a_message_for_the_agent(made_live):
    made_live.shows("What colour shall it have?\n")
    answer.answer(made_live.run, "blue", by="agent:x", patience=0.0)
    assert asked(made_live) == [{"kind": "text", "text": "blue", "by": "agent:x"}]


def test_a_run_that_shows_no_dialog_cannot_show_one(made_live):
    made_live.shows("● Done.\n")
    with pytest.raises(Refused, match="r shows no dialog now"):
        answer.show(made_live.run)


def test_a_dialog_of_a_run_that_lives_no_more_is_none(made_live):
    made_live.loses_its_runner()
    assert answer.up(made_live.run)[1] is None


def test_an_agent_without_a_terminal_shows_no_dialog(made_live):
    made_live.attempt["io"] = "file"
    made_live.store()
    assert answer.up(made_live.run)[1] is None


def test_a_run_that_there_is_not_is_named(made_live):
    with pytest.raises(NoSuchRun):
        answer.perform(Cell(made_live.home, {}, "/"), answer.Request("nothing", "1"))


def test_an_answer_that_the_runner_refused_is_an_error(made_live):
    with pytest.raises(Refused, match="the dialog went away"):
        answer.send.raise_if_refused(answer.Result("r", "m", inbox.REFUSED, "the dialog went away"))
