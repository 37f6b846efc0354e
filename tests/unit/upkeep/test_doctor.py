import json
import os
import shutil
import sys

import pytest

from workcell import __version__
from workcell.base import clock, platform
from workcell.system import tmux
from workcell.upkeep import doctor, doctor_line


def levels(home, name):
    return [(line.level, line.words) for line in doctor.doctor(str(home)) if line.name == name]


@pytest.fixture
def home(tmp_path, monkeypatch):
    path = tmp_path / "h"
    path.mkdir(mode=0o700)
    monkeypatch.chdir(tmp_path)
    return path


def test_every_line_that_is_not_ok_has_a_cure(home):
    found = doctor.doctor(str(home))
    assert {line.name for line in found} >= {
        "python",
        "git",
        "tmux",
        "home",
        "file system",
        "disk",
        "open files",
        "clock",
    }
    assert all(line.cure for line in found if line.level == doctor_line.FAIL)
    assert not list(home.iterdir())  # the probe file is gone, and no server was started


def test_a_home_that_others_can_write_to(home):
    home.chmod(0o777)
    assert levels(home, "home")[0][0] == doctor_line.FAIL
    home.chmod(0o755)
    assert levels(home, "home")[0][0] == doctor_line.WARN


def test_a_home_of_a_format_to_come(home):
    (home / "FORMAT").write_text("3\n")
    assert levels(home, "home")[0][0] == doctor_line.FAIL


def test_no_programs_at_all(home, monkeypatch):
    monkeypatch.setenv("PATH", str(home))
    assert levels(home, "tmux")[0][0] == doctor_line.FAIL
    assert levels(home, "git")[0][0] == doctor_line.WARN
    assert levels(home, "bash") == [(doctor_line.WARN, "not on PATH; needed by recipe runbook, shell")]


def test_an_agent_that_hangs_or_fails(home, tmp_path, monkeypatch):
    (home / "recipes").mkdir()
    (home / "recipes/mine.yaml").write_text("command: 'true'\nneeds: [broken-agent]\n")
    program = tmp_path / "broken-agent"
    program.write_text("#!/bin/sh\necho no licence >&2\nexit 3\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert levels(home, "broken-agent") == [
        (doctor_line.WARN, "'broken-agent --version' ended with 3: no licence (recipe mine)")
    ]


def test_a_known_agent_is_asked_for_its_version_and_sign_in(home, tmp_path, monkeypatch):
    program = tmp_path / "claude"
    program.write_text("#!/bin/sh\necho '1.0.3 (Claude Code)'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("CLAUDE_CONFIG_DIR", "ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    found = levels(home, "recipe claude")
    assert any(level == doctor_line.WARN and "is 1.0.3, known to work are" in words for level, words in found)
    assert any(level == doctor_line.WARN and "not signed in" in words for level, words in found)
    assert not levels(home, "claude")  # not told twice
    (home / "config.yaml").write_text("recipe: claude\n")
    assert any(level == doctor_line.FAIL and "not signed in" in words for level, words in levels(home, "recipe claude"))


def test_a_recipe_that_cannot_be_read(home):
    (home / "recipes").mkdir()
    (home / "recipes/mine.yaml").write_text("comand: 'true'\n")
    assert levels(home, "recipe mine")[0][0] == doctor_line.WARN


def test_a_tmux_server_that_hangs(home, monkeypatch):
    server = tmux.Tmux(str(home), str(home / "tmux.sock"))
    tmux.prepare(server)
    server.open("x", ["sleep", "100"], str(home))
    pid = int(server.ask("display-message", "-p", "#{pid}").text())
    try:
        assert "windows: 1" in levels(home, "tmux server")[0][1]
        os.kill(pid, 19)
        assert levels(home, "tmux server")[0][0] == doctor_line.FAIL
    finally:
        os.kill(pid, 18)
        monkeypatch.setattr(tmux, "FORGET", 0.0)  # this process asks again at once
        server.ask("kill-server")


@pytest.mark.skipif(shutil.which("unshare") is None, reason="no unshare")
@pytest.mark.parametrize(("version", "level"), [(None, doctor_line.OK), ("0.0.9", doctor_line.FAIL)])
def test_a_timer_of_another_version_is_named(home, version, level):
    program = home / "old"
    program.write_text(f"#!/bin/sh\necho workcell {version or __version__}\n")
    program.chmod(0o700)
    (home / "watchdog").mkdir()
    here = {"boot": platform.boot_id(), "monotonic": clock.monotonic()}
    installed = {"with": "systemd", "command": [str(program), "watchdog", "tick"], **here}
    (home / "watchdog" / "installed.json").write_text(json.dumps(installed))
    [(found, words)] = levels(home, "watchdog timer")
    assert found == level
    assert (version or __version__) in words
    if version is None:
        (home / "watchdog" / "installed.json").write_text(json.dumps({**installed, "monotonic": -1e6}))
        [(found, words)] = levels(home, "watchdog timer")
        assert found == doctor_line.WARN and "late: it has never ticked" in words


def test_an_adapter_that_is_on_and_lacks_its_package_is_told(home, monkeypatch):
    os.makedirs(os.path.join(home, "adapters"))
    with open(os.path.join(home, "adapters", "mine.yaml"), "w") as file:
        file.write("name: mine\nuses: apprise\nenabled: true\nevents: all\nurl: {env: A}\n")
    assert levels(home, "adapter mine") == [(doctor_line.FAIL, "url: the environment has no A")]
    monkeypatch.setitem(sys.modules, "apprise", None)
    [line, _] = [line for line in doctor.doctor(str(home)) if line.name == "adapter mine"]
    assert line.level == "warn" and line.cure and "pip install apprise" in line.cure


def test_a_playbook_that_cannot_be_read_is_named_and_one_that_can_is_counted(home):
    ((level, words),) = levels(home, "playbooks")
    assert level == doctor_line.OK and words.endswith("hold here")
    (home / "recovery").mkdir()
    (home / "recovery" / "mine.md").write_text("---\nname: mine\nversion: [\n---\n")
    found = levels(home, "playbooks")
    assert found and all(level == doctor_line.WARN for level, _ in found)
    assert all(f"{home}/recovery/mine.md:" in words and "it is not followed" in words for _, words in found)
