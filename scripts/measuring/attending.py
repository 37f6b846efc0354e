"""How soon a person knows that an agent waits: in `ls`, in the outbox and at a loopback destination."""

import http.server
import json
import os
import subprocess
import sys
import threading
import time
from datetime import datetime

from measuring import place, table

DIALOG = (
    "import os, sys, time\n"
    "while not os.path.exists(sys.argv[1]): time.sleep(0.002)\n"
    "words = ['\\033[2J\\033[H' + '─' * 120, ' Bash command', '', '   rm -rf build', '',\n"
    "         ' Do you want to proceed?', ' ❯ 1. Yes', '   2. Yes, and always allow it', '   3. No', '',\n"
    "         ' Esc to cancel · Tab to amend']\n"
    "print('\\r\\n'.join(words), flush=True)\n"
    "said = sys.argv[1] + '.at'\n"
    "with open(said + '.new', 'w') as file: file.write(str(time.time()))\n"
    "os.rename(said + '.new', said)\n"
    "time.sleep(600)\n"
)
"""An agent that draws a dialog, and says when. It rests afterwards: the trials that follow are not to feel it."""


TRIALS, MORE = 20, 40
"""Trials of each kind, `--quick` and in full: of fewer than 20 the 95th percentile is only the worst one."""

FIGURES = (("listed", 1.0), ("notice sealed", 3.0), ("accepted", 5.0))
"""What is measured of each, with its bound in seconds."""


class _Person(http.server.ThreadingHTTPServer):
    """Takes notices; `came` are the times."""

    daemon_threads = True

    def __init__(self) -> None:
        self.came: list[float] = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *args: object) -> None:
                pass

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                outer.came.append(time.time())
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()


def measure(quick: bool) -> list[table.Row]:
    """Requests that a hook tells of, and dialogs that none tells of, each in a run of its own: a program that was looked
    at is looked at again five seconds later at the earliest where no hook says that a person is needed."""
    rounds = TRIALS if quick else MORE
    rows = []
    for told in (True, False):
        with place.made() as here:
            person = _Person()
            trials = _Trials(here, person, told)
            try:
                found = [trials.trial(number) for number in range(rounds)]
            finally:
                person.shutdown()
        said = "from the hook's file in spool/" if told else "from the last byte of a dialog without a hook"
        for place_of, (name, bound) in enumerate(FIGURES):
            rows.append(_row(f"{name}, {said}, {rounds} trials", [one[place_of] for one in found], bound))
    return rows


def _row(name: str, times: list[float], bound: float) -> table.Row:
    late = table.percentile(times, 0.95)
    middle = sorted(times)[len(times) // 2]
    return table.Row(
        f"{name} (p95)", "-", 0.0, (0.0, 0.0), middle, table.spread(times), "s", late, bound, value_unit="s"
    )


class _Trials:
    def __init__(self, here: place.Place, person: _Person, told: bool) -> None:
        self.here, self.person, self.told = here, person, told
        folder = os.path.join(here.home, "adapters")
        os.makedirs(folder, 0o700)
        os.chmod(here.home, 0o700)
        with open(os.path.join(folder, "person.yaml"), "w") as file:
            url = f"http://127.0.0.1:{person.server_port}/"
            file.write(f"name: person\nuses: webhook\nenabled: true\nevents: needs-you\nurl: {url}\n")

    def _launch(self, number: int) -> tuple[str, str]:
        """(the run, the name that its program waits for)."""
        mark = os.path.join(self.here.directory, f"dialog-{number}")
        program = os.path.join(self.here.directory, "agent.py")
        with open(program, "w") as file:
            file.write(DIALOG)
        front = {
            "objective": "ask",
            "limits": {"wall": "10m"},
            "recipe": {"extends": "shell", "command": f"exec {sys.executable} {program} {mark}", "io": "terminal",
                       "reader": "claude"},
        }  # fmt: skip
        path = os.path.join(self.here.directory, "ask.md")
        with open(path, "w") as brief:
            brief.write(f"---\n{json.dumps(front)}\n---\n")
        made = self.here.call("launch", path, "--repo", self.here.tree(f"ask-{number}"), "--no-window")
        run = os.path.join(self.here.home, "runs", made.strip())
        place.until(lambda: place.record(run, "start.json"))
        return run, mark

    def trial(self, number: int) -> tuple[float, float, float]:
        """(seconds until listed, sealed, accepted)."""
        run, mark = self._launch(number)
        time.sleep(1.0)  # what a start costs is over
        before = len(self.person.came)
        sealed = self._notices()
        if self.told:
            self._hook(run, "PreToolUse", number)
            place.until(lambda: self._hint(run)[0] == "working")
        if self.told:  # a program draws its dialog once its hook has ended
            self._hook(run, "PermissionRequest", number)
        open(mark, "w").close()
        place.until(lambda: os.path.exists(f"{mark}.at"))
        place.until(lambda: self._notices() - sealed or len(self.person.came) > before)
        posted = time.time()
        place.until(lambda: len(self.person.came) > before)
        listed = place.until(lambda: self._hint(run)[0] == "approval" and self._hint(run)[1])
        began = self._hooked(run) if self.told else self._drawn(mark)
        # the time of a file comes from a coarser clock
        return max(0.0, listed - began), posted - began, self.person.came[before] - began

    def _hooked(self, run: str) -> float:
        """When the hook wrote its file, by the time in it; a millisecond is the least that it tells."""
        with open(os.path.join(run, "events.jsonl")) as file:
            hooks = [line for line in map(json.loads, file) if line["type"] == "hook"]
        return datetime.fromisoformat(hooks[-1]["time"]).timestamp()

    def _drawn(self, mark: str) -> float:
        """When the program had written the last byte of its dialog."""
        with open(f"{mark}.at") as file:
            return float(file.read())

    def _hint(self, run: str) -> tuple[str, float]:
        path = os.path.join(run, "activity.json")
        try:
            with open(path) as file:
                return str(json.load(file)["state"]), os.fstat(file.fileno()).st_mtime
        except (FileNotFoundError, ValueError):
            return "", 0.0

    def _notices(self) -> int:
        box = os.path.join(self.here.home, "outbox")
        found: list[str] = []
        for part in ("new", "cur", "sent"):
            if os.path.isdir(os.path.join(box, part)):
                found += os.listdir(os.path.join(box, part))
        return len({name for name in found if ".prompt." in name})

    def _hook(self, run: str, event: str, number: int) -> None:
        payload = {
            "hook_event_name": event,
            "session_id": "s",
            "tool_name": "Bash",
            "tool_use_id": f"t{number}",
            "tool_input": {"command": f"rm -rf build-{number}"},
        }
        env = {**self.here.env, "WORKCELL_RUN_DIR": run, "WORKCELL_ATTEMPT": f"{os.path.basename(run)}/1"}
        hook = os.path.join(place.ROOT, "workcell", "faces", "hook.py")
        words = [sys.executable, "-I", "-S", hook, "claude"]
        subprocess.run(words, input=json.dumps(payload).encode(), env=env, check=True, timeout=20)
