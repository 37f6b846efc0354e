"""What a live agent does, by its records, its screen and its processes."""

import os
import subprocess
import sys

import pytest

from tests.support.lab import eventually
from tests.support.made_runs import MadeRun
from workcell.base import platform
from workcell.evidence import activity
from workcell.rundir import layout, phase

RULE = "─" * 80
IDLE = f"done\r\n\r\n{RULE}\r\n❯ \r\n{RULE}\r\n  ⏵⏵ accept edits on"
BUSY = f"✢ Working… (3s · esc to interrupt)\r\n\r\n{RULE}\r\n❯ \r\n{RULE}\r\n  ⏵⏵ accept edits on · esc to interrupt"


@pytest.fixture
def made(tmp_path):
    return MadeRun(tmp_path)


def draws(made, text):
    with open(os.path.join(layout.attempt(made.run, 1), layout.AGENT_LOG), "w") as file:
        file.write(f"\x1b[2J\x1b[H{text}")


@pytest.mark.parametrize(("text", "state"), [(IDLE, "idle"), (BUSY, "working"), ("hello", "unknown")])
def test_the_screen_tells_work_and_rest(made, text, state):
    draws(made, text)
    found = activity.of(made.seen(), now=1e9)
    assert found is not None and found["state"] == state


GHOST = 'Try "fix the tests"'


@pytest.mark.parametrize(
    ("line", "back", "words"),
    [
        ("", 0, "its composer is empty and nothing turns"),
        ("hello half line", 0, "nothing turns; in its composer stands, not sent: 'hello half line'"),
        (GHOST, len(GHOST), "its composer is empty and nothing turns"),
        (GHOST, 0, f"nothing turns; in its composer stands, not sent: {GHOST!r}"),
    ],
)
def test_a_line_that_a_person_left_in_the_composer_is_told(made, line, back, words):
    """A hint of the program itself stands behind the cursor."""
    made.attempt["typing"]["ghosts"] = ['Try "']
    draws(made, f"done\r\n\r\n{RULE}\r\n❯ {line}\r\n{RULE}\r\n  ⏵⏵ accept edits on\x1b[4;{3 + len(line) - back}H")
    found = activity.of(made.seen(), now=1e9)
    assert found["state"] == "idle" and [one["words"] for one in found["evidence"]] == [words]


def test_a_title_that_works_outweighs_words_in_the_composer(made):
    draws(made, f"\x1b]2;◐ stub\x07{IDLE}")
    found = activity.of(made.seen(), now=1e9)
    assert found is not None and found["state"] == "working"


def test_an_agent_without_a_terminal_has_no_screen(made):
    made.attempt["io"] = "file"
    assert activity.with_terminal(made.seen(), [], 1e9) == []


@pytest.mark.parametrize("where", [phase.DONE, phase.LOST])
def test_a_run_that_does_not_run_has_no_activity(made, where):
    assert activity.of(made.seen(where)) is None
    made.attempt["reader"] = "none"
    assert activity.of(made.seen()) is None


@pytest.mark.skipif(not platform.LINUX, reason="/proc tells it")
def test_a_process_that_computes_is_at_work_and_a_sleeping_one_says_nothing(made):
    seen = made.seen()
    assert activity.from_processes(seen) == []
    for script, works in (("while True: pass", True), ("import time; time.sleep(600)", False)):
        program = subprocess.Popen([sys.executable, "-S", "-c", script])
        try:
            seen.start = {"agent": platform.identity(program.pid)}
            if works:
                eventually(lambda: activity.from_processes(seen), what="the work")
                [one] = activity.from_processes(seen)
                assert (one["source"], one["says"]) == ("processes", "working")
            else:
                eventually(lambda: not activity.from_processes(seen), what="the sleep")
        finally:
            program.kill()
            program.wait()
    assert activity.from_processes(seen) == [], "it has ended"
