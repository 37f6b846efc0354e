"""why: the verdict with what it means, in the same words as the lists, and without secrets."""

import os
from pathlib import Path

import pytest

from tests.support import frozen
from tests.support.lab import rewrite_record
from workcell.base.errors import NoSuchRun
from workcell.evidence import judge_run
from workcell.rundir import layout, look, vocabulary
from workcell.rundir.cell import Cell
from workcell.views import status, why


@pytest.fixture
def cell(tmp_path):
    return Cell(frozen.thaw(tmp_path / "home"), {}, "/")


@pytest.mark.parametrize("name", [*frozen.DONE, *frozen.OPEN])
def test_it_says_what_the_verdict_means_and_what_lists_say(cell, name):
    found = why.perform(cell, why.Request(name))
    run = frozen.run_of(cell.home, name)
    assert found.id == os.path.basename(run) and found.attempt == look.at(run).n
    assert found.meaning == vocabulary.VERDICTS[found.verdict]
    listed = status.status(run)
    assert (found.state, found.needs, found.waits) == (listed["state"], listed["needs"], listed["waits"])


def test_the_verdict_is_that_of_judge(cell):
    run = frozen.run_of(cell.home, "frozen-two")
    found, judged = why.why(cell.home, run), judge_run.judge_run(cell.home, run)
    assert (found.verdict, found.confidence) == (judged["verdict"], judged["confidence"])
    assert len(found.evidence) == len(judged["evidence"])


@pytest.mark.parametrize(
    ("name", "headline"),
    [
        *(("frozen-two", "passed: "), ("frozen-tampered", "tampered: ")),
        *(("frozen-created", "created"), ("frozen-lost", "unknown: its home is a copy")),
    ],
)
def test_the_headline_is_the_state_and_its_cause(cell, name, headline):
    found = why.perform(cell, why.Request(name)).headline
    assert found is not None and found.startswith(headline)


def test_of_a_live_run_the_headline_says_what_its_agent_does(made_live):
    made_live.shows("────────────────────\n Bash command\n\n   rm x\n\n Do you want to proceed?\n ❯ 1. Yes\n   2. No\n")
    found = why.why(made_live.home, made_live.run)
    assert found.headline.startswith("approval: ") and found.activity["state"] == found.state == "approval"
    made_live.attempt["reader"] = "none"
    made_live.store()
    found = why.why(made_live.home, made_live.run)
    assert found.headline == "running: what its agent does is not known: it keeps no records that can be read"


def test_a_run_that_is_not_over_says_why_it_is_where_it_is(cell):
    found = why.perform(cell, why.Request("frozen-lost"))
    assert found.outcome is None and found.phase == "unknown" and "its home is a copy" in found.reason


def test_a_failed_check_comes_with_the_end_of_what_it_printed(cell):
    run = frozen.run_of(cell.home, "frozen-two")
    seen = look.at(run)
    rewrite_record(run, seen.n, layout.VERIFY, {**look.verify_at(seen, seen.n), "code": 1})
    Path(seen.directory, layout.VERIFY_LOG).write_bytes(b"".join(b"line %d\n" % n for n in range(30)))
    assert why.why(cell.home, run).check == [f"line {n}" for n in range(20, 30)]


def test_no_secret_of_a_reason_is_shown(cell):
    run = frozen.run_of(cell.home, "frozen-two")
    seen, token = look.at(run), "ghp_" + "a1B2" * 9
    rewrite_record(run, seen.n, layout.RESULT, {**seen.result, "reason": f"cannot push with {token}"})
    found = why.why(cell.home, run)
    assert found.reason.startswith("cannot push with") and token not in str(found)


def test_no_secret_that_a_dialog_shows_is_shown(made_live):
    token = "ghp_" + "a1B2" * 9
    screen = f"────────────────────\n Bash command\n\n   push {token}\n\n Do you want to proceed?"
    made_live.shows(f"{screen}\n ❯ 1. Yes\n   2. No\n\n Esc to cancel\n")
    found = why.why(made_live.home, made_live.run)
    assert (found.verdict, found.prompt["question"]) == ("prompt", "Do you want to proceed?")
    assert "push" in str(found.prompt) and token not in str(found)


def test_looking_for_the_reason_changes_nothing(cell):
    before = frozen.state(cell.home)
    for name in (*frozen.DONE, *frozen.OPEN):
        why.perform(cell, why.Request(name))
    assert frozen.state(cell.home) == before


def test_a_run_that_there_is_not_is_named(cell):
    with pytest.raises(NoSuchRun):
        why.perform(cell, why.Request("nothing"))


def test_of_an_agent_that_tries_again_why_says_that_it_needs_no_person_yet():
    again, over = why._meaning("auth", "retrying"), why._meaning("auth", "idle")
    assert again == f"{over} The agent tries again by itself; you are needed once it gives up."
    assert "trying again" not in over
