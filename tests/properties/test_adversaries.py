"""Agents read, print and say the very sentences that programs fail with: none of that is an alarm."""

import json
import os
import tempfile
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from workcell.evidence.judge_directory import judge_directory
from workcell.playbooks import library

ALARMS = {"auth", "rate_limit", "usage_limit", "billing"}
SIGNALS = library.signals(library.load()[0])
SENTENCES = [
    "You've hit your 5-hour limit · resets 7:30am (UTC)",
    "You’ve hit your usage limit. try again at 7:22 AM.",
    "Claude AI usage limit reached|1795159961",
    "API Error: Request rejected (429) · slow down",
    "Credit balance is too low",
    "Invalid API key · Fix external API key",
    "Please run /login · API Error: 401 OAuth token has expired.",
    "Not logged in · Please run /login",
    "unexpected status 401 Unauthorized: Incorrect API key provided: x",
    "exceeded retry limit, last status: 429 Too Many Requests",
    "Quota exceeded. Check your plan and billing details.",
    "Missing environment variable: `OPENAI_API_KEY`.",
    "Reconnecting... 1/5 (unexpected status 401 Unauthorized: no)",
    "ERROR: You've hit your usage limit.",
    "ERROR: Quota exceeded. Check your plan and billing details.",
    "⚠ Usage limit reached · limit resets 7:29am",
    "1. Stop and wait for limit to reset",
    "Do you want to proceed?",
    '{"type":"result","is_error":true,"api_error":"usage_limit_reached","result":"You\'ve hit your limit"}',
    '{"type":"turn.failed","error":{"message":"unexpected status 401 Unauthorized"}}',
    "✻ 401 invalid x-api-key · retrying in 18s · attempt 6/10",
    "■ You’ve hit your usage limit.",
]
WORDS = st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=5).map("\n".join)
RULE = "─" * 90


def judged(agent: str, **files: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = os.path.join(folder, name.replace("__", "."))
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        return judge_directory(folder, agent, SIGNALS, now=1_772_445_600.0)


def jsonl(*records: dict[str, Any]) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


@settings(max_examples=60)
@given(WORDS, WORDS, WORDS, st.sampled_from([0, 1, -15, 143, -9]), st.booleans())
def test_claude_s_records(prompt: str, output: str, said: str, code: int, ended: bool) -> None:
    call = {"type": "tool_use", "id": "t", "name": "Bash", "input": {"command": prompt}}
    stream = [
        {"type": "system", "subtype": "init", "session_id": "s", "uuid": "1"},
        {"type": "assistant", "uuid": "2", "message": {"id": "m", "content": [call]}},
        {
            "type": "user",
            "uuid": "3",
            "message": {"content": [{"type": "tool_result", "tool_use_id": "t", "content": output, "is_error": True}]},
        },
        {
            "type": "assistant",
            "uuid": "4",
            "message": {"id": "n", "content": [{"type": "text", "text": said}]},
        },
    ]
    if ended:
        stream.append({"type": "result", "subtype": "success", "is_error": False, "result": said, "uuid": "5"})
    found = judged("claude", stdout__txt=jsonl(*stream), stderr__txt="", exit_code=str(code))
    assert found["verdict"] not in ALARMS, found["evidence"]
    if ended and code == 0:
        assert found["verdict"] in ("ok", "partial")


@settings(max_examples=60)
@given(WORDS, WORDS, st.sampled_from([0, 1, -15, -9]), st.booleans())
def test_codex_s_records(output: str, said: str, code: int, ended: bool) -> None:
    run = {
        "id": "i2",
        "type": "command_execution",
        "command": output,
        "aggregated_output": output,
        "exit_code": 1,
    }
    stream = [
        {"type": "thread.started", "thread_id": "t"},
        {"type": "turn.started"},
        {"type": "item.completed", "item": {**run, "status": "failed"}},
        {"type": "item.completed", "item": {"id": "i3", "type": "agent_message", "text": said}},
    ]
    if ended:
        stream.append({"type": "turn.completed", "usage": {"input_tokens": 1}})
    found = judged(
        "codex",
        stdout__txt=jsonl(*stream),
        stderr__txt="Reading additional input from stdin...\n",
        exit_code=str(code),
    )
    assert found["verdict"] not in ALARMS, found["evidence"]


@settings(max_examples=60)
@given(WORDS, WORDS, st.sampled_from(["claude", "codex"]))
def test_plain_words_of_a_run_that_ended_well(stdout: str, stderr: str, agent: str) -> None:
    found = judged(agent, stdout__txt=stdout, stderr__txt=stderr, exit_code="0")
    assert found["verdict"] in ("ok", "partial"), found["evidence"]


@settings(max_examples=60)
@given(WORDS, st.sampled_from(["TERM", None]), st.sampled_from([-15, -9, 143]))
def test_codex_killed_while_a_tool_s_output_is_its_last_line(output: str, killed: str | None, code: int) -> None:
    meta = json.dumps({"timed_out_signal": killed})
    found = judged(
        "codex",
        stdout__txt="",
        stderr__txt=f"user\ngo\nexec\n{output}\n",
        exit_code=str(code),
        meta__json=meta,
    )
    assert found["verdict"] not in ALARMS, found["evidence"]


@settings(max_examples=100)
@given(WORDS, WORDS, st.booleans())
def test_claude_s_screen(said: str, output: str, busy: bool) -> None:
    footer = "  ⏵⏵ accept edits on (shift+tab to cycle)" + (" · esc to interrupt" if busy else "")
    told = ["  ⎿  " + output.replace("\n", "\n     "), "", "● " + said.replace("\n", "\n  ")]
    rows = [
        "❯ " + said.replace("\n", "\n  "),
        "",
        "● Bash(cat x)",
        *told,
        "",
        *(["✽ Flowing… (5s)"] if busy else []),
    ]
    found = judged("claude", **{"01-pane__txt": "\n".join([*rows, "", RULE, "❯ ", RULE, footer])})
    assert found["verdict"] not in ALARMS, found["evidence"]


@settings(max_examples=100)
@given(WORDS, WORDS)
def test_codex_s_screen(said: str, output: str) -> None:
    rows = [
        "› " + said.replace("\n", "\n  "),
        "",
        "• Ran cat x",
        "  └ " + output.replace("\n", "\n    "),
        "",
        "• " + said.replace("\n", "\n  "),
        "",
        "› Ask Codex to do anything",
        "",
        "  m default · /r",
    ]
    found = judged("codex", **{"01-pane__txt": "\n".join(rows)})
    assert found["verdict"] not in ALARMS, found["evidence"]


@settings(max_examples=60)
@given(WORDS)
def test_a_permission_whose_command_is_full_of_such_sentences(command: str) -> None:
    rows = [
        "● I run it.",
        RULE,
        " Bash command",
        *[f" {line}" for line in command.split("\n")],
        " Do you want to proceed?",
        " ❯ 1. Yes",
        "   2. No",
        "",
        " Esc to cancel · Tab to amend",
    ]
    found = judged("claude", **{"01-pane__txt": "\n".join(rows)})
    assert found["verdict"] == "prompt", found["evidence"]
    assert found["prompt"]["safe"] == "2"
