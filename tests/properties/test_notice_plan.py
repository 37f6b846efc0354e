"""Over any sequence of notices and flushes: each is told once, in the order of its run, within the cap."""

from hypothesis import given, settings
from hypothesis import strategies as st

from workcell.channels import schedule as plan
from workcell.rundir import vocabulary
from workcell.texts.adapter import Adapter
from workcell.texts.adapter_keys import Daily, Quiet

DAY = 86400
EVENT = st.sampled_from(vocabulary.NOTICE_EVENTS)
MINUTE = st.integers(0, 1439)
ZONE = st.sampled_from([None, "UTC", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kolkata"])
QUIET = st.none() | st.builds(
    lambda begin, minutes, zone, urgent: Quiet(begin, (begin + minutes) % 1440, zone, urgent),
    MINUTE,
    st.integers(1, 1300),  # the flushes of the test are half an hour apart: they must meet the time between
    ZONE,
    st.frozensets(EVENT),
)
DAILY = st.none() | st.builds(Daily, MINUTE, ZONE, st.frozensets(EVENT))
START = st.integers(1_790_000_000, 1_810_000_000)


def adapter(at_most: int, per: int, quiet: Quiet | None, daily: Daily | None) -> Adapter:
    events = frozenset(vocabulary.NOTICE_EVENTS)
    return Adapter("a", "webhook", "f", True, events, (), at_most, float(per), 1e9, quiet, daily, {})


@settings(max_examples=50)
@given(
    start=START,
    happened=st.lists(st.tuples(st.integers(0, 2 * DAY), st.sampled_from("xyz"), EVENT), max_size=15),
    at_most=st.integers(1, 6),
    per=st.sampled_from([60, 3600, 6 * 3600]),
    quiet=QUIET,
    daily=DAILY,
    retries=st.lists(st.integers(0, 24), max_size=6),
)
def test_each_is_told_once_in_order_within_the_cap(start, happened, at_most, per, quiet, daily, retries):
    happened.sort(key=lambda one: one[0])
    found = adapter(at_most, per, quiet, daily)
    everything = [
        plan.Waiting(f"n{number}", run, event, start + after, 0.0)
        for number, (after, run, event) in enumerate(happened)
    ]
    order = {one.name: number for number, one in enumerate(everything)}
    told: list[plan.Waiting] = []
    sent_at: list[float] = []
    later: dict[str, float] = {}
    failing = list(retries)
    now = start
    while now < start + 7 * DAY and len(told) < len(everything):
        queue = [
            plan.Waiting(one.name, one.run, one.event, one.happened_at, later.get(one.name, 0.0))
            for one in everything
            if one.happened_at <= now and one.name not in {done.name for done in told}
        ]
        for message in plan.plan(queue, found, now, sent_at):
            sent_at.append(now)
            together = sorted([*message.also, message.carrier], key=lambda one: order[one.name])
            if failing:
                later[message.carrier.name] = now + failing.pop() * 600
                break
            told += together
        assert sum(now - per < at <= now for at in sent_at) <= at_most
        now += 1800
    assert sorted(one.name for one in told) == sorted(order), "each is told, and none twice"
    for run in "xyz":
        own = [order[one.name] for one in told if one.run == run]
        assert own == sorted(own)


@given(START, MINUTE, ZONE)
def test_the_daily_time_comes_within_a_day_and_a_clock_change(after, minute, zone):
    due = plan.next_time(Daily(minute, zone, frozenset()), after)
    assert after < due <= after + DAY + 2 * 3600


@given(START, st.tuples(MINUTE, MINUTE).filter(lambda pair: pair[0] != pair[1]))
def test_quiet_hours_wrap_around_midnight(at, pair):
    quiet = Quiet(*pair, "UTC", frozenset())
    minute = at % DAY // 60
    inside = any(
        quiet.begin <= minute + turn < quiet.end + (DAY // 60 if quiet.begin > quiet.end else 0) for turn in (0, 1440)
    )
    assert plan.in_quiet(quiet, at) == inside
