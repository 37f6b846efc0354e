"""An agent that attacks its own run: no way in leads to `passed`, to a run without an end, or to anybody else.

Each run has a check that fails. Its agent does one thing to one name of its run directory (attacker.py), and the run
comes to its end: `tampered` with the file named, or `failed` as if nothing had been done. No verb hangs or breaks; no
other process ends; no file that a link leads to changes (arena.py). The ordinary suite tries a sample of the cross
product of names, acts and modes that is drawn anew each week; the sweep tries all of it.
"""

import itertools
import json
import os
import random
import shutil
import signal
import time
from pathlib import Path

import pytest

from tests.attacks import arena as arenas
from tests.support.lab import alive, eventually
from workcell.rundir import events, layout, look, maildir, phase, run_hold

LIVING = ("kill-live", "stop-runner", "live")
MODES = ("once", "daemon", "check", "kill", *LIVING)
ACTS = (
    "write", "append", "delete", "truncate", "replace", "hardlink", "second-name", "symlink", "dangling", "loop",
    "rename", "chmod", "directory", "fifo", "socket", "lock",
)  # fmt: skip


@pytest.fixture
def arena(lab):
    made = arenas.Arena(lab)
    try:
        yield made
    finally:
        made.close()


def bring_to_its_end(arena, mode, victim):
    """See to it that the run ends, as the mode asks for; what must hold of the end is held."""
    if mode in ("kill", *LIVING):
        arena.struck(victim)
    if mode in LIVING:
        outcome = arena.stop(victim)
    else:
        if mode == "kill":
            arena.cli("wait", victim.id)
        outcome = arena.ended(victim)
    stands = mode == "check" and victim.names[0] in arenas.STANDING
    certain = mode in ("once", "kill", "check") and arenas.tells(victim.act, victim.names[0]) and not stands
    assert not certain or outcome == "tampered", (victim.label, look.at(victim.run).result)
    if stands:
        arena.restored(victim)
    arena.untouched(victim)


def several(arena, attacks):
    """Launch a few attacks at once, and bring all of them to their ends."""
    victims = [(mode, arena.attack(mode, act, name)) for mode, act, name in attacks]
    for mode, victim in victims:
        bring_to_its_end(arena, mode, victim)


SEED = int(os.environ.get("ATTACK_SEED", time.strftime("%Y%W")))
SECONDS = float(os.environ.get("ATTACK_SECONDS") or 0)
"""For how long a larger sample than the ordinary one is tried."""

PRODUCT = list(itertools.product(MODES, ACTS, arenas.NAMES))


@pytest.mark.timeout(int(SECONDS) + 300)
def test_a_sample_of_all_ways(arena):
    """ATTACK_SEED repeats a sample, and ATTACK_SECONDS=600 makes it as large as ten minutes allow."""
    drawn = random.Random(SEED).sample(PRODUCT, len(PRODUCT))
    least, until, at = 8, time.monotonic() + SECONDS, 0
    wrong = []
    while at < least or (at < len(drawn) and time.monotonic() < until):
        try:
            several(arena, drawn[at : at + 4])
        except AssertionError as error:
            wrong.append(str(error))
        at += 4
    print(f"ATTACK_SEED={SEED}: {len(arena.victims)} of {len(PRODUCT)} ways tried, wrong: {len(wrong)}")
    arena.verbs(arena.victims[-1])
    arena.check()
    assert not wrong, "\n".join(wrong)


@pytest.mark.sweep
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("mode", MODES)
def test_all_ways(arena, mode, act):
    for at in range(0, len(arenas.NAMES), 4):
        several(arena, [(mode, act, name) for name in arenas.NAMES[at : at + 4]])
    for victim in arena.victims:
        arena.verbs(victim)
    arena.check()


# -- forgeries


def test_forged_records(arena):
    """The five forgeries that would make a failing check pass if what stands in the run directory were believed."""
    forgeries = (
        ("write", ("@/verify.json",)),
        ("write", ("@/exit.json", "@/verify.json")),
        ("pin-anew", ("@/verify.sh",)),
        ("write", ("@/result.json",)),
    )
    for act, names in forgeries:
        arena.attack("once", act, *names)
    works_on = arena.attack("live", "write", "@/exit.json", "@/result.json")
    for victim in arena.victims[:-1]:
        assert arena.ended(victim) == "tampered", victim.label
    arena.struck(works_on)
    assert look.at(works_on.run).phase == phase.RUNNING
    assert arena.stop(works_on) == "tampered"
    for victim in arena.victims:
        foreign = Path(look.at(victim.run).directory, layout.FOREIGN)
        kept = sorted(os.listdir(foreign)) if foreign.is_dir() else []
        assert kept == [Path(name).name for name in victim.names if victim.act == "write"], victim.label
    arena.verbs(works_on)
    arena.check()


def test_a_check_that_forges_and_then_passes_has_not_passed(arena):
    """The check runs in the agent's tree: what it calls there may be the agent's."""
    words = f"{arenas.sys.executable} -I -S {arenas.ATTACKER} once write @/result.json @/verify.json; exit 0"
    victim = arena.attack("live", "write", "@/agent/x", verify=words)
    arena.struck(victim)
    os.kill(look.at(victim.run).start["agent"]["pid"], signal.SIGKILL)
    victim.names = ["result.json", "verify.json"]
    assert arena.ended(victim) == "tampered"


def test_a_check_that_changes_records_that_stand(arena):
    """People read the files: they are what the ledger says when the run is over."""
    for act in ("write", "delete", "symlink", "directory", "chmod"):
        several(arena, [("check", act, name) for name in arenas.STANDING])
    arena.check()


def test_an_environment_that_would_run_code_in_the_check(arena):
    """BASH_ENV in env.json, and a file for it: neither the check nor a resume takes it."""
    victim = arena.attack("once", "write", "env.json", "user/e")
    assert arena.ended(victim) == "tampered"
    said = arena.cli("resume", victim.id, "--no-window")
    assert said.code not in (0, 70, 74), said
    assert "env.json" in said.err


# -- what a link leads to


def test_boxes_that_lead_into_a_directory_of_a_person(arena):
    """Messages are moved and removed: through a link that would be the files of a person."""
    for names in (("inbox", "spool"), ("inbox/new", "spool/new"), ("inbox/cur", "spool/cur")):
        arena.attack("live", "symlink", *names)
    for victim in arena.victims:
        arena.struck(victim)
    runners = [look.at(victim.run).start["runner"]["pid"] for victim in arena.victims]
    for victim in arena.victims:
        arena.cli("send", victim.id, "hello")
        assert arena.stop(victim) == "stopped"
        arena.untouched(victim)
    eventually(lambda: not any(alive(pid) for pid in runners))
    arena.check()


def test_an_attempt_that_leads_into_a_directory_of_a_person(arena):
    for name in ("attempts/001", "@/foreign", "@/agent"):
        arena.attack("once", "symlink", name, io="terminal")
    arena.attack("once", "symlink", "@/exit.json", "@/foreign")
    for victim in arena.victims:
        arena.ended(victim)
    arena.check()


def test_a_second_name_of_a_file_of_a_person(arena):
    """Neither the first attempt nor the next one writes into it."""
    names = ("events.jsonl", "runner.lock", "agent.lock", "runner.log", "@/handoff.md", "status.json")
    victim = arena.attack("once", "hardlink", *names)
    assert arena.ended(victim) == "failed"
    arena.cli("resume", victim.id, "--no-window", code=0)
    eventually(lambda: look.at(victim.run).n == 2 and look.at(victim.run).phase == phase.DONE)
    arena.check()


def test_the_lock_of_another_program_in_the_place_of_the_agents_lock(arena):
    """Its holder is no leftover of the run, and is not ended."""
    for mode, how in (("once", "hard"), ("kill", "soft")):
        victim = arena.attack(mode, "lock-of-another", f"agent.lock:{how}")
        bring_to_its_end(arena, mode, victim)
    arena.bystanders()


# -- messages, sockets and locks


def test_messages_that_no_person_ordered(arena):
    victims = [arena.attack("live", "messages", "inbox/new", "spool/new") for _ in range(2)]
    for victim in victims:
        arena.struck(victim)
    box = os.path.join(victims[0].run, layout.INBOX)
    eventually(lambda: not [name for name in maildir.waiting(box) if name.startswith("0" * 18 + "0")])
    log = os.path.join(victims[0].run, layout.EVENTS)
    eventually(lambda: any(one and one["type"] == "message.refused" for _, one in events.read(log)))
    assert look.at(victims[0].run).phase == phase.RUNNING
    os.kill(look.at(victims[0].run).start["agent"]["pid"], signal.SIGKILL)
    assert arena.ended(victims[0]) == "failed"
    assert arena.stop(victims[1]) == "stopped"
    arena.verbs(victims[0])
    arena.check()


def test_words_to_the_runner_from_inside_the_run(arena):
    victim = arena.attack("live", "speak", "control.sock")
    arena.struck(victim)
    assert look.at(victim.run).phase == phase.RUNNING
    os.kill(look.at(victim.run).start["agent"]["pid"], signal.SIGKILL)
    assert arena.ended(victim) == "failed"
    assert look.at(victim.run).exit["how"] == "reaped"


@pytest.mark.sweep
@pytest.mark.timeout(600)
@pytest.mark.parametrize("act", ["flood", "large"])
def test_full_boxes(arena, act):
    victim = arena.attack("live", act, "inbox/new", "spool/new")
    arena.struck(victim)
    assert arena.stop(victim) == "stopped"
    arena.verbs(victim)
    arena.check()


def test_locks_that_the_agent_holds(arena):
    """Of the agent itself, and of a process that outlives it and that may not be ended."""
    victims = [arena.attack(mode, "lock", "runner.lock", "agent.lock") for mode in ("live", "daemon", "daemon-live")]
    arena.struck(victims[0])
    assert arena.stop(victims[0]) == "stopped"
    assert arena.ended(victims[1]) == "failed"
    arena.struck(victims[2])
    assert arena.stop(victims[2]) == "stopped"
    # the process that may not be ended takes each new lock, too: no second attempt can start beside it
    assert arena.cli("resume", victims[1].id, "--no-window").code != 0
    arena.cli("stop", victims[1].id, code=0)
    assert look.at(victims[1].run).phase == phase.DONE
    arena.check()


def test_a_lock_that_no_process_may_open(arena):
    """The agent killed its runner, and took the mode of its lock away: whoever waits brings the run to its end."""
    bring_to_its_end(arena, "kill", arena.attack("kill", "chmod", "agent.lock"))


# -- the runner


@pytest.mark.heavy
def test_a_runner_that_is_stopped_whatever_continues_it(arena):
    victim = arena.attack("daemon-live", "freeze", "x")
    arena.struck(victim)
    assert arena.stop(victim) == "stopped"
    arena.check()


def test_a_run_directory_that_is_gone(arena):
    live = arena.attack("live", "vanish", "attempts")
    killed = arena.attack("kill-live", "vanish", "attempts")
    ends = arena.attack("once", "vanish", "attempts")
    assert arena.ended(ends) == "tampered"
    for victim in (live, killed):
        arena.struck(victim)
        arena.stop(victim)
    arena.check()


# -- later attempts


def test_current_led_back_in_the_second_attempt(arena):
    victim = arena.attack("second", "back", "current")
    assert arena.ended(victim) == "failed"
    arena.cli("resume", victim.id, "--no-window", code=0)
    eventually(lambda: look.at(victim.run).n == 2 and look.at(victim.run).phase == phase.DONE)
    eventually(lambda: layout.current(victim.run) == 2)
    assert look.at(victim.run).result["outcome"] == "failed"
    assert json.loads(Path(victim.run, "status.json").read_text())["attempt"] == 2
    shutil.rmtree(os.path.join(victim.run, "attempts", "001"))
    assert look.at(victim.run).n == 2
    arena.check()


# -- holds


def test_a_hold_of_a_person_stays_in_force(arena):
    """Whatever the agent makes of the file: nothing, its own words, or another kind of file."""
    forged = '{"schema": "workcell.file.hold/1", "until_at": "2020-01-01T00:00:00.000Z", "why": "so it says"}'
    held, never = (arena.attack("live", "write", "user/x") for _ in range(2))
    arena.cli("hold", held.id, "--why", "a person says so", code=0)
    path = Path(held.run, layout.HOLD)
    for act in (lambda: path.write_text(forged), path.unlink, path.mkdir, path.rmdir, lambda: os.mkfifo(path)):
        act()
        hold = run_hold.standing(held.run)
        assert hold is not None and hold["why"] == "a person says so"
    Path(never.run, layout.HOLD).write_text(forged.replace("2020", "2090"))
    assert run_hold.standing(never.run) is None
    for victim in (held, never):
        arena.stop(victim)
        assert (run_hold.standing(victim.run) is None) == (victim is never)
    arena.check()
