"""Choosing an option of a dialog."""

import pytest

from tests.support.typed_into import TypedInto
from workcell.judgement import composer
from workcell.together import dialog
from workcell.together.agent_terminal import Impossible, Unconfirmed

OPTIONS = [
    {"n": "1", "text": "Yes", "selected": True},
    {"n": "2", "text": "Yes, always", "selected": False},
    {"n": "3", "text": "No", "selected": False},
]
ASKED = {"kind": "dialog", "text": "Run it?", "question": "Run it?", "options": OPTIONS}
BARE = {**ASKED, "options": [{**one, "n": None} for one in OPTIONS]}


@pytest.mark.parametrize(
    ("shown", "choice", "text", "place"),
    [
        (ASKED, "2", None, 1),
        (ASKED, "7", None, None),
        (ASKED, None, "yes", 0),
        (ASKED, None, "yes,", 1),
        (ASKED, None, "NO", 2),
        (ASKED, None, "y", None),
        (ASKED, None, "", None),
        (ASKED, None, None, None),
        (BARE, "3", None, 2),
        (BARE, "4", None, None),
    ],
)
def test_an_option_has_a_number_or_the_begin_of_its_words(shown, choice, text, place):
    assert dialog.find_option(shown, choice, text) == place


def test_the_title_is_the_question_or_the_words():
    assert dialog.title(ASKED) == "Run it?"
    assert dialog.title({**ASKED, "question": "", "text": "Trust this folder"}) == "Trust this folder"


class Begun(list):
    def __call__(self):
        self.append("begun")


def test_without_a_dialog_nothing_is_pressed(stub):
    begun = Begun()
    with pytest.raises(Impossible, match="no dialog is up any more"):
        dialog.choose(stub.terminal(), None, "1", None, begun)
    assert begun == [] and stub.heard() == []


def test_another_dialog_than_the_one_that_was_seen_is_left_alone(stub):
    stub.do("dialog")
    stub.shows("proceed?")
    begun = Begun()
    with pytest.raises(Impossible, match=r"another dialog is up now: Do you want to proceed\?"):
        dialog.choose(stub.terminal(), "another", "1", None, begun)
    with pytest.raises(Impossible, match="no option fits; there are: 1 Yes; 2 Yes, and always allow it; 3 No"):
        dialog.choose(stub.terminal(), None, "9", None, begun)
    assert begun == [] and stub.heard() == []


def test_the_mark_is_moved_to_the_option_and_enter_pressed(stub):
    stub.do("dialog")
    stub.shows("proceed?")
    terminal, begun = stub.terminal(), Begun()
    wanted = composer.dialog_id(terminal.look().dialog)
    assert dialog.choose(terminal, wanted, None, "yes, and", begun) == (
        "the dialog went away after 'Yes, and always allow it'"
    )
    assert begun == ["begun"] and stub.heard() == [{"picked": "Yes, and always allow it"}]


def test_a_dialog_that_is_half_drawn_is_not_taken_for_another_one(tmp_path):
    stub = TypedInto(tmp_path, HALVES="0.2")
    try:
        stub.do("dialog")
        stub.shows("proceed?")
        stub.shows("3. No")
        terminal = stub.terminal()
        assert dialog.choose(terminal, None, "3", None, Begun()) == "the dialog went away after 'No'"
        assert stub.heard() == [{"picked": "No"}]
    finally:
        stub.close()


def test_a_dialog_that_takes_no_key_is_said_to_be_up_still(stub):
    stub.do("dialog")
    stub.shows("proceed?")
    terminal = stub.terminal(patience=0.1)
    stub.do("deaf 60")
    with pytest.raises(Unconfirmed, match="the dialog is still up"):
        dialog.choose(terminal, None, "1", None, Begun())


def test_a_dialog_that_goes_away_while_the_mark_moves_is_not_answered(stub):
    stub.do("dialog")
    stub.shows("proceed?")
    terminal = stub.terminal()
    with pytest.raises(Unconfirmed, match="changed before it was answered; Enter was not pressed"):
        dialog.choose(terminal, None, "3", None, lambda: stub.do("undo"))
    assert stub.heard() == []
