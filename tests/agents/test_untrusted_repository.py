"""What Claude Code and Codex themselves run from a stranger's repository: nothing until it is trusted."""

import json
import os
from pathlib import Path

import pytest

from tests.agents.conftest import KEY
from tests.support import repos
from tests.support.lab import eventually
from workcell.rundir import look

pytestmark = [pytest.mark.agents, pytest.mark.timeout(400)]

RECIPES = pytest.mark.parametrize("recipe", ["claude", "claude-tui", "codex", "codex-tui"])


def plant(lab, repo: str, agent: str) -> None:
    """Everything that the program runs from a tree; each leaves a mark."""
    top = Path(repo)
    mark = lambda name: f"touch {lab.marks}/{name}"  # noqa: E731
    server = repos.write(top, "server.sh", f"#!/bin/sh\n{mark('mcp')}\nexec cat\n")
    server.chmod(0o755)
    hook = [{"hooks": [{"type": "command", "command": mark("hook"), "timeout": 10}]}]
    if agent == "claude":
        settings = {
            "hooks": dict.fromkeys(("SessionStart", "UserPromptSubmit", "PreToolUse", "Stop"), hook),
            "apiKeyHelper": f"{mark('helper')}; echo {KEY}",
            "statusLine": {"type": "command", "command": mark("status")},
            "env": {"PLANTED": "1"},
            "enableAllProjectMcpServers": True,
        }
        repos.write(top, ".claude/settings.json", json.dumps(settings))
        repos.write(top, ".mcp.json", json.dumps({"mcpServers": {"planted": {"command": str(server)}}}))
        return
    lines = [f"[mcp_servers.planted]\ncommand = {json.dumps(str(server))}"]
    for event in ("SessionStart", "UserPromptSubmit"):
        lines.append(
            f"[[hooks.{event}]]\n[[hooks.{event}.hooks]]\ntype = 'command'\ncommand = {json.dumps(mark('hook'))}"
        )
    repos.write(top, ".codex/config.toml", "\n".join(lines) + "\n")
    repos.write(top, ".codex/hooks.json", json.dumps({"hooks": {"SessionStart": hook}}))


class Planted:
    """A planted repository, and launches in it."""

    def __init__(self, bench, recipe: str) -> None:
        self.bench, self.recipe, self.agent = bench, recipe, recipe.partition("-")[0]
        self.repo = bench.lab.new_repo()
        plant(bench.lab, self.repo, self.agent)

    def launch(self, *words: str) -> str:
        env = self.bench.env

        def trusting(agent: str, base: str, **more: str) -> dict[str, str]:
            # the person has trusted the tree in Codex itself once: with hooks of nobody allowed, its hooks would run
            given = env(agent, base, **more)
            config = Path(self.bench.lab.person, ".codex/config.toml")
            config.write_text(f"{config.read_text()}[projects.{json.dumps(self.repo)}]\ntrust_level = 'trusted'\n")
            return given

        self.bench.env = trusting
        try:
            run = self.bench.launch(self.recipe, "tool", "printf hi > out.txt", *words, repo=self.repo)
        finally:
            self.bench.env = env
        if self.recipe == "codex-tui" and "--ignore-repo" in words:
            # Codex asks in its own words whether to open a tree restricted that it is told not to trust
            eventually(lambda: self.waits(run), 60.0, "Folder access")
            self.bench.workcell("answer", run, "1")
            eventually(lambda: not self.waits(run) or self.bench.model.seen, 60.0, "its turn")
            assert "untrusted" not in Path(self.bench.lab.person, ".codex/config.toml").read_text(), (
                "it is kept nowhere"
            )
        if self.recipe.endswith("-tui"):
            eventually(lambda: os.path.exists(os.path.join(self.repo, "out.txt")) or self.waits(run), 60.0, "its turn")
            self.bench.workcell("stop", run)
            eventually(lambda: look.at(run).phase == "done", 60.0)
        else:
            self.bench.ended(run)
        os.path.exists(os.path.join(self.repo, "out.txt")) and os.unlink(os.path.join(self.repo, "out.txt"))
        return run

    def waits(self, run: str) -> bool:
        """Whether the program has come to the question whether it may run the command: its turn has begun."""
        return self.bench.state(run) in ("approval", "question")

    def marks(self) -> set[str]:
        return set(os.listdir(self.bench.lab.marks))


@RECIPES
def test_nothing_of_it_runs_with_ignore_repo_and_workcells_own_hooks_do(bench, recipe):
    planted = Planted(bench, recipe)
    with pytest.raises(AssertionError, match="brings what no one has trusted"):
        planted.launch()
    assert not bench.lab.runs()
    run = planted.launch("--ignore-repo")
    assert not planted.marks(), f"{recipe}: {planted.marks()} ran"
    assert "hook" in [line["type"] for line in bench.events(run)], "workcell's own hooks have run"
    assert not any("PLANTED" in str(body) for _, _, body in bench.model.seen)
    assert bench.model.seen, "its turn reached the model"
    if not recipe.endswith("-tui"):
        assert (look.at(run).result or {})["outcome"] == "passed"


@RECIPES
def test_once_it_is_trusted_it_may(bench, recipe):
    planted = Planted(bench, recipe)
    bench.lab.workcell("trust", planted.repo, "--yes")
    planted.launch()
    # in its terminal Claude Code asks about the server before it runs hooks
    wanted = "helper" if recipe == "claude-tui" else "hook"
    assert wanted in planted.marks(), "the plant would not have told"
