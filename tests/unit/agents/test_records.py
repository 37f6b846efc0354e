import json
from typing import Any

import pytest

from workcell.agents import jsonl, registry
from workcell.agents.claude.agent import AGENT as claude
from workcell.agents.codex.agent import AGENT as codex
from workcell.agents.describe import asks
from workcell.agents.events import Where
from workcell.judgement import session as sessions


def written(*records: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def read(agent: str, data: bytes, kind: str = "transcript") -> list[dict[str, Any]]:
    events, _ = jsonl.consume(registry.load(agent), jsonl.start("001", kind), data, "t.jsonl", final=True)
    return events


def block(message: str, uuid: str, output: int, *content: dict[str, Any], stop: str | None = None) -> dict[str, Any]:
    usage = {"input_tokens": 100, "output_tokens": output, "cache_read_input_tokens": 7}
    body = {"id": message, "model": "m", "content": list(content), "stop_reason": stop, "usage": usage}
    return {"type": "assistant", "uuid": uuid, "timestamp": "2026-03-02T10:00:00.000Z", "message": body}


TEXT = {"type": "text", "text": "I look at it."}
CALL = {"type": "tool_use", "id": "toolu_1", "name": "Bash", "input": {"command": "make test"}}


def test_claude_counts_the_tokens_of_a_message_once_though_each_block_repeats_them() -> None:
    data = written(block("m1", "a", 1, TEXT), block("m1", "b", 40, CALL), block("m2", "c", 5, TEXT, stop="end_turn"))
    session = sessions.fold(sessions.empty(), read("claude", data))
    assert sessions.tokens(session) == {"input": 200, "output": 45, "cache_read": 14, "cache_write": 0}


def test_claude_s_stream_tells_tokens_and_cost_by_its_result_alone() -> None:
    usage = {"input_tokens": 300, "output_tokens": 90}
    result = {
        "type": "result",
        "subtype": "success",
        "is_error": False,
        "result": "Done.",
        "uuid": "r",
        "usage": usage,
    }
    data = written(block("m1", "a", 1, TEXT), block("m1", "b", 1, CALL), {**result, "total_cost_usd": 0.5})
    session = sessions.fold(sessions.empty(), read("claude", data, "stream"))
    assert sessions.tokens(session) == {"input": 300, "output": 90, "cache_read": 0, "cache_write": 0}
    assert session["cost_usd"] == 0.5


def test_codex_s_running_totals_are_not_added_up_over_turns_and_resumes() -> None:
    def total(order: int, spent: int) -> dict[str, Any]:
        info = {
            "total_token_usage": {
                "input_tokens": spent,
                "cached_input_tokens": spent // 2,
                "output_tokens": 9,
            }
        }
        payload = {"type": "token_count", "info": info}
        return {
            "timestamp": "2026-03-02T10:00:00.000Z",
            "ordinal": order,
            "type": "event_msg",
            "payload": payload,
        }

    meta = {"timestamp": "x", "ordinal": 0, "type": "session_meta", "payload": {"id": "th", "cwd": "/r"}}
    session = sessions.fold(sessions.empty(), read("codex", written(meta, total(1, 100), total(2, 100), total(3, 300))))
    assert sessions.tokens(session) == {"input": 150, "output": 9, "cache_read": 150, "cache_write": 0}


def test_the_hook_and_the_transcript_name_the_same_call_with_the_same_id() -> None:
    hook = {"hook_event_name": "PreToolUse", "tool_name": "Bash", "tool_input": {}, "tool_use_id": "toolu_1"}
    by_hook = claude.hook(hook, {}, Where(agent="claude", file="spool/1", offset=0, kind="hook"))
    by_record = read("claude", written(block("m1", "b", 1, CALL)))
    assert by_hook[0]["id"] in [event["id"] for event in by_record]
    assert (by_hook[0]["source"], by_record[0]["source"]) == ("hook", "transcript")


def test_the_prompt_of_a_turn_is_told_twice_under_one_id() -> None:
    hook = {"hook_event_name": "UserPromptSubmit", "prompt": "Fix it", "prompt_id": "p1"}
    by_hook = claude.hook(hook, {}, Where(agent="claude", file="spool/1", offset=0, kind="hook"))
    record = {"type": "user", "uuid": "u", "promptId": "p1", "message": {"role": "user", "content": "Fix it"}}
    assert [one["id"] for one in by_hook] == [one["id"] for one in read("claude", written(record))]


def test_stream_and_transcript_of_claude_give_the_same_ids() -> None:
    data = written(block("m1", "a", 1, TEXT), block("m1", "b", 40, CALL))
    in_stream = {one["id"] for one in read("claude", data, "stream")}
    assert in_stream <= {one["id"] for one in read("claude", data, "transcript")}


def test_unknown_records_are_kept_as_raw_and_bookkeeping_is_not() -> None:
    found = read("claude", written({"type": "brand-new", "uuid": "n"}, {"type": "api-request", "body": "…"}))
    assert [(event["type"], event["text"]) for event in found] == [("raw", "brand-new")]
    found = read("codex", written({"type": "brand.new"}, {"type": "event_msg", "payload": {"type": "turn_diff"}}))
    assert [(event["type"], event["text"]) for event in found] == [("raw", "brand.new")]


def test_what_a_sub_agent_says_does_not_end_the_turn() -> None:
    said = block("m9", "s", 1, TEXT, stop="end_turn") | {"isSidechain": True}
    failed = block("m8", "f", 1, TEXT) | {
        "isSidechain": True,
        "error": "rate_limit",
        "isApiErrorMessage": True,
    }
    session = sessions.fold(sessions.empty(), read("claude", written(said, failed)))
    assert (session["turn"], session["end"], session["errors"]) == (None, None, [])


def test_codex_s_warnings_are_no_failures_and_its_retries_tell_status_and_count() -> None:
    warned = {
        "type": "item.completed",
        "item": {"id": "item_0", "type": "error", "message": "Model metadata …"},
    }
    retried = {"type": "error", "message": "Reconnecting... 2/5 (unexpected status 401 Unauthorized: no)"}
    waiting = {"type": "error", "message": "Reconnecting... waiting for network (Connection failed)"}
    found = read("codex", written(warned, retried, waiting), "stream")
    assert [event["type"] for event in found] == ["annotation", "retry", "retry"]
    assert {key: found[1]["data"][key] for key in ("attempt", "most", "status")} == {
        "attempt": 2,
        "most": 5,
        "status": 401,
    }
    assert found[2]["data"]["waits"] is True


def test_codex_s_hidden_title_turn_is_not_the_end_of_ours() -> None:
    done = {
        "type": "agent-turn-complete",
        "thread-id": "ours",
        "turn-id": "t",
        "last-assistant-message": "Done.",
    }
    where = Where(agent="codex", file="spool/1", offset=0, kind="hook")
    assert codex.hook(done, {"session": "ours"}, where)[0]["type"] == "turn.completed"
    assert codex.hook(done | {"thread-id": "title"}, {"session": "ours"}, where) == []


def test_where_transcripts_lie() -> None:
    env = {"HOME": "/home/u", "CLAUDE_CONFIG_DIR": "/cfg"}
    assert claude.transcripts(env, "/w/my.repo_1", "abc")[:2] == [
        "/cfg/projects/-w-my-repo-1/abc.jsonl",
        "/home/u/.claude/projects/-w-my-repo-1/abc.jsonl",
    ]
    assert (
        codex.transcripts({"HOME": "/home/u", "CODEX_HOME": "/cx"}, "/w", "th")[0]
        == "/cx/sessions/*/*/*/rollout-*-th.jsonl"
    )


@pytest.mark.parametrize(
    ("words", "asking"),
    [
        ("I can do this two ways. Should I rename it or delete it? Please confirm before I continue.", True),
        ("Which one do you want?", True),
        ("Please choose A or B.", True),
        ("All done. Would you like me to do anything else?", None),
        ("All done. Let me know if you have any questions.", None),
        ("I asked myself: is it done? It is. The tests pass now. Everything is committed.", None),
        ("Done.\n```\nwhat?\n```", None),
        ("", None),
    ],
)
def test_whether_a_message_ends_with_a_question(words: str, asking: bool | None) -> None:
    assert asks(words) is asking


def test_prompts_without_an_id_are_two_turns() -> None:
    prompt = {"type": "user", "message": {"content": "go on"}}
    begun = [one["id"] for one in read("claude", written(prompt, prompt)) if one["type"] == "turn.started"]
    assert len(set(begun)) == 2


def test_a_wait_for_the_reset_is_told_by_the_program_alone() -> None:
    words = "Usage limit reached · continuing automatically at 5pm"
    notice = {"type": "system", "subtype": "informational", "content": words, "uuid": "u"}
    assert sessions.fold(sessions.empty(), read("claude", written(notice)))["waits"] == words
    other = {**notice, "content": "Usage limit reached"}
    assert sessions.fold(sessions.empty(), read("claude", written(other)))["waits"] is None
