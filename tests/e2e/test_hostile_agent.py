"""An agent that does to its own run what no agent should: the run is brought to its end all the same."""

import os
import signal

from workcell.rundir import phase


def test_the_agent_starts_with_the_signals_of_any_program(lab):
    """Whoever launches may ignore some, and Python ignores SIGXFSZ: none of it reaches the agent."""
    ignored = (signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU)
    run = lab.launch(
        lab.brief("grep SigIgn /proc/self/status > $MARKS/ignored", io="file"),
        preexec_fn=lambda: [signal.signal(number, signal.SIG_IGN) for number in ignored],
    )
    lab.phase(run, phase.DONE)
    assert int(lab.mark("ignored").split()[1], 16) == 0, os.listdir(run)
