"""A program whose conversation goes on: it notes what it is told, and ends its turn.

Started as `stub_listener.py MARKS new|continued SESSION` with its prompt on standard input. A line of `turns` in MARKS is
one of its turns: `{how, session, prompt}`. While `busy` is there its turn lasts; `code` holds its exit code.
"""

import json
import sys
import time
from pathlib import Path


def main() -> int:
    marks, how, session = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    line = json.dumps({"how": how, "session": session, "prompt": sys.stdin.read()})
    with open(marks / "turns", "a") as file:
        file.write(line + "\n")
    while (marks / "busy").exists():
        time.sleep(0.01)
    code = marks / "code"
    return int(code.read_text()) if code.exists() else 0


if __name__ == "__main__":
    sys.exit(main())
