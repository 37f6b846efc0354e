"""A PATH with programs of timers."""

import pytest

from tests.support.timer_programs import TimerPrograms


@pytest.fixture
def programs(tmp_path, monkeypatch):
    made = TimerPrograms(tmp_path)
    monkeypatch.setenv("PATH", made.path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("HOME", str(tmp_path / "person"))
    return made
