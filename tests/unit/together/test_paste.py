"""A text typed into a composer: harmless, whole, and seen to be taken."""

import pytest

from tests.support.typed_into import TypedInto
from workcell.together import paste
from workcell.together.agent_terminal import Impossible, NotNow, Unconfirmed


@pytest.mark.parametrize(
    ("text", "pasted"),
    [
        ("a\r\nb\rc\n\n", "a\rb\rc"),
        ("\x1b[201~\x03", "␛[201~␃"),
        ("\x7f\x9b", "␡\ufffd"),
        ("a\tb", "a\tb"),
        ("\n", ""),
    ],
)
def test_nothing_in_a_paste_ends_it(text, pasted):
    assert paste.harmless(text).decode() == pasted


class Stages(list):
    def __call__(self, stage):
        self.append(stage)


def test_each_stage_is_told_before_it(stub):
    stages = Stages()
    assert paste.type_text(stub.terminal(), "hello", "sequential", stages).startswith("it left the composer")
    assert stages == ["typing", "pasted", "entered"] and stub.heard() == [{"text": "hello"}]


def test_an_empty_text_is_impossible(stub):
    with pytest.raises(Impossible, match="empty"):
        paste.type_text(stub.terminal(), "\n", "urgent", Stages())


def test_words_of_a_person_in_the_composer_are_left_alone(stub):
    terminal = stub.terminal()
    terminal.write(b"mine")
    stub.shows("mine")
    with pytest.raises(NotNow, match="a person is typing: 'mine' stands in the composer"):
        paste.type_text(terminal, "hello", "urgent", Stages())


def test_a_dialog_puts_it_off(stub):
    stub.do("dialog")
    stub.shows("proceed?")
    with pytest.raises(NotNow, match=r"a dialog is up: Do you want to proceed\?"):
        paste.type_text(stub.terminal(), "hello", "urgent", Stages())


def test_an_urgent_text_interrupts_and_an_important_one_is_queued(stub):
    stub.do("work 30")
    stub.shows("Working")
    assert paste.type_text(stub.terminal(), "queued", "important", Stages()) == (
        "it left the composer after Enter; the agent works"
    )
    assert stub.heard() == []
    paste.type_text(stub.terminal(), "now", "urgent", Stages())
    assert stub.heard()[0] == {"interrupted": True}


def test_a_program_that_ended_shows_no_composer(stub):
    stub.do("die")
    stub.program.wait()
    with pytest.raises(NotNow):
        paste.type_text(stub.terminal(), "hello", "urgent", Stages())


def test_a_paste_that_does_not_show_is_not_handed_over(stub):
    stub.do("deaf 60")
    stages = Stages()
    with pytest.raises(Unconfirmed, match="is not to be seen in the composer; Enter was not pressed"):
        paste.type_text(stub.terminal(patience=0.3), "hello", "urgent", stages)
    assert stages == ["typing", "pasted"]


def test_a_text_that_enter_does_not_hand_over_stays(tmp_path, monkeypatch):
    monkeypatch.setattr(paste, "ENTERS", 1)
    stub = TypedInto(tmp_path, LAG="30")
    try:
        with pytest.raises(Unconfirmed, match="Enter was pressed, and it still stands in the composer"):
            paste.type_text(stub.terminal(patience=0.4), "hello", "sequential", Stages())
    finally:
        stub.close()
