"""What agent programs keep in the home of a person stays as it is, to the byte and the time, whatever reads it."""

import hashlib
import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.support import driven, recorded_talks
from tests.support.agent_sessions import Claude
from tests.support.lab import eventually
from workcell.rundir import layout, look

AGENT = """#!/bin/sh
cat > /dev/null
while [ $# -gt 0 ] && [ "$1" != --session-id ]; do shift; done
[ $# -gt 0 ] || exit 0  # it goes on with another conversation, and writes nothing
cd {folder} || exit 1
{{ echo '{{"type":"user","uuid":"u1","promptId":"p1","message":{{"content":"plant a quokka"}}}}'
   echo '{{"type":"assistant","uuid":"u2","message":{{"id":"m1","content":[{{"type":"text","text":"It grows."}}]}}}}'
}} > "$2.jsonl"
echo "$2" > {marks}/wrote
while ! [ -e {marks}/go ]; do sleep 0.05; done
printf '{{"type":"assistant","uuid":"u3","message":{{"id":"m2","content":[{{"type":"text","text":"A torn' >> "$2.jsonl"
echo "$2" > {marks}/wrote-again
while ! [ -e {marks}/end ]; do sleep 0.05; done
"""
"""A program that writes its transcript when it is told to, and at no other time."""

READS = """
sessions --all --json
sessions --live
sessions --foreign --waiting
sessions --failing --about invoice
sessions --testing --repo shop --agent codex
show {claude}
show {codex} -n 1 --json
search invoice
search müller --in prompt,answer,command,error,brief,handoff --json
feed --tools
feed --since 1h --json
export {claude} --as md -o {top}/talk.md
export {codex} --as html -o {top}/talk.html
export {claude} --as jsonl -o {top}/talk.jsonl
export {codex} --as cast -o {top}/talk.cast
events {run} --json
events --all --limit 20
show {run}
show {run} --json
what {run}
why {run}
status {run}
judge {run}
logs {run}
export {run} --as md -o {top}/run.md
ls -a
report
accounts
prompt
doctor --capture
"""
FOLLOWS = ["show {claude} -f", "show {run} -f", "events {run} -f", "feed -f"]


def belongings(top):
    """Of every path below a directory, and of itself: mode, owner, size, time and content."""
    found = {}
    for path in [top, *sorted(top.rglob("*"))]:
        about = path.lstat()
        content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        found[str(path)] = (about.st_mode, about.st_uid, about.st_ino, about.st_size, about.st_mtime_ns, content)
    return found


class Desk:
    """A person with conversations of both programs, and a run whose agent writes a transcript beside them."""

    def __init__(self, lab):
        self.lab, self.person = lab, Path(lab.person)
        self.talks = recorded_talks.keep(self.person, time.time() - 7200)
        (self.person / ".codex" / "auth.json").write_text("{}")
        cwd = os.path.realpath(lab.repo)
        self.talk = Claude(cwd=cwd).prompt("fix the login").said("Shall I go on?")
        folder = self.talk.keep(self.person, time.time() - 120).parent
        programs = Path(lab.top, "bin")
        programs.mkdir()
        (programs / "claude").write_text(AGENT.format(folder=folder, marks=lab.marks))
        (programs / "claude").chmod(0o755)
        self.env = lab.env(PATH=f"{programs}:{os.environ['PATH']}")
        self.before = belongings(self.person)
        words = ("-m", "Plant a quokka.", "--recipe", "claude", "--verify", "true", "--no-window", "--repo", lab.repo)
        self.run = lab.run(lab.workcell("launch", *words, env=self.env).stdout.split()[0])
        name = eventually(lambda: lab.mark("wrote").strip(), 30.0, "the transcript of the agent")
        self.own = {str(folder), str(folder / f"{name}.jsonl")}
        self.places = {
            "run": os.path.basename(self.run),
            "top": lab.top,
            "claude": f"claude:{self.talks['month-end'].id}",
            "codex": f"codex:{self.talks['umlauts'].id}",
        }

    def read(self, line, code=0):
        return self.lab.workcell(*line.format(**self.places).split(), env=self.env, code=code)

    def follow(self, line):
        """Start a verb that follows, and end it once it has said something."""
        words = self.lab.words(*line.format(**self.places).split())
        process = subprocess.Popen(words, env=self.env, cwd=self.lab.top, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        try:
            assert process.stdout.readline(), line
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=30)


@pytest.fixture
def desk(lab):
    return Desk(lab)


@pytest.mark.timeout(300)
def test_what_reads_leaves_everything_as_it_was(desk):
    changed = {path for path, what in belongings(desk.person).items() if desk.before.get(path) != what}
    assert changed <= desk.own, "a launch writes nothing there"
    before = belongings(desk.person)
    for line in READS.strip().splitlines():
        ran = desk.read(line, code=None)
        assert ran.returncode in (0, 1) and "Traceback" not in ran.stderr, (line, ran.stderr)
        assert belongings(desk.person) == before, line
    assert "quokka" in desk.read("events {run} --json").stdout, "the records of the agent are read"
    assert "Mueller" in desk.read("show {codex}").stdout and "quokka" in desk.read("search quokka").stdout
    for line in FOLLOWS:
        desk.follow(line)
        assert belongings(desk.person) == before, line
    terminal = driven.Driven(
        desk.lab.words("replay", desk.places["codex"], "-s", "1000"), desk.env, 80, 24, cwd=desk.lab.top
    )
    try:
        assert terminal.ended() == 0
    finally:
        terminal.close()
    assert belongings(desk.person) == before, "replay"


def test_what_is_refused_and_the_end_of_a_run_leave_everything_as_it_was(desk):
    before = belongings(desk.person)
    desk.read("adopt {claude} --no-window", code=66)  # its directory is not on this machine
    desk.read(f"adopt claude:{desk.talk.id} --no-window", code=None)  # the run of the desk works there
    assert len(desk.lab.runs()) == 1 and belongings(desk.person) == before
    Path(desk.lab.marks, "go").touch()
    eventually(lambda: desk.lab.mark("wrote-again"), 20.0)
    before = belongings(desk.person)
    Path(desk.lab.marks, "end").touch()
    eventually(lambda: look.at(desk.run).phase == "done", 60.0, "the end of the run")
    copy = Path(layout.attempt(desk.run, 1), layout.TRANSCRIPT).read_bytes()
    assert copy.endswith(b"A torn") and belongings(desk.person) == before
    done = desk.read(f"adopt claude:{desk.talk.id} --no-window --verify true --json")
    eventually(lambda: look.at(json.loads(done.stdout)["dir"]).phase == "done", 60.0, "the end of the second run")
    assert belongings(desk.person) == before, "the program itself wrote nothing"
