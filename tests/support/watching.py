"""Ticks for tests: playbooks whose caps do not stand in the way, clocks that run ahead, and agents that fail to order."""

import json
import os
import re
import time
from pathlib import Path
from typing import Any

from tests.support.lab import ROOT, Lab
from workcell.base import clock
from workcell.base import json_codec as record
from workcell.rundir import layout
from workcell.watch import observe, tick

_LIMITS = re.compile(r"^limits:\n(?:  .*\n)+", re.MULTILINE)
_QUICK = """limits:
  per_run: {per_run}
  per_account: 1000
  per_hour: 1000
  cooldown: 0.01s
  backoff: {{first: 0.01s, factor: 1, max: 0.01s, jitter: 0}}
"""


def quick(home: str, *names: str, per_run: int = 500, **replaced: str) -> None:
    """Copies of shipped playbooks in the home whose pauses are over at once; `replaced` are words to change."""
    folder = Path(home, "recovery")
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        text = _LIMITS.sub(_QUICK.format(per_run=per_run), (ROOT / "recovery" / f"{name}.md").read_text(), count=1)
        for old, new in replaced.items():
            text = text.replace(old, new)
        (folder / f"{name}.md").write_text(text)


def tick_before(home: str, wall: float | None = None) -> None:
    """The tick of a minute ago, of a timer that workcell did not install: on one tick alone no run counts."""
    now = observe.Now(wall=wall)
    tick.tick(home, observe.Now(wall=now.wall - 61, mono=now.mono - 61, boottime=now.boottime - 61))


def regular(home: str) -> None:
    """As if the last tick were one of a timer that workcell did not install."""
    path = Path(home, layout.WATCHDOG, "last.json")
    path.write_text(json.dumps({**json.loads(path.read_text()), "regular": True}))


class Watch:
    """The watchdog of a lab's home, driven by hand: `ahead` is added to its wall clock at every tick."""

    def __init__(self, lab: Lab, ahead: float = 0.0) -> None:
        self.lab, self.ahead = lab, ahead
        os.makedirs(os.path.join(lab.home, layout.RUNS), 0o700, exist_ok=True)
        os.chmod(lab.home, 0o700)
        self.tick()

    def tick(self, *, later: float = 61.0, ahead: float | None = None) -> list[str]:
        """One tick; what the last one saw was seen `later` seconds ago."""
        self.age(later)
        wall = time.time() + (self.ahead if ahead is None else ahead)
        if not self.path("last.json").exists():
            tick_before(self.lab.home, wall)
        return tick.tick(self.lab.home, observe.Now(wall=wall)).did

    def age(self, seconds: float) -> None:
        """Let what was seen before have been seen so much earlier."""
        seen = self.record("seen.json")
        for mine in seen.get("runs", {}).values():
            for key in ("first", "still", "opened", "read_at"):
                if key in mine:
                    mine[key] -= seconds
            mine["quiet"] = {word: at - seconds for word, at in (mine.get("quiet") or {}).items()}
        if seen:
            self.path("seen.json").write_text(json.dumps(seen))
        acts = self.actions()
        for act in acts:
            act["monotonic"] -= seconds
        if acts:
            self.path("actions.jsonl").write_bytes(b"".join(record.encode_line(act) for act in acts))

    def path(self, name: str) -> Path:
        return Path(self.lab.home, layout.WATCHDOG, name)

    def record(self, name: str) -> dict[str, Any]:
        try:
            found: dict[str, Any] = json.loads(self.path(name).read_text())
        except FileNotFoundError:
            return {}
        return found

    def actions(self) -> list[dict[str, Any]]:
        try:
            lines = self.path("actions.jsonl").read_bytes().splitlines()
        except FileNotFoundError:
            return []
        return [record.decode(line) for line in lines if line]

    def acts(self, step: str | None = None) -> list[dict[str, Any]]:
        """Intents, of one step or of all."""
        return [one for one in self.actions() if one["is"] == "intent" and step in (None, one["step"])]

    def gone(self) -> None:
        """As if there were no watchdog."""
        self.path("last.json").unlink(missing_ok=True)

    def notices(self) -> list[str]:
        """Ids of all notices that were ever posted."""
        out = []
        for part in ("new", "cur", "sent", "failed"):
            folder = Path(self.lab.home, layout.OUTBOX, part)
            for file in sorted(folder.glob("*.json")) if folder.is_dir() else ():
                out.append(str(record.decode(file.read_bytes())["id"]))
        return sorted(set(out))


SESSION = "11111111-1111-4111-8111-111111111111"
_BEGUN = {"type": "system", "subtype": "init", "session_id": SESSION, "model": "m", "cwd": "/x", "tools": []}


def says(*records: dict[str, Any]) -> str:
    """A shell command that prints these records."""
    return "\n".join("echo '" + json.dumps(one).replace("'", "'\\''") + "'" for one in records)


def limited(resets_at: float) -> str:
    """What Claude Code prints when a plan's allowance is used up."""
    words = "You've hit your limit · resets 3am (UTC)"
    info = {"status": "rejected", "resetsAt": int(resets_at), "rateLimitType": "five_hour"}
    end = {"type": "result", "subtype": "success", "is_error": True, "result": words, "session_id": SESSION}
    return says(_BEGUN, {"type": "rate_limit_event", "rate_limit_info": info}, {**end, "api_error_status": 429})


def refused() -> str:
    """What it prints when its credential is refused."""
    words = "Failed to authenticate. API Error: 401 invalid x-api-key"
    end = {"type": "result", "subtype": "success", "is_error": True, "result": words, "session_id": SESSION}
    return says(_BEGUN, {**end, "api_error_status": 401})


def done() -> str:
    """What it prints when all went well."""
    end = {"type": "result", "subtype": "success", "is_error": False, "result": "Done.", "session_id": SESSION}
    return says(_BEGUN, end)


def calling(tool: str, given: dict[str, Any], number: int, at: str | None = None) -> list[dict[str, Any]]:
    """The records of one tool call and its answer; `at` is their time, which the program's stream does not have."""
    timed = {} if at is None else {"timestamp": at}
    use = {"type": "tool_use", "id": f"toolu_{number}", "name": tool, "input": given}
    answer = {"type": "tool_result", "tool_use_id": f"toolu_{number}", "content": "the same as before"}
    return [
        {"type": "assistant", "uuid": f"a{number}", "message": {"id": f"m{number}", "content": [use]}, **timed},
        {"type": "user", "uuid": f"u{number}", "message": {"content": [answer]}, **timed},
    ]


def by_attempt(first: str, then: str) -> str:
    """A command that does one thing in the first attempt and another one in the later ones."""
    return f'if [ "${{WORKCELL_ATTEMPT##*/}}" = 1 ]; then\n{first}\nexit 1\nfi\n{then}'


def stamp(seconds: float) -> str:
    return clock.stamp(time.time() + seconds)
