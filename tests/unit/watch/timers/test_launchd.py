"""The launch agent of macOS."""

import os
import plistlib
from pathlib import Path

import pytest

from workcell.base.errors import Unreachable
from workcell.watch.timers import launchd


def test_install_loads_the_property_list_and_uninstall_removes_it(programs):
    programs.program("launchctl")
    agent = f"the launch agent {launchd.label('/h')}"
    assert launchd.install("/h") == [agent]
    assert plistlib.loads(Path(launchd.path("/h")).read_bytes()) == launchd.properties("/h")
    assert [line.split()[1] for line in programs.calls()] == ["bootout", "bootstrap"]
    assert launchd.uninstall("/h") == [agent]
    assert not os.path.exists(launchd.path("/h")) and launchd.uninstall("/h") == []


def test_a_launchctl_that_refuses_is_said(programs):
    programs.program("launchctl", 'test "$1" = bootout || { echo no such domain >&2; exit 1; }')
    with pytest.raises(Unreachable, match=r"launchctl bootstrap: .*no such domain"):
        launchd.install("/h")


def test_the_list_goes_also_where_there_is_no_launchctl(programs, monkeypatch):
    programs.program("launchctl")
    launchd.install("/h")
    monkeypatch.setenv("PATH", "/nonexistent")
    assert len(launchd.uninstall("/h")) == 1 and not os.path.exists(launchd.path("/h"))
