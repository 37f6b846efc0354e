"""A program without a terminal that acts as Claude Code does where a hook decides about its tool calls.

Started as `stub_claude.py MARKS WORDS…` with the words of Claude Code. It makes the calls that `calls.json` in MARKS
names, `[{id, command, more}]`, and asks the PreToolUse hook of its settings about each, `more` times again after it. A
call that is deferred ends it, and it goes on with that call when it is continued without a prompt. What it was told
stands in `hooks` and `prompts` in MARKS.
"""

import json
import os
import subprocess
import sys
from pathlib import Path


class Claude:
    """One process of the program."""

    def __init__(self, marks: str, words: list[str]) -> None:
        self.marks = Path(marks)
        self.continued = "--resume" in words
        self.session = words[words.index("--resume" if self.continued else "--session-id") + 1]
        self.settings = json.loads(Path(words[words.index("--settings") + 1]).read_text())
        self.calls = json.loads((self.marks / "calls.json").read_text())
        folder = "".join(c if c.isalnum() else "-" for c in os.getcwd())
        self.transcript = Path(os.environ["HOME"], ".claude", "projects", folder, f"{self.session}.jsonl")
        self.transcript.parent.mkdir(parents=True, exist_ok=True)

    def note(self, name: str, *words: str) -> None:
        with open(self.marks / name, "a") as file:
            file.write(" ".join(words) + "\n")

    def keep(self, kind: str, **message: object) -> None:
        """A record of the conversation, in the stream and in the transcript."""
        body = {"type": kind, "session_id": self.session, "sessionId": self.session, "cwd": os.getcwd()}
        line = json.dumps({**body, "message": {"role": kind, **message}})
        print(line, flush=True)
        with self.transcript.open("a") as file:
            file.write(line + "\n")

    def answered(self) -> set[str]:
        """Ids of the calls whose results the conversation has."""
        found = set()
        for line in self.transcript.read_text().splitlines():
            content = json.loads(line)["message"]["content"]
            found |= {block.get("tool_use_id") for block in content if isinstance(block, dict)}
        return found

    def ask(self, call: dict) -> str:
        """What the hook says about a call; `none` where it says nothing."""
        given = {"command": call["command"]}
        payload = {"hook_event_name": "PreToolUse", "session_id": self.session, "tool_name": "Bash", "cwd": os.getcwd()}
        data = json.dumps({**payload, "tool_input": given, "tool_use_id": call["id"]})
        program = self.settings["hooks"]["PreToolUse"][0]["hooks"][0]["command"]
        done = subprocess.run(["sh", "-c", program], input=data, capture_output=True, text=True)
        said = json.loads(done.stdout)["hookSpecificOutput"]["permissionDecision"] if done.stdout else "none"
        said = "forbidden" if done.returncode == 2 else said
        self.note("hooks", call["id"], said)
        return said

    def make(self, call: dict) -> bool:
        """Make a call as far as the hook lets it; whether the program goes on."""
        said = self.ask(call)
        if said == "defer":
            return False
        ran = said in ("allow", "none")
        if ran:
            subprocess.run(["sh", "-c", call["command"]], env={**os.environ, "MARKS": str(self.marks)})
        for _ in range(call.get("more", 0)):
            self.ask(call)
        block = {"type": "tool_result", "tool_use_id": call["id"], "content": said, "is_error": not ran}
        self.keep("user", content=[block])
        return True

    def live(self) -> int:
        prompt = sys.stdin.read()
        self.note("prompts", "continued" if self.continued else "new", (prompt.strip() and "prompt") or "-")
        if not self.continued:
            self.keep("user", content=prompt)
        over = self.answered()
        left = [call for call in self.calls if call["id"] not in over]
        for index, call in enumerate(left):
            if index or not self.continued:
                block = {"type": "tool_use", "id": call["id"], "name": "Bash", "input": {"command": call["command"]}}
                self.keep("assistant", id=f"m{call['id']}", model="claude-a", stop_reason="tool_use", content=[block])
            if not self.make(call):
                self.end("", "tool_deferred", deferred_tool_use={"id": call["id"], "name": "Bash", "input": {}})
                return 0
        words = "All is done."
        block = {"type": "text", "text": words}
        self.keep("assistant", id="end", model="claude-a", stop_reason="end_turn", content=[block])
        self.end(words, "completed")
        return 0

    def end(self, words: str, reason: str, **more: object) -> None:
        body = {"type": "result", "subtype": "success", "is_error": False, "result": words, "num_turns": 1}
        print(json.dumps({**body, "session_id": self.session, "terminal_reason": reason, **more}), flush=True)


def main() -> int:
    marks, *words = sys.argv[1:]
    if words == ["--version"]:
        print("2.1.300 (Claude Code)")
        return 0
    return Claude(marks, words).live()


if __name__ == "__main__":
    sys.exit(main())
