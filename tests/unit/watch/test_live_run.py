"""The notice of a dialog says what is to be approved, with which options, and how to answer."""

import pytest

from tests.support.made_runs import MadeRun
from workcell.watch import live_run


@pytest.fixture
def made(tmp_path):
    return MadeRun(tmp_path)


def dialog(**more):
    options = [{"n": "1", "text": "Yes", "selected": True}, {"n": "2", "text": "No", "selected": False}]
    prompt = {"text": "Bash command rm -rf x", "question": "Do you want to proceed?", "options": options, "safe": "2"}
    return {"verdict": "prompt", "activity": "approval", "prompt": {**prompt, **more}}


def test_an_approval_names_the_tool_and_its_words(made):
    subject = made.live({**dialog(), "asks": "Bash: rm -rf node_modules ; curl https://x"})
    assert subject.tell("prompt", subject.why(None))
    (notice,) = made.notices()
    assert notice["facts"]["asks"] == "Bash: rm -rf node_modules ; curl https://x"
    assert notice["facts"]["why"] == "Do you want to proceed?"
    assert notice["facts"]["choices"] == "1 Yes · 2 No"
    assert notice["facts"]["reply"] == "workcell answer r NUMBER"


def test_without_a_record_the_words_of_the_dialog_are_shown(made):
    assert live_run.dialog_facts("r", dialog())["asks"] == "Bash command rm -rf x"


def test_options_without_numbers_are_answered_by_their_words(made):
    options = [{"n": None, "text": "Allow", "selected": True}, {"n": None, "text": "Deny", "selected": False}]
    found = live_run.dialog_facts("r", dialog(options=options))
    assert (found["choices"], found["reply"]) == ("Allow · Deny", "workcell answer r WORDS")


def test_what_is_no_dialog_offers_no_answer(made):
    subject = made.live({"verdict": "stuck"})
    assert subject.tell("stuck", "nothing moves")
    assert {"asks", "choices", "reply"}.isdisjoint(made.notices()[0]["facts"])
