"""Plans of any shape, with ends, kills, ticks and eight processes at once: order, room and budget hold, and each entry runs once."""

import tempfile
import threading
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.support import plans as made
from workcell.judgement import plan_order
from workcell.rundir import plans
from workcell.together import plan_advance
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
        self.stops = False
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
        self.hands.left = after
        try:
            plan_advance.advance(self.home, ID, self.hands)
        except Killed:
            pass
        self.hands.left = None

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
        assert len(lanes) == len(set(lanes)), "a run was started twice"
        if self.plan["max_live"]:
            assert len(state.known.live) <= self.plan["max_live"]
        if self.plan["budget_usd"]:
            assert state.known.spent + state.known.reserved <= self.plan["budget_usd"] + 1e-6
        states = state.verdict().states
        for name in self.hands.names():
            for need in entries[name]["needs"]:
                wanted = ("passed",) if entries[name]["when"] == "passed" else None
                assert states[need] in wanted if wanted else states[need] not in ("waiting", "running", "blocked")

    def teardown(self):
        if self.hands is not None:
            self.bring_to_the_end()
        self.place.cleanup()

    def bring_to_the_end(self):
        """Whatever happened before: a tick and the ends of what lives bring the plan to where nothing is left to do."""
        for _ in range(200):
            self.a_tick()
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
        for step in plan_order.in_order(plan_state.steps_of(self.plan)):
            tried = [lane for entry, lane, _ in self.hands.made if entry == step.name]
            if verdict.states[step.name] != "skipped":
                assert tried, f"{step.name} was reached, and never ran"
            elif self.plan["on_failure"] == "continue":
                assert any(verdict.states[need] != "passed" for need in step.needs)


Plans.TestCase.settings = settings(max_examples=60, stateful_step_count=12)
TestPlans = Plans.TestCase
