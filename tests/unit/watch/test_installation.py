"""The watchdog in a timer."""

import os
import sys

import pytest

from workcell.base.errors import Usage
from workcell.rundir import heartbeat
from workcell.watch import installation
from workcell.watch.timers import cron


def test_the_usual_timer_is_cron_where_it_is_installed(programs, monkeypatch):
    programs.crontab()
    assert installation.usual() == "cron"
    monkeypatch.setenv("PATH", "/nonexistent")
    assert installation.usual() == "systemd"
    monkeypatch.setattr(sys, "platform", "darwin")
    assert installation.usual() == "launchd"


def test_install_takes_the_other_timer_away_and_writes_down_what_it_did(programs, tmp_path):
    programs.crontab()
    programs.program("systemctl")
    home = str(tmp_path / "home")
    chosen, done = installation.install(home, None)
    assert chosen == "cron" and done[0] == "a line in your crontab (crontab -l shows it)"
    assert os.access(cron.script(home), os.X_OK) and cron.present(home)
    assert installation.status(home).installed == "cron"
    chosen, done = installation.install(home, "systemd")
    assert chosen == "systemd" and done[0] == "removed: the line in your crontab" and not cron.present(home)
    known = heartbeat.installed_timer(home)
    assert known is not None and known["with"] == "systemd" and known["environment"]["WORKCELL_HOME"] == home
    assert installation.uninstall(home) and heartbeat.installed_timer(home) is None
    assert installation.uninstall(home) == [] and installation.status(home).installed is None


def test_a_timer_that_there_is_not_is_refused(tmp_path):
    with pytest.raises(Usage, match="no timer 'at'"):
        installation.install(str(tmp_path / "home"), "at")
