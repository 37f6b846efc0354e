"""The block in a crontab."""

import pytest

from workcell.base.errors import InputOutput, Refused
from workcell.watch.timers import cron

HOME = "/h/o'me"


def test_install_adds_the_block_once_and_uninstall_takes_it_out(programs):
    programs.crontab()
    programs.table.write_bytes(b"# mine\n5 * * * * true")
    for _ in range(2):
        assert cron.install(HOME) == ["a line in your crontab (crontab -l shows it)"]
    assert cron.read().count(cron.begin(HOME)) == 1 and cron.present(HOME)
    assert b"'/h/o'\\''me/watchdog/tick.sh'" in cron.read()
    assert cron.uninstall(HOME) == ["the line in your crontab"]
    assert programs.table.read_bytes() == b"# mine\n5 * * * * true\n"
    assert cron.uninstall(HOME) == [] and not cron.present(HOME)


def test_the_last_line_takes_the_table_with_it(programs):
    programs.crontab()
    cron.install(HOME)
    cron.uninstall(HOME)
    assert not programs.table.exists() and cron.read() == b""
    cron.write(b"")  # there is none to remove, and that is no error


def test_a_table_that_cannot_be_read_or_written_is_said(programs):
    programs.crontab("echo disk full >&2; exit 1")
    with pytest.raises(InputOutput, match=r"cannot be written: .*disk full"):
        cron.install(HOME)
    programs.crontab("cat > /dev/null; echo other > {table}")
    with pytest.raises(InputOutput, match="is not what was written"):
        cron.install(HOME)
    programs.program("crontab", "echo you may not >&2; exit 1")
    with pytest.raises(InputOutput, match=r"cannot be read: .*you may not"):
        cron.read()
    assert not cron.present(HOME)


def test_the_script_gives_the_environment_of_the_tick(monkeypatch):
    monkeypatch.setenv("LANG", "C.UTF-8")
    text = cron.script_text("/h").decode()
    assert text.startswith("#!/bin/sh\n") and "LANG=C.UTF-8" in text and "WORKCELL_HOME=/h" in text
    assert cron.script("/h") == "/h/watchdog/tick.sh"


@pytest.mark.parametrize("home", ["/a%b", "/" + "x" * 1000])
def test_a_home_that_cron_cannot_run_is_refused(home):
    with pytest.raises(Refused, match="cron cannot run"):
        cron.block(home)


def test_two_homes_have_names_of_their_own():
    assert cron.mark("/a") != cron.mark("/b") and len(cron.mark("/a")) == 8
