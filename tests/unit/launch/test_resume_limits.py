"""What is left of a run's limits for its next attempt, what a person may raise, and when a resume is refused."""

import json
import os
from pathlib import Path

import pytest

from workcell.base.errors import Refused
from workcell.finish import decide
from workcell.judgement import limits
from workcell.launch import resume_limits
from workcell.launch.resume_limits import Raised
from workcell.rundir import layout, look, phase, status

LIMITS = {"wall_seconds": 1000.0, "wall_total_seconds": 3600.0, "attempts": 2, "cost_usd": 1.5}
PERSON, BOOK = {"who": "person"}, {"who": "playbook:p"}


class Past:
    """A run with sealed attempts, made by hand."""

    def __init__(self, top):
        self.run = os.path.join(top, layout.RUNS, "r")
        os.makedirs(self.run)
        self.put(self.run, layout.LAUNCH, name="r")
        self.n = 0

    def put(self, where, file, **record):
        record["schema"] = f"workcell.file.{file.removesuffix('.json')}/1"
        Path(where, file).write_text(json.dumps(record))

    def attempt(self, seconds=None, by="person", cost=None, began=None, ended=None, **more):
        """One more attempt, which took so long, and cost so much."""
        self.n += 1
        where = layout.attempt(self.run, self.n)
        os.makedirs(where)
        self.put(where, layout.ATTEMPT, asked_by={"who": by}, limits=LIMITS, reader="none", **more)
        if began is not None:
            self.put(where, layout.START, started_at=began)
        self.put(where, layout.EXIT, how="reaped", seconds=seconds, ended_at=ended)
        self.put(where, layout.NEXT, cost_usd=cost)
        current = os.path.join(self.run, layout.CURRENT)
        if os.path.lexists(current):
            os.unlink(current)
        os.symlink(f"{layout.ATTEMPTS}/{layout.number(self.n)}", current)
        return self

    def look(self):
        seen = look.at(self.run)
        assert seen.phase == phase.SCHEDULED and seen.n == self.n, seen.why
        return seen

    def waited(self, n, seconds):
        where = layout.attempt(self.run, n)
        exit = json.loads(Path(where, layout.EXIT).read_text())
        Path(where, layout.EXIT).write_text(json.dumps({**exit, "waited_seconds": seconds}))


@pytest.fixture
def past(tmp_path):
    return Past(str(tmp_path))


def test_what_a_person_does_not_raise_stays_as_it_is():
    assert resume_limits.apply(Raised(), LIMITS) == LIMITS
    assert resume_limits.apply(Raised(attempts=9), LIMITS) == {**LIMITS, "attempts": 9}
    assert resume_limits.apply(Raised(cost=7.0), LIMITS) == {**LIMITS, "cost_usd": 7.0}


def test_a_raised_time_is_that_of_each_attempt_and_of_all():
    raised = resume_limits.apply(Raised(wall=7200.0), LIMITS)
    assert (raised["wall_seconds"], raised["wall_total_seconds"]) == (7200.0, 7200.0)
    assert LIMITS["wall_seconds"] == 1000.0, "the limits that were given are left alone"


# -- refusals


def test_the_command_that_is_offered_beyond_the_attempts_is_one_that_is_taken(past):
    past.attempt(1.0)
    assert status.go_on(past.look()) == "workcell resume r"
    past.attempt(1.0)
    assert status.go_on(past.look()) == "workcell resume r --attempts 3"
    with pytest.raises(Refused):
        resume_limits.check(past.look(), Raised())
    resume_limits.check(past.look(), Raised(attempts=3))
    past.attempt(1.0, brief_given=3)
    assert status.go_on(past.look()) == "workcell resume r", "a new brief begins the count anew"


def test_a_used_up_number_of_attempts_is_refused_with_the_number_that_helps(past):
    seen = past.attempt().attempt().look()
    with pytest.raises(Refused, match="used 2 of 2 attempts") as caught:
        resume_limits.check(seen, Raised())
    assert str(caught.value.hint).startswith("workcell resume r --attempts 3")
    resume_limits.check(seen, Raised(attempts=3))
    with pytest.raises(Refused):
        resume_limits.check(seen, Raised(attempts=2))


def test_attempts_count_from_the_one_that_began_with_the_brief_of_now(past):
    seen = past.attempt().attempt().attempt(brief_given=3).look()
    assert status.first_of_brief(seen) == 3
    resume_limits.check(seen, Raised())


def test_a_spent_budget_is_refused_with_one_that_helps(past):
    seen = past.attempt(cost=1.5).attempt().look()
    with pytest.raises(Refused, match=r"spent \$1.50 of \$1.50") as caught:
        resume_limits.check(seen, Raised(attempts=9))
    assert str(caught.value.hint).startswith("workcell resume r --cost 3,")
    resume_limits.check(seen, Raised(attempts=9, cost=3.0))


def test_money_of_an_attempt_that_ended_the_run_counts_and_the_next_command_raises_the_limit(past):
    past.attempt(cost=1.5)
    directory = layout.attempt(past.run, 1)
    os.unlink(os.path.join(directory, layout.NEXT))
    past.put(directory, layout.RESULT, cost_usd=1.5)
    seen = past.attempt().look()
    with pytest.raises(Refused, match=r"spent \$1.50 of \$1.50"):
        resume_limits.check(seen, Raised(attempts=9))
    assert status.go_on(seen) == "workcell resume r --attempts 3 --cost 3"


def test_money_of_a_conversation_that_goes_on_is_counted_once(past):
    seen = past.attempt(cost=0.5).attempt(cost=1.0, native=True).attempt(cost=1.4, native=True).look()
    assert status.spent(seen) == pytest.approx(1.4) and status.spent(seen, since=3) == pytest.approx(0.4)
    resume_limits.check(seen, Raised(attempts=9))
    history = decide.history_of(past.run, seen, None, None)
    history[-1]["cost_usd"] = 1.4
    assert limits.spent(history) == pytest.approx(1.4)


@pytest.mark.parametrize(
    "attempts",
    [
        [{}, {}],
        [{}, {"by": "playbook"}, {}],
        [{}, {"brief_given": 2}, {"brief_given": 2, "by": "playbook"}],
        [{}, {"by": "message"}, {"by": "playbook"}],
        [{}, {"by": "message", "brief_given": 2}, {"brief_given": 3}],
    ],
)
def test_a_person_and_a_playbook_count_the_same_attempts(past, attempts):
    for more in attempts:
        past.attempt(1.0, **more)
    seen = past.look()
    assert limits.attempts_used(decide.history_of(past.run, seen, None, None)) == status.attempts_used(seen)


def test_money_that_was_spent_on_an_earlier_brief_counts_no_more(past):
    past.attempt(cost=1.5).attempt(brief_given=2).attempt(brief_given=2)
    resume_limits.check(past.look(), Raised(attempts=9))


@pytest.mark.parametrize("used", [1, 5])
def test_one_attempt_beyond_all_limits_may_be_forced(past, used):
    for _ in range(used):
        past.attempt(cost=9.0)
    resume_limits.check(past.look(), Raised(force=True))


def test_a_run_without_limits_may_always_go_on(past):
    past.attempt(cost=9.0).attempt()
    seen = past.look()
    seen.attempt["limits"] = {"wall_seconds": None, "attempts": None, "cost_usd": None}
    resume_limits.check(seen, Raised())
    seen.attempt = None
    resume_limits.check(seen, Raised())
    assert status.first_of_brief(seen) == 1


# -- time


def test_an_attempt_took_what_it_worked(past):
    past.attempt(seconds=100.0)
    past.waited(1, 30.0)
    assert resume_limits.seconds(past.run, 1) == 70.0


def test_an_attempt_whose_end_was_not_seen_took_until_it_was_found(past):
    past.attempt(began="2026-01-01T00:00:00.000Z", ended="2026-01-01T00:10:00.000Z")
    assert resume_limits.seconds(past.run, 1) == 600.0


@pytest.mark.parametrize(
    ("began", "ended"),
    [(None, "2026-01-01T00:00:00.000Z"), ("2026-01-01T00:00:00.000Z", None),
     ("2026-01-02T00:00:00.000Z", "2026-01-01T00:00:00.000Z")],
)  # fmt: skip
def test_a_time_that_nothing_tells_counts_as_none(past, began, ended):
    past.attempt(began=began, ended=ended)
    assert resume_limits.seconds(past.run, 1) == 0.0


def test_an_attempt_that_has_not_ended_took_no_time(past):
    past.attempt(seconds=100.0)
    os.unlink(os.path.join(layout.attempt(past.run, 1), layout.EXIT))
    assert resume_limits.seconds(past.run, 1) == 0.0


def test_a_person_gets_the_whole_time_of_the_run_anew(past):
    past.attempt(seconds=3000.0)
    left = resume_limits.left(past.look(), LIMITS, PERSON)
    assert (left["wall_seconds"], left["wall_total_seconds"]) == (3600.0, 3600.0)


def test_a_playbook_gets_what_is_left_since_a_person_last_asked(past):
    past.attempt(seconds=3000.0).attempt(seconds=500.0).attempt(seconds=600.0, by="playbook:p")
    left = resume_limits.left(past.look(), LIMITS, BOOK)
    assert (left["wall_seconds"], left["wall_total_seconds"]) == (2500.0, 3600.0)
    assert (left["attempts"], left["cost_usd"]) == (2, 1.5)


def test_an_attempt_that_a_playbook_opens_has_a_minute_at_least(past):
    past.attempt(seconds=3590.0)
    assert resume_limits.left(past.look(), LIMITS, BOOK)["wall_seconds"] == 60.0


def test_without_a_total_the_time_of_one_attempt_is_that_of_all(past):
    past.attempt(seconds=100.0)
    alone = {"wall_seconds": 1000.0}
    assert resume_limits.left(past.look(), alone, BOOK) == {"wall_seconds": 900.0, "wall_total_seconds": 1000.0}
    assert resume_limits.left(past.look(), {"wall_seconds": None}, BOOK) == {"wall_seconds": None}
