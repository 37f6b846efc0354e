"""SIGKILL and failing calls at every call of the hook that decides: nothing is allowed that the journal does not know."""

import json
import shlex
import sys

import pytest

from tests.faults import points
from tests.support import ruled_run
from tests.support.made_runs import MadeRun
from workcell.approvals import journal

pytestmark = pytest.mark.skipif(points.STRACE is None, reason="strace is not there")


@pytest.fixture
def made(tmp_path):
    return MadeRun(tmp_path)


RULES = "allow: [git status]\ndeny: [git push]\n"


class Trial:
    """A run for which rules hold; each try has a journal of its own."""

    def __init__(self, made, top, command):
        ruled_run.pin(made, RULES)
        self.made, self.out, self.command = made, top / "out", command
        given = top / "payload"
        given.write_text(json.dumps(ruled_run.payload(command)))
        program = shlex.join([sys.executable, "-B", *ruled_run.program(made)[1:]])
        self.argv = ["sh", "-c", f"exec {program} <{given} >{self.out}"]

    def strike(self, point, how):
        hit = points.struck(self.argv, point, how)
        told = ruled_run.said(self.out.read_bytes()) if self.out.exists() else None
        decided = [line for line in journal.read(self.made.home) if "of" not in line]
        return hit, told, decided

    def again(self):
        """Nothing that was left behind keeps the next one from its work."""
        points.struck(self.argv, points.Point("write", 999, ""), "signal=KILL")
        return ruled_run.said(self.out.read_bytes())


def trials(made, top, command, how, wanted, sample=None):
    trial = Trial(made, top, command)
    found = [point for point in points.points(trial.argv) if how == "signal=KILL" or point.call in points.FAILING]
    assert any(point.call == "fdatasync" for point in found), "the journal is synced"
    for point in points.spread(found, sample) if sample else found:
        before = len([line for line in journal.read(made.home) if "of" not in line])
        trial.out.unlink(missing_ok=True)
        _, told, decided = trial.strike(point, how)
        assert told in (wanted, None), point
        if told == "allow":
            assert len(decided) == before + 1 and decided[-1]["words"] == command, f"allowed and not recorded: {point}"
        assert trial.again() == wanted, point


HOW = pytest.mark.parametrize("how", ["signal=KILL", "error=ENOSPC"])


@HOW
def test_nothing_is_allowed_that_is_not_recorded(made, tmp_path, how):
    trials(made, tmp_path, "git status", how, "allow", sample=8)


def struck_decisions(made, top, how, sample=None):
    """At each call of the hook that tells a person's yes: it is told at most once, and never without being recorded."""
    trial = Trial(made, top, "make it")
    ruled_run.decide(made, "make it", "allow")
    found = [one for one in points.points(trial.argv) if how == "signal=KILL" or one.call in points.FAILING]
    for point in points.spread(found, sample) if sample else found:
        name = ruled_run.decide(made, "make it", "allow")
        trial.out.unlink(missing_ok=True)
        _, told, _ = trial.strike(point, how)
        assert told in ("allow", None), point
        spent = any(line.get("of") == name for line in journal.read(made.home))
        assert told is None or spent, f"allowed and not recorded: {point}"
        assert trial.again() == (None if spent else "allow"), f"told twice, or lost: {point}"


@HOW
def test_what_a_person_allowed_is_told_once(made, tmp_path, how):
    struck_decisions(made, tmp_path, how, sample=8)


@HOW
@pytest.mark.heavy
def test_what_a_person_allowed_is_told_once_at_any_call(made, tmp_path, how):
    struck_decisions(made, tmp_path, how)


@HOW
@pytest.mark.heavy
def test_nothing_is_allowed_that_is_not_recorded_at_any_call(made, tmp_path, how):
    trials(made, tmp_path, "git status", how, "allow")


@HOW
@pytest.mark.heavy
def test_nothing_denied_is_allowed_at_any_call(made, tmp_path, how):
    trials(made, tmp_path, "git push", how, "deny")
