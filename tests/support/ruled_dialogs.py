"""A run made by hand whose agent asks at its terminal for what rules of approvals say."""

import json
from pathlib import Path

from tests.support import ruled_run
from workcell.approvals import journal
from workcell.rundir import layout

RULES = "allow: [make *]\ndeny: [{command: git push, why: a person pushes}]\nask: [git commit]\n"
SCREEN = """\
────────────────────────────────────────
 Bash command

   {}

 Do you want to proceed?
 ❯ 1. Yes
   2. Yes, and always allow it
   3. No

 Esc to cancel · Tab to amend
"""


def shows(made, command):
    """Draw the dialog for that command."""
    made.shows(SCREEN.format(command))


def asks(made, command, identity="hook:1", event="PermissionRequest"):
    """Let the hook of a request for that command stand in the events."""
    payload = {"hook_event_name": event, "tool_name": "Bash", "tool_input": {"command": command}, "cwd": "/"}
    line = {"type": "hook", "id": identity, "attempt": 1, "payload": payload}
    with Path(made.run, layout.EVENTS).open("a") as file:
        file.write(json.dumps(line) + "\n")


def ruled(made, command, rules=RULES):
    """The run `made`, for which rules hold, at the dialog for that command."""
    ruled_run.pin(made, rules)
    made.attempt["approvals"] = "closed"
    made.store()
    asks(made, command)
    shows(made, command)
    return made


def decided(made):
    """The lines about answered dialogs, and those with what came of them."""
    lines = journal.read(made.home)
    return [one for one in lines if "dialog" in one], [one for one in lines if "of" in one]
