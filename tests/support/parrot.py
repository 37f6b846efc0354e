"""The invented agent program of docs/how-to/add-an-agent.md: `run --json` reads a prompt, `sit` has a terminal.

An objective with `no seeds` makes it fail with a record, one with `faint` makes it end with 75 in the middle of a turn.
"""

import json
import os
import subprocess
import sys
import time
import uuid
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.support.stub_tui import Stub

VERSION = "1.2.0"


class Terminal(Stub):
    """The stub's behaviour behind another screen: a composer `parrot> `, a star while it works."""

    def draw(self) -> None:
        columns, rows = os.get_terminal_size()
        body = ["parrot> " + self.text]
        if self.dialog:
            body = [
                "May I fly?",
                *(f"{'❯' if n == self.mark else ' '} {n + 1}. {word}" for n, word in enumerate(WORDS)),
            ]
            body += ["", "Esc to cancel"]
        elif self.busy():
            body = ["* chewing", "", *body]
        title = f"{'*' if self.busy() else '-'} parrot"
        at = len(body) if not self.dialog else 1
        cursor = f"\x1b[{at};{len(body[at - 1]) + 1}H"
        picture = f"\x1b]2;{title}\x07\x1b[H\x1b[2J" + "\r\n".join(line[:columns] for line in body) + cursor
        if picture != self.shown or self.size != (columns, rows):
            self.shown, self.size = picture, (columns, rows)
            os.write(1, picture.encode())


WORDS = ("Yes", "Yes, and always allow it", "No")


def run(words: list[str]) -> int:
    prompt = sys.stdin.read()
    talk = words[words.index("--talk") + 1] if "--talk" in words else str(uuid.uuid4())
    folder = Path(os.environ.get("PARROT_HOME") or Path(os.environ["HOME"], ".parrot"), "talks")
    folder.mkdir(parents=True, exist_ok=True)

    def tell(event: str, **more: str) -> None:
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
        line = json.dumps({"event": event, "id": str(uuid.uuid4()), "time": stamp, **more})
        with open(folder / f"{talk}.jsonl", "a") as file:
            file.write(line + "\n")
        print(line, flush=True)

    tell("hello", talk=talk, version=VERSION, where=os.getcwd())
    if "--hook" in words:
        payload = {"hook_event_name": "Perched", "session_id": talk, "branch": "oak", "leaf": "green"}
        subprocess.run(words[words.index("--hook") + 1], shell=True, input=json.dumps(payload), text=True, check=True)
    if "faint" in prompt:
        return 75
    if "no seeds" in prompt:
        tell("failed", **{"class": "no-seeds", "text": "There are no seeds left."})
        return 1
    tell("says", text="I looked at it.")
    tell("done", text="Done.")
    return 0


if __name__ == "__main__":
    if sys.argv[1] == "--version":
        print(f"parrot {VERSION}")
    elif sys.argv[1] == "run":
        sys.exit(run(sys.argv[2:]))
    else:
        Terminal(os.environ["MARKS"]).run()
