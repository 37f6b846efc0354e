"""An agent that does to its own run what no agent should: the run is brought to its end all the same."""

import os
import shutil
import signal

import pytest

from tests.support.lab import alive, eventually
from workcell.rundir import layout, locks, maildir, phase, safe_open
from workcell.system import control

RESERVED = 0b11 << 31
"""Signals 32 and 33 as bits of `SigIgn`: the C library keeps them, so that no program can change what was inherited."""


def test_the_agent_starts_with_the_signals_of_any_program(lab):
    """The caller may ignore some signals, and Python ignores SIGXFSZ: none of it reaches the agent."""
    ignored = (signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU)
    run = lab.launch(
        lab.brief("grep SigIgn /proc/self/status > $MARKS/ignored", io="file"),
        preexec_fn=lambda: [signal.signal(number, signal.SIG_IGN) for number in ignored],
    )
    lab.phase(run, phase.DONE)
    assert int(lab.mark("ignored").split()[1], 16) & ~RESERVED == 0, os.listdir(run)


def test_pipes_and_links_where_finish_reads_and_writes(lab):
    """A named pipe is never waited for, and nothing is written through a link that the agent left."""
    precious = os.path.join(lab.marks, "precious")
    with open(precious, "w") as file:
        file.write("as it was")
    run = lab.launch(
        lab.brief(
            """
            rm -f $WORKCELL_HANDOFF $WORKCELL_ATTEMPT_DIR/agent.log
            mkfifo $WORKCELL_AGENT_DIR/handoff.md $WORKCELL_ATTEMPT_DIR/agent.log
            ln -s $MARKS/precious $WORKCELL_ATTEMPT_DIR/verify.log
            """,
            verify="echo checked; false",
        )
    )
    seen = lab.phase(run, phase.DONE)
    assert seen.result["outcome"] == "failed"
    with open(precious) as file:
        assert file.read() == "as it was"
    assert safe_open.read(os.path.join(seen.directory, layout.VERIFY_LOG), 100) == b"checked\n"
    lab.workcell("logs", run, timeout=10, code=None)


@pytest.mark.parametrize("plant", ["mkfifo", "mkdir"])
def test_a_check_whose_output_has_nowhere_to_go_runs_all_the_same(lab, plant):
    run = lab.launch(lab.brief(f"{plant} $WORKCELL_ATTEMPT_DIR/verify.log", verify="echo checked"))
    seen = lab.phase(run, phase.DONE)
    assert seen.result["outcome"] == "passed"
    assert safe_open.read(os.path.join(seen.directory, layout.VERIFY_LOG), 100) == b"checked\n"


def test_control_characters_in_the_agents_words_go_no_further(lab):
    words = r"## Done\n\nall \x1b]0;title\x07of \x00it\x1b[31m\n"
    run = lab.launch(lab.brief(f"printf '{words}' > $WORKCELL_AGENT_DIR/handoff.md"))
    seen = lab.phase(run, phase.DONE)
    handoff = safe_open.read(os.path.join(seen.directory, layout.HANDOFF), 1 << 20)
    assert b"all of it\n" in handoff
    assert not set(handoff) & {0, 7, 27}


@pytest.mark.parametrize("io", ["file", "terminal"])
def test_a_stop_that_finds_no_room_in_the_inbox_is_a_stop(lab, io):
    run = lab.launch(lab.brief("sleep 600", io=io))
    lab.phase(run, phase.RUNNING)
    part = os.path.join(run, layout.INBOX, maildir.TMP)
    shutil.rmtree(part, ignore_errors=True)
    os.makedirs(os.path.dirname(part), exist_ok=True)
    open(part, "w").close()  # no message can be delivered
    lab.workcell("stop", run, timeout=30)
    seen = lab.phase(run, phase.DONE)
    assert (seen.exit["how"], seen.result["outcome"]) == ("stopped", "stopped")


@pytest.mark.parametrize("io", ["file", "terminal"])
def test_an_agent_that_removes_the_room_for_its_exit(lab, io):
    run = lab.launch(lab.brief("rm $WORKCELL_RUN_DIR/../../ledger/*.slot; exit 7", io=io))
    seen = lab.phase(run, phase.DONE)
    assert (seen.exit["how"], seen.exit["code"]) == ("reaped", 7)


def test_a_run_whose_attempt_was_removed_by_its_agent_ends_as_tampered(lab):
    run = lab.launch(
        lab.brief("until test -e $MARKS/go; do sleep 0.01; done; rm -rf $WORKCELL_ATTEMPT_DIR; seq 1000", io="terminal")
    )
    runner = lab.phase(run, phase.RUNNING).start["runner"]["pid"]
    open(os.path.join(lab.marks, "go"), "w").close()
    eventually(lambda: not alive(runner), 20.0)
    seen = lab.phase(run, phase.DONE)
    assert seen.result["outcome"] == "tampered"
    assert "attempt.json" in seen.result["reason"]


def test_messages_of_any_kind_and_shape_end_no_runner(lab):
    """What anybody may put into spool and inbox while the agent lives."""
    run = lab.launch(lab.brief("until test -e $MARKS/go; do sleep 0.01; done"))
    runner = lab.phase(run, phase.RUNNING).start["runner"]["pid"]
    for box in (layout.SPOOL, layout.INBOX):
        new = os.path.join(run, box, maildir.NEW)
        os.makedirs(new, exist_ok=True)
        os.mkfifo(os.path.join(new, "1.json"))
        os.mkdir(os.path.join(new, "2.json"))
        for number, text in enumerate(("1e999", '"x", "event": 1, "self": 2', "[" * 900 + "]" * 900)):
            with open(os.path.join(new, f"3{number}.json"), "w") as file:
                file.write(f'{{"type": "x", "id": "{number}", "it": {text}}}')
    with open(os.path.join(run, layout.SPOOL, maildir.NEW, "9.json"), "w") as file:
        file.write('{"type": "last", "id": "last"}')
    control.notify_runner(run)
    eventually(lambda: b'"last"' in (safe_open.read(os.path.join(run, layout.EVENTS), 1 << 16) or b""))
    assert alive(runner)
    open(os.path.join(lab.marks, "go"), "w").close()
    assert lab.phase(run, phase.DONE).result["outcome"] == "passed"


def test_finish_sweeps_what_killed_writers_left_in_the_run(lab):
    """Half of an env.json holds keys; what people or others keep under hidden names is left alone."""
    run = lab.launch(lab.brief("until test -e $MARKS/go; do sleep 0.01; done"))
    lab.phase(run, phase.RUNNING)
    ours = [".env.json.4242.1", ".status.json.4242.1", ".current.4242.1", ".agent.lock.4242"]
    theirs = [".hold.4242.1", ".of-a-person"]
    for name in ours + theirs:
        open(os.path.join(run, name), "w").close()
    staged = os.path.join(run, layout.ATTEMPTS, ".new-002")
    os.mkdir(staged)
    open(os.path.join(lab.marks, "go"), "w").close()
    lab.phase(run, phase.DONE)
    eventually(lambda: locks.held(os.path.join(run, layout.RUNNER_LOCK)) == "no")
    assert sorted(name for name in os.listdir(run) if name.startswith(".")) == theirs
    assert os.path.isdir(staged)
