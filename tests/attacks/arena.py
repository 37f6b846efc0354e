"""Runs whose agents attack them, and what must hold of each of them afterwards."""

import contextlib
import json
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.lab import Lab, alive, eventually
from workcell.base import json_codec
from workcell.faces.cli import app
from workcell.rundir import ledger, look, phase, safe_open

ATTACKER = str(Path(__file__).with_name("attacker.py"))

RUN = (
    "launch.json", "env.json", "current", "attempts", "status.json", "events.jsonl", "inbox", "inbox/new", "inbox/cur",
    "inbox/typed", "inbox/refused", "inbox/said", "inbox/suggested", "inbox/edited", "inbox/edits",
    "spool", "spool/new", "spool/cur", "runner.lock", "agent.lock", "runner.log", "control.sock", "full.lock", "RESCUE.md", "user",
    "brief.md", "verify.sh", "agent.log", "handoff.md", "result.json",
)  # fmt: skip
"""Names in a run. `hold` has tests of its own."""

ATTEMPT = (
    "attempts/001", "@/attempt.json", "@/brief.md", "@/verify.sh", "@/start.json", "@/exit.json", "@/facts.json",
    "@/verify.json", "@/next.json", "@/result.json", "@/handoff.md", "@/agent.log", "@/verify.log", "@/capture.json",
    "@/transcript.jsonl", "@/agent", "@/agent/handoff.md", "@/foreign",
)  # fmt: skip
"""Names in an attempt."""

NAMES = (*RUN, *ATTEMPT)
KEPT = [".hidden", "1.json", "agent.log.001", "exit.json", "stop.json"]
"""Files of a directory that links lead to, which look like some of workcell's."""

PINNED = ("launch.json", "env.json", "@/attempt.json", "@/brief.md", "@/verify.sh", "attempts", "attempts/001")
"""What the ledger knows by its hash, or holds such a file: whatever changes it makes the run `tampered`."""
PLANTED = ("@/exit.json", "@/facts.json", "@/verify.json", "@/next.json", "@/result.json")
"""Records that do not stand while the agent lives: whatever has their name makes the run `tampered`."""
STANDING = ("@/exit.json", "@/facts.json")
"""Records that stand while the check runs: what is done to their files is undone from the ledger."""
CHANGES = ("write", "append", "delete", "truncate", "replace", "hardlink", "symlink", "dangling", "loop", "rename",
           "directory", "fifo", "socket")  # fmt: skip
PLANTS = ("write", "append", "replace", "hardlink", "symlink", "dangling", "loop", "directory", "fifo", "socket")


def tells(act: str, name: str) -> bool:
    """Whether this act on this name, done while the agent lives, must make the run `tampered`.

    It must so when the check does it, too, but for names of STANDING.
    """
    if name in ("attempts", "attempts/001"):
        return act in ("delete", "truncate", "replace", "symlink", "dangling", "loop", "rename", "directory", "fifo")
    return (name in PINNED and act in CHANGES) or (name in PLANTED and act in PLANTS)


@dataclass
class Ran:
    """How one command ended."""

    code: int
    out: str
    err: str


@dataclass
class Victim:
    """One run whose agent attacks it; `label` says how."""

    run: str
    label: str
    act: str
    names: list[str]
    tree: str

    @property
    def id(self) -> str:
        return os.path.basename(self.run)


class Arena:
    """A home with bystanders: a process of the same user, and a run of somebody else, that no attack may touch."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.made = 0
        self.victims: list[Victim] = []
        self.crashes: set[Path] = set()
        # it names the lab, so that it is ended with it, and holds a lock, as many programs do
        self.locked = os.path.join(lab.top, "lock of another program")
        program = "import fcntl, signal, sys\nf = open(sys.argv[1], 'w')\nfcntl.flock(f, 2)\nprint(flush=True)\nsignal.pause()"
        self.bystander = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", program, self.locked],
            stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, env=lab.env(), start_new_session=True,
        )  # fmt: skip
        assert self.bystander.stdout is not None
        self.bystander.stdout.readline()
        self.other = self.launch("other", ["sleep", "infinity"])
        lab.phase(self.other, phase.RUNNING)
        runner, agent = _people(look.at(self.other))
        self.others = {"its runner": runner, "its agent": agent, "the process that holds a lock": self.bystander.pid}
        self.other_files = files_of(self.other)

    def close(self) -> None:
        self.bystander.kill()
        self.bystander.wait()
        assert self.bystander.stdout is not None
        self.bystander.stdout.close()

    # -- commands

    def cli(self, *words: str, seconds: float = 60.0, code: int | None = None) -> Ran:
        """Run one command in a fork of this process: no import is paid twice. It must end in time, without a bug."""
        ran = self.several([list(words)], seconds)
        assert code is None or ran.code == code, f"{words}: {ran.code}\n{ran.out}\n{ran.err}"
        return ran

    def several(self, commands: list[list[str]], seconds: float) -> Ran:
        """Run commands one after another in one fork; the code of the last one, and what all of them said."""
        with tempfile.TemporaryFile("w+b") as out, tempfile.TemporaryFile("w+b") as err:
            pid = os.fork()
            if not pid:
                self._child(commands, out.fileno(), err.fileno())
            status = _ended(pid, seconds)
            texts = []
            for file in (out, err):
                file.seek(0)
                texts.append(file.read().decode("utf-8", "replace"))
        ran = Ran(-1 if status is None else os.waitstatus_to_exitcode(status), *texts)
        assert status is not None, f"{commands} did not end in {seconds} s\n{ran.out[-2000:]}\n{ran.err}"
        crash = self._crash()
        assert ran.code != 70 and not crash, f"{commands}: {ran.err}\n{crash}"
        assert "Traceback" not in ran.err, f"{commands}: {ran.err}"
        return ran

    def _child(self, commands: list[list[str]], out: int, err: int) -> None:
        code = 99
        try:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            os.setsid()
            null = os.open(os.devnull, os.O_RDONLY)
            for number, fd in enumerate((null, out, err)):
                os.dup2(fd, number)
            sys.stdin, sys.stdout, sys.stderr = (open(n, m, closefd=False) for n, m in ((0, "r"), (1, "w"), (2, "w")))
            env = self.lab.env()
            os.environ.clear()
            os.environ.update(env)
            os.chdir(self.lab.top)
            for words in commands:
                code = app.main(words)
                sys.stdout.flush()
                sys.stderr.flush()
        finally:
            os._exit(code)

    def _crash(self) -> str:
        """The reports of bugs that were written since the last question."""
        folder = Path(self.lab.home, "crashes")
        new = sorted({*folder.glob("*")} - self.crashes) if folder.is_dir() else []
        self.crashes.update(new)
        return "\n".join(path.read_text() for path in new)[-4000:]

    # -- runs

    def launch(self, name: str, command: list[str], verify: str = "exit 1", extra: str = "", io: str = "file") -> str:
        """Launch a run of that command in a tree of its own; the run's directory."""
        self.made += 1
        tree = Path(self.lab.top, f"tree{self.made}")
        keep = tree / "keep"
        keep.mkdir(parents=True)
        (tree / "precious").write_text("precious\n")
        for file in KEPT:
            (keep / file).write_text(json.dumps({"type": "note", "kind": "stop", "attempt": 1, "id": file}) + "\n")
        recipe = {"extends": "shell", "io": io, "command": command}
        front = {"objective": name, "name": name, "env": ["MARKS"], "recipe": recipe, "verify": verify}
        brief = Path(self.lab.top, f"{name}-{self.made}.md")
        brief.write_text(_brief(front, extra))
        ran = self.cli("launch", str(brief), "--repo", str(tree), "--no-window", code=0)
        return self.lab.run(ran.out.strip().splitlines()[0])

    def attack(self, mode: str, act: str, *names: str, verify: str = "exit 1", io: str = "file") -> Victim:
        """Launch a run whose agent is the attacker."""
        words = [sys.executable, "-I", "-S", ATTACKER, mode, act, *names]
        if mode == "check":
            words, verify = ["true"], shlex.join(words)
        label = f"{mode} {act} {' '.join(names)}"
        tree = os.path.join(self.lab.top, f"tree{self.made + 1}")
        victim = Victim(self.launch("victim", words, verify, io=io), label, act, list(names), tree)
        self.victims.append(victim)
        return victim

    # -- what must hold

    def struck(self, victim: Victim) -> None:
        """Wait until the agent has done its act; for modes in which it lives on, or its runner does not."""
        mark = os.path.join(self.lab.marks, victim.id)
        eventually(lambda: os.path.exists(mark), 30.0, victim.label)

    def ended(
        self,
        victim: Victim,
        allowed: tuple[str, ...] = ("failed", "tampered"),
        seconds: float = 60.0,
        *,
        named: bool = True,
    ) -> str:
        """The outcome, once the run has come to its end; it must be one of `allowed`.

        With `named`, a run that was tampered with says which file it was.
        """
        eventually(lambda: look.at(victim.run).phase == phase.DONE, seconds, f"the end of: {victim.label}")
        result = look.at(victim.run).result
        assert result is not None
        outcome = str(result["outcome"])
        assert outcome in allowed, (victim.label, result)
        if outcome == "tampered" and named:
            files = [os.path.basename(name) for name in victim.names]
            reason = str(result["reason"])
            inside = any(name in ("attempts", "attempts/001") for name in victim.names)
            assert inside or any(name in reason for name in files), (victim.label, reason)
        return outcome

    def stop(self, victim: Victim, *, named: bool = True) -> str:
        """End the run by `stop`; its agent and runner are gone then."""
        people = _people(look.at(victim.run))
        self.cli("stop", victim.id, "--grace", "1s", seconds=60.0, code=0)
        assert not people[1:] or not alive(people[1]), (victim.label, people)
        eventually(lambda: not any(alive(pid) for pid in people), 20.0, victim.label)  # finish has its last words
        return self.ended(victim, ("failed", "tampered", "stopped"), 20.0, named=named)

    def restored(self, victim: Victim) -> None:
        """The records that the attack was on are files with the bytes that the ledger says."""
        book = ledger.read(victim.run)
        assert book is not None
        for name in (os.path.basename(name) for name in victim.names):
            path = os.path.join(look.at(victim.run).directory, name)
            assert safe_open.read(path, 1 << 20) == json_codec.encode(book.records[1, name]), victim.label

    def check(self, *, trees: bool = True) -> None:
        """What holds of the whole home after any number of attacks; with `trees`, also of what links led to."""
        for victim in self.victims if trees else ():
            self.untouched(victim)
        self.fsck()
        shown = json.loads(self.cli("ls", "--json", "--all", seconds=60.0, code=0).out)["runs"]
        outcomes = {one["id"]: one["outcome"] for one in shown}
        for victim in self.victims:
            wanted = (look.at(victim.run).result or {}).get("outcome")
            assert outcomes.get(victim.id) == wanted, (victim.label, outcomes.get(victim.id), wanted)
        old = json.loads(self.cli("gc", "--older-than", "1h", "--json", seconds=60.0, code=0).out)["items"]
        assert not [one for one in old if one["kind"] == "run"], old
        self.bystanders()

    def untouched(self, victim: Victim) -> None:
        """Nothing that the run's links lead to was written, moved or removed."""
        keep = Path(victim.tree, "keep")
        assert Path(victim.tree, "precious").read_text() == "precious\n", victim.label
        assert sorted(os.listdir(keep)) == KEPT, (victim.label, sorted(os.walk(keep)))
        for file in os.listdir(keep):
            assert json.loads((keep / file).read_text())["id"] == file, (victim.label, file)

    def fsck(self, *words: str) -> dict[str, Any]:
        """fsck of all runs: it ends, and has looked at each; what it says of those with problems, by id."""
        ran = self.cli("fsck", "--json", *words, seconds=120.0)
        assert ran.code in (0, 1), ran.err
        document = json.loads(ran.out)
        assert document["checked"] == len(self.lab.runs()), ran.out[:2000]
        reports = {one["id"]: one for one in document["runs"]}
        assert os.path.basename(self.other) not in reports, reports[os.path.basename(self.other)]
        return reports

    def bystanders(self) -> None:
        """Nobody else was ended, and the other run is as it was."""
        dead = [f"{who} (pid {pid})" for who, pid in self.others.items() if not alive(pid)]
        assert not dead, (dead, self.victims[-1:], Path(self.other, "runner.log").read_text())
        assert look.at(self.other).phase == phase.RUNNING
        now = files_of(self.other)
        changed = [path for path in {*now, *self.other_files} if now.get(path) != self.other_files.get(path)]
        assert not changed, changed

    def verbs(self, victim: Victim) -> None:
        """Every verb that looks at a run answers in time."""
        looks = (["status"], ["why"], ["logs"], ["handoff"], ["events"], ["what"], ["judge"], ["handoff", "--check"])
        self.several([[words[0], victim.id, *words[1:]] for words in looks], 60.0)


def _brief(front: dict[str, Any], extra: str) -> str:
    lines = [f"{key}: {json.dumps(value)}" for key, value in front.items()]
    return "\n".join(["---", *lines, *([extra] if extra else []), "---", ""])


def _ended(pid: int, seconds: float) -> int | None:
    deadline = time.monotonic() + seconds
    while True:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return status
        if time.monotonic() > deadline:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            return None
        time.sleep(0.005)


def _people(seen: look.Look) -> list[int]:
    """Pids of runner and agent by the ledger."""
    start = seen.start or {}
    return [int(start[who]["pid"]) for who in ("runner", "agent") if who in start]


def files_of(run: str) -> dict[str, bytes]:
    """Every regular file below the run, and its ledger; caches and what grows by itself are left out."""
    found = {"ledger": Path(ledger.path(run)).read_bytes()}
    for folder, _, names in os.walk(run):
        for name in names:
            path = Path(folder, name)
            if (
                path.is_file()
                and not path.is_symlink()
                and name[0] != "."
                and name not in ("status.json", "events.jsonl")
            ):
                found[str(path)] = path.read_bytes()
    return found
