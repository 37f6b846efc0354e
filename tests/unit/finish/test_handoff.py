"""The handoff that an end writes: the agent's words where it left some, and what is said instead."""

import os
from pathlib import Path

import pytest

from tests.support import runs
from workcell.finish import handoff, settle
from workcell.rundir import layout, look


def test_what_an_end_writes_and_what_stands_where_the_agent_left_no_words(lab, monkeypatch):
    for name, value in lab.env().items():
        monkeypatch.setenv(name, value)
    run = runs.ended(lab, "echo the reason; false")
    settle.settle(run)
    directory = look.at(run).directory
    assert handoff.agent_words(directory) == ""
    assert handoff.end_of(os.path.join(run, "none")) == ""
    text = Path(directory, layout.HANDOFF).read_text()
    assert "## Blockers\n\n_The agent left no words on this._\n" in text and "the reason" in text


def test_the_agents_words_are_cleaned_of_what_steers_a_terminal(tmp_path):
    own = tmp_path / layout.AGENT_DIR
    own.mkdir()
    (own / layout.HANDOFF).write_bytes(b"# Done\r\nred \x1b[31mtext\x1b[0m\n")
    assert handoff.agent_words(str(tmp_path)) == "# Done\nred text"


@pytest.mark.parametrize(
    ("step", "word"),
    [
        ({"goes": "end", "outcome": "failed"}, "failed"),
        ({"goes": "on", "outcome": None}, "goes on"),
        ({"goes": "on", "outcome": None, "approval": {"id": "d1"}}, "waits for a yes or no"),
    ],
)
def test_what_it_says_of_an_end(step, word):
    assert handoff.word_of(step) == word
