"""Plans of any shape, with ends, kills, ticks, stops, retries and eight processes at once: order, room and budget hold, and nothing runs twice."""

import tempfile
import threading
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.support import plans as made
from workcell.base.errors import Refused, WorkcellError
from workcell.judgement import plan_order
from workcell.rundir import plans
from workcell.together import plan_advance, plan_requests
from workcell.views import plan_state

ID = "20261120-0512-night-7f3a"

MOST = 12
"""Entries of a plan."""


class Killed(BaseException):
    """The process dies here."""


class MortalHands(made.FakeHands):
    """Hands that die after so many acts: before and after a run is made, and before a stop."""

    left: int | None = None

    def create(self, prepared, run):
        self.act()
        said = super().create(prepared, run)
        self.act()
        return said

    def stop(self, home, runs, by, grace):
        self.act()
        super().stop(home, runs, by, grace)

    def act(self):
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                raise Killed


@st.composite
def graphs(draw):
    """Entries of a plan without a circle."""
    entries = []
    for number in range(draw(st.integers(1, MOST))):
        before = [entry["name"] for entry in entries]
        needs = draw(st.lists(st.sampled_from(before), unique=True, max_size=3)) if before else []
        race = draw(st.sampled_from([[], [], [], ["claude", "codex"]]))
        cost = draw(st.sampled_from([None, None, 1.0]))
        when = draw(st.sampled_from(["passed", "passed", "ended"]))
        entries.append(made.entry(f"e{number}", *needs, when=when, race=race, cost_usd=cost))
    return entries


class Plans(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.place = tempfile.TemporaryDirectory()
        self.hands = None

    @initialize(
        entries=graphs(),
        most=st.sampled_from([None, 1, 3]),
        budget=st.sampled_from([None, 4.0, 30.0]),
        on_failure=st.sampled_from(["continue", "stop"]),
    )
    def launch(self, entries, most, budget, on_failure):
        self.plan = made.record(*entries, max_live=most, budget_usd=budget, on_failure=on_failure)
        self.home = made.home_of(Path(self.place.name), self.plan)
        self.hands = MortalHands(self.home)
        self.ended = {}
        self.made_at_stop = None
        self.advance()

    def state(self):
        return plan_state.read(self.home, ID)

    def living(self):
        return [(entry, lane, run) for entry, lane, run in self.hands.made if run not in self.ended_now()]

    def ended_now(self):
        for run in self.hands.stopped:
            self.ended.setdefault(run, ("stopped", 0.0))
        return self.ended

    def advance(self):
        self.hands.left = None
        plan_advance.advance(self.home, ID, self.hands)

    @precondition(lambda self: self.living())
    @rule(
        data=st.data(),
        outcome=st.sampled_from(["passed", "passed", "passed", "failed", "unverified"]),
        tells=st.booleans(),
    )
    def a_run_ends(self, data, outcome, tells):
        """The end of a run; its process may die before it brings the plan on."""
        _, _, run = data.draw(st.sampled_from(self.living()))
        granted = next(line.get("cost_usd") for line in plans.actions(self.home, ID) if line.get("run") == run)
        cost = 0.0 if granted is None else round(granted * data.draw(st.sampled_from([0.0, 0.5, 1.0])), 6)
        made.end(self.home, run, outcome, cost, f"2026-11-20T06:00:{len(self.ended):02d}.000Z")
        self.ended[run] = (outcome, cost)
        if tells:
            self.advance()

    @rule()
    def a_tick(self):
        if ID in plans.open_ids(self.home) and plan_state.is_open(self.home, ID):
            self.advance()

    @rule(after=st.integers(0, 4))
    def a_process_is_killed(self, after):
        self.mortally(after, lambda: plan_advance.advance(self.home, ID, self.hands))

    @rule(data=st.data())
    def an_entry_cannot_be_started(self, data):
        """From now on, until it is cured; one of which a run was made already is not concerned."""
        name = data.draw(st.sampled_from([entry["name"] for entry in self.plan["entries"]]))
        self.hands.troubles[name] = Refused("its tree is in a rebase", "git rebase --abort")

    @rule(cured=st.booleans(), more=st.sampled_from([None, 50.0]), after=st.sampled_from([None, None, 0, 1, 3]))
    def a_person_retries(self, cured, more, after):
        """All that is blocked or did not pass; the process of the verb may be killed."""
        if cured:
            self.hands.troubles.clear()
        self.mortally(after, lambda: self.retry(more))

    @rule(sure=st.integers(0, 3), after=st.sampled_from([None, 0, 1]))
    def a_person_stops_the_plan(self, sure, after):
        if sure:
            return
        self.mortally(after, lambda: plan_requests.stop(self.home, ID, "person", 0.0, self.hands))
        if self.state().known.stopped and self.made_at_stop is None:
            self.made_at_stop = len(self.hands.made)

    def retry(self, budget=None):
        wish = plan_requests.RetryRequest(ID, (), None if self.plan["budget_usd"] is None else budget)
        try:
            plan_requests.retry(self.home, ID, wish, "person", self.hands)
        except WorkcellError:
            pass  # nothing of it is blocked or has failed, or it was stopped

    def mortally(self, after, act):
        """Do it, and die after so many acts."""
        self.hands.left = after
        try:
            act()
        except Killed:
            pass
        self.hands.left = None

    def retries(self, name):
        """How often a person asked for an entry again."""
        return sum(name in line.get("entries", ()) for line in plans.actions(self.home, ID) if line["act"] == "retry")

    @rule()
    def eight_at_once(self):
        every = [threading.Thread(target=self.advance) for _ in range(8)]
        for one in every:
            one.start()
        for one in every:
            one.join()

    @invariant()
    def order_room_and_budget_hold(self):
        if self.hands is None:
            return
        state = self.state()
        entries = {entry["name"]: entry for entry in self.plan["entries"]}
        lanes = [(entry, lane) for entry, lane, _ in self.hands.made]
        for name, lane in set(lanes):
            assert lanes.count((name, lane)) <= 1 + self.retries(name), "a run was started twice"
            assert sum(run not in self.ended_now() for *of, run in self.hands.made if of == [name, lane]) <= 1
        assert self.made_at_stop in (None, len(lanes)), "a run was started of a plan that was stopped"
        if self.plan["max_live"]:
            assert len(state.known.live) <= self.plan["max_live"]
        if self.plan["budget_usd"]:
            assert state.known.spent + state.known.reserved <= state.rules.budget + 1e-6
        states = state.verdict().states
        for name in self.hands.names():
            for need in entries[name]["needs"]:
                if entries[name]["when"] == "passed":
                    assert states[need] == "passed"
                elif not self.retries(need):
                    assert states[need] not in ("waiting", "running", "blocked")

    def teardown(self):
        if self.hands is not None:
            self.bring_to_the_end()
        self.place.cleanup()

    def bring_to_the_end(self):
        """Whatever happened before: a tick and the ends of what lives bring the plan to where nothing is left to do."""
        self.hands.troubles.clear()
        for _ in range(200):
            self.a_tick()
            if self.state().known.troubles:
                self.retry()
            living = self.living()
            if not living:
                break
            for _, _, run in living:
                made.end(self.home, run, "passed", 0.0, f"2026-11-20T07:{len(self.ended):02d}:00.000Z")
                self.ended[run] = ("passed", 0.0)
        self.a_tick()
        state = self.state()
        verdict = state.verdict()
        assert not verdict.starts and not verdict.crowns and not verdict.stops
        if "blocked" in verdict.states.values():
            assert self.plan["budget_usd"] is not None
            return
        assert verdict.over and ID not in plans.open_ids(self.home)
        if self.made_at_stop is not None:
            return
        for step in plan_order.in_order(plan_state.steps_of(self.plan)):
            tried = [lane for entry, lane, _ in self.hands.made if entry == step.name]
            if verdict.states[step.name] != "skipped":
                assert tried, f"{step.name} was reached, and never ran"
            elif self.plan["on_failure"] == "continue":
                assert any(verdict.states[need] != "passed" for need in step.needs)


Plans.TestCase.settings = settings(max_examples=40, stateful_step_count=12)
TestPlans = Plans.TestCase
