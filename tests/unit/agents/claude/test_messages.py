"""What Claude Code and its user say becomes events."""

from typing import Any

from tests.support.agent_records import brief, events


def assistant(*content: dict[str, Any], **more: Any) -> dict[str, Any]:
    body = {"id": "m1", "model": "m", "content": list(content), "stop_reason": more.pop("stop", None)}
    return {"type": "assistant", "uuid": "a", "message": body, **more}


def user(content: Any, **more: Any) -> dict[str, Any]:
    return {"type": "user", "uuid": "u", "message": {"role": "user", "content": content}, **more}


def types(*records: dict[str, Any], kind: str = "transcript") -> list[str]:
    return [one["type"] for one in events("claude", *records, kind=kind)]


def test_blocks_that_say_nothing_are_passed_over_and_thinking_is_a_sign_of_life() -> None:
    assert types(assistant({"type": "text", "text": "  "}, {"type": "brand-new"}, {"no": "type"})) == []
    assert types(assistant({"type": "thinking"}, {"type": "redacted_thinking"})) == ["heartbeat", "heartbeat"]


def test_a_question_of_the_agent_is_a_call_that_asks() -> None:
    block = {"type": "tool_use", "id": "c1", "name": "AskUserQuestion", "input": {"questions": [{"question": "A?"}]}}
    [(kind, text, data)] = brief(events("claude", assistant(block)))
    assert (kind, text, data["question"], data["call"]) == ("tool.call", "A? ()", True, "c1")


def test_a_turn_ends_by_its_stop_reason_alone() -> None:
    text = {"type": "text", "text": "Which one?"}
    for stop, expected in (
        ("end_turn", {"ok": True, "asks": True}),
        ("stop_sequence", {"ok": True, "reason": "stop_sequence", "asks": True}),
        ("refusal", {"ok": False, "reason": "refusal", "asks": True}),
    ):
        assert brief(events("claude", assistant(text, stop=stop)))[-1] == ("turn.completed", "Which one?", expected)
    assert types(assistant(text, stop="tool_use")) == ["assistant.message"]
    assert types(assistant(text, stop="end_turn", isSidechain=True)) == ["assistant.message"]


def test_a_failure_in_the_form_of_a_message_ends_the_turn_of_the_session_but_not_that_of_a_sub_agent() -> None:
    failed = assistant(
        {"type": "text", "text": "API Error: 429"},
        isApiErrorMessage=True,
        error="rate_limit",
        apiErrorStatus=429,
        apiErrorParams={"rate_limit_info": {"resetsAt": 1772449200, "rateLimitType": "five_hour"}},
    )
    error, ended = events("claude", failed)
    assert error["data"] == {
        "final": True,
        "error": "rate_limit",
        "status": 429,
        "resets_at": 1772449200,
        "window": "five_hour",
    }
    assert (ended["type"], ended["data"]) == ("turn.completed", {"ok": False})
    [aside] = events("claude", {**failed, "isSidechain": True})
    assert aside["data"].get("final") is None and aside["data"]["side"] is True


def test_a_synthetic_message_with_an_error_is_a_failure() -> None:
    record = assistant({"type": "text", "text": "no"}, error="server_error")
    assert types(record) == ["assistant.message"]
    record["message"]["model"] = "<synthetic>"
    assert types(record) == ["error", "turn.completed"]


def test_what_stands_in_the_user_s_place() -> None:
    assert types(user("Fix it")) == ["turn.started", "user.prompt"]
    assert types(user("<system-reminder>x")) == []
    assert types(user("Fix it", isMeta=True)) == []
    assert brief(events("claude", user("[Request interrupted by user]"))) == [
        ("turn.completed", "[Request interrupted by user]", {"ok": False, "reason": "interrupted"})
    ]
    assert brief(events("claude", user("…", isCompactSummary=True))) == [
        ("annotation", "compacted", {"status": "compacted"})
    ]
    answer = {"type": "tool_result", "tool_use_id": "c1", "content": "no such file", "is_error": True}
    assert brief(events("claude", user([answer]))) == [("tool.result", "no such file", {"call": "c1", "failed": True})]


def result(**more: Any) -> dict[str, Any]:
    return {"type": "result", "subtype": "success", "uuid": "r", "session_id": "s", **more}


def test_the_result_of_a_stream_says_how_the_process_ended_and_what_it_cost() -> None:
    record = result(
        result="Done.",
        is_error=False,
        num_turns=3,
        permission_denials=[{"tool_name": "Bash"}],
        usage={"input_tokens": 5},
        total_cost_usd=0.5,
    )
    ended, cost = brief(events("claude", record, kind="stream"))
    assert ended == (
        "turn.completed",
        "Done.",
        {"ok": True, "result": True, "denied": ["Bash"], "turns": 3, "subtype": "success"},
    )
    assert cost[2]["cost_usd_total"] == 0.5 and cost[2]["tokens_run"]["input"] == 5
    assert cost[2]["session"] == "s" and "subtype" not in cost[2]


def test_an_empty_result_is_told_and_a_failed_one_names_its_error() -> None:
    [(_, _, data)] = brief(events("claude", result(result=" ", is_error=False), kind="stream"))
    assert data["empty"] is True
    failed = result(is_error=True, errors=["out of", "turns"], api_error_status=529, terminal_reason="max_turns")
    error, ended = brief(events("claude", failed, kind="stream"))
    assert error == (
        "error",
        "out of turns",
        {"final": True, "status": 529, "terminal": "max_turns", "subtype": "success"},
    )
    assert ended[2]["ok"] is False and ended[2]["terminal"] == "max_turns"
    told = events("claude", result(is_error=True, error={"message": "no key"}), kind="stream")
    assert {one["text"] for one in told} == {"no key"}
