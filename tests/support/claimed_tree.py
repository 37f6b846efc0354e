"""A home with attempts that live as long as this process holds their ledgers, and a working tree."""

import fcntl
import os

from workcell.base import clock, json_codec
from workcell.rundir import caller, claims, layout, writer
from workcell.rundir.cell import Cell


class ClaimedTree:
    """Runs of a home without agents, and the claims on one tree."""

    def __init__(self, top):
        self.home, self.top = os.path.join(top, "home"), os.path.join(top, "tree")
        for part in (layout.RUNS, layout.LEDGER, layout.LEASES):
            os.makedirs(os.path.join(self.home, part), mode=0o700)
        os.makedirs(os.path.join(self.top, "src"))
        self.tree = claims.Tree(self.home, self.top)
        self.held = {}

    def run(self, name, attempt=1):
        """A run of that id whose attempt lives."""
        if name in self.held:
            self.ends(name)
        run = os.path.join(self.home, layout.RUNS, name)
        os.makedirs(layout.attempt(run, attempt), exist_ok=True)
        link = os.path.join(run, layout.CURRENT)
        if os.path.lexists(link):
            os.unlink(link)
        os.symlink(f"{layout.ATTEMPTS}/{layout.number(attempt)}", link)
        pins = self._records(run, name, attempt)
        ledger = os.path.join(self.home, layout.LEDGER, f"{name}.jsonl")
        born = {"attempt": attempt, "born": True, "at": clock.stamp()}
        if not os.path.exists(ledger):
            writer.create(run, {"by": "launch", "parent": None, "may": []}, [*pins, born]).close()
        else:
            with open(ledger, "ab") as file:
                file.write(b"".join(json_codec.encode_line(line) for line in [*pins, born]))
        fd = os.open(ledger, os.O_RDWR)
        fcntl.flock(fd, fcntl.LOCK_EX)
        self.held[name] = fd
        return run

    def _records(self, run, name, attempt):
        launch = {"schema": "workcell.file.launch/2", "id": name, "name": name, "created_at": clock.stamp()}
        launch |= {"repo": self.top, "workspace": self.top, "worktree": False, "labels": [], "group": None}
        made = {
            "schema": "workcell.file.attempt/1",
            "attempt": attempt,
            "cwd": self.top,
            "share": {"wait_seconds": 5.0},
        }
        made |= {"objective": "o", "io": "file", "reader": "none", "limits": {}, "asked_at": clock.stamp()}
        made |= {"recipe": {"name": "shell", "values": {}}}
        files = {layout.LAUNCH: json_codec.encode(launch), layout.ATTEMPT: json_codec.encode(made)}
        for path, kind in ((run, layout.LAUNCH), (layout.attempt(run, attempt), layout.ATTEMPT)):
            with open(os.path.join(path, kind), "wb") as file:
                file.write(files[kind])
        first = writer.pins(0, {layout.LAUNCH: files[layout.LAUNCH]})
        return [*first, *writer.pins(attempt, {layout.ATTEMPT: files[layout.ATTEMPT]})]

    def ends(self, name):
        """Its runner lets go of the ledger."""
        os.close(self.held.pop(name))

    def says(self, name, state, since=None):
        """Its runner hears what the agent does."""
        hint = {"schema": "workcell.file.activity/1", "attempt": 1, "state": state, "since": since or clock.stamp()}
        path = os.path.join(self.home, layout.RUNS, name, layout.ACTIVITY)
        with open(path, "wb") as file:
            file.write(json_codec.encode_line(hint))

    def cell(self, name=None):
        """The context of an operation that is asked for in the tree; from inside the run `name`, if there is one."""
        inside = (os.path.join(os.path.realpath(self.home), layout.RUNS, name),) if name else ()
        who = caller.Caller(self.home, inside, 1)
        return Cell(self.home, {}, self.top, ask_caller=lambda: who)

    def take(self, name, *paths, now=None, **more):
        """The claims in the way of these."""
        return claims.take(self.tree, claims.Wish(name, 1, list(paths), **more), now or clock.stamp())

    def close(self):
        for name in list(self.held):
            self.ends(name)
