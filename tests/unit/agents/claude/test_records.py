"""A line of Claude Code's stream or transcript goes to the reader of its type."""

from typing import Any

import pytest

from tests.support.agent_records import brief, events
from workcell.agents.claude import records


@pytest.mark.parametrize(
    ("record", "begins"),
    [
        ({"type": "system", "subtype": "init"}, True),
        ({"type": "system"}, False),
        ({"type": "result", "session_id": "s"}, True),
        ({"type": "result"}, False),
        ({"type": "assistant"}, False),
    ],
)
def test_how_a_stream_begins(record: dict[str, Any], begins: bool) -> None:
    assert records.begins(record) is begins


def test_a_record_without_a_type_is_raw_and_names_its_keys() -> None:
    assert brief(events("claude", {"a": 1, "b": 2})) == [("raw", "['a', 'b']", {})]


def test_a_limit_tells_its_window_and_when_it_resets() -> None:
    info = {"status": "rejected", "rateLimitType": "five_hour", "resetsAt": 1772449200, "isUsingOverage": True}
    [event] = brief(events("claude", {"type": "rate_limit_event", "uuid": "l", "rate_limit_info": info}))
    assert event == (
        "limit",
        "five_hour: rejected",
        {"status": "rejected", "window": "five_hour", "resets_at": 1772449200, "overage": True},
    )
    [(_, text, data)] = brief(events("claude", {"type": "rate_limit_event", "rate_limit_info": {"status": "allowed"}}))
    assert (text, data) == ("limit: allowed", {"status": "allowed"})


def test_a_total_of_a_session_is_one_event_however_often_it_is_written() -> None:
    total = {"type": "cost-state", "sessionId": "s", "totalCostUSD": 1.25}
    [event] = events("claude", total, total)
    assert event["data"] == {"cost_usd_total": 1.25, "session": "s"}
