"""The sealed verdict: every way in which an attempt can end, and what may be called passed."""

import itertools

import pytest

from workcell.judgement import outcome
from workcell.rundir import vocabulary

CLEAN = {"forbidden": [], "git": {"clean": True, "dirty": []}, "git_error": None}
ATTEMPT = {"require": {"clean": False}}


def exit(how="reaped", code=0, signal=None, error=None):
    return {"how": how, "code": code, "signal": signal, "error": error}


def verify(how="exited", code=0, signal=None):
    return {"how": how, "code": code, "signal": signal, "seconds": 1.0, "error": None}


@pytest.mark.parametrize(
    ("ended", "checked", "word", "says"),
    [
        (exit(), verify(), "passed", "verify.sh ended with 0"),
        (exit(code=3), verify(), "passed", "exit code 3"),
        (exit("vanished", None), verify(), "passed", "vanished"),
        (exit("limit-wall", None, 9), verify(code=1), "failed", "wall limit"),
        (exit(), verify(code=7), "failed", "exit code 7"),
        (exit(), verify(code=None, signal=11), "failed", "signal 11"),
        (exit(), verify("limit", None), "failed", "time limit"),
        (exit(), verify("not-started", None), "failed", "could not be started"),
        (exit(), verify("tampered", None), "tampered", "pinned"),
        (exit(), None, "unverified", "no verify script"),
        (exit(code=3), None, "unverified", "exit code 3"),
        (exit("stopped", None, 15), None, "stopped", "by a person"),
        (exit("not-started", None, error="no such program"), None, "failed", "no such program"),
    ],
)
def test_each_end_has_its_word_and_says_why(ended, checked, word, says):
    found, reason = outcome.decide(ATTEMPT, ended, CLEAN, checked)
    assert found == word
    assert says in reason


def test_nothing_but_a_passing_pinned_script_over_kept_rules_is_passed():
    hows = ("reaped", "vanished", "not-started", "limit-wall", "limit-idle", "stopped")
    checks = (
        None,
        *(verify(how, code) for how in ("exited", "limit", "tampered", "not-started") for code in (0, 1, None)),
    )
    trees = (
        CLEAN,
        {**CLEAN, "forbidden": [{"path": "x", "pattern": "x"}]},
        {**CLEAN, "git": {"clean": False, "dirty": ["y"]}},
    )
    for how, code, checked, facts, clean in itertools.product(hows, (0, 1, None), checks, trees, (True, False)):
        word, _ = outcome.decide({"require": {"clean": clean}}, exit(how, code), facts, checked)
        assert word in vocabulary.OUTCOMES
        kept = not facts["forbidden"] and (facts["git"]["clean"] or not clean)
        ran = checked is not None and checked["how"] == "exited" and checked["code"] == 0
        assert (word == "passed") == (ran and kept and how not in ("not-started", "stopped"))


@pytest.mark.parametrize(
    ("git", "told"),
    [
        ({"clean": True, "dirty": [], "commits": 0, "files": 0}, True),
        ({"clean": False, "dirty": ["a"], "commits": 0, "files": 1}, False),
        ({"clean": True, "dirty": [], "commits": 1, "files": 1}, False),
        ({"clean": True, "dirty": [], "commits": None, "files": None}, False),
        (None, False),
    ],
)
def test_a_pass_of_an_agent_that_failed_says_whether_anything_was_changed(git, told):
    word, reason = outcome.decide(ATTEMPT, exit(code=1), {**CLEAN, "git": git}, verify())
    assert word == "passed" and ("nothing was changed in the tree since launch" in reason) == told


def test_a_pass_is_told_with_what_else_its_reason_says():
    _, reason = outcome.decide(ATTEMPT, exit(code=1), CLEAN, verify())
    assert outcome.reservation(reason).startswith("the agent ended with exit code 1")
    assert outcome.reservation(f"no login; {reason}").startswith("no login; the agent ended")
    assert outcome.reservation(outcome.decide(ATTEMPT, exit(code=0), CLEAN, verify())[1]) == ""
    assert outcome.reservation("another one") == ""


def test_a_tree_that_could_not_be_asked_is_not_clean():
    facts = {"forbidden": [], "git": None, "git_error": "git did not answer in time"}
    word, reason = outcome.decide({"require": {"clean": True}}, exit(), facts, verify())
    assert word == "failed"
    assert "did not answer" in reason


def test_every_forbidden_path_is_named():
    hits = [{"path": f"secret/{n}", "pattern": "secret/"} for n in range(30)]
    _, reason = outcome.decide(ATTEMPT, exit(), {**CLEAN, "forbidden": hits}, verify())
    assert all(hit["path"] in reason for hit in hits)
