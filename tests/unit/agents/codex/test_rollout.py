"""The rollout of a Codex thread becomes events."""

from typing import Any

import pytest

from tests.support.agent_records import brief, events

META = {"timestamp": "2026-03-02T10:00:00Z", "type": "session_meta", "payload": {"id": "th", "cli_version": "0.9"}}


def line(kind: str, payload: dict[str, Any]) -> dict[str, Any]:
    return {"timestamp": "2026-03-02T10:00:01Z", "type": kind, "payload": payload}


def told(sort: str, **payload: Any) -> list[tuple[str, str, dict[str, Any]]]:
    return brief(events("codex", line("event_msg", {"type": sort, **payload})))


@pytest.mark.parametrize(
    ("sort", "payload", "expected"),
    [
        ("user_message", {"message": "Fix it"}, [("user.prompt", "Fix it", {})]),
        ("task_started", {"turn_id": "t1"}, [("turn.started", "", {})]),
        ("turn_aborted", {"reason": "replaced"}, [("turn.completed", "replaced", {"ok": False, "reason": "replaced"})]),
        ("turn_aborted", {}, [("turn.completed", "interrupted", {"ok": False, "reason": "interrupted"})]),
        ("agent_reasoning", {}, [("heartbeat", "", {})]),
        ("warning", {"message": "slow"}, [("annotation", "slow", {"status": "warning"})]),
        ("context_compacted", {}, [("annotation", "compacted", {"status": "compacted"})]),
        (
            "stream_error",
            {"message": "Reconnecting... 1/5"},
            [("retry", "Reconnecting... 1/5", {"attempt": 1, "most": 5})],
        ),
        (
            "error",
            {"message": "no", "codex_error_info": {"http_connection_failed": {"http_status_code": 401}}},
            [("error", "no", {"code": "http_connection_failed", "status": 401})],
        ),
        (
            "exec_command_end",
            {"call_id": "c1", "exit_code": 2},
            [("tool.result", "", {"call": "c1", "failed": True, "exit_code": 2})],
        ),
        (
            "exec_approval_request",
            {"call_id": "c1", "command": "rm -r x"},
            [("approval.requested", "tool: rm -r x", {"call": "c1"})],
        ),
        ("apply_patch_approval_request", {"reason": "a patch"}, [("approval.requested", "a patch", {})]),
        ("elicitation_request", {}, [("approval.requested", "elicitation_request", {"question": True})]),
        ("turn_diff", {}, []),
        ("brand_new", {}, [("raw", "brand_new", {})]),
    ],
)
def test_each_message(sort: str, payload: dict[str, Any], expected: list[Any]) -> None:
    assert told(sort, **payload) == expected


def test_a_command_is_one_call_however_it_is_written() -> None:
    [(_, listed, first)] = told("exec_command_begin", call_id="c1", command=["make", "test"])
    [(_, plain, second)] = told("exec_command_begin", call_id="c1", command="make test")
    assert listed == plain == "make test"
    assert (first["tool"], first["call"]) == ("exec", "c1") and first["input"] != second["input"]


def test_a_turn_ends_well_empty_or_with_the_failure_that_it_names() -> None:
    assert told("task_complete", last_agent_message="Done.") == [
        ("turn.completed", "Done.", {"ok": True, "result": True})
    ]
    assert told("task_complete")[0][2]["empty"] is True
    failed = told("turn_complete", error={"message": "no credit", "codex_error_info": "usage_limit_exceeded"})
    assert failed == [
        ("error", "no credit", {"final": True, "code": "usage_limit_exceeded"}),
        ("turn.completed", "no credit", {"ok": False}),
    ]


def test_what_the_thread_tells_within_a_turn_has_that_turn() -> None:
    begun = line("event_msg", {"type": "task_started", "turn_id": "t1"})
    total = {"total_token_usage": {"input_tokens": 9, "cached_input_tokens": 4, "output_tokens": 1}}
    window = {"primary": {"used_percent": 100, "window_minutes": 300, "resets_at": 1772449200}}
    rates = {**window, "secondary": {"used_percent": 7}, "rate_limit_reached_type": "primary"}
    counted = line("event_msg", {"type": "token_count", "info": total, "rate_limits": rates})
    found = events("codex", META, begun, counted, line("compacted", {}))
    assert [(one["type"], one["turn"]) for one in found] == [
        ("session.started", None),
        ("turn.started", "t1"),
        ("cost", "t1"),
        ("limit", "t1"),
        ("limit", "t1"),
        ("annotation", "t1"),
    ]
    assert found[2]["data"] == {
        "session": "th",
        "tokens_total": {"input": 5, "output": 1, "cache_read": 4, "cache_write": 0},
    }
    assert [(one["text"], one["data"]["status"]) for one in found[3:5]] == [
        ("primary: 100% used", "rejected"),
        ("secondary: 7% used", "allowed"),
    ]


def test_items_that_are_completed() -> None:
    def item(sort: str, **more: Any) -> list[tuple[str, str, dict[str, Any]]]:
        return told("item_completed", item={"type": sort, **more})

    words = [{"type": "text", "text": "I look"}, {"type": "image"}, {"type": "text", "text": "at it."}]
    assert item("UserMessage", content=words) == [("user.prompt", "I look at it.", {})]
    assert item("AgentMessage", content=words, id="i1") == [("assistant.message", "I look at it.", {})]
    assert item("CommandExecution", id="c1", exit_code=0) == [("heartbeat", "", {"call": "c1", "exit_code": 0})]
    assert item("FileChange") == [("heartbeat", "", {})]
    assert item("BrandNew") == [("raw", "BrandNew", {})]


def test_a_message_that_stands_twice_is_one_event() -> None:
    said = {"type": "agent_message", "message": "I look at it."}
    answer = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "I look at it."}]}
    found = events("codex", META, line("response_item", answer), line("event_msg", said))
    assert [one["type"] for one in found] == ["session.started", "assistant.message"]


def test_an_unknown_line_is_raw_and_bookkeeping_is_silent() -> None:
    assert brief(events("codex", line("brand_new", {"type": "x"}))) == [("raw", "brand_new x", {})]
    assert events("codex", line("world_state", {})) == []
