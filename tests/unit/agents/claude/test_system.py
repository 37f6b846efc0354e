"""The records of type `system` of Claude Code."""

from typing import Any

import pytest

from tests.support.agent_records import brief, events


def told(subtype: Any, **more: Any) -> list[tuple[str, str, dict[str, Any]]]:
    return brief(events("claude", {"type": "system", "subtype": subtype, "uuid": "s", **more}))


def test_the_start_names_session_model_and_version() -> None:
    found = told("init", session_id="s1", model="m", claude_code_version="2.1", permissionMode="plan")
    started = {"session": "s1", "model": "m", "version": "2.1", "permission": "plan"}
    assert found == [("session.started", "", started), ("turn.started", "", {})]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (
            {"attempt": 2, "max_retries": 10, "retry_delay_ms": 1500, "error_status": 529, "error": "overloaded"},
            {"attempt": 2, "most": 10, "delay_seconds": 1.5, "status": 529, "error": "overloaded"},
        ),
        (
            {"retryAttempt": 1, "maxRetries": 10, "retryInMs": 500, "error": {"status": 401, "message": "no"}},
            {"attempt": 1, "most": 10, "delay_seconds": 0.5, "status": 401, "error": "authentication_failed"},
        ),
        ({"data": {"attempt": 3, "delayMs": 100}, "error": {"status": 502}}, {"error": "server_error", "status": 502}),
        ({"error": {"status": 404}}, {"status": 404, "error": None}),
        ({"error": {"connection": {"code": "ECONNRESET"}}}, {"error": "unknown"}),
        ({"error": {"message": "no answer"}}, {"error": "unknown"}),
        ({}, {"error": None, "status": None}),
    ],
)
def test_a_try_that_failed_in_each_of_its_forms(more: dict[str, Any], expected: dict[str, Any]) -> None:
    [(kind, _, data)] = told("api_retry", **more)
    assert kind == "retry" and {key: data.get(key) for key in expected} == expected


def test_the_words_of_a_retry_are_those_of_the_service() -> None:
    assert told("api_error", error={"formatted": "529 overloaded", "message": "x"})[0][1] == "529 overloaded"
    assert told("retry", error="overloaded")[0][1] == "overloaded"


def test_refusals_and_compactions() -> None:
    assert told("permission_denied", tool_name="Bash", tool_use_id="c1") == [
        ("approval.resolved", "Bash", {"decision": "denied", "call": "c1"})
    ]
    for subtype in ("compact_boundary", "microcompact_boundary"):
        assert told(subtype) == [("annotation", "compacted", {"status": "compacted"})]


def test_bookkeeping_is_silent_and_a_new_subtype_is_raw() -> None:
    assert told("hook_started") == []
    assert told("brand_new") == [("raw", "system brand_new", {})]
    assert told(7) == [("raw", "system 7", {})]
