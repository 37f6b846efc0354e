"""Recorded situations of a run: every face names the same state, need and command, and the command works when pasted."""

import dataclasses
import json
import os
import shlex
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import frozen, runs, stubs, watching
from tests.support.lab import ROOT, Lab, eventually, rewrite_pinned, rewrite_record
from workcell.accounts import holds
from workcell.base import clock, platform
from workcell.channels import render
from workcell.faces import hook as program
from workcell.launch import wait
from workcell.rundir import acks, heartbeat, layout, ledger, locks, look, maildir, notice
from workcell.rundir.cell import Cell
from workcell.views import ls, prompt, status, why
from workcell.watch import observe
from workcell.watch import tick as watch


@dataclasses.dataclass
class Case:
    """One situation: how it is made, what every face says of it, and how its command ends."""

    name: str
    make: Callable[[Lab], str]
    state: str
    kind: str | None
    verb: str | None = None
    code: tuple[int, ...] = (0,)
    waits: str | None = None
    notice: str | None = None
    """The event of the notice that tells it, where one does."""


# -- homes as they were recorded, changed as their writers would have


def thawed(lab: Lab, name: str) -> str:
    """A run of the frozen home, which stands in a home of its own."""
    frozen.thaw(lab.home)
    for one in (*frozen.DONE, *frozen.OPEN):
        if one != name:
            remove(frozen.run_of(lab.home, one))
    run = frozen.run_of(lab.home, name)
    # it was recorded on another machine, whose processes are not those of this one
    started = look.at(run).start
    if started is not None:
        for who in ("runner", "agent"):
            started[who] = gone()
        rewrite_record(run, 1, layout.START, started)
    if os.path.lexists(hold := os.path.join(run, layout.HOLD)):
        os.unlink(hold)
        holds.lift_from_run(run)
    return run


def remove(run: str) -> None:
    """As if there had never been that run."""
    shutil.rmtree(run)
    for path in (ledger.path(run), ledger.ended_path(run)):
        if os.path.lexists(path):
            os.unlink(path)


def gone() -> dict:
    """The identity of a process of this boot that has ended."""
    ended = subprocess.Popen(["true"])
    found = platform.identity(ended.pid)
    ended.wait()
    return found


def prepared(lab: Lab) -> str:
    return lab.launch(lab.brief(), "--prepare")


def ended(command: str, verify: str | None, extra: str = "") -> Callable[[Lab], str]:
    """A run that ended."""

    def make(lab: Lab) -> str:
        return lab.launch(lab.brief(command, verify, extra=extra), "--wait", code=None)

    return make


def stopped(lab: Lab) -> str:
    run = live(lab)
    lab.workcell("stop", run, code=None)
    return run


def signed_out(lab: Lab) -> str:
    """Its credential was refused, while a watchdog was there to go on with it."""
    watching.Watch(lab)
    return paused(lab, watching.refused() + "\nexit 1")


def used_up(lab: Lab) -> str:
    """Its allowance is used up for more than an hour."""
    watching.Watch(lab)
    return paused(lab, watching.limited(time.time() + 4000) + "\nexit 1")


def paused(lab: Lab, command: str) -> str:
    run = lab.launch(lab.brief(command, "test -e passed", recipe="  reader: claude"))
    lab.phase(run, "scheduled")
    return run


def acknowledged(lab: Lab) -> str:
    run = ended("true", "false")(lab)
    lab.workcell("ack", run)
    return run


def interrupted(lab: Lab) -> str:
    """The agent has ended, and its runner died before it could go on."""
    return runs.ended(lab)


def scheduled(lab: Lab, ticks: bool = True) -> str:
    """The run is to go on, and its time has come."""
    run = runs.ended(lab)
    after = {
        "schema": "workcell.file.next/1", "attempt": 1, "how": "artifacts", "reason": "its limit is used up",
        "playbook": "usage-limit", "not_before": clock.stamp(time.time() - 5), "decided_at": clock.stamp(),
        "verdict": {"verdict": "unknown", "confidence": 0.0, "signals": [], "words": []},
    }  # fmt: skip
    rewrite_record(run, 1, layout.NEXT, after)
    if ticks:
        tick(lab)
    return run


def tick(lab: Lab) -> None:
    """As if a watchdog had just ticked, and a minute before."""
    folder = Path(heartbeat.directory(lab.home))
    folder.mkdir(exist_ok=True)
    last = {"schema": "workcell.file.tick/1", "boot": platform.boot_id(), "monotonic": clock.monotonic()}
    last["regular"] = True
    (folder / heartbeat.LAST).write_text(json.dumps(last))


def behind(until: str, seconds: float | None = None, made: Callable[[Lab], str] = scheduled) -> Callable[[Lab], str]:
    """A run whose account is held."""

    def make(lab: Lab) -> str:
        run = made(lab)
        n = look.at(run).n
        rewrite_pinned(
            run, n, layout.ATTEMPT, lambda text: json.dumps({**json.loads(text), "reader": "claude"}, indent=2) + "\n"
        )
        name = holds.account(run, look.at(run).attempt)
        assert name is not None
        by = {"run": os.path.basename(run), "attempt": n, "playbook": "auth-failure"}
        at = None if seconds is None else clock.stamp(time.time() + seconds)
        holds.put(lab.home, name, {"until": until, "until_at": at, "why": "refused", "by": by, "login": None})
        tick(lab)
        return run

    return make


def held(seconds: float | None) -> Callable[[Lab], str]:
    def make(lab: Lab) -> str:
        run = scheduled(lab)
        holds.put_on_run(run, seconds, "not yet", {"who": "person"})
        return run

    return make


def corrupt(lab: Lab) -> str:
    run = thawed(lab, "frozen-lost")
    rewrite_record(run, 1, layout.FACTS, {"schema": "workcell.file.facts/1"})
    return run


def repinned(lab: Lab) -> str:
    run = scheduled(lab)
    path = Path(run, layout.CURRENT, layout.POLICY)
    path.write_text(path.read_text() + " ")
    return run


def elsewhere(lab: Lab) -> str:
    run = thawed(lab, "frozen-lost")
    start = look.at(run).start
    start["agent"]["host"] = "another-host"
    rewrite_record(run, 1, layout.START, start)
    return run


def killed(lab: Lab) -> str:
    """The runner is dead, the agent lives."""
    run = lab.launch(lab.brief("exec sleep 600"))
    seen = lab.phase(run, "running")
    os.kill(seen.start["runner"]["pid"], 9)
    lab.phase(run, "orphaned")
    return run


def abandoned(lab: Lab) -> str:
    """Its attempts were used up, and a watchdog would have gone on."""
    watching.Watch(lab)
    run = lab.launch(lab.brief("date +%N >>n.txt", "false", extra="limits: {attempts: 1}"), "--wait", code=None)
    assert look.at(run).outcome == "abandoned", look.at(run).reason
    return run


ROOT_REFUSED = "--dangerously-skip-permissions cannot be used with root/sudo privileges for security reasons"


def refused(lab: Lab) -> str:
    """The agent program would not start as it was told to, and no watchdog ticks."""
    words = f"echo '{ROOT_REFUSED}' >&2; exit 1"
    run = lab.launch(
        lab.brief(words, "test -e passed", recipe="  reader: claude\n  stderr: separate"), "--wait", code=1
    )
    for told in (look.at(run).reason, lab.workcell("status", run).stdout, lab.workcell("why", run).stdout):
        assert f"Claude Code refused to work as it was started: {ROOT_REFUSED}" in " ".join(str(told).split())
    return run


def no_progress(lab: Lab) -> str:
    """Two attempts left the same tree, and a watchdog saw the check fail in the same way."""
    watching.quick(lab.home, "partial-completion")
    watch = watching.Watch(lab)
    run = lab.launch(lab.brief("true", "false"))
    lab.phase(run, "scheduled")
    eventually(lambda: (watch.tick(), look.at(run).phase == "done")[1])
    assert (look.at(run).n, look.at(run).outcome) == (2, "failed")
    return run


def once(lab: Lab) -> str:
    """The run is to go on, and somebody ticked by hand, once."""
    run = held(None)(lab)
    os.unlink(os.path.join(heartbeat.directory(lab.home), heartbeat.LAST))
    lab.workcell("watchdog", "tick")
    lab.workcell("release", run)
    return run


def dead(lab: Lab) -> str:
    """Runner and agent are dead, and nothing tells how the agent ended."""
    return runs.killed(lab)


def live(lab: Lab) -> str:
    run = lab.launch(lab.brief("exec sleep 600"))
    lab.phase(run, "running")
    return run


def no_room(lab: Lab) -> str:
    """The runner holds full.lock, as it does while the disk takes nothing."""
    run = live(lab)
    lab.full = locks.take(os.path.join(run, layout.FULL_LOCK))
    return run


def hooked(run: str, event: str, ago: float = 0.0, **payload: object) -> None:
    env = {"WORKCELL_RUN_DIR": run, "WORKCELL_ATTEMPT": f"{os.path.basename(run)}/1"}
    said = {"session_id": watching.SESSION, "cwd": "/", "hook_event_name": event, **payload}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in env.items():
            patch.setenv(name, value)
        at = clock.stamp(time.time() - ago)
        patch.setattr(program.clock, "stamp", lambda: at)
        assert program.main(["claude", json.dumps(said)]) == 0


def asking(tool: str, state: str) -> Callable[[Lab], str]:
    """A terminal with a dialog, told by the hook, too."""

    def make(lab: Lab) -> str:
        stub = stubs.Stub(lab)
        hooked(stub.run, "UserPromptSubmit", prompt="go", prompt_id="p1")
        stub.do("dialog")
        eventually(lambda: any("Do you want to proceed?" in row for row in stub.rows()))
        hooked(stub.run, "PermissionRequest", tool_name=tool, tool_input={"command": "rm -rf build"})

        def told() -> bool:
            """Status reads the records on, and ls shows what was read; before that, the screen alone is known."""
            found = status.status(stub.run)
            return ls.ls(lab.home).runs[0]["state"] == state and "rm -rf build" in json.dumps(found)

        eventually(told)
        return stub.run

    return make


def resting(verify: str | None, ticks: bool = False, since: float = 600.0) -> Callable[[Lab], str]:
    """A terminal whose agent ended its turn `since` seconds ago."""

    def make(lab: Lab) -> str:
        stub = stubs.Stub(lab, verify=verify)
        if ticks:
            tick(lab)
        hooked(stub.run, "UserPromptSubmit", since + 60, prompt="go", prompt_id="p1")
        hooked(stub.run, "Stop", since, last_assistant_message="All done.")
        eventually(lambda: status.status(stub.run)["state"] == "idle" == ls.ls(lab.home).runs[0]["state"])
        return stub.run

    return make


CHANGED = 'echo "exit 0" >> "$WORKCELL_RUN_DIR/current/verify.sh"'

CASES = [
    Case("passed", ended("true", "true"), "passed", None),
    Case("failed check", ended("true", "false"), "failed", "decide", "resume", notice="failed"),
    Case("unverified", ended("true", None), "unverified", "look", "handoff", notice="unverified"),
    Case("abandoned", abandoned, "abandoned", "decide", "handoff", notice="abandoned"),
    Case("refused to start", refused, "failed", "decide", "doctor", (0, 1), notice="failed"),
    Case("no progress", no_progress, "failed", "decide", "diff", notice="escalated"),
    Case("tampered", ended(CHANGED, "true"), "tampered", "look", "handoff", notice="tampered"),
    Case("stopped", stopped, "stopped", None),
    Case("failed and acknowledged", acknowledged, "failed", None),
    Case("recorded and passed", lambda lab: thawed(lab, "frozen-two"), "passed", None),
    Case("recorded and tampered", lambda lab: thawed(lab, "frozen-tampered"), "tampered", "look", "handoff"),
    Case("recorded and unverified", lambda lab: thawed(lab, "frozen-unverified"), "unverified", "look", "handoff"),
    Case("prepared", prepared, "created", "start", "resume"),
    Case("lost", dead, "lost", "settle", "wait"),
    Case("interrupted", interrupted, "interrupted", "settle", "wait"),
    Case("scheduled", scheduled, "scheduled", None),
    Case("scheduled without ticks", lambda lab: scheduled(lab, False), "scheduled", "start", "resume", (0,), "watchdog"),
    Case("scheduled after one tick", once, "scheduled", "start", "resume", (0,), "watchdog"),
    Case("signed out", signed_out, "scheduled", "sign-in", "release", (0,), "account", "auth"),
    Case("account held by a person", behind("person"), "scheduled", "release", "release", (0,), "account"),
    Case("usage limit", used_up, "scheduled", None, None, (0,), "account"),
    Case("held without end", held(None), "scheduled", "release", "release", (0,), "hold"),
    Case("held for a while", held(600.0), "scheduled", None, None, (0,), "hold"),
    Case("corrupt", corrupt, "corrupt", "look", "fsck", (1,), notice="escalated"),
    Case("changed policy", repinned, "scheduled", "look", "fsck", (1,), notice="escalated"),
    Case("on another host", elsewhere, "unknown", "decide", "stop", notice="escalated"),
    Case("orphaned", killed, "orphaned", "decide", "stop", notice="escalated"),
    Case("running", live, "running", None),
    Case("full disk", no_room, "running", "room", "doctor", (0, 1)),
    Case("approval", asking("Bash", "approval"), "approval", "answer", "answer", notice="prompt"),
    Case("question", asking("AskUserQuestion", "question"), "question", "answer", "answer", notice="question"),
    Case("idle with a check", resting("true"), "idle", "decide", "recover", notice="unchecked"),
    Case("idle with a check and a watchdog", resting("true", True), "idle", None),
    Case("idle with a check for a moment", resting("true", since=5.0), "idle", None),
    Case("idle without a check", resting(None), "idle", None),
]  # fmt: skip


def works(case: Case, run: str, printed: str) -> object:
    """Whether the command of the need did what it says."""
    seen = look.at(run)
    if case.verb == "resume":
        return seen.n == (1 if case.state == "created" else 2) and "start.json" in seen.stands
    if case.verb in ("wait", "stop", "recover"):
        wanted = {"stop": ("stopped",), "recover": ("passed",)}.get(case.verb, ("passed", "failed", "unverified"))
        return seen.phase == "done" and seen.outcome in wanted
    if case.verb == "release":
        return seen.phase == "scheduled" and status.status(run)["waits"] is None
    shown = {
        "handoff": "How to go on",
        "fsck": "1 with problems",
        "doctor": "home",
        "diff": "nothing was changed",
        "answer": "Do you want to proceed?",
    }
    return shown[str(case.verb)] in printed


def told(lab: Lab, run: str) -> list[tuple[str, str]]:
    """Event and command of each notice about the run that calls for a person."""
    box = notice.box(lab.home)
    every = [
        maildir.read(box, name, part)
        for part in ("new", "cur", "sent", "failed")
        for name in maildir.waiting(box, part)
    ]
    return [
        (one["event"], one["facts"].get("command") or render.default_command(one["event"], one["run"]))
        for one in every
        if one is not None and one["run"] == os.path.basename(run) and one["event"] in notice.ATTENTION
    ]


def tell(lab: Lab, case: Case, run: str) -> None:
    """What a watchdog tells of a run that no process of its own looks after; the first look never counts."""
    if case.notice != "escalated":
        return
    now = observe.Now()
    for ago in (61.0, 0.0):
        watch.tick(lab.home, observe.Now(wall=now.wall - ago, mono=now.mono - ago, boottime=now.boottime - ago))


def said(document: object) -> tuple[str, str | None, str | None, str | None]:
    """(state, kind, command, what it waits for) of a status document or of a result with its keys."""
    found = document if isinstance(document, dict) else dataclasses.asdict(document)
    needed, waits = found["needs"], found.get("waits")
    kind, command = (needed["kind"], needed["command"]) if needed else (None, None)
    return found["state"], kind, command, waits["what"] if waits else None


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_face_says_the_same_and_the_command_works(lab, case):
    run = case.make(lab)
    name = os.path.basename(run)
    wanted = said(status.status(run))
    command = None if case.verb is None else f"workcell {case.verb}" + ("" if case.verb == "doctor" else f" {name}")
    assert wanted == (case.state, case.kind, command, case.waits)
    [listed] = [one for one in ls.ls(lab.home, everything=True).runs if one["id"] == name]
    assert said(listed) == wanted
    assert said(why.why(lab.home, run)) == wanted
    shown = lab.workcell("ls", "--needs", "--json")
    assert [one["id"] for one in json.loads(shown.stdout)["runs"]] == ([name] if case.kind else [])
    assert int(lab.workcell("ls", "--needs", "--count").stdout) == bool(case.kind)
    assert prompt.perform(_cell(lab), prompt.Request()).needs == bool(case.kind)
    overview = json.loads(lab.workcell("status", "--json").stdout)
    assert [said(one) for one in overview["needs"]] == ([wanted] if case.kind else [])
    printed = lab.workcell("status", run).stdout
    assert not any(word in printed for word in ("None", "reaped", "confidence", "subreaper", ".000Z"))
    if case.kind:
        assert command in " ".join(printed.split())
    if case.state not in ("lost", "interrupted"):  # a wait settles these
        waited = wait.wait([run], wait.ATTENTION, 0.6 if case.kind is None else 20.0)
        over = case.state in ("passed", "stopped", "failed", "abandoned")
        assert waited.met == (case.kind is not None or over) and (not waited.met or waited.states == [case.state])
    tell(lab, case, run)
    if case.notice is not None:
        eventually(lambda: (case.notice, command) in told(lab, run), what=f"the notice {case.notice}")
    assert case.kind is None or {one for _, one in told(lab, run)} <= {command}
    if command:
        shell = ["sh", "-c", 'workcell() { "$PYTHON" -m workcell "$@"; }; ' + command]
        env = lab.env(PYTHON=shlex.split(lab.words()[0])[0], PYTHONPATH=str(ROOT))
        ran = subprocess.run(shell, env=env, cwd=lab.repo, capture_output=True, text=True, timeout=60)
        assert ran.returncode in case.code, ran.stdout + ran.stderr
        eventually(lambda: works(case, run, ran.stdout + ran.stderr), what=f"what {command} says")


def _cell(lab):
    return Cell(lab.home, {}, "/")


def test_an_end_is_acknowledged_by_the_command_that_is_named_and_a_new_attempt_is_not(lab):
    run = ended("true", "false")(lab)
    needed = status.status(run)["needs"]
    assert needed["dismiss"] == f"workcell ack {os.path.basename(run)}"
    lab.workcell(*needed["dismiss"].split()[1:])
    assert status.status(run)["needs"] is None and status.status(run)["acknowledged"]
    assert lab.workcell("ls", "--unseen", "-q").stdout == ""
    lab.workcell("resume", run, "--no-window", "--wait", code=1)
    assert status.status(run)["needs"]["kind"] == "decide"
    assert lab.workcell("ls", "--unseen", "-q").stdout.split() == [os.path.basename(run)]
    assert len(acks.every(lab.home)) == 1
