"""Which conversation is continued, by what stands in its transcript."""

from pathlib import Path

import pytest

from tests.support import runs
from workcell.launch import conversation, wait
from workcell.rundir import look

RECIPE = '  reader: claude\n  resume: "true {{ session }}"'


@pytest.fixture
def run(lab, monkeypatch):
    for name, value in lab.env().items():
        monkeypatch.setenv(name, value)
    run = runs.start(lab, lab.brief(recipe=RECIPE))
    wait.wait([run], wait.DONE, 30.0)
    return run


def asked(lab, run, recipe=None, values=None):
    seen = look.at(run)
    return conversation.to_continue(run, lab.home, recipe, values or seen.attempt["recipe"]["values"], seen)


def test_a_transcript_with_what_was_asked_is_continued(lab, run):
    session = look.at(run).attempt["agent_session"]
    place = Path(lab.person, ".claude", "projects", "any", f"{session}.jsonl")
    assert asked(lab, run)[1].endswith("is not where Claude Code keeps it")
    place.parent.mkdir(parents=True)
    for words in ("", "no json\n", '{"type": "queue-operation"}\n[1]\n'):
        place.write_text(words)
        assert asked(lab, run)[0] is None and "was ended before" in asked(lab, run)[1]
    place.write_text('{"type": "queue-operation"}\n{"type": "user"}\n')
    assert asked(lab, run) == (session, None)


def test_another_recipe_and_one_without_resume_begin_from_the_files(lab, run):
    assert asked(lab, run, recipe="codex") == (None, "another agent cannot continue what shell said")
    values = {**look.at(run).attempt["recipe"]["values"], "resume": None}
    assert asked(lab, run, values=values) == (None, "recipe 'shell' has no 'resume'")
