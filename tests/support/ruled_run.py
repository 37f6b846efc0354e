"""A run made by hand for which rules of approvals hold, and the hook that its agent program asks."""

import json
import os
import sys
from pathlib import Path
from typing import Any

from tests.support.made_runs import MadeRun
from workcell.approvals import decide as decide_rules
from workcell.approvals import journal, rules
from workcell.base import digest, json_codec
from workcell.faces import approval_hook
from workcell.rundir import layout


def write(home: str, text: str) -> None:
    """Put a file of rules into the home."""
    file = Path(rules.home_file(home))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def pin(made: MadeRun, text: str, theirs: str | None = None) -> None:
    """Write rules into the home, and `theirs` into the repository, and pin both in the policy of the first attempt."""
    os.chmod(made.home, 0o700)
    write(made.home, text)
    tree = made.attempt["cwd"]
    if theirs is not None:
        file = Path(rules.repository_file(tree))
        file.parent.mkdir(exist_ok=True)
        file.write_text(theirs)
    made.attempt["recipe"] = {"name": "claude", "values": {"name": "claude"}}
    pinned = rules.read(made.home, tree).pinned(tree, "claude", tree)
    data = json_codec.encode({"schema": "workcell.file.policy/1", "rules": pinned})
    Path(layout.attempt(made.run, 1), layout.POLICY).write_bytes(data)
    made.attempt["policy_sha256"] = digest.sha256(data)
    made.store()


def decide(made: MadeRun, command: str, answer: str, call: str = "t1", why: str | None = None) -> str:
    """A person decided about a deferred call, and the attempt was opened by that; the id of the decision."""
    given = {"command": command}
    lines: list[Any] = []
    for told, by in (("defer", "rule"), (answer, "person")):
        said: Any = "ask" if told == "defer" else answer
        decided = journal.Decided(
            os.path.basename(made.run),
            1,
            "Bash",
            given,
            call,
            decide_rules.Answer(said, "low"),
            told,
            by,  # type: ignore[arg-type]
        )
        lines.append(journal.line(decided))
    lines[1]["decides"], lines[1]["why"] = lines[0]["id"], why
    journal.intent(made.home, lines[0])
    name = journal.decide(made.home, lines[1])["id"]
    made.attempt["asked_by"] = {"who": "approval", "decision": name}
    made.store()
    return name


def payload(command: str, **more: Any) -> dict[str, Any]:
    """What Claude Code says before it runs a command."""
    given = {"hook_event_name": "PreToolUse", "tool_name": "Bash", "tool_input": {"command": command}, "cwd": "/"}
    return {**given, "tool_use_id": "t1", **more}


def program(made: MadeRun, ask: str = "deny", gate: str = "closed") -> list[str]:
    """The command of its hook."""
    return [sys.executable, "-I", "-S", str(approval_hook.__file__), "claude", made.run, "1", ask, gate]


def said(data: bytes) -> str | None:
    """What the hook decided in what it printed."""
    return json.loads(data)["hookSpecificOutput"]["permissionDecision"] if data else None
