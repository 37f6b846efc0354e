"""Fifty questions to conversations that the real programs had: the right one is among the first three hits.

The questions are what a person types who remembers a prompt, a command, an error, a file, an answer or a topic.
"""

from pathlib import Path

from tests.support import recorded_talks
from workcell.rundir.cell import Cell
from workcell.views import search

QUESTIONS = recorded_talks.DATA / "questions.tsv"
ENOUGH = 45
"""Minimum number of questions, of fifty, whose conversation is among the first three hits."""


def test_the_right_conversation_is_among_the_first_three_hits(tmp_path: Path) -> None:
    talks = recorded_talks.keep(tmp_path, newest=1.8e9)
    cell = Cell(str(tmp_path / "home"), {"HOME": str(tmp_path)}, "/")
    questions = [line.split("\t") for line in QUESTIONS.read_text().splitlines()]
    missed = []
    for topic, words in questions:
        hits = list(search.perform(cell, search.Request(tuple(words.split()), last=3)))
        if talks[topic].id not in [hit.session for hit in hits]:
            missed.append(words)
    assert len(questions) == len({words for _, words in questions}) == 50 and {topic for topic, _ in questions} < set(
        talks
    )
    assert len(questions) - len(missed) >= ENOUGH, missed
