"""An attempt that has started is told to adapters that ask for it, at once, and to no other."""

import os
import shutil
from pathlib import Path

import pytest

from tests.support.lab import eventually
from tests.support.made_runs import MadeRun
from workcell.launch import announce
from workcell.rundir import layout


@pytest.fixture
def made(tmp_path):
    run = MadeRun(tmp_path)
    run.store()
    return run


def seen_started(made, who="person"):
    made.attempt["asked_by"] = {"who": who}
    seen = made.seen()
    seen.stands = {layout.ATTEMPT, layout.START}
    return seen


def adapter(made, told, events="[started]", more=""):
    folder = Path(made.home, "adapters")
    folder.mkdir(exist_ok=True)
    text = f"name: mine\nuses: command\nevents: {events}\nargv: [{shutil.which('tee')}, {told}]\n{more}"
    Path(folder, "mine.yaml").write_text(text)


def test_what_asks_for_started_is_told_at_once(made, tmp_path):
    told = tmp_path / "told"
    adapter(made, told)
    assert announce.started(seen_started(made))
    assert eventually(lambda: told.exists() and '"event": "started"' in told.read_text())
    assert announce.started(seen_started(made)), "seen twice, it is one notice"
    assert eventually(lambda: len(os.listdir(Path(made.home, "outbox", "sent"))) == 1)


@pytest.mark.parametrize("more", [{"events": "[passed]"}, {"more": "enabled: false\n"}, None])
def test_nothing_is_written_where_no_adapter_asks(made, tmp_path, more):
    if more is not None:
        adapter(made, tmp_path / "told", **more)
    assert not announce.started(seen_started(made))
    assert not os.path.exists(os.path.join(made.home, "outbox"))


def test_an_attempt_of_a_playbook_is_told_as_resumed_only(made, tmp_path):
    adapter(made, tmp_path / "told")
    assert not announce.started(seen_started(made, "playbook"))


def test_an_attempt_that_did_not_start_is_not_told(made, tmp_path):
    adapter(made, tmp_path / "told")
    seen = seen_started(made)
    seen.stands = {layout.ATTEMPT, layout.EXIT}
    assert not announce.started(seen)
