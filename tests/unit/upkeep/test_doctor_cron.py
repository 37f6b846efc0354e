"""A tick asked for in the environment that its timer gives."""

import json
import os
import sys
from pathlib import Path

import pytest

from tests.support import frozen
from tests.support.made_runs import MadeRun
from workcell.base import clock, platform
from workcell.rundir import heartbeat, layout, locks
from workcell.rundir.cell import Cell
from workcell.upkeep import doctor_cron
from workcell.upkeep.doctor import FAIL, OK, WARN
from workcell.watch import doctor_request
from workcell.watch.timers import command


def asked(home, environment=None, words=None):
    lines = doctor_cron.doctor(home, {"PATH": os.environ["PATH"], **(environment or {})}, words or command.words())
    return {line.name: line for line in lines}


@pytest.fixture
def home(tmp_path):
    made = frozen.thaw(tmp_path / "home")
    os.makedirs(heartbeat.directory(made), exist_ok=True)
    return made


def test_everything_that_a_tick_needs_is_there(home):
    found = asked(home)
    assert (found["workcell"].level, found["git"].level) == (OK, OK)
    assert found["last tick"].level == WARN and "no watchdog ticks" in found["last tick"].words


def test_a_poor_path_and_a_gone_python_are_found(home):
    found = asked(home, {"PATH": "/nonexistent"}, [sys.executable, "-c", "raise SystemExit(3)", "watchdog", "tick"])
    assert found["git"].level == FAIL and "git is not on the PATH /nonexistent" in found["git"].words
    assert found["workcell"].level == FAIL
    gone = asked(home, words=["/nonexistent/python", "x", "watchdog", "tick"])["workcell"]
    assert gone.level == FAIL and gone.cure == "workcell watchdog install"


def test_of_an_installed_timer_its_own_words_are_asked(home):
    installed = {
        "with": "systemd",
        "environment": {"PATH": "/nonexistent"},
        "command": ["/nonexistent/python", "x", "y"],
    }
    Path(heartbeat.directory(home), heartbeat.INSTALLED).write_text(json.dumps(installed))
    found = asked(home)
    assert found["workcell"].level == found["git"].level == FAIL
    assert found["last tick"].level == FAIL and "is installed (systemd) and late" in found["last tick"].words
    assert found["last tick"].cure == "systemctl --user list-timers", "not the command that is being read"


def test_a_tick_of_a_moment_ago_is_well(home):
    last = {"boot": platform.boot_id(), "monotonic": clock.monotonic()}
    Path(heartbeat.directory(home), heartbeat.LAST).write_text(json.dumps(last))
    assert asked(home)["last tick"].level == WARN, "a tick by hand is only one"
    lock = locks.take(os.path.join(heartbeat.directory(home), heartbeat.LOOP), 0)
    try:
        assert asked(home)["last tick"].level == OK
    finally:
        os.close(lock)


def test_the_operation_asks_in_the_timer_or_here(home):
    cell = Cell(home, dict(os.environ), home)
    there = doctor_request.perform(cell, doctor_request.Request(in_timer=True))
    assert "last tick" in {line.name for line in there.lines}
    assert there.level in (OK, WARN, FAIL)


@pytest.mark.parametrize(
    ("probe", "level", "words"), [(["true"], OK, "is taken"), (["sh", "-c", "echo no >&2; exit 1"], FAIL, "no")]
)
def test_the_agent_and_its_credential_are_asked_for_with_the_path_of_the_run(tmp_path, probe, level, words):
    made = MadeRun(tmp_path)
    made.attempt |= {"argv": ["sh"], "recipe": {"name": "mine", "values": {"probe": probe}}}
    env = {"schema": "workcell.file.env/1", "env": {"PATH": os.environ["PATH"]}, "umask": 18}
    Path(made.run, layout.ENV).write_text(json.dumps(env))
    made.store()
    found = asked(made.home)
    assert (found["agent mine"].level, found["agent mine"].words) == (OK, "sh")
    line = found["credential of mine"]
    assert line.level == level and words in line.words


def test_a_program_that_the_run_cannot_find_is_said(tmp_path):
    made = MadeRun(tmp_path)
    made.attempt |= {"argv": ["agent-of-mine"], "recipe": {"name": "mine", "values": {}}}
    made.store()
    assert "agent-of-mine is not on the PATH of r" in asked(made.home)["agent mine"].words


def test_secrets_of_adapters_are_asked_in_the_environment_of_the_timer(home, monkeypatch):
    monkeypatch.setenv("ONLY_MY_SHELL", "x")
    folder = Path(home, "adapters")
    folder.mkdir(exist_ok=True)
    (folder / "hook.yaml").write_text(
        "name: hook\nuses: webhook\nevents: all\nurl: http://127.0.0.1:9/\nheaders: {X-Auth: {env: ONLY_MY_SHELL}}\n"
    )
    (folder / "off.yaml").write_text("name: off\nuses: slack\nevents: all\nenabled: false\nurl: {env: NOWHERE}\n")
    found = asked(home)
    assert found["adapter hook"].level == FAIL and "the environment has no ONLY_MY_SHELL" in found["adapter hook"].words
    assert "adapter off" not in found
    assert asked(home, {"ONLY_MY_SHELL": "x"})["adapter hook"].level == OK
