"""An agent program that edits shared files and asks its hooks as Claude Code does: `stub_editor.py HOOK PACKAGE EDITS`.

It asks the hook before each edit, edits by reading, changing and writing the file, and ends its turn after every few.
"""

import json
import os
import random
import shlex
import subprocess
import sys
from pathlib import Path

FILES, TURN = 5, 6


def main():
    hook, package, edits = sys.argv[1:4]
    decides = json.loads(Path(hook).read_text())["command"]
    tells = shlex.join([sys.executable, "-I", "-S", os.path.join(package, "faces", "hook.py"), "claude"])
    run, chance = os.environ["WORKCELL_RUN"], random.Random(os.environ["WORKCELL_RUN"])
    done, denied = [], []

    def say(command, event, **more):
        payload = {"hook_event_name": event, "session_id": "s", "cwd": os.getcwd(), **more}
        ran = subprocess.run(["sh", "-c", command], input=json.dumps(payload), capture_output=True, text=True)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    for number in range(int(edits)):
        if number % TURN == 0:
            say(tells, "UserPromptSubmit", prompt="go on")
        path = os.path.join(os.getcwd(), f"shared{chance.randrange(FILES)}.txt")
        given = {"file_path": path, "old_string": "", "new_string": "x"}
        answer = say(decides, "PreToolUse", tool_name="Edit", tool_input=given, tool_use_id=f"t{number}")
        if answer:
            denied.append(json.loads(answer)["hookSpecificOutput"]["permissionDecisionReason"])
        else:
            text = Path(path).read_text() if os.path.exists(path) else ""
            line = f"{run} {number}"
            Path(path).write_text(f"{text}{line}\n")
            done.append(line)
        if number % TURN == TURN - 1:
            say(tells, "Stop", last_assistant_message="done")
    Path(os.environ["MARKS"], f"edits.{run}").write_text(json.dumps({"done": done, "denied": denied}))


main()
