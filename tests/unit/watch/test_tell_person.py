"""What a person is told of a live agent without a tick, and what is left to the tick."""

from pathlib import Path

import pytest

from tests.support.made_runs import PROSE
from workcell.accounts import holds
from workcell.rundir import look
from workcell.watch import tell_person

DOING = {"state": "working", "since": None, "confidence": 0.9, "evidence": []}


def replace_playbook(made, steps):
    """Put a playbook of the person in the place of the shipped one for dialogs."""
    folder = Path(made.home, "recovery")
    folder.mkdir()
    when = "{verdict: prompt}"
    text = f"---\nname: permission-prompt\nversion: 1\nwhen: {when}\nsteps:\n  {steps}\nlimits: {{}}\n---\n{PROSE}"
    (folder / "permission-prompt.md").write_text(text)


def test_a_playbook_that_does_not_begin_with_a_notice_is_left_to_the_tick(made_live):
    replace_playbook(made_live, "- interrupt")
    assert not tell_person.tell(look.at(made_live.run)) and made_live.notices() == []
    assert made_live.messages() == [], "the agent is never touched"


def test_of_a_playbook_only_the_notice_at_its_beginning_is_followed(made_live):
    replace_playbook(made_live, "- notify: {level: needs, text: mine}\n  - interrupt")
    assert tell_person.tell(look.at(made_live.run))
    assert len(made_live.notices()) == 1 and made_live.messages() == []


def test_an_agent_at_work_is_not_told_of(made_live):
    made_live.shows("● Reading files\n\n✢ Working… (3s · esc to interrupt)\n")
    assert not tell_person.tell(look.at(made_live.run)) and made_live.notices() == []


def test_where_the_pinned_policy_cannot_be_read_nothing_is_told(made_live):
    made_live.attempt["policy_sha256"] = "0" * 64
    made_live.store()
    assert not tell_person.tell(look.at(made_live.run)) and made_live.notices() == []


def test_a_run_that_went_on_while_it_was_judged_is_not_told_of(made_live):
    seen = look.at(made_live.run)
    made_live.loses_its_runner()
    assert not tell_person.tell(seen) and made_live.notices() == []


IDLE = {"state": "idle", "since": "2026-01-01T00:00:00.000Z", "confidence": 0.9, "evidence": []}


def test_an_agent_that_waits_while_nothing_has_its_work_checked_is_told_once(made_live):
    made_live.attempt.update(io="terminal", verify={"sha256": "0" * 64})
    made_live.store()
    seen = look.at(made_live.run)
    assert tell_person.tell_unchecked(seen, IDLE) and tell_person.tell_unchecked(seen, IDLE)
    [notice] = made_live.notices()
    assert (notice["event"], notice["facts"]["command"]) == ("unchecked", "workcell recover r")
    assert "no watchdog ticks" in notice["facts"]["why"] and notice["facts"]["reply"].startswith("workcell send r ")


@pytest.mark.parametrize("doing", [DOING, {**IDLE, "since": None, "state": "limited"}])
def test_one_that_works_or_waits_for_a_limit_is_not_told(made_live, doing):
    made_live.attempt.update(io="terminal", verify={"sha256": "0" * 64})
    made_live.store()
    assert not tell_person.tell_unchecked(look.at(made_live.run), doing) and made_live.notices() == []


def test_of_a_run_that_is_held_no_person_is_told(made_live):
    holds.put_on_run(made_live.run, None, "mine", {"run": None, "attempt": None, "playbook": None})
    tell_person.answer_or_tell(look.at(made_live.run), {**DOING, "state": "approval"})
    assert made_live.notices() == []


def test_what_the_playbook_tells_is_not_told_again_as_unchecked(made_live):
    made_live.attempt.update(io="terminal", verify={"sha256": "0" * 64})
    made_live.store()
    tell_person.answer_or_tell(look.at(made_live.run), IDLE)
    [notice] = made_live.notices()
    assert "Do you want to proceed?" in str(notice)
