"""A wait says at once what its run needs or waits for, and with which commands; never on standard output."""

import os

import pytest

from tests.e2e import test_needs as situations


def test_a_wait_before_a_dialog_says_what_is_asked_and_the_commands(lab):
    run = os.path.basename(situations.asking("Bash", "approval")(lab))
    done = lab.workcell("wait", run, "--timeout", "4s", code=124)
    said = done.stderr.split("workcell: ")[0].split("\n")
    assert said[0].split() == ["!", "approval", run.split("-", 2)[2].rpartition("-")[0]]
    assert [line.strip() for line in said[1:] if line][:4] == [
        f"needs you  answer: workcell answer {run}",
        "Bash: rm -rf build",
        f"Yes: workcell approve {run}",
        f"No: workcell deny {run}",
    ]
    assert done.stdout == "" and done.stderr.count("workcell approve") == 1


@pytest.mark.parametrize("ticks", [True, False])
def test_a_wait_for_a_scheduled_run_says_what_it_waits_for(lab, ticks):
    run = os.path.basename(situations.scheduled(lab, ticks))
    done = lab.workcell("wait", run, "--timeout", "3s", code=None)
    if ticks:
        assert done.returncode == 124
        return
    assert done.returncode == 1 and "nothing starts it by itself: no watchdog ticks" in done.stderr
    assert f"workcell resume {run}" in done.stderr


def test_a_wait_that_answers_a_program_says_it_in_its_document_alone(lab):
    run = os.path.basename(situations.scheduled(lab, False))
    done = lab.workcell("wait", run, "--timeout", "3s", "--json", code=None)
    assert done.stderr == "" and f"workcell resume {run}" in done.stdout
