"""Conversations that Claude Code and Codex had (tests/data/conversations), as they lie in the home of a person."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from tests.support.lab import ROOT

DATA = ROOT / "tests" / "data" / "conversations"
APART = 3600.0
"""Seconds between the ends of two conversations."""


@dataclass(frozen=True)
class Talk:
    topic: str
    agent: str
    id: str
    path: Path


def keep(person: Path, newest: float) -> dict[str, Talk]:
    """Put all of them where the programs keep them, in the order in which they were had; by their topics."""
    recorded = []
    for path in DATA.glob("*.jsonl"):
        agent, _, topic = path.stem.partition("-")
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        recorded.append((next(one["timestamp"] for one in lines if "timestamp" in one), agent, topic, path, lines))
    talks = {}
    for number, (at, agent, topic, path, lines) in enumerate(sorted(recorded, key=lambda one: one[0])):
        if agent == "claude":
            name = next(str(one["sessionId"]) for one in lines if "sessionId" in one)
            folder = next(one["cwd"] for one in lines if "cwd" in one).replace("/", "-")
            kept = person / ".claude" / "projects" / folder / f"{name}.jsonl"
        else:
            name = str(lines[0]["payload"]["id"])
            day = person / ".codex" / "sessions" / at[:4] / at[5:7] / at[8:10]
            kept = day / f"rollout-{at[:19].replace(':', '-')}-{name}.jsonl"
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(path.read_bytes())
        changed = newest - APART * (len(recorded) - 1 - number)
        os.utime(kept, (changed, changed))
        talks[topic] = Talk(topic, agent, name, kept)
    return talks
