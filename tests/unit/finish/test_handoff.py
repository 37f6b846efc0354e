"""The handoff as of now, and what it lacks."""

import os

import pytest

from tests.support import runs
from workcell.finish import handoff, settle
from workcell.rundir import look


@pytest.fixture(autouse=True)
def _environment(lab, monkeypatch):
    for name, value in lab.env().items():
        monkeypatch.setenv(name, value)


def test_the_handoff_as_of_now_and_what_it_lacks(lab):
    run = runs.ended(lab, "echo the reason; false")
    settle.settle(run)
    found = handoff.read(run, check=True)
    assert "the reason" in found.text and found.id == os.path.basename(run)
    assert isinstance(found.problems, list)
    assert handoff.agent_words(look.at(run).directory) == ""
    assert handoff.end_of(os.path.join(run, "none")) == ""
