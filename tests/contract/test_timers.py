"""Timers as they are: a crontab kept byte for byte, Debian's cron, systemd's own check of units, property lists."""

import os
import plistlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.lab import ROOT, eventually
from workcell.base import platform
from workcell.base.errors import Invalid, Refused
from workcell.rundir import look, phase
from workcell.watch.timers import command, cron, launchd, systemd

LINES = st.lists(
    st.one_of(
        st.sampled_from([b"", b"# a comment", b"MAILTO=me", b"*/5 * * * * echo 50\\% done", b"# >>> other >>>"]),
        st.binary(max_size=40).filter(lambda line: b"\n" not in line and b"workcell" not in line),
    ),
    max_size=8,
)


@given(LINES, st.booleans(), st.sampled_from(["/home/a/.workcell", "/tmp/with space", "/tmp/quo'te", "/tmp/ünïcode"]))
def test_every_other_byte_of_a_crontab_is_kept(lines, ended, home):
    table = b"\n".join(lines) + (b"\n" if ended and lines else b"")
    once = cron.add(table, home)
    assert cron.add(once, home) == once, "twice is once"
    kept = cron.strip(once, home)
    assert kept == table or kept == table + b"\n", "at most the missing line break of the last line is added"
    assert once.count(cron.begin(home)) == once.count(cron.end(home)) == 1
    assert cron.strip(table, home) == table


def test_two_homes_have_a_block_each():
    both = cron.add(cron.add(b"mine\n", "/a"), "/b")
    assert cron.strip(both, "/a") == cron.add(b"mine\n", "/b")


def test_a_path_that_cron_would_cut_is_refused():
    with pytest.raises(Refused):
        cron.block("/home/100%/x")


def test_no_key_stands_in_a_timer(monkeypatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-secret")
    for text in (
        command.shell_line("/h"),
        systemd.service("/h"),
        launchd.data("/h").decode(),
        cron.block("/h").decode(),
    ):
        assert "sk-ant" not in text


def test_the_property_list_round_trips(monkeypatch):
    monkeypatch.setenv("LANG", "xx_<&>.UTF-8")
    read = plistlib.loads(launchd.data("/Users/me/work cell"))
    assert read == launchd.properties("/Users/me/work cell")
    assert read["AbandonProcessGroup"] and read["StartInterval"] == 60
    assert (
        read["ProgramArguments"][-2:] == ["watchdog", "tick"] and read["EnvironmentVariables"]["LANG"] == "xx_<&>.UTF-8"
    )


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
@pytest.mark.parametrize("home", ["/home/me/.workcell", '/home/me/100% of $it \\ "quoted"'])
def test_systemd_finds_nothing_wrong_with_the_units(home, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    paths = []
    for path, text in systemd.files(home).items():
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(text)
        paths.append(path)
    env = {**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)}
    words = ["systemd-analyze", "verify", "--user", "--man=no", *paths]
    ran = subprocess.run(words, env=env, capture_output=True, text=True, timeout=60)
    assert (ran.returncode, ran.stderr) == (0, ""), ran.stderr
    Path(paths[0]).write_text(Path(paths[0]).read_text().replace("KillMode=process", "KillModus=process"))
    broken = subprocess.run(words, env=env, capture_output=True, text=True, timeout=60)
    assert broken.stderr, "a wrong key is told on standard error alone"


def test_the_script_that_cron_runs_ticks_with_nothing_in_its_environment(lab, monkeypatch):
    os.makedirs(os.path.join(lab.home, "watchdog"), 0o700)
    os.chmod(lab.home, 0o700)
    for name, value in lab.env().items():
        monkeypatch.setenv(name, value)
    script = Path(lab.home, "watchdog", "tick.sh")
    script.write_bytes(cron.script_text(lab.home))
    ran = subprocess.run(
        ["/usr/bin/env", "-i", "/bin/sh", str(script)], capture_output=True, text=True, cwd="/", timeout=60
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert Path(lab.home, "watchdog", "last.json").exists()


def _cron():
    return shutil.which("crontab") and (
        shutil.which("cron") or ("/usr/sbin/cron" if os.path.exists("/usr/sbin/cron") else None)
    )


@pytest.mark.heavy
@pytest.mark.serial
@pytest.mark.timeout(300)
@pytest.mark.skipif(not _cron() or os.geteuid() != 0, reason="Debian's cron is not installed, or this is not root")
def test_debians_cron_ticks_starts_what_is_due_and_spares_it(lab):
    before = subprocess.run(["crontab", "-l"], capture_output=True)
    kept = before.stdout if before.returncode == 0 else None
    foreign = b"# mine\n17 3 1 1 * echo 100\\% >/dev/null\n"
    subprocess.run(["crontab", "-"], input=foreign, check=True)
    daemon = None
    try:
        ran = lab.workcell("watchdog", "install", "--with", "cron")
        assert "installed with cron" in ran.stdout
        lab.workcell("watchdog", "install", "--with", "cron")
        # cron compares times of files in whole seconds: it never sees a table that changes in the second in which it
        # reads it, and so it is started when the table is done
        if not platform.cron_runs():
            daemon = subprocess.Popen([str(_cron()), "-f"])
        table = subprocess.run(["crontab", "-l"], capture_output=True, check=True).stdout
        assert table.startswith(foreign) and table.count(b"* * * * *") == 1
        last = Path(lab.home, "watchdog", "last.json")
        eventually(last.exists, 100.0, "cron's first tick")
        run = lab.launch(
            lab.brief('test "${WORKCELL_ATTEMPT##*/}" = 1 || { sleep 5; touch passed; }', "test -e passed")
        )
        lab.phase(run, phase.SCHEDULED)
        eventually(lambda: look.at(run).phase == phase.DONE, 150.0, "what cron started has ended by itself")
        assert look.at(run).n == 2 and look.at(run).result["outcome"] == "passed"
        asked = lab.workcell("doctor", "--as-cron", code=None)
        assert "✗" not in asked.stdout, asked.stdout
        lab.workcell("watchdog", "uninstall")
        assert subprocess.run(["crontab", "-l"], capture_output=True, check=True).stdout == foreign
        assert lab.workcell("watchdog", "uninstall").stdout == "it was not installed\n"
    finally:
        if kept is None:
            subprocess.run(["crontab", "-r"], check=False)
        else:
            subprocess.run(["crontab", "-"], input=kept, check=True)
        if daemon is not None:
            daemon.terminate()
            daemon.wait()


def test_doctor_as_cron_says_what_would_fail_there(lab, monkeypatch):
    os.makedirs(os.path.join(lab.home, "watchdog"), 0o700)
    os.chmod(lab.home, 0o700)
    tools = Path(lab.top, "tools")
    tools.mkdir()
    (tools / "agent-of-mine").write_text("#!/bin/sh\nsleep 1\n")
    (tools / "agent-of-mine").chmod(0o755)
    brief = lab.brief("true", "true", recipe='  probe: test -e "$MARKS/signed-in"')
    text = Path(brief).read_text().replace("  command: |\n    true\n", "  command: [agent-of-mine]\n")
    Path(brief).write_text(text)
    env = lab.env()
    env["PATH"] = f"{tools}:{env['PATH']}"
    run = lab.launch(brief, "--prepare", env=env)
    said = lab.workcell("doctor", "--as-cron", code=1).stdout
    assert "credential of shell" in said and f"workcell release {os.path.basename(run)}" in said
    Path(lab.marks, "signed-in").touch()
    assert "✗" not in lab.workcell("doctor", "--as-cron").stdout
    (tools / "agent-of-mine").unlink()
    assert "agent-of-mine is not on the PATH" in lab.workcell("doctor", "--as-cron", code=1).stdout
    # of an installed timer, its own words are asked, not what would be installed now
    Path(lab.home, "watchdog", "installed.json").write_text(
        '{"with": "cron", "environment": {}, "command": ["/nonexistent/python", "x", "watchdog", "tick"]}'
    )
    said = lab.workcell("doctor", "--as-cron", code=1).stdout
    assert "/nonexistent/python" in said


def test_this_package_is_found_by_path():
    assert command.words()[2] == str(ROOT / "workcell" / "__main__.py")
    ran = subprocess.run(
        [*command.words()[:-2], "--version"], env={}, cwd="/", capture_output=True, text=True, timeout=60
    )
    assert ran.stdout.startswith("workcell ") and command.words()[0] == sys.executable


def test_the_environment_of_a_timer_is_refused_where_it_cannot_be_written(monkeypatch):
    monkeypatch.setenv("LANG", "a\nb")
    with pytest.raises(Invalid, match="holds a line break"):
        command.environment("/h")
