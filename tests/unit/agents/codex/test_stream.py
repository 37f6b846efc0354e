"""The output of `codex exec --json` becomes events."""

from typing import Any

import pytest

from tests.support.agent_records import brief, events

BEGUN = {"type": "thread.started", "thread_id": "th"}


def told(*records: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return brief(events("codex", *records, kind="stream"))


def item(sort: str, when: str = "completed", **more: Any) -> dict[str, Any]:
    return {"type": f"item.{when}", "item": {"id": "i1", "type": sort, **more}}


def test_a_good_turn_ends_with_the_last_message_and_its_tokens() -> None:
    usage = {"input_tokens": 9, "cached_input_tokens": 4, "output_tokens": 1}
    found = told(
        BEGUN, {"type": "turn.started"}, item("agent_message", text="Done."), {"type": "turn.completed", "usage": usage}
    )
    assert [one[0] for one in found] == [
        "session.started",
        "turn.started",
        "assistant.message",
        "turn.completed",
        "cost",
    ]
    assert found[3][1:] == ("Done.", {"ok": True, "result": True})
    assert found[4][2]["tokens_total"]["input"] == 5 and found[4][2]["session"] == "th"


def test_a_turn_without_a_word_is_empty_also_after_one_with_words() -> None:
    end = {"type": "turn.completed"}
    first, second = [
        data for kind, _, data in told(item("agent_message", text="A?"), end, end) if kind == "turn.completed"
    ]
    assert "empty" not in first and first["asks"] is True
    assert second["empty"] is True and "asks" not in second


def test_a_failed_turn_names_its_error() -> None:
    failed = {"type": "turn.failed", "error": {"message": "unexpected status 401 Unauthorized"}}
    assert told(failed) == [
        ("error", "unexpected status 401 Unauthorized", {"final": True, "status": 401}),
        ("turn.completed", "unexpected status 401 Unauthorized", {"ok": False}),
    ]
    assert told({"type": "error", "message": "no"}) == [("error", "no", {})]


@pytest.mark.parametrize(
    ("more", "failed"),
    [({"exit_code": 0}, False), ({"exit_code": 1}, True), ({"status": "failed"}, True), ({}, False)],
)
def test_a_command_is_called_and_answered(more: dict[str, Any], failed: bool) -> None:
    [begun] = told(item("command_execution", "started", command="make"))
    assert begun[:2] == ("tool.call", "make") and begun[2]["tool"] == "command_execution"
    call, result = told(item("command_execution", command="make", **more))
    assert call == begun and result[2]["failed"] is failed and result[2]["call"] == begun[2]["call"]


def test_a_call_has_the_same_name_before_and_after_in_one_run_and_thread() -> None:
    found = events("codex", BEGUN, item("web_search", "started", query="x"), item("web_search", query="x"))
    assert [one["type"] for one in found] == ["session.started", "tool.call", "tool.result"]
    assert found[1]["data"]["call"] == found[2]["data"]["call"] == "001:th:i1"


def test_a_declined_call_is_a_refusal() -> None:
    found = told(item("command_execution", command="rm", status="declined"))
    assert [one[0] for one in found] == ["tool.call", "approval.resolved", "tool.result"]
    assert found[1][1:] == ("rm", {"decision": "denied", "call": found[0][2]["call"]})


def test_plans_thoughts_warnings_and_the_unknown() -> None:
    assert told(item("todo_list", "updated")) == [("heartbeat", "", {})]
    assert told(item("reasoning")) == [("heartbeat", "", {})] and told(item("reasoning", "started")) == []
    assert told(item("agent_message", "started", text="x")) == []
    assert told(item("error", message="metadata")) == [("annotation", "metadata", {"status": "warning"})]
    assert told(item("brand_new", "started")) == []
    assert told(item("brand_new")) == [("raw", "brand_new", {})]
