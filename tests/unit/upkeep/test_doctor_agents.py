"""What is said of agent programs before a launch."""

import json
import os
from pathlib import Path

import pytest

from workcell.texts import recipe
from workcell.upkeep import doctor_agents


@pytest.fixture
def machine(tmp_path):
    """A home, and programs that tell a version of ours."""

    class Machine:
        def __init__(self) -> None:
            self.home = tmp_path / "home"
            self.home.mkdir()
            self.env = {"HOME": str(self.home), "PATH": f"{tmp_path}/bin:{os.environ['PATH']}"}

        def program(self, name: str, version: str, code: int = 0) -> None:
            path = tmp_path / "bin" / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(f"#!/bin/sh\necho '{version}'\nexit {code}\n")
            path.chmod(0o755)

        def levels(self, name: str, **env: str) -> dict[str, str]:
            values = recipe.resolve(name, home=str(self.home), project=None).values
            return {line.words: line.level for line in doctor_agents.check(values, {**self.env, **env})}

        def file(self, name: str, content: object) -> None:
            path = self.home / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content if isinstance(content, str) else json.dumps(content))

    return Machine()


@pytest.mark.parametrize(
    ("version", "wanted", "fits"),
    [
        ("2.1.328", ">=2.1.197 <3", True),
        ("2.1.196", ">=2.1.197 <3", False),
        ("3.0", ">=2.1.197 <3", False),
        ("3", "<=3.0.0", True),
        ("0.169.0", "==0.169", True),
        ("1.0", "nonsense", False),
    ],
)
def test_versions(version, wanted, fits):
    assert doctor_agents.within(version, wanted) is fits


def test_a_version_that_is_not_known(machine):
    machine.program("claude", "1.9.0 (Claude Code)")
    levels = machine.levels("claude", CLAUDE_CODE_OAUTH_TOKEN="t", IS_SANDBOX="1")
    assert [level for words, level in levels.items() if "known to work" in words] == [doctor_agents.WARN]


def test_sign_in(machine):
    machine.program("claude", "2.1.328 (Claude Code)")
    machine.program("codex", "codex-cli 0.169.0")
    assert doctor_agents.FAIL in machine.levels("claude", IS_SANDBOX="1").values()
    assert doctor_agents.FAIL in machine.levels("codex").values()
    machine.file(".claude/.credentials.json", "{}")
    machine.file(".codex/auth.json", "{}")
    assert set(machine.levels("claude", IS_SANDBOX="1").values()) == {doctor_agents.OK}
    assert set(machine.levels("codex").values()) == {doctor_agents.OK}


def test_what_a_terminal_would_ask_first(machine):
    machine.program("claude", "2.1.328 (Claude Code)")
    key = "sk-0123456789abcdefghijklmn"
    assert list(machine.levels("claude-tui", ANTHROPIC_API_KEY=key).values()).count(doctor_agents.WARN) == 2
    machine.file(".claude.json", {"hasCompletedOnboarding": True, "customApiKeyResponses": {"approved": [key[-20:]]}})
    assert set(machine.levels("claude-tui", ANTHROPIC_API_KEY=key).values()) == {doctor_agents.OK}


def test_a_program_that_is_missing_or_fails(machine, monkeypatch):
    machine.env["PATH"] = str(Path(machine.env["PATH"].partition(":")[0]))
    assert list(machine.levels("claude").values()) == [doctor_agents.WARN]
    machine.program("claude", "no version", 1)
    assert doctor_agents.WARN in machine.levels("claude", CLAUDE_CODE_OAUTH_TOKEN="t").values()
