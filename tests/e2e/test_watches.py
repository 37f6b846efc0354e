"""A run that watches others is told of them, once each, and no process waits for that."""

import json
import os
import shlex
import sys
from pathlib import Path

from tests.support.lab import Lab, eventually, naming
from tests.support.stubs import Stub
from workcell.finish import watchers
from workcell.rundir import inbox, layout, look, phase, watches

WORKCELL = f"{shlex.quote(sys.executable)} -m workcell"
WAITS = 'until test -e "$MARKS/go"; do sleep 0.05; done'
GOES_ON = '  resume: ["true"]'
"""A recipe with it can go on with its conversation, so its runs can watch."""


def inside(lab: Lab, run: str, *words: str, code: int | None = 0):
    """Run a verb as the agent of a run would."""
    return lab.workcell(*words, env=lab.env(WORKCELL_ATTEMPT=f"{os.path.basename(run)}/1"), code=code)


def manager(lab: Lab, *commands: str) -> str:
    """A run without a composer whose agent runs these commands and then waits; its directory, once they have run."""
    lines = [f"export PYTHONPATH={shlex.quote(lab.env()['PYTHONPATH'])}", *commands, "touch $MARKS/there", WAITS]
    run = lab.launch(lab.brief("\n".join(lines), name="manager", recipe=GOES_ON), repo=lab.new_repo())
    eventually(lambda: os.path.exists(os.path.join(lab.marks, "there")), 60.0)
    return run


def letters(run: str) -> list[dict]:
    return [message for _, message in inbox.waiting(run)]


def fired(lab: Lab) -> list[str]:
    folder = watches.directory(lab.home, watches.FIRED)
    return os.listdir(folder) if os.path.isdir(folder) else []


def test_an_agent_at_its_terminal_is_told_of_the_end_and_nothing_waits_meanwhile(lab):
    stub = Stub(lab)
    words = "git commit -q --allow-empty -m x; mkdir -p $WORKCELL_AGENT_DIR; printf '## Done\\n\\nthe parser\\n' >$WORKCELL_AGENT_DIR/handoff.md"
    worker = lab.launch(lab.brief(f"{WAITS}\n{words}", name="worker"), repo=lab.new_repo())
    name = os.path.basename(worker)
    told = inside(lab, stub.run, "watch", "worker").stdout
    identity = told.split()[0]
    assert told.split()[1:] == [name, "is", "watched"]
    assert not naming(identity), "a process waits"
    [row] = json.loads(lab.workcell("watches", "--json").stdout)["watches"]
    assert (row["id"], row["run"], row["state"], row["by"]) == (identity, name, "running", os.path.basename(stub.run))
    assert f"waits for  {name} (done), ● running" in inside(lab, stub.run, "status").stdout
    Path(lab.marks, "go").touch()
    eventually(stub.texts, 60.0)
    [text] = stub.texts()
    assert text.startswith(f"The run {name} (worker), which you watch, is over: passed,")
    assert "the parser" in text and f"workcell handoff {name}" in text
    assert fired(lab) == [f"9999999999.{identity}.json"] and not watches.every(lab.home)
    assert "no watch is open" in lab.workcell("watches").stderr


def test_a_child_is_watched_from_before_it_was_and_one_that_ends_at_once_is_not_missed(lab):
    quick, slow = lab.brief("true", name="quick"), lab.brief(WAITS, name="slow")
    spawn = f"{WORKCELL} spawn --no-window --watch"
    repos = [shlex.quote(lab.new_repo()) for _ in range(2)]
    run = manager(
        lab,
        f"{spawn} {quick} --repo {repos[0]} >$MARKS/quick 2>&1",
        f"{spawn} {slow} --within 1h --repo {repos[1]} >$MARKS/slow 2>&1",
    )
    first, second = (lab.mark(name).strip().splitlines()[-1] for name in ("quick", "slow"))
    [letter] = eventually(lambda: letters(run), 60.0, what=first)
    assert letter["by"] == f"watch:{first}/1"
    [open_] = watches.every(lab.home)
    assert (open_["run"], open_["by"]["run"]) == (second, os.path.basename(run)) and open_["due_at"] is not None
    Path(lab.marks, "go").touch()
    lab.phase(run, phase.DONE)
    lab.phase(lab.run(second), phase.DONE)
    # it ended beside its watcher, which is told nothing once it is over
    eventually(lambda: not watches.every(lab.home))


def test_what_a_killed_process_left_is_told_by_the_next_tick(lab):
    run = manager(lab)
    by = {"run": os.path.basename(run), "attempt": 1}
    over = lab.launch(lab.brief("true", name="over"), "--wait", repo=lab.new_repo())
    waits = lab.launch(lab.brief(WAITS, name="waits"), "--prepare", repo=lab.new_repo())
    made = [
        watches.place(lab.home, os.path.basename(over), by, "done"),
        watches.place(lab.home, os.path.basename(waits), by, "idle", 1.0),
        watches.place(lab.home, "20260101-0000-never-came-aaaa", by, "attention"),
        watches.place(lab.home, os.path.basename(waits), by, "done"),
    ]
    did = lab.workcell("watchdog", "tick").stdout
    assert did.count("told of") == 3
    assert sorted(one["id"] for one in letters(run)) == sorted(one["id"] for one in made[:3])
    texts = {one["id"]: one["text"] for one in letters(run)}
    assert "is over. It is created at" in texts[made[1]["id"]] and "is gone" in texts[made[2]["id"]]
    assert lab.workcell("watchdog", "tick").stdout == ""
    assert len(letters(run)) == 3 and [one["id"] for one in watches.every(lab.home)] == [made[3]["id"]]
    assert watches.watched(lab.home) == [os.path.basename(waits)]


def test_an_end_by_stop_is_told_and_what_was_removed_leaves_no_watches(lab):
    run = manager(lab)
    waits = lab.launch(lab.brief(WAITS, name="waits"), repo=lab.new_repo())
    inside(lab, run, "watch", "waits")
    lab.workcell("stop", waits, "--grace", "0s")
    [letter] = eventually(lambda: letters(run))
    assert "is over: stopped," in letter["text"]
    lab.workcell("rm", waits, "--force")
    assert watches.watched(lab.home) == []


def test_a_run_that_needs_a_person_and_one_that_ended_its_turn_are_told_of(lab):
    run = manager(lab)
    stub = Stub(lab)
    for wanted in ("attention", "done"):
        inside(lab, run, "watch", stub.run, "--for", wanted)
    assert inside(lab, run, "watch", stub.run, "--for", "attention").stdout.endswith("was watched before\n")
    assert letters(run) == []
    stub.do("dialog")
    eventually(lambda: watchers.tell(look.at(stub.run)), 30.0)
    [letter] = letters(run)
    assert "needs a person" in letter["text"] and "A person can do that: workcell answer" in letter["text"]
    assert [one["wanted"] for one in watches.every(lab.home)] == ["done"]
    stub.do("undo")


def test_outside_without_resume_and_in_a_ring_nothing_is_watched(lab):
    run = manager(lab)
    plain = lab.launch(lab.brief(WAITS, name="plain"), repo=lab.new_repo())
    other = lab.launch(lab.brief(WAITS, name="other", recipe=GOES_ON), repo=lab.new_repo())
    assert "workcell wait RUN" in lab.workcell("watch", "plain", code=77).stderr
    assert "hint: workcell wait other" in inside(lab, plain, "watch", "other", code=77).stderr
    spawn = inside(lab, plain, "spawn", lab.brief("true", name="child"), "--watch", "--no-window", code=77)
    assert "no message could wake it" in spawn.stderr and len(lab.runs()) == 3
    assert "leave --watch out" in spawn.stderr and "RUN" not in spawn.stderr
    inside(lab, other, "watch", "manager")
    mine, theirs = os.path.basename(run), os.path.basename(other)
    ring = inside(lab, run, "watch", "other", code=77).stderr
    assert f"{mine} waits for {theirs}" in " ".join(ring.split())
    assert len(watches.every(lab.home)) == 1
    taken = inside(lab, other, "unwatch", "manager").stdout
    assert taken.endswith(f"{theirs} does not watch {mine} any more\n")
    assert inside(lab, run, "watch", "other").stdout.endswith("is watched\n")
    assert lab.workcell("unwatch", "other").stdout.endswith(f"{mine} does not watch {theirs} any more\n")
    assert letters(run)[0]["text"].startswith("A person took back")
    assert not os.path.exists(os.path.join(other, layout.INBOX, "new")) or letters(other) == []
