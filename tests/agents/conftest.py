"""The real programs on a loopback model, each test with a home, a repository and keys of its own."""

import json
import os
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.agents.model_server import Server
from tests.support import lab as labs
from workcell.rundir import events, layout, look

INSTALL = Path(__file__).resolve().parent / "install"
KEY = "sk-dummy-0123456789abcdefghij"


@pytest.fixture(scope="session")
def programs() -> str:
    """PATH with the pinned programs first; skipped where npm is missing."""
    done = subprocess.run([str(INSTALL)], capture_output=True, text=True, timeout=1500)
    if done.returncode == 3:
        pytest.skip(done.stderr.strip())
    assert done.returncode == 0, done.stderr
    return ":".join([*done.stdout.split(), os.environ["PATH"]])


@pytest.fixture
def model():
    server = Server()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.released.set()
    server.shutdown()
    server.server_close()


class Bench:
    """Launches one program on one scene of the model, and looks at what came of it."""

    def __init__(self, lab: labs.Lab, model: Server, path: str) -> None:
        self.lab, self.model, self.path = lab, model, path
        self.made = 0

    def env(self, agent: str, base: str, **more: str) -> dict[str, str]:
        person = Path(self.lab.person)
        (person / ".claude.json").write_text(
            json.dumps(
                {
                    "hasCompletedOnboarding": True,
                    "theme": "dark",
                    "customApiKeyResponses": {"approved": [KEY[-20:]], "rejected": []},
                }
            )
        )
        (person / ".codex").mkdir(exist_ok=True)
        provider = {"name": "loopback", "base_url": f"{base}/v1", "env_key": "CODEX_API_KEY", "wire_api": "responses"}
        lines = ['model = "a-model"', 'model_provider = "loopback"', "[model_providers.loopback]"]
        lines += [f"{key} = {json.dumps(value)}" for key, value in provider.items()]
        lines += ["request_max_retries = 1", "stream_max_retries = 1", "stream_idle_timeout_ms = 5000"]
        (person / ".codex" / "config.toml").write_text("\n".join(lines) + "\n")
        # only who has a subscription can use it up
        signed = "CLAUDE_CODE_OAUTH_TOKEN" if base.endswith("/used-up") else "ANTHROPIC_API_KEY"
        return self.lab.env(
            PATH=self.path,
            TMPDIR="/tmp",
            IS_SANDBOX="1",
            **{signed: KEY},
            ANTHROPIC_BASE_URL=base,
            CLAUDE_CODE_MAX_RETRIES="1",
            CODEX_API_KEY=KEY,
            **more,
        )

    def launch(
        self,
        recipe: str,
        scene: str,
        command: str = "printf hi > out.txt",
        *args: str,
        base: str | None = None,
        window: bool = False,
        limits: str = "wall: 60s",
        repo: str | None = None,
    ) -> str:
        self.made += 1
        agent = recipe.partition("-")[0]
        self.given = self.env(agent, base or f"{self.model.base}/{scene}")
        brief = Path(self.lab.top, f"brief{self.made}.md")
        brief.write_text(
            f"---\nobjective: write out.txt\nname: {recipe}-{scene}\nrecipe: {recipe}\nlimits: {{{limits}}}\n"
            f"verify: grep -q hi out.txt\n---\nPlease do it.\n\nRUN: {command}\n"
        )
        self.repo = repo or self.lab.new_repo()
        return self.lab.launch(str(brief), *args, repo=self.repo, window=window, env=self.given, timeout=120)

    def workcell(self, *args: str, code: int | None = 0) -> Any:
        return self.lab.workcell(*args, env=self.given, timeout=120, code=code)

    def json(self, *args: str, code: int | None = 0) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.workcell(*args, "--json", code=code).stdout)
        return found

    def ended(self, run: str, seconds: float = 90.0) -> str:
        labs.eventually(lambda: look.at(run).phase in ("done", "scheduled"), seconds, f"the end of {run}")
        return str((look.at(run).result or {}).get("outcome"))

    def events(self, run: str) -> list[dict[str, Any]]:
        return [line for _, line in events.read(os.path.join(run, layout.EVENTS)) if line]

    def state(self, run: str) -> str:
        return str(self.json("status", run)["state"])


@pytest.fixture
def bench(lab, model, programs):
    return Bench(lab, model, programs)
