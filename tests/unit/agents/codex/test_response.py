"""The items of a model's answer in a rollout of Codex become events."""

import json
from typing import Any

import pytest

from tests.support.agent_records import brief, events

CONTEXT = {"type": "turn_context", "payload": {"sandbox_policy": {"mode": "workspace-write"}}}


def told(sort: str, *before: dict[str, Any], **payload: Any) -> list[tuple[str, str, dict[str, Any]]]:
    return brief(events("codex", *before, {"type": "response_item", "payload": {"type": sort, **payload}}))


def test_only_messages_of_the_agent_are_told() -> None:
    words = [{"type": "output_text", "text": "Which one?"}]
    assert told("message", role="assistant", content=words, id="i1") == [
        ("assistant.message", "Which one?", {"asks": True})
    ]
    assert told("message", role="user", content=words) == []
    assert told("message", role="assistant", content=[{"text": " "}]) == []


@pytest.mark.parametrize(
    ("payload", "text"),
    [
        ({"name": "shell", "arguments": json.dumps({"command": ["make", "test"]})}, "shell: make test"),
        ({"name": "exec", "input": "make test"}, "exec: make test"),
        ({"name": "exec", "action": {"command": "make test"}}, "exec: make test"),
        ({"name": "apply_patch", "arguments": "{"}, "apply_patch: {"),
        ({"name": "update_plan", "arguments": "{}"}, "update_plan"),
    ],
)
def test_the_input_of_a_call_in_each_of_its_forms(payload: dict[str, Any], text: str) -> None:
    [(kind, words, data)] = told("function_call", call_id="c1", **payload)
    assert (kind, words, data["call"], bool(data["input"])) == ("tool.call", text, "c1", True)


def test_a_question_to_the_user_is_a_call_that_asks() -> None:
    [(_, _, data)] = told("function_call", name="request_user_input", arguments="{}", id="c2")
    assert data["question"] is True and data["call"] == "c2"


def test_the_exit_code_of_a_command_says_whether_it_failed() -> None:
    for code, failed in ((0, False), (2, True)):
        output = f"Chunk ID: 1\nWall time: 2\nProcess exited with code {code}\nOutput: x"
        [(kind, _, data)] = told("function_call_output", call_id="c1", output=output)
        assert (kind, data) == ("tool.result", {"call": "c1", "failed": failed, "exit_code": code})
    [(_, text, data)] = told("custom_tool_call_output", call_id="c1", output={"content": "ok"})
    assert (text, data) == ("ok", {"call": "c1", "failed": False})
    refused = 'exec_command failed: CreateProcess { message: "Rejected(rm -f style commands are not permitted)" }'
    [(_, text, data)] = told("function_call_output", call_id="c1", output=refused)
    assert (text, data) == (refused, {"call": "c1", "failed": True})


def test_a_call_that_a_hook_denied_was_refused_whatever_the_sandbox() -> None:
    output = "Command blocked by PreToolUse hook: other-run holds the file. Command: touch x"
    [(_, text, data)] = told("function_call_output", call_id="c1", output=output)
    assert text == output and data["failed"] is True and data["refused"] is True


def test_a_failure_inside_a_sandbox_may_be_a_refusal() -> None:
    output = "Chunk ID: 1\nProcess exited with code 1\nOutput: touch: x: Read-only file system"
    assert told("function_call_output", CONTEXT, output=output)[0][2]["refused"] is True
    assert "refused" not in told("function_call_output", output=output)[0][2]
    fine = "Chunk ID: 1\nProcess exited with code 1\nOutput: no such file"
    assert "refused" not in told("function_call_output", CONTEXT, output=fine)[0][2]


def test_signs_of_life_bookkeeping_and_the_unknown() -> None:
    assert told("reasoning") == [("heartbeat", "", {})]
    assert told("web_search_call", id="w1") == [("heartbeat", "web_search_call", {})]
    assert told("ghost_snapshot") == []
    assert told("brand_new") == [("raw", "brand_new", {})]
