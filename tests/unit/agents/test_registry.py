"""Folders of agents: the shipped ones, and those of a home, which are code and therefore looked at before."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from workcell import agents
from workcell.agents import registry
from workcell.agents.account import Account
from workcell.base.errors import Invalid, NotFound, Refused

AGENT = """
from workcell.agents.generic import terminal
from workcell.agents.protocol import Agent
AGENT = Agent(name={name!r}, title={title!r}, aliases=("jay-cli",), terminal=terminal)
"""
ACCOUNT = 'from workcell.agents.account import Account\nACCOUNT = Account(("JAY_KEY", "JAY"))\n'


@pytest.fixture
def add(tmp_path: Path) -> Iterator[Callable[..., Path]]:
    paths, before = list(agents.__path__), set(sys.modules)

    def write(home: str = "home", name: str = "jay", title: str = "Jay", text: str = AGENT) -> Path:
        folder = tmp_path / home / "agents" / name
        folder.mkdir(parents=True)
        (folder / "__init__.py").write_text('"""A jay."""\n')
        (folder / "account.py").write_text(ACCOUNT)
        (folder / "agent.py").write_text(text.format(name=name, title=title))
        return tmp_path / home

    yield write
    agents.__path__[:] = paths
    for name in set(sys.modules) - before:
        del sys.modules[name]


def test_the_shipped_agents_are_found_by_their_folders() -> None:
    assert registry.names("/nonexistent") == ["claude", "codex"]
    assert [agent.title for agent in registry.every("/nonexistent")] == ["Claude Code", "Codex"]
    assert registry.load("claude-code").name == registry.resolve_alias("claude-code") == "claude"
    assert registry.resolve_alias("another") == "another"


def test_a_folder_of_the_home_adds_an_agent(add: Callable[..., Path]) -> None:
    home = str(add())
    assert registry.names(home) == ["claude", "codex", "jay"]
    found = registry.load("jay-cli", home)
    assert (found.name, found.title) == ("jay", "Jay") and found is registry.find("jay", home)
    assert "JAY_KEY" in registry.secret_variables(home) and "JAY" not in registry.secret_variables(home)
    assert not found.reads() and found.read({}, {}, None) == found.transcripts({}, "/", None) == []  # type: ignore[arg-type]


def test_another_home_has_its_own(add: Callable[..., Path]) -> None:
    one, two = str(add("one", title="One")), str(add("two", title="Two"))
    assert [registry.load("jay", home).title for home in (one, two, one)] == ["One", "Two", "One"]
    assert registry.find("jay", "/nonexistent") is None


def test_a_shipped_name_is_not_taken(add: Callable[..., Path]) -> None:
    home = str(add(name="codex", title="a false one"))
    assert registry.load("codex", home).title == "Codex"


def test_what_has_no_agent_is_no_folder_of_one(tmp_path: Path) -> None:
    for name in ("empty", "with-a-dash", "generic"):
        (tmp_path / "agents" / name).mkdir(parents=True)
    (tmp_path / "agents" / "with-a-dash" / "agent.py").write_text("")
    assert registry.names(str(tmp_path)) == ["claude", "codex"]
    with pytest.raises(NotFound, match="no agent is named 'empty'"):
        registry.load("empty", str(tmp_path))
    assert registry.find_or_generic("empty", str(tmp_path)).name == "generic"


@pytest.mark.parametrize("text", ["import no_such_module", "raise OSError('x')", "AGENT = None", "syntax error", ""])
def test_code_that_cannot_be_loaded_is_named_and_can_be_mended(add: Callable[..., Path], text: str) -> None:
    home = add(text=text)
    with pytest.raises(Invalid, match=r"'jay' in .* cannot be loaded"):
        registry.load("jay", str(home))
    assert registry.find("jay", str(home)) is None
    assert [agent.name for agent in registry.every(str(home))] == ["claude", "codex"]
    file = home / "agents" / "jay" / "agent.py"
    file.write_text(AGENT.format(name="jay", title="Mended, and longer than before"))
    assert registry.load("jay", str(home)).title.startswith("Mended")


@pytest.mark.parametrize("name", ["agents", "agents/jay", "agents/jay/agent.py"])
def test_code_that_others_can_write_is_not_loaded(add: Callable[..., Path], name: str) -> None:
    home = add(text="open({title!r}, 'w')", title="/nonexistent/loaded")
    os.chmod(home / name, 0o777)
    with pytest.raises(Refused, match="others can write to"):
        registry.load("jay", str(home))
    assert registry.find("jay", str(home)) is None


def test_an_account_is_known_without_the_rest_of_the_folder(add: Callable[..., Path]) -> None:
    home = add(text="raise OSError")
    assert registry.account("jay", str(home)).variables == ("JAY_KEY", "JAY")
    assert "JAY_KEY" in registry.secret_variables(str(home))
    (home / "agents" / "jay" / "account.py").write_text("ACCOUNT = 1  # of another type\n")
    registry._forget("jay")
    assert registry.account("jay", str(home)) == registry.account("none", str(home)) == Account()
