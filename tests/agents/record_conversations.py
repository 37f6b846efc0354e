"""Has the conversations of tests/data/conversations/script.yaml with the real programs, and keeps their own files.

python -m tests.agents.record_conversations DIRECTORY [TOPIC...] replaces DIRECTORY/<agent>-<topic>.jsonl. The programs run
at their pinned versions, with a model on loopback and a dummy key; the commands of the script are executed for real. Paths are
made those of a person `dev`, and the programs' own long texts for their models are cut.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.agents import model_server
from tests.agents.conftest import INSTALL, Bench
from tests.support.lab import Lab

SCRIPT = Path(__file__).resolve().parents[1] / "data" / "conversations" / "script.yaml"
PERSON = "/home/dev"
LONGEST = 160
"""Maximum characters of a text that is none of the conversation."""
OWN = ("api-request-blob", "api-request-shape", "attachment", "session_meta", "turn_context", "world_state")
"""Records of what a program says to its model of itself."""
WORDS = ("I look at it first.", "Next I try this.", "One more step.", "Let me check that.", "Now this.")
OPTIONS = {
    "claude": ["claude", "-p", "--dangerously-skip-permissions"],
    "codex": ["codex", "exec", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox"],
}
KEPT = {"claude": ".claude/projects", "codex": ".codex/sessions"}


class Scripted(model_server.Model):
    """A model that calls for the commands of the script, one after the other, and then answers as it says."""

    def play(self, scene: str, body: dict[str, Any]) -> None:
        turns = self.server.turns  # type: ignore[attr-defined]
        asked, answered = _asked(body)
        turn = next((one for one in turns if one["ask"] in asked), None)
        names = [str(tool.get("name")) for tool in body.get("tools") or []]
        shell = next((name for name in model_server.SHELLS if name in names), None)
        if turn is None or shell is None:
            return self.stream(body, json.dumps({"title": " ".join(asked.split()[:6])}), None)
        if answered < len(turn["calls"]):
            return self.stream(body, WORDS[answered % len(WORDS)], (shell, turn["calls"][answered], {}))
        return self.stream(body, turn["answer"], None)


def _asked(body: dict[str, Any]) -> tuple[str, int]:
    """(what the user said last, how many tools have answered since)."""
    words, answered = "", 0
    given = body.get("messages") or body.get("input") or []
    for message in given if isinstance(given, list) else [{"role": "user", "content": given}]:
        answered += str(message.get("type", "")).endswith("_output")
        if message.get("role") != "user":
            continue
        content = message.get("content")
        for block in content if isinstance(content, list) else [{"type": "text", "text": content}]:
            if block.get("type") == "tool_result":
                answered += 1
            elif text := model_server._NOISE.sub("", str(block.get("text") or "")).strip():
                words, answered = text, 0
    return words, answered


def record(bench: Bench, talk: dict[str, Any], target: Path) -> None:
    """Have one conversation, and keep its file."""
    agent, repo = talk["agent"], Path(bench.lab.person, talk["repo"])
    bench.model.turns = talk["turns"]  # type: ignore[attr-defined]
    env = bench.env(agent, f"{bench.model.base}/script")
    if not repo.exists():
        shutil.copytree(bench.lab.repo, repo, symlinks=True)
    subprocess.run(["sh", "-ec", talk["before"]], cwd=repo, env=env, check=True)
    for number, turn in enumerate(talk["turns"]):
        argv = [*OPTIONS[agent], turn["ask"]]
        if number:
            name = re.findall(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", newest(bench, agent).name)[-1]
            again = ["--resume", name] if agent == "claude" else ["resume", name]
            argv = [*OPTIONS[agent], *again, turn["ask"]]
        done = subprocess.run(argv, cwd=repo, env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=180)
        assert done.returncode == 0, (talk["topic"], done.stdout, done.stderr)
    text = newest(bench, agent).read_text()
    lines = [trimmed(json.loads(line)) for line in text.splitlines()]
    data = "".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in lines)
    data = data.replace(bench.lab.person, PERSON).replace(bench.lab.top, "/tmp")
    assert os.uname().nodename not in data or len(os.uname().nodename) < 4, "the name of this machine"
    (target / f"{agent}-{talk['topic']}.jsonl").write_text(data)


def newest(bench: Bench, agent: str) -> Path:
    """The file that the program wrote to last."""
    return max(Path(bench.lab.person, KEPT[agent]).rglob("*.jsonl"), key=lambda path: path.stat().st_mtime_ns)


def trimmed(record: dict[str, Any]) -> dict[str, Any]:
    """A record whose texts are cut where they are none of the conversation."""
    payload = record.get("payload")
    if record.get("type") in OWN or (isinstance(payload, dict) and payload.get("role") == "developer"):
        return cut(record)  # type: ignore[no-any-return]
    return record


def cut(value: Any) -> Any:
    """The same with texts of LONGEST characters at most."""
    if isinstance(value, dict):
        return {key: cut(one) for key, one in value.items() if key != "osVersion"}
    if isinstance(value, list):
        return [cut(one) for one in value[:3]]
    return value[:LONGEST] + "…" if isinstance(value, str) and len(value) > LONGEST else value


def main() -> None:
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    done = subprocess.run([str(INSTALL)], capture_output=True, text=True, check=True)
    server = model_server.Server()
    server.RequestHandlerClass = Scripted
    threading.Thread(target=server.serve_forever, daemon=True).start()
    tempfile.tempdir = "/tmp"
    lab = Lab()
    try:
        bench = Bench(lab, server, ":".join([*done.stdout.split(), os.environ["PATH"]]))
        for talk in YAML(typ="safe").load(SCRIPT.read_text()):
            if sys.argv[2:] and talk["topic"] not in sys.argv[2:]:
                continue
            record(bench, talk, target)
            print(talk["agent"], talk["topic"], flush=True)
    finally:
        server.released.set()
        server.shutdown()
        lab.close()


if __name__ == "__main__":
    main()
