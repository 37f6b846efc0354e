"""The handoff as of now, and what it lacks."""

import os

import pytest

from tests.support import runs
from workcell.finish import read_handoff, settle


@pytest.fixture(autouse=True)
def _environment(lab, monkeypatch):
    for name, value in lab.env().items():
        monkeypatch.setenv(name, value)


def test_the_handoff_as_of_now_and_what_it_lacks(lab):
    run = runs.ended(lab, "echo the reason; false")
    settle.settle(run)
    found = read_handoff.read(run, check=True)
    assert "the reason" in found.text and found.id == os.path.basename(run)
    assert isinstance(found.problems, list)
