"""The watchdog in a timer."""

import os
import sys

import pytest

from workcell.base import platform
from workcell.base.errors import Unreachable, Usage
from workcell.rundir import heartbeat
from workcell.rundir.cell import Cell
from workcell.watch import installation, watchdog
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


def test_an_installation_that_fails_leaves_nothing_behind(programs, tmp_path):
    programs.program("systemctl", 'echo "Failed to connect to bus" >&2; exit 1')
    home = str(tmp_path / "home")
    with pytest.raises(Unreachable, match="Failed to connect"):
        installation.install(home, "systemd")
    folder = tmp_path / "config" / "systemd" / "user"
    assert list(folder.iterdir()) == [] and heartbeat.installed_timer(home) is None


def test_an_installation_that_nothing_will_call_says_what_ticks_without_it(programs, tmp_path):
    programs.crontab()
    done = watchdog.perform_install(Cell(str(tmp_path / "home"), {}, "/"), watchdog.InstallRequest("cron"))
    if platform.cron_runs() is False:
        assert done.warning is not None and done.warning.endswith("it does not tick: workcell watchdog run")
    else:
        assert done.warning is None


def test_a_playbook_that_is_not_followed_is_named(tmp_path):
    assert installation.status(str(tmp_path)).faults == []
    (tmp_path / "recovery").mkdir()
    (tmp_path / "recovery" / "mine.md").write_text("---\nname: mine\n---\n")
    assert all("recovery/mine.md" in fault for fault in installation.status(str(tmp_path)).faults) is True
    assert installation.status(str(tmp_path)).faults
