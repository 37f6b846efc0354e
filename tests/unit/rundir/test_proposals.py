"""A proposal stands once, is decided once and ends once; what could not be asked voids nothing."""

import os
from pathlib import Path

import pytest

from tests.support.made_runs import WALL, MadeRun
from workcell.base import clock
from workcell.rundir import acks, layout, phase, proposals


@pytest.fixture
def made(tmp_path):
    return MadeRun(tmp_path)


def record(key=b"k", run="r", attempt=1, where=phase.RUNNING):
    found = {"schema": proposals.SCHEMA, "id": proposals.name(run, attempt, key), "run": run, "attempt": attempt}
    times = {"created_at": clock.stamp(WALL), "void_at": clock.stamp(WALL + proposals.LIFE)}
    return {**found, **times, "phase": where, "text": "t", "acts": [], "playbook": {"name": "p"}}


def test_the_first_writer_of_each_file_counts(made):
    found = record()
    assert proposals.propose(made.home, found) == found
    assert proposals.propose(made.home, {**found, "text": "other"})["text"] == "t"
    assert proposals.read(made.home, found["id"]) == found and proposals.run_of(found["id"]) == "r"
    assert proposals.decided(made.home, found["id"]) is None
    assert proposals.decide(made.home, found["id"], "denied")["decision"] == "denied"
    assert proposals.decide(made.home, found["id"], "approved")["decision"] == "denied"
    assert proposals.open_ids(made.home) == [found["id"]], "it is decided, and has no end"
    assert proposals.end(made.home, found["id"], "denied")["state"] == "denied"
    assert proposals.end(made.home, found["id"], "done")["state"] == "denied"
    assert proposals.open_ids(made.home) == []
    assert proposals.of_attempt(made.home, "r", 1) == [found["id"]]
    assert proposals.of_attempt(made.home, "r", 2) == []


def test_a_home_without_proposals_has_none(made):
    assert proposals.open_ids(made.home) == [] and not proposals.due(made.home, WALL)
    assert proposals.read(made.home, "r.001.aa") is None


@pytest.mark.parametrize(
    ("where", "attempt", "at", "why"),
    [
        (phase.RUNNING, 1, WALL + proposals.LIFE - 1.0, None),
        (phase.RUNNING, 1, WALL + proposals.LIFE, "no person decided within 24 hours"),
        (phase.RUNNING, 2, WALL, "attempt 2 has begun since"),
        (phase.DONE, 1, WALL, "the run was running, and is done now"),
        (phase.FINISHING, 1, WALL, "the run was running, and is finishing now"),
        (phase.UNKNOWN, 1, WALL, None),
        (phase.CORRUPT, 0, WALL, None),
        (phase.UNKNOWN, 1, WALL + proposals.LIFE, "no person decided within 24 hours"),
    ],
)
def test_why_it_counts_no_more(made, where, attempt, at, why):
    seen = made.seen(where)
    seen.n = attempt
    found = proposals.outdated(record(), seen, at)
    assert (found or "").startswith(why) if why else found is None


def test_a_tick_has_something_to_do_once_it_is_decided_or_void(made):
    made.store()
    where = made.home
    found = proposals.propose(where, record(where=phase.CREATED))
    seen = proposals.due(where, WALL)
    assert not seen, "it waits for a person"
    assert proposals.due(where, WALL + proposals.LIFE)
    proposals.decide(where, found["id"], "approved")
    assert proposals.due(where, WALL)
    proposals.end(where, found["id"], "done")
    assert not proposals.due(where, WALL + proposals.LIFE)


def test_one_of_a_run_that_is_gone_is_to_be_ended(made):
    proposals.propose(made.home, record(run="other"))
    assert proposals.due(made.home, WALL)


def test_what_cannot_be_read_is_left_alone(made):
    os.mkdir(proposals.directory(made.home))
    for name, text in (("r.001.aa.json", "torn"), ("r.001.bb.json", '{"schema": "workcell.file.proposal/2"}')):
        Path(proposals.directory(made.home), name).write_text(text)
    assert proposals.read(made.home, "r.001.aa") is None and proposals.read(made.home, "r.001.bb") is None
    assert not proposals.due(made.home, WALL + proposals.LIFE)


def test_what_a_home_says_of_a_removed_run_is_removed(made):
    mine, other = record(), record(run="r-2")
    for one in (mine, other):
        proposals.propose(made.home, one)
        proposals.decide(made.home, one["id"], "denied")
        proposals.end(made.home, one["id"], "denied")
    proposals.remove(made.run)
    names = sorted(os.listdir(os.path.join(made.home, layout.PROPOSALS)))
    assert names == sorted(other["id"] + part for part in (".json", ".decided", ".done"))


# -- about an end


def ended(made, where=phase.DONE, names=True, attempt=1):
    found = record(where=phase.DONE)
    seen = made.seen(where)
    seen.n = attempt
    seen.result = {"outcome": "failed", **({"proposal": found["id"]} if names else {})} if where == phase.DONE else None
    return found, seen


def test_one_about_an_end_counts_while_that_is_the_end(made):
    found, seen = ended(made)
    assert proposals.answers(found, seen) and proposals.outdated(found, seen, WALL) is None
    assert proposals.outdated(found, seen, WALL + proposals.LIFE) == "no person decided within 24 hours"
    assert proposals.outdated(*ended(made, attempt=2), WALL) == "attempt 2 has begun since"
    assert "ended otherwise" in proposals.outdated(*ended(made, names=False), WALL)
    acks.place(made.home, "r", 1)
    assert proposals.outdated(found, seen, WALL) == "a person has acknowledged the end"


@pytest.mark.parametrize("where", [phase.FINISHING, phase.INTERRUPTED, phase.LOST, phase.UNKNOWN])
def test_one_about_an_end_is_neither_void_nor_decided_before_its_result_stands(made, where):
    found, seen = ended(made, where)
    assert not proposals.answers(found, seen) and proposals.outdated(found, seen, WALL) is None


def test_all_about_a_run_that_are_not_decided_are_void(made):
    first, second, other = record(), record(b"l"), record(run="s")
    for one in (first, second, other):
        proposals.propose(made.home, one)
    proposals.decide(made.home, first["id"], "approved")
    proposals.void_all(made.home, "r", "it was merged")
    found = [(proposals.decided(made.home, one["id"]) or {}).get("decision") for one in (first, second, other)]
    assert found == ["approved", "void", None]
    assert proposals.decided(made.home, second["id"])["why"] == "it was merged"


@pytest.mark.parametrize(
    ("decision", "state", "why", "said"),
    [
        ("denied", "denied", None, "it failed (you denied that at "),
        ("approved", None, None, "it failed (you approved that at "),
        (
            "approved",
            "failed",
            "resume: its tree is gone",
            ", and what came of it is: failed: resume: its tree is gone)",
        ),
        (
            "void",
            "void",
            "no person decided within 24 hours",
            "it failed (that is void: no person decided within 24 hours)",
        ),
    ],
)
def test_the_reason_of_an_end_says_what_became_of_the_proposal_about_it(made, decision, state, why, said):
    found = record(where=phase.DONE)
    seen = made.seen(phase.DONE)
    seen.result = {"outcome": "failed", "reason": "it failed", "proposal": found["id"]}
    assert proposals.reason(seen) == "it failed"
    proposals.propose(made.home, found)
    assert proposals.reason(seen) == "it failed"
    proposals.decide(made.home, found["id"], decision, why)
    if state is not None:
        proposals.end(made.home, found["id"], state, why)
    assert said in proposals.reason(seen)
    seen.result["proposal"] = "../" + found["id"]
    assert proposals.reason(seen) == "it failed", "that is no proposal about it"
    seen.result = None
    assert proposals.reason(seen) is None
