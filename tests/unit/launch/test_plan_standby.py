"""What standby needs: a conversation that can go on, and a watchdog that ticks."""

from types import SimpleNamespace

import pytest

from workcell.base.errors import Refused
from workcell.launch import plan_standby


def plan(home, **values):
    recipe = SimpleNamespace(name="r", values=values)
    return SimpleNamespace(home=str(home), standby=True, recipe=recipe, origins={"standby": "x.md"}, notes=[])


def test_without_resume_and_without_ticks_it_is_refused_and_names_who_asked(tmp_path):
    with pytest.raises(Refused, match=r"x\.md.*no 'resume'"):
        plan_standby.check(plan(tmp_path))
    with pytest.raises(Refused, match="no watchdog ticks") as raised:
        plan_standby.check(plan(tmp_path, resume=["a"]))
    assert raised.value.hint == "workcell watchdog install"


def test_a_preview_has_it_in_its_notes(tmp_path):
    made = plan(tmp_path)
    plan_standby.check(made, preview=True)
    assert "launch would refuse" in made.notes[0]


def test_a_run_without_standby_needs_neither(tmp_path):
    made = plan(tmp_path)
    made.standby = False
    plan_standby.check(made)
    assert made.notes == []
