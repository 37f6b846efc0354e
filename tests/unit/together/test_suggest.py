"""A suggestion waits for a person, who is told of it once, also when its sender was killed before."""

import os
from pathlib import Path

import pytest

from workcell.base import clock
from workcell.rundir import inbox, layout, look, maildir, suggestions
from workcell.together import suggest


def message(by):
    return {"kind": "text", "text": "Try the other\nparser.", "mode": "sequential", "by": by, "at": clock.stamp()}


def suggested(made):
    return maildir.waiting(os.path.join(made.run, layout.INBOX), layout.SUGGESTED)


@pytest.fixture
def seen(made_live):
    return look.at(made_live.run)


def test_a_suggestion_of_a_run_waits_and_its_notice_has_the_words_and_both_commands(made_live, seen):
    file = suggest.put(seen, message("run:20260101-0000-other-aaaa/1"))
    assert suggested(made_live) == [file] and inbox.waiting(made_live.run) == []
    [notice] = made_live.notices()
    facts = notice["facts"]
    assert (notice["event"], notice["run"]) == ("suggested", seen.id)
    assert facts["why"] == "20260101-0000-other-aaaa suggests a message: Try the other parser."
    identity = Path(file).stem
    known = facts["command"].rsplit(" ", 1)[1]
    assert identity.endswith(known) and facts["reply"] == f"workcell inbox rm {seen.id} {known}"


def test_of_what_a_person_suggests_there_is_no_notice(made_live, seen):
    suggest.put(seen, message("person"))
    assert len(suggested(made_live)) == 1 and made_live.notices() == []
    assert suggest.tell_left(made_live.home) == []


def test_one_whose_sender_was_killed_before_the_notice_is_told_by_the_tick_once(made_live, seen):
    suggestions.add(made_live.home, seen.id, "1900000000000000000-1-aaaaaaaa")
    inbox.post(seen.run, message("run:other/1"), "1900000000000000000-1-aaaaaaaa", to=layout.SUGGESTED)
    assert suggest.tell_left(made_live.home) == [f"{seen.id}: told of a suggestion"]
    assert suggest.tell_left(made_live.home) == [] and len(made_live.notices()) == 1


def test_an_entry_whose_message_never_came_is_told_to_no_person(made_live, seen):
    suggestions.add(made_live.home, seen.id, "1900000000000000000-1-aaaaaaaa")
    assert suggest.tell_left(made_live.home) == [] and made_live.notices() == []
