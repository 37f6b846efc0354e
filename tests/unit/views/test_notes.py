"""The last notes are found at the end of a journal, whatever else stands there."""

import json

from workcell.cleaning.clean import Cleaner
from workcell.rundir import layout
from workcell.views import notes


def journal(tmp_path, *events):
    lines = [one if isinstance(one, str) else json.dumps(one) for one in events]
    (tmp_path / layout.EVENTS).write_text("".join(f"{line}\n" for line in lines))
    return str(tmp_path)


def annotation(text, **more):
    return {"n": 1, "at": "2026-11-20T05:31:02.120Z", "type": "annotation", "by": "person", "text": text, **more}


def test_the_last_three_in_their_order(tmp_path):
    run = journal(tmp_path, *(annotation(text, attempt=2) for text in "abcd"), {"type": "hook", "payload": {}})
    assert [(one.text, one.attempt) for one in notes.last(run, Cleaner([]))] == [("b", 2), ("c", 2), ("d", 2)]


def test_what_only_speaks_of_annotations_is_none(tmp_path):
    run = journal(
        tmp_path,
        {"type": "hook", "payload": {"type": "annotation", "text": "x"}},
        '{"type": "annotation", "text": 1}',
        '{"type": "annotation", "te',
        annotation("real", time="2026-11-20T05:30:00.000Z"),
    )
    [found] = notes.last(run, Cleaner([]))
    assert (found.text, found.at, found.attempt) == ("real", "2026-11-20T05:30:00.000Z", None)


def test_a_long_journal_is_read_from_its_end_alone(tmp_path):
    filler = {"type": "hook", "payload": "x" * 1000}
    run = journal(tmp_path, annotation("old"), *[filler] * 1100, annotation("new"))
    assert [one.text for one in notes.last(run, Cleaner([]))] == ["new"]


def test_a_run_without_a_journal_has_none(tmp_path):
    assert notes.last(str(tmp_path), Cleaner([])) == []


def test_what_an_agent_told_beside_its_conversation_is_no_note(tmp_path):
    run = journal(tmp_path, annotation("mine"), annotation("compacted", ref={"file": "f", "offset": 0}))
    assert [one.text for one in notes.last(run, Cleaner([]))] == ["mine"]
