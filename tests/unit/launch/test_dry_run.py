"""What launch would do, without doing it."""

import os

import pytest

from workcell.launch import dry_run, launch
from workcell.launch.options import Options
from workcell.rundir import layout


@pytest.fixture(autouse=True)
def _environment(lab, monkeypatch):
    for name, value in lab.env().items():
        monkeypatch.setenv(name, value)


def test_a_dry_run_shows_the_intent_and_writes_nothing(lab):
    shown = dry_run.dry_run(
        launch.Request(lab.home, lab.brief("echo x"), Options(repo=lab.repo, shell=os.environ), window=False)
    )
    assert shown.values["name"] == "brief" and set(shown.origins) >= {"name", "objective"}
    assert not os.path.exists(os.path.join(lab.home, layout.RUNS))
