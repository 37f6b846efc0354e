"""When a notice goes out, and with which others."""

import pytest

from tests.support.notices import AT, make, parse
from workcell.channels import schedule
from workcell.channels.schedule import Waiting

HOOK = "name: hook\nuses: webhook\nurl: http://127.0.0.1/\nevents: all\n"
NIGHT = 'quiet: {from: "22:00", to: "07:00", zone: UTC, except: [escalated]}\n'
DAILY = 'daily: {at: "18:00", zone: UTC, events: [passed]}\nexpire: 3d\n'
HOUR = 3600.0
MIDNIGHT = AT - (AT % 86400.0)


def one(event="passed", run="r", at=AT, not_before=0.0, name=None, risky=False):
    return Waiting(name or f"{run}-{event}-{at}", run, event, at, not_before, risky)


def sent(messages):
    return [[*(also.name for also in message.also), message.carrier.name] for message in messages]


@pytest.mark.parametrize(
    ("adapter", "notice", "goes"),
    [
        ("", {}, True),
        ("enabled: false\n", {}, False),
        ("labels: [night]\n", {}, False),
        ("labels: [night]\n", {"labels": ["night", "x"]}, True),
        ("", {"notify": []}, False),
        ("", {"notify": ["other"]}, False),
        ("labels: [night]\n", {"notify": ["hook"]}, True),
    ],
)
def test_to_whom_a_notice_goes(adapter, notice, goes):
    assert schedule.interested(parse(HOOK + adapter), make("passed", **notice)) is goes
    only = parse(HOOK.replace("all", "[failed]") + adapter)
    assert not schedule.interested(only, make("passed", **notice))


def test_without_rules_each_goes_alone_in_its_order():
    queue = [one("started", at=AT), one("passed", at=AT + 1)]
    assert sent(schedule.plan(queue, parse(HOOK), AT + 2, [])) == [[queue[0].name], [queue[1].name]]


def test_one_that_may_not_go_yet_holds_back_those_behind_it_in_its_run():
    queue = [one("started", not_before=AT + 60), one("passed"), one("passed", run="other")]
    assert sent(schedule.plan(queue, parse(HOOK), AT, [])) == [[queue[2].name]]


def test_quiet_hours_gather_and_the_morning_tells_all_in_one():
    adapter = parse(HOOK + NIGHT)
    night = MIDNIGHT + 23 * HOUR
    queue = [one("failed", at=night), one("passed", run="b", at=night + 60)]
    assert schedule.plan(queue, adapter, night + 120, []) == []
    [morning] = schedule.plan(queue, adapter, night + 9 * HOUR, [])
    assert morning.summary and [also.run for also in morning.also] == ["r"] and morning.carrier.run == "b"


def test_an_urgent_one_goes_at_night_and_takes_what_is_older_in_its_run_along():
    night = MIDNIGHT + 23 * HOUR
    queue = [one("failed", at=night), one("escalated", at=night + 60), one("passed", run="b", at=night)]
    [message] = schedule.plan(queue, parse(HOOK + NIGHT), night + 120, [])
    assert (message.carrier.event, [also.event for also in message.also]) == ("escalated", ["failed"])


def test_a_risky_approval_goes_at_night_and_another_waits_for_the_morning():
    night = MIDNIGHT + 23 * HOUR
    queue = [one("prompt", at=night), one("prompt", run="b", at=night, risky=True)]
    assert sent(schedule.plan(queue, parse(HOOK + NIGHT), night + 60, [])) == [[queue[1].name]]
    assert sent(schedule.plan(queue[:1], parse(HOOK + NIGHT), night + 9 * HOUR, [])) == [[queue[0].name]]


def test_the_daily_summary_waits_for_its_hour():
    adapter = parse(HOOK + DAILY)
    noon = MIDNIGHT + 12 * HOUR
    queue = [one("passed", at=noon), one("failed", run="b", at=noon)]
    assert sent(schedule.plan(queue, adapter, noon + 60, [])) == [[queue[1].name]]
    assert len(schedule.plan(queue[:1], adapter, MIDNIGHT + 18 * HOUR, [])) == 1
    assert schedule.next_time(adapter.daily, noon) == MIDNIGHT + 18 * HOUR
    assert schedule.next_time(adapter.daily, MIDNIGHT + 19 * HOUR) == MIDNIGHT + 42 * HOUR


def test_past_the_cap_the_last_message_tells_the_rest_with_the_most_urgent_shown():
    adapter = parse(HOOK + "at_most: 2\nper: 10m\n")
    queue = [one(event, run=f"r{n}", at=AT + n) for n, event in enumerate(("passed", "escalated", "failed"))]
    messages = schedule.plan(queue, adapter, AT + 5, [])
    assert len(messages) == 2
    assert messages[1].carrier.event == "escalated" and [also.event for also in messages[1].also] == ["failed"]
    assert schedule.plan(queue, adapter, AT + 5, [AT, AT + 1]) == []
    assert len(schedule.plan(queue, adapter, AT + 601, [AT, AT])) == 2, "the time of the cap is over"


@pytest.mark.parametrize(("hour", "quiet"), [(21.9, False), (22.0, True), (3.0, True), (6.99, True), (7.0, False)])
def test_quiet_hours_may_pass_midnight(hour, quiet):
    assert schedule.in_quiet(parse(HOOK + NIGHT).quiet, MIDNIGHT + hour * HOUR) is quiet
