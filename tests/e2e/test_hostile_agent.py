"""An agent that does to its own run what no agent should: the run is brought to its end all the same."""

import os
import signal

import pytest

from workcell.rundir import layout, phase, plainfile


def test_the_agent_starts_with_the_signals_of_any_program(lab):
    """Whoever launches may ignore some, and Python ignores SIGXFSZ: none of it reaches the agent."""
    ignored = (signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU)
    run = lab.launch(
        lab.brief("grep SigIgn /proc/self/status > $MARKS/ignored", io="file"),
        preexec_fn=lambda: [signal.signal(number, signal.SIG_IGN) for number in ignored],
    )
    lab.phase(run, phase.DONE)
    assert int(lab.mark("ignored").split()[1], 16) == 0, os.listdir(run)


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
    assert plainfile.read(os.path.join(seen.directory, layout.VERIFY_LOG), 100) == b"checked\n"
    lab.workcell("logs", run, timeout=10, code=None)


@pytest.mark.parametrize("plant", ["mkfifo", "mkdir"])
def test_a_check_whose_output_has_nowhere_to_go_runs_all_the_same(lab, plant):
    run = lab.launch(lab.brief(f"{plant} $WORKCELL_ATTEMPT_DIR/verify.log", verify="echo checked"))
    seen = lab.phase(run, phase.DONE)
    assert seen.result["outcome"] == "passed"
    assert plainfile.read(os.path.join(seen.directory, layout.VERIFY_LOG), 100) == b"checked\n"


def test_control_characters_in_the_agents_words_go_no_further(lab):
    words = r"## Done\n\nall \x1b]0;title\x07of \x00it\x1b[31m\n"
    run = lab.launch(lab.brief(f"printf '{words}' > $WORKCELL_AGENT_DIR/handoff.md"))
    seen = lab.phase(run, phase.DONE)
    handoff = plainfile.read(os.path.join(seen.directory, layout.HANDOFF), 1 << 20)
    assert b"all of it\n" in handoff
    assert not set(handoff) & {0, 7, 27}
