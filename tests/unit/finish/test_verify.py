"""The check of a run, run again by a person."""

import re
from pathlib import Path

import pytest

from tests.support import runs
from tests.unit.conftest import MadeLive
from workcell.base.errors import NotFound, TryAgain, Usage
from workcell.finish import settle, verify
from workcell.operations import registry
from workcell.rundir import look, phase, writer
from workcell.rundir.caller import Caller
from workcell.rundir.cell import Cell


@pytest.fixture(autouse=True)
def _environment(lab, monkeypatch):
    for name, value in lab.env().items():
        monkeypatch.setenv(name, value)


def test_it_is_run_in_the_tree_as_it_is_now(lab):
    run = runs.ended(lab, "test -e later && echo yes")
    assert settle.settle(run).result["outcome"] == "failed"
    first = verify.verify(run)
    assert not first.passed and first.verify["code"] == 1
    Path(lab.repo, "later").touch()
    shown: list[str] = []
    second = verify.verify(run, show=shown.append)
    assert second.passed and second.output == "yes\n" and shown == ["yes"]
    assert look.at(run).result["outcome"] == "failed", "the verdict stays"


def test_it_says_what_the_check_means_now_and_what_is_next(lab):
    run = lab.launch(lab.brief("true", "test -e later"), "--wait", code=1)
    name = look.at(run).id
    failed = verify.verify(run)
    assert (failed.meaning, failed.next) == (
        "it does not pass, and the run stays failed",
        f"workcell resume {name}",
    )
    Path(lab.repo, "later").touch()
    passes = lab.workcell("verify", run)
    words = "the check ended with 0 after 0.0s: it passes in the tree as it is now; the run stays failed."
    assert re.sub(r"\d\.\ds", "0.0s", passes.stderr).startswith(words)
    assert f"'workcell resume {name}' makes an attempt whose check counts" in passes.stderr
    assert f"hint: workcell ack {name}" in passes.stderr
    lab.workcell("resume", run, "--no-window", "--wait")
    assert (verify.verify(run).meaning, verify.verify(run).next) == ("it still passes", None)
    Path(lab.repo, "later").unlink()
    assert verify.verify(run).next == f"workcell diff {name}"


def test_from_inside_of_the_run_the_cure_is_no_wait_for_itself(tmp_path):
    made = MadeLive(tmp_path)
    made.attempt["verify"] = {"sha256": "x"}
    made.starts()
    try:
        cell = Cell(made.home, {}, "/", ask_caller=lambda: Caller(made.home, (made.run,), 1))
        with pytest.raises(TryAgain, match="once your turn is over") as caught:
            verify.perform(cell, verify.Request("r"))
        assert f"bash {made.run}/attempts/001/verify.sh" in caught.value.hint and "wait" not in caught.value.hint
    finally:
        made.loses_its_runner()


def test_raw_bytes_go_to_the_callers_descriptor(lab, tmp_path):
    run = runs.ended(lab, r"printf 'a\033[1mb'")
    settle.settle(run)
    with open(tmp_path / "out", "w+b") as file:
        assert verify.verify(run, raw=file.fileno()).output == ""
    assert (tmp_path / "out").read_bytes() == b"a\x1b[1mb"


def test_a_request_for_raw_bytes_needs_an_output(lab, tmp_path):
    run = runs.ended(lab, r"printf 'a\033[1mb'")
    settle.settle(run)
    with open(tmp_path / "out", "w+b") as file:
        cell = Cell(lab.home, {}, "/")
        cell.output = file.fileno()
        done = registry.perform(cell, "verify", verify.Request(run, raw=True))
    assert done.passed and (tmp_path / "out").read_bytes() == b"a\x1b[1mb"
    with pytest.raises(Usage, match="no output that takes raw bytes"):
        registry.perform(Cell(lab.home, {}, "/"), "verify", verify.Request(run, raw=True))


def test_without_a_script_there_is_nothing_to_run(lab):
    run = runs.ended(lab, None)
    settle.settle(run)
    with pytest.raises(NotFound, match="has no verify script"):
        verify.verify(run)


def test_a_live_run_is_left_alone(lab):
    run = runs.start(lab, lab.brief("exec sleep 600"))
    lab.phase(run, phase.RUNNING)
    with pytest.raises(TryAgain, match="it is running"):
        verify.verify(run)


def test_while_another_process_writes_it_waits_its_turn(lab):
    run = runs.ended(lab)
    settle.settle(run)
    with writer.take(run), pytest.raises(TryAgain):
        verify.verify(run)
