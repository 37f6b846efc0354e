"""Every hook of the common form becomes the events that it stands for."""

from typing import Any

import pytest

from tests.support.agent_records import hooked
from workcell.agents import hooks
from workcell.agents.events import Where

CALL = {"tool_name": "Bash", "tool_input": {"command": "make"}, "tool_use_id": "c1"}


def told(name: str, **payload: Any) -> list[tuple[str, str, dict[str, Any]]]:
    """Type, text and data of the events of one payload; the name of the hook, which all have, is left out."""
    found = hooked("claude", {"hook_event_name": name, **payload})
    assert all(one["data"].pop("hook", None) == (name or None) for one in found if name)
    assert all((one["source"], one["agent_time"]) == ("hook", "2026-03-02T10:00:00Z") for one in found)
    return [(one["type"], one["text"], one["data"]) for one in found]


@pytest.mark.parametrize(
    ("name", "payload", "expected"),
    [
        (
            "SessionStart",
            {"session_id": "s1", "model": "m"},
            [("session.started", "", {"session": "s1", "model": "m"})],
        ),
        ("SessionStart", {"source": "compact"}, [("annotation", "compacted", {"status": "compacted"})]),
        ("PostToolUse", CALL, [("tool.result", "", {"tool": "Bash", "call": "c1", "failed": False})]),
        ("PostToolUseFailure", CALL, [("tool.result", "", {"tool": "Bash", "call": "c1", "failed": True})]),
        ("PermissionRequest", CALL, [("approval.requested", "Bash: make", {"tool": "Bash", "call": "c1"})]),
        (
            "PermissionRequest",
            {
                "tool_name": "AskUserQuestion",
                "tool_input": {"questions": [{"question": "A?", "options": [{"label": "yes"}]}]},
            },
            [("approval.requested", "A? (yes)", {"tool": "AskUserQuestion", "question": True})],
        ),
        ("PermissionDenied", CALL, [("approval.resolved", "Bash: make", {"decision": "denied"})]),
        (
            "Notification",
            {"notification_type": "permission_prompt", "message": "may it?"},
            [("approval.requested", "may it?", {"notice": True})],
        ),
        ("Notification", {"notification_type": "idle_prompt"}, [("status.changed", "", {"status": "idle"})]),
        ("Notification", {"notification_type": "auth_success"}, [("annotation", "", {"status": "auth_success"})]),
        ("Stop", {"last_assistant_message": "Done."}, [("turn.completed", "Done.", {"ok": True})]),
        (
            "StopFailure",
            {"last_assistant_message": "no", "error": "rate_limit"},
            [
                ("error", "no", {"error": "rate_limit", "final": True}),
                ("turn.completed", "no", {"ok": False, "reason": "rate_limit"}),
            ],
        ),
        ("SessionEnd", {"reason": "logout"}, [("session.exited", "logout", {"reason": "logout"})]),
        ("PreCompact", {}, [("annotation", "compacting", {"status": "compacting"})]),
        ("PostCompact", {}, [("annotation", "compacted", {"status": "compacted"})]),
        ("MessageDisplay", {"delta": "I look"}, [("heartbeat", "I look", {})]),
        ("BrandNew", {}, [("raw", "BrandNew", {})]),
        ("", {}, [("raw", "a hook without a name", {"hook": ""})]),
    ],
)
def test_each_hook(name: str, payload: dict[str, Any], expected: list[Any]) -> None:
    assert told(name, **payload) == expected


def test_a_prompt_begins_a_turn_under_the_name_that_the_program_gave_it() -> None:
    found = hooked("claude", {"hook_event_name": "UserPromptSubmit", "prompt": "Fix it", "prompt_id": "p1"})
    assert [(one["id"], one["turn"]) for one in found] == [("claude:turn:p1", "p1"), ("claude:prompt:p1", "p1")]


def test_an_input_that_the_hook_cut_has_no_hash() -> None:
    whole, cut = CALL["tool_input"], {"command": "make …"}
    hashes = [
        hooked("claude", {"hook_event_name": "PreToolUse", **CALL, "tool_input": one})[0]["data"].get("input")
        for one in (whole, cut)
    ]
    assert hashes[0] and hashes[1] is None


def test_the_session_of_a_payload_is_remembered() -> None:
    memory: dict[str, Any] = {}
    hooked("claude", {"hook_event_name": "Stop", "session_id": "s7"}, memory=memory)
    assert memory == {"session": "s7"}


def test_two_payloads_without_an_id_are_two_events() -> None:
    payload = {"hook_event_name": "Stop", "last_assistant_message": "Done."}
    first, second = hooked("claude", payload, payload)
    assert first["id"] != second["id"]


def test_hooks_of_one_program_go_before_the_common_ones() -> None:
    where = Where(agent="parrot", file="f", offset=0, kind="hook")
    own = {"Stop": lambda this: [this.event("heartbeat")]}
    assert [one["type"] for one in hooks.read({"hook_event_name": "Stop"}, {}, where, own)] == ["heartbeat"]
    assert [one["type"] for one in hooks.read({"hook_event_name": "Stop"}, {}, where, {})] == ["turn.completed"]
