"""`inbox edit` as a person types it: with an editor on a terminal, and without both."""

import os

import pytest

from tests.faces.test_config import left, on_a_terminal
from workcell.rundir import inbox


@pytest.fixture
def run(lab):
    return lab.launch(lab.brief("true", name="box"), "--prepare")


def test_without_a_text_the_editor_opens_on_the_message_and_its_text_is_saved(lab, run):
    key = inbox.post(run, {"kind": "text", "text": "one\ntwo", "by": "person"}).removesuffix(".json")
    code, shown = on_a_terminal(lab, "sed -i s/two/three/", "edit", run, key[-8:], verb="inbox")
    assert code == 0 and shown.startswith("edited: "), shown
    assert [message["text"] for _, message in inbox.waiting(run)] == ["one\nthree"]
    assert left(lab) == []


def test_a_text_that_came_too_late_is_kept(lab, run):
    name = inbox.post(run, {"kind": "text", "text": "one", "by": "person"})
    script = os.path.join(lab.top, "editor")
    with open(script, "w") as file:
        box = os.path.join(run, "inbox")
        file.write(f"#!/bin/sh\necho more >> $1; mkdir -p {box}/typed; mv {box}/new/{name} {box}/typed/\n")
    os.chmod(script, 0o700)
    code, shown = on_a_terminal(lab, script, "edit", run, name.removesuffix(".json"), verb="inbox")
    assert code == 77 and "is being typed at this moment" in shown and "your text is kept:" in shown
    assert len(left(lab)) == 1


def test_without_a_terminal_a_text_is_asked_for(lab, run):
    name = inbox.post(run, {"kind": "text", "text": "one", "by": "person"})
    ran = lab.workcell("inbox", "edit", run, name, code=2)
    assert "needs a terminal" in ran.stderr and "give the new text" in ran.stderr
