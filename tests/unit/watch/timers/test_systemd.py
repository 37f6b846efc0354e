"""The units of systemd."""

import os
from pathlib import Path

import pytest

from workcell.base.errors import Unreachable
from workcell.watch.timers import systemd


def test_install_writes_the_units_and_starts_the_timer(programs):
    programs.program("systemctl")
    done = systemd.install("/h")
    timer = f"{systemd.name('/h')}.timer"
    assert done[0] == f"the timer {timer} (systemctl --user status shows it)"
    assert programs.calls() == ["systemctl --user daemon-reload", f"systemctl --user enable --now {timer}"]
    texts = {Path(path).suffix: Path(path).read_text() for path in systemd.files("/h")}
    assert "KillMode=process" in texts[".service"] and f"Unit={systemd.name('/h')}.service" in texts[".timer"]
    assert systemd.uninstall("/h") == [f"the timer {timer}"]
    assert not any(os.path.exists(path) for path in systemd.files("/h"))
    assert systemd.uninstall("/h") == []


def test_the_units_go_also_without_systemd_at_work(programs):
    programs.program("systemctl")
    systemd.install("/h")
    programs.program("systemctl", "echo no bus >&2; exit 1")
    assert len(systemd.uninstall("/h")) == 1


def test_a_systemd_that_does_not_answer_is_said_with_a_cure(programs):
    programs.program("systemctl", "echo no bus >&2; exit 1")
    with pytest.raises(Unreachable, match=r"daemon-reload: .*no bus") as caught:
        systemd.install("/h")
    assert "--with cron" in str(caught.value.hint)


def test_the_tick_moves_into_a_scope_where_there_is_one(programs):
    assert "--scope" not in systemd.service("/h") or "systemd-run" in systemd.service("/h")
    programs.program("systemd-run")
    assert f'ExecStart="{programs.folder}/systemd-run" "--user" "--scope"' in systemd.service("/h")


def test_words_that_systemd_would_read_are_escaped(programs, monkeypatch):
    monkeypatch.setenv("LANG", '100% "$x"\\')
    assert 'Environment="LANG=100%% \\"$$x\\"\\\\"' in systemd.service("/h")


def test_whether_services_go_on_after_logout_is_read_from_the_system(monkeypatch):
    monkeypatch.setenv("USER", "no-such-person-at-all")
    assert not systemd.lingers()
