"""What an agent may ask of workcell from inside its run, however it tries to look like a person outside."""

import hashlib
import json
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.attacks.agent import Agent, Said, program
from tests.support import lab as labs
from tests.support.lab import eventually
from workcell.faces.cli import reference
from workcell.rundir import layout, ledger, look, maildir, operations, phase, plans
from workcell.system import control
from workcell.trust import access

REFUSED = 77

PERSON = {
    "adopt": ["claude:0123456789"],
    "answer": ["STRANGER", "1"],
    "approve": ["STRANGER"],
    "deny": ["STRANGER"],
    "merge": ["ENDED"],
    "brief save": ["BRIEF"],
    "config edit": [],
    "rm": ["ENDED", "--force"],
    "watchdog run": ["--ticks", "1"],
    "notify add": ["ntfy"],
    "notify pause": ["desktop"],
    "notify resume": ["desktop"],
    "resume --wall": ["ENDED", "--wall", "9h"],
    "resume --attempts": ["ENDED", "--attempts", "9"],
    "resume --cost": ["ENDED", "--cost", "9"],
    "resume --force": ["ENDED", "--force"],
    "attach": ["STRANGER"],
    "open": ["STRANGER"],
    "watchdog install": ["--with", "cron"],
    "watchdog uninstall": [],
    "ack": ["ENDED"],
    "hold": ["STRANGER"],
    "release": ["STRANGER"],
    "inbox release": ["STRANGER", "17"],
    "notify test": ["desktop"],
    "trust add": ["REPO", "--yes"],
    "trust rm": ["REPO"],
    "resume --policy": ["ENDED", "--policy", "now"],
    "init": [],
    "skill install": [],
    "launch --attach": ["BRIEF", "--attach"],
    "spawn --attach": ["BRIEF", "--attach"],
    "fsck --rebuild": ["--rebuild"],
    "fsck --accept": ["ENDED", "--accept", "--yes"],
    "gc --yes": ["--yes", "--older-than", "0"],
    "plan retry --budget": ["PLAN", "--budget", "9"],
}
"""Arguments of each operation that is for a person; behind the operation stands the option that makes it one."""

LOOK = {
    "claims": [],
    "others": [],
    "alone": [],
    "ls": [],
    "top": [],
    "children": ["STRANGER"],
    "watches": ["STRANGER"],
    "status": ["STRANGER"],
    "prompt": [],
    "what": ["STRANGER"],
    "why": ["STRANGER"],
    "logs": ["STRANGER"],
    "show": ["STRANGER"],
    "approvals ls": [],
    "approvals log": [],
    "approvals test": ["git status"],
    "export": ["STRANGER"],
    "feed": [],
    "replay": ["STRANGER"],
    "search": ["objective"],
    "sessions": [],
    "screen": ["STRANGER"],
    "inbox ls": ["STRANGER"],
    "diff": ["ENDED"],
    "path": ["STRANGER"],
    "notify show": ["desktop"],
    "report": [],
    "accounts": [],
    "brief ls": [],
    "brief show": ["kept"],
    "config show": [],
    "config lint": [],
    "events": ["STRANGER"],
    "handoff": ["ENDED"],
    "salvage ls": ["STRANGER"],
    "salvage show": ["STRANGER"],
    "watchdog status": [],
    "judge": ["STRANGER"],
    "brief lint": ["BRIEF"],
    "recipe ls": [],
    "recipe show": ["shell"],
    "recipe lint": ["/dev/null"],
    "notify ls": [],
    "notify lint": ["/dev/null"],
    "playbook ls": [],
    "playbook show": ["usage-limit"],
    "playbook lint": ["/dev/null"],
    "playbook test": ["RUNDIR"],
    "trust ls": [],
    "trust show": ["REPO"],
    "doctor": [],
    "skill show": [],
    "completion": ["bash"],
    "fsck": ["STRANGER"],
    "gc": [],
    "plan ls": [],
    "plan show": ["PLAN"],
    "adopt --dry-run": ["claude:0123456789", "--dry-run"],
    "spawn --dry-run": ["BRIEF", "--dry-run", "--repo", "REPO"],
    "launch --dry-run": ["BRIEF", "--dry-run", "--repo", "REPO"],
    "attach --read-only": ["STRANGER", "--read-only"],
    "resume --dry-run": ["STRANGER", "--dry-run"],
    "recover --dry-run": ["STRANGER", "--dry-run"],
    "gc --dry-run": ["--yes", "--dry-run"],
}
"""Arguments of each operation that looks."""

WORK = {
    "wait": ["ENDED"],
    "watch": ["STRANGER"],
    "unwatch": ["STRANGER"],
    "send": ["STRANGER", "a question"],
    "verify": ["ENDED"],
    "salvage restore": ["STRANGER"],
    "watchdog tick": [],
    "tell": ["a word to the person"],
    "claim": ["notes.txt"],
    "unclaim": [],
    "plan stop": ["PLAN"],
    "plan retry": ["PLAN"],
    "brief new": ["OUT", "--objective", "something"],
    "launch": ["BRIEF", "--prepare", "--repo", "REPO"],
    "spawn": ["BRIEF", "--prepare", "--repo", "REPO"],
}
"""Arguments of each operation that works, without those that reach only descendants."""

REACH = {
    "stop": ["STRANGER"],
    "finish": ["STRANGER"],
    "resume": ["ENDED"],
    "recover": ["ENDED"],
    "send --urgent": ["STRANGER", "now", "--urgent"],
    "note": ["STRANGER", "words"],
    "clear": ["STRANGER", "--force"],
    "compact": ["STRANGER"],
    "inbox rm": ["STRANGER", "17"],
    "inbox edit": ["STRANGER", "17", "words"],
    "inbox first": ["STRANGER", "17"],
}
"""Arguments of each operation that reaches only descendants, with a run that is none."""


class House:
    """A live agent, a live run that is a stranger to it, and one that is over."""

    def __init__(self, lab: labs.Lab) -> None:
        self.lab = lab
        self.agent = Agent(lab)
        self.stranger = lab.launch(lab.brief("sleep 600", name="stranger"), repo=lab.new_repo())
        self.ended = lab.launch(lab.brief("true", name="ended"), repo=lab.new_repo())
        runner = lab.phase(self.ended, phase.DONE).start["runner"]["pid"]
        eventually(lambda: not labs.alive(runner), what="the notice of the end is sent after the result is sealed")
        self.brief = lab.brief("true", name="plain")
        self.repo = lab.new_repo()
        self.plan = self.planned()

    def planned(self) -> str:
        """A plan that the agent launched, once it is over."""
        night = Path(self.lab.top, "night.yaml")
        night.write_text(f"on_failure: stop\ndefaults: {{repo: {self.lab.new_repo()}}}\nbriefs: [{self.brief}]\n")
        said = self.agent.workcell("launch", str(night), "--no-window")
        assert said.code == 0, said
        plan = str(said.out).split()[0]
        eventually(lambda: plan not in plans.open_ids(self.lab.home), what="the plan is over")
        eventually(lambda: not labs.naming(plan), what="the process that brings the plan on has ended")
        return plan

    def words(self, operation: str, arguments: list[str]) -> list[str]:
        given = {
            "STRANGER": os.path.basename(self.stranger),
            "ENDED": os.path.basename(self.ended),
            "RUNDIR": self.ended,
            "BRIEF": self.brief,
            "PLAN": self.plan,
            "REPO": self.repo,
            "OUT": os.path.join(self.lab.marks, "written.md"),
        }
        verb = [word for word in operation.split() if not word.startswith("-")]
        return [*verb, *(given.get(word, word) for word in arguments)]

    def asks(self, operation: str, arguments: list[str]) -> Said:
        return self.agent.workcell(*self.words(operation, arguments))

    def spooled(self) -> list[str]:
        """What others left for the live run's journal."""
        return maildir.waiting(os.path.join(self.stranger, layout.SPOOL))

    def state(self) -> dict[str, str]:
        """Every file of the home, the repositories and the person's own directory, but what the agent's run writes."""
        eventually(lambda: not self.spooled(), what="the live run writes down what others said of it")
        found = {}
        for top in (self.lab.home, self.lab.person, *(str(path) for path in Path(self.lab.top).glob("repo*"))):
            for directory, _, names in os.walk(top):
                if directory.startswith(self.agent.run):
                    continue
                for name in names:
                    path = os.path.join(directory, name)
                    if os.path.isfile(path):
                        found[path] = hashlib.sha256(Path(path).read_bytes()).hexdigest()
        return found


@pytest.fixture(scope="module")
def house():
    lab = labs.Lab()
    try:
        yield House(lab)
    finally:
        lab.close()


def forms(kind: str) -> set[str]:
    """The operations of a class, and those that an option brings into it as `operation --option`."""
    found = {name for name, one in operations.OPERATIONS.items() if one == kind}
    for name, options in operations.OPTIONS.items():
        found |= {f"{name} --{option.replace('_', '-')}" for option, one in options if one == kind}
    return found


def test_every_verb_of_the_command_line_has_a_class():
    assert {verb.words for verb in reference.verbs()} == set(operations.OPERATIONS)
    assert set(operations.OPERATIONS.values()) <= set(operations.CLASSES)


def test_every_option_that_changes_a_class_exists():
    known = {verb.words: {name for option in verb.options for name in option.names} for verb in reference.verbs()}
    pairs = [(name, option) for name, options in operations.OPTIONS.items() for option, _ in options]
    pairs += [(name, option) for name, option in operations.OF_DESCENDANTS.items() if option]
    for name, option in pairs:
        assert f"--{option.replace('_', '-')}" in known[name]


def test_every_class_is_tried_below():
    assert set(PERSON) == forms(operations.PERSON)
    assert set(LOOK) == forms(operations.LOOK)
    reach = {f"{name} --{option}" if option else name for name, option in operations.OF_DESCENDANTS.items()}
    assert set(REACH) == reach
    assert set(WORK) | (reach & forms(operations.WORK)) == forms(operations.WORK)


@pytest.mark.parametrize("operation", PERSON)
def test_what_is_for_a_person_is_refused_inside_and_changes_nothing(house, operation):
    before, told = house.state(), len(house.agent.refusals())
    said = house.asks(operation, PERSON[operation])
    assert said.code == REFUSED, said
    assert "called from inside" in said.err and "hint:" in said.err
    events = house.agent.refusals()
    assert len(events) == told + 1
    assert events[-1]["verb"] == operation.split(" --")[0]
    assert house.state() == before


@pytest.mark.parametrize("operation", LOOK)
def test_looking_is_allowed_inside(house, operation):
    told = len(house.agent.refusals())
    said = house.asks(operation, LOOK[operation])
    assert "called from inside" not in said.err, said
    assert said.code in (0, 1) or operation in NEEDS, said
    assert len(house.agent.refusals()) == told


NEEDS = (
    "replay",
    "top",
    "brief show",
    "show",
    "screen",
    "attach --read-only",
    "salvage show",
    "resume --dry-run",
    "adopt --dry-run",
)
"""Operations that look and fail here for another reason: no terminal, no snapshot, no session, a run that lives."""


@pytest.mark.parametrize("operation", WORK)
def test_working_is_allowed_inside(house, operation):
    told = len(house.agent.refusals())
    said = house.asks(operation, WORK[operation])
    assert "called from inside" not in said.err, said
    assert len(house.agent.refusals()) == told


@pytest.mark.parametrize("operation", REACH)
def test_a_run_that_is_no_descendant_is_out_of_reach(house, operation):
    before = house.state()
    said = house.asks(operation, REACH[operation])
    assert said.code == REFUSED, said
    assert house.agent.refusals()[-1]["verb"] == operation.split(" --")[0]
    assert house.state() == before
    assert look.at(house.stranger).phase == phase.RUNNING


def test_a_run_cannot_stop_itself(house):
    assert house.agent.workcell("stop", house.agent.id).code == REFUSED
    assert look.at(house.agent.run).phase == phase.RUNNING


def test_outside_the_same_words_are_allowed(house):
    house.lab.workcell("hold", house.stranger)
    house.lab.workcell("release", house.stranger)


@pytest.mark.parametrize(
    "before",
    ["env -i", "setsid -w", "env -i setsid -w", "env WORKCELL_ATTEMPT=other-run/1", "nohup"],
)
def test_no_environment_and_no_session_hides_the_run(house, before):
    said = house.agent.workcell("hold", house.stranger, before=before)
    assert said.code == REFUSED, said
    assert house.agent.refusals()[-1]["verb"] == "hold"


def test_a_double_fork_hides_nothing(house):
    """The process is nobody's child when it asks: the kernel has given it to the runner."""
    mark = os.path.join(house.lab.marks, "forked")
    code = f"""
import os, subprocess, time
os.closerange(3, 4096)  # agent.lock, too: only the ancestors are left to tell
if os.fork(): os._exit(0)
os.setsid()
if os.fork(): os._exit(0)
first = os.getppid()
deadline = time.monotonic() + 20
while os.getppid() == first and time.monotonic() < deadline and first != {house.agent.runner()}: time.sleep(0.01)
ran = subprocess.run([{house.agent.script!r}, "hold", {house.stranger!r}], env={{}})
open({mark + ".tmp"!r}, "w").write(f"{{ran.returncode}} {{os.getppid()}}")
os.rename({mark + ".tmp"!r}, {mark!r})
"""
    house.agent.does(shlex.join([sys.executable, "-c", code]))
    answer = eventually(lambda: house.lab.mark("forked"), what="the forked process")
    assert answer.split() == [str(REFUSED), str(house.agent.runner())]


def test_another_home_does_not_hide_the_run(house):
    other = os.path.join(house.lab.top, "other")
    said = house.agent.workcell("init", before=f"env OTHER_HOME={other}")
    assert said.code == REFUSED, said
    assert not os.path.exists(other)


def test_the_lock_of_another_run_brings_no_grant(lab):
    """A process that takes the lock of a run that is over is inside that run, too, and inside its own all the same."""
    agent = Agent(lab)
    granted = lab.launch(lab.brief("true", name="granted", extra="may: [hold]"), repo=lab.new_repo())
    lab.phase(granted, phase.DONE)
    code = f"""
import fcntl, os, subprocess, sys
names = ("{granted}/runner.lock", "{granted}/agent.lock", {ledger.path(granted)!r})
fds = [os.open(name, os.O_RDWR) for name in names]
for fd in fds: fcntl.flock(fd, fcntl.LOCK_EX)
sys.exit(subprocess.run([{agent.script!r}, "hold", {granted!r}], pass_fds=fds).returncode)
"""
    said = agent.does(shlex.join([sys.executable, "-c", code]))
    assert said.code == REFUSED, said


def test_a_verify_script_is_inside(lab):
    script = program(lab)
    stranger = lab.launch(lab.brief("sleep 600", name="stranger"), repo=lab.new_repo())
    check = f"set +e; env -i {script} hold {stranger}; echo $? > $MARKS/code; true"
    run = lab.launch(lab.brief("true", name="checked", verify=check))
    lab.phase(run, phase.DONE)
    assert lab.mark("code").strip() == str(REFUSED)


def test_the_holder_of_agent_lock_is_inside_when_its_runner_is_dead(lab):
    agent = Agent(lab)
    os.kill(agent.runner(), signal.SIGKILL)
    lab.phase(agent.run, phase.ORPHANED)
    said = agent.workcell("hold", agent.id, before="env -i")
    assert said.code == REFUSED, said
    assert agent.id in said.err


class TestTmux:
    def test_the_server_that_workcell_started_inside_a_run_is_outside(self, lab):
        """A person who opens a shell in it is a person, although the server is a child of the runner."""
        agent = Agent(lab)
        child = lab.brief("sleep 600", name="child", io="terminal")
        said = agent.workcell("launch", child, "--repo", lab.new_repo())
        assert said.code == 0, said
        [server] = lab.servers()
        with open(f"/proc/{server}/stat") as file:
            assert int(file.read().rpartition(")")[2].split()[1]) == agent.runner()
        with open(f"/proc/{server}/environ") as file:
            assert "WORKCELL_" not in file.read()
        mark = os.path.join(lab.marks, "person")
        held = f"{agent.script} hold {agent.id}; echo $? > {mark}"
        lab.tmux("new-session", "-d", "-s", "person", held, check=True)
        assert eventually(lambda: lab.mark("person"), what="the person's shell").strip() == "0"

    def test_a_server_that_the_agent_started_is_inside(self, lab):
        agent = Agent(lab)
        mark = os.path.join(lab.marks, "own")
        held = f"env -i {agent.script} hold {agent.id}; echo $? > {mark}"
        words = ["tmux", "-S", os.path.join(lab.top, "own.sock"), "new-session", "-d", held]
        # without agent.lock: only the environment of the server tells that it is not a person's
        agent.does(shlex.join([sys.executable, "-c", f"import os; os.closerange(3, 4096); os.execvp('tmux', {words})"]))
        assert eventually(lambda: lab.mark("own"), what="the agent's tmux").strip() == str(REFUSED)


SPEAK = """
import os, pty, select, socket, sys
os.chdir(sys.argv[1])
kind = sys.argv[2].encode()
connection = socket.socket(socket.AF_UNIX)
connection.connect("control.sock")
if kind == b"S":
    connection.sendall(kind)
else:
    ours, theirs = pty.openpty()
    socket.send_fds(connection, [kind], [theirs])
connection.settimeout(3)
try:
    print("closed" if connection.recv(1) == b"" else "answered")
except TimeoutError:
    print("open")
if kind == b"W" and select.select([ours], [], [], 0)[0]:
    print(os.read(ours, 1000).decode())
"""


class TestControlSocket:
    def test_the_agent_opens_no_window_that_types(self, lab):
        agent = Agent(lab)
        said = agent.does(shlex.join(["env", "-i", sys.executable, "-c", SPEAK, agent.run, "W"]))
        assert said.out.startswith("closed"), said
        assert "no window that types" in said.out
        assert eventually(agent.refusals)[-1]["verb"] == "attach"

    def test_the_agent_may_look(self, lab):
        agent = Agent(lab)
        said = agent.does(shlex.join([sys.executable, "-c", SPEAK, agent.run, "R"]))
        assert said.out.strip() == "open", said

    def test_the_agent_types_into_no_other_run(self, lab):
        agent = Agent(lab)
        other = lab.launch(lab.brief("cat", name="other", io="terminal"), repo=lab.new_repo())
        said = agent.does(shlex.join([sys.executable, "-c", SPEAK, other, "W"]))
        assert said.out.startswith("closed"), said

    def test_a_person_opens_one(self, lab):
        agent = Agent(lab)
        ran = subprocess.run(
            [sys.executable, "-c", SPEAK, agent.run, "W"], env=lab.env(), capture_output=True, text=True, timeout=30
        )
        assert ran.stdout.startswith("open"), ran

    def test_a_stop_by_the_agent_is_refused_and_by_a_person_works(self, lab):
        agent = Agent(lab)
        said = agent.does(shlex.join([sys.executable, "-c", SPEAK, agent.run, "S"]))
        assert said.out.strip() == "closed", said
        assert eventually(agent.refusals)[-1]["verb"] == "stop"
        assert look.at(agent.run).phase == phase.RUNNING
        assert control.notify_runner(agent.run, b"S")
        seen = lab.phase(agent.run, phase.DONE)
        assert seen.exit["how"] == "stopped"

    def test_a_caller_that_has_ended_stops_nothing(self, lab):
        """It would hide whose child it was."""
        agent = Agent(lab)
        code = f"""
import os, signal, socket
os.chdir({agent.run!r})
os.kill({agent.runner()}, signal.SIGSTOP)
child = os.fork()
if not child:
    connection = socket.socket(socket.AF_UNIX)
    connection.connect("control.sock")
    connection.sendall(b"S")
    os._exit(0)
os.waitpid(child, 0)
os.kill({agent.runner()}, signal.SIGCONT)
"""
        agent.does(shlex.join([sys.executable, "-c", code]))
        assert eventually(agent.refusals)[-1]["why"] == "the caller had ended"
        assert look.at(agent.run).phase == phase.RUNNING


class TestChildren:
    def test_a_child_is_within_reach_and_names_its_parent(self, lab):
        agent = Agent(lab)
        child = agent.launches(lab.brief("sleep 600", name="child"))
        launched = json.loads(Path(child, layout.LAUNCH).read_text())
        assert launched["parent"] == {"run": agent.id, "attempt": 1}
        assert launched["may"] == []
        attempt = json.loads(Path(child, layout.CURRENT, layout.ATTEMPT).read_text())
        assert attempt["asked_by"] == {"who": "run", "run": agent.id, "attempt": 1, "playbook": None}
        said = agent.workcell("stop", child)
        assert said.code == 0, said
        result = json.loads(Path(child, layout.RESULT).read_text())
        assert result["reason"] == f"stopped by run {agent.id}"
        assert agent.workcell("resume", child, "--no-window").code == 0
        assert agent.workcell("stop", child).code == 0

    def test_a_child_of_a_child_is_within_reach_and_the_parent_is_not(self, lab):
        agent = Agent(lab)
        below = Agent(lab, name="below", parent=agent)
        run = below.launches(lab.brief("sleep 600", name="last"))
        assert below.workcell("stop", agent.id).code == REFUSED
        assert agent.workcell("stop", run).code == 0

    def test_limits_are_at_most_those_of_the_parent(self, lab):
        agent = Agent(lab, extra="limits: {wall: 20m, attempts: 3}")
        more = lab.brief("true", name="more", extra="limits: {wall: 21m}")
        said = agent.workcell("launch", more, "--repo", lab.repo, "--prepare")
        assert said.code == REFUSED and "limits.wall" in said.err, said
        silent = lab.brief("true", name="silent", extra="limits: {attempts: 2}")
        said = agent.workcell("launch", silent, "--repo", lab.repo, "--prepare")
        assert said.code == 0, said
        attempt = json.loads(Path(lab.run(said.out.strip()), layout.CURRENT, layout.ATTEMPT).read_text())
        assert attempt["limits"]["wall_seconds"] == 1200
        assert attempt["limits"]["attempts"] == 2
        said = agent.workcell("resume", attempt["objective"].split()[-1], "--brief", more, "--no-window")
        assert said.code == REFUSED and "limits.wall" in said.err, said

    def test_every_run_of_a_launch_file_is_a_child(self, lab):
        agent = Agent(lab, extra="limits: {wall: 20m}")
        lab.brief("true", name="first")
        file = Path(lab.top, "several.yaml")
        file.write_text(f"repo: {lab.repo}\nbriefs: [first.md]\n".replace("repo:", "defaults:\n  repo:"))
        said = agent.workcell("launch", str(file), "--wait", "--no-window")
        assert said.code == 0, said
        launched = json.loads(Path(lab.run(said.out.split()[0]), layout.LAUNCH).read_text())
        assert launched["parent"] == {"run": agent.id, "attempt": 1}

    def test_a_limit_that_is_used_up_is_for_a_person(self, lab):
        agent = Agent(lab)
        child = agent.launches(lab.brief("false", verify="false", name="child", extra="limits: {attempts: 1}"))
        lab.phase(child, phase.DONE)
        said = agent.workcell("resume", child, "--no-window")
        assert said.code == REFUSED and "used up a limit" in said.err, said
        assert agent.workcell("resume", child, "--no-window", "--attempts", "2").code == REFUSED
        assert lab.workcell("resume", child, "--attempts", "2", "--no-window", "--wait", code=1)

    def test_a_hold_of_a_person_is_not_overruled(self, lab):
        agent = Agent(lab)
        child = agent.launches(lab.brief("sleep 600", verify="false", name="child"))
        lab.phase(child, phase.RUNNING)
        lab.workcell("hold", child)
        lab.workcell("stop", child)
        said = agent.workcell("resume", child, "--no-window")
        assert said.code == REFUSED and "is held" in said.err, said


class TestGrants:
    def test_a_brief_of_a_person_grants(self, lab):
        agent = Agent(lab, extra="may: [hold, stop]")
        stranger = lab.launch(lab.brief("sleep 600", name="stranger"), repo=lab.new_repo())
        assert agent.workcell("hold", stranger).code == 0
        assert agent.workcell("release", stranger).code == REFUSED
        assert agent.workcell("stop", stranger).code == 0

    def test_a_child_gets_at_most_what_its_parent_has(self, lab):
        agent = Agent(lab, extra="may: [hold]")
        brief = lab.brief("true", name="child", extra="may: [hold, release]")
        said = agent.workcell("launch", brief, "--repo", lab.repo, "--prepare")
        assert said.code == 0 and "release" in said.err, said
        launched = json.loads(Path(lab.run(said.out.strip()), layout.LAUNCH).read_text())
        assert launched["may"] == ["hold"]

    def test_a_recipe_of_the_home_grants_and_one_of_a_repository_does_not(self, lab):
        recipe = "extends: shell\ncommand: 'true'\nmay: [answer]\n"
        mine = Path(lab.home, "recipes", "mine.yaml")
        theirs = Path(lab.repo, ".workcell", "recipes", "theirs.yaml")
        over = Path(lab.repo, ".workcell", "recipes", "over.yaml")
        lab.workcell("ls")
        for path in (mine, theirs):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(recipe)
        over.write_text("extends: mine\ncommand: 'false'\n")
        brief = Path(lab.top, "short.md")
        brief.write_text("# the objective\n")
        words = ["launch", str(brief), "--repo", lab.repo, "--dry-run", "--json", "--dirty", "allow", "--recipe"]
        assert json.loads(lab.workcell(*words, "mine").stdout)["values"]["may"] == ["answer"]
        assert json.loads(lab.workcell(*words, "over").stdout)["values"]["may"] == []
        assert "theirs.yaml:3" in lab.workcell(*words, "theirs", code=78).stdout

    def test_a_new_brief_grants_nothing_more(self, lab):
        run = lab.launch(lab.brief("true"))
        lab.phase(run, phase.DONE)
        more = lab.brief("true", name="more", extra="may: [hold]")
        said = lab.workcell("resume", run, "--brief", more, code=REFUSED)
        assert "grants are given at launch" in said.stderr


def test_a_process_of_the_test_is_outside(lab):
    assert access.caller(lab.home) == access.Caller(lab.home)
