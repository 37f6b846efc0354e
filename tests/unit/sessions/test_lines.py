"""Records become the lines of a log that a person reads."""

import json

import pytest

from workcell.agents import registry
from workcell.sessions.lines import Lines
from workcell.sessions.records import Reader

INIT = {"type": "system", "subtype": "init", "session_id": "s", "uuid": "u0", "model": "a-model"}


def calls(name, given, *, uuid="u1", call="t1"):
    content = [{"type": "tool_use", "id": call, "name": name, "input": given}]
    return {"type": "assistant", "uuid": uuid, "message": {"id": uuid, "content": content}}


def answered(text, *, failed=False, call="t1", uuid="r1"):
    content = [{"type": "tool_result", "tool_use_id": call, "content": text, "is_error": failed}]
    return {"type": "user", "uuid": uuid, "message": {"role": "user", "content": content}}


def said(text, uuid="s1"):
    return {"type": "assistant", "uuid": uuid, "message": {"id": uuid, "content": [{"type": "text", "text": text}]}}


def result(**more):
    record = {
        "type": "result",
        "subtype": "success",
        "uuid": "end",
        "session_id": "s",
        "is_error": False,
        "result": "It is.",
    }
    return {
        **record,
        "num_turns": 3,
        "total_cost_usd": 0.1234,
        "usage": {"input_tokens": 3900, "output_tokens": 84},
        **more,
    }


def lines(*records, agent="claude", kind="stream", **of):
    reader, made = Reader(registry.load(agent), "agent.log", kind), Lines("/w/repo", **of)
    data = b"".join(json.dumps(one).encode() + b"\n" for one in records)
    return [line for piece in [*reader.read(data), *reader.close()] for line in made.add(piece)] + made.close()


@pytest.mark.parametrize(
    ("record", "answer", "line"),
    [
        (
            calls("Bash", {"command": "make test"}),
            answered("Exit code 1\nFAILED", failed=True),
            "Bash: make test → exit 1",
        ),
        (calls("Bash", {"command": "make test"}), answered("fine"), "Bash: make test → ok"),
        (calls("Read", {"file_path": "/w/repo/src/a.py"}), answered("text"), "read src/a.py"),
        (calls("Read", {"file_path": "/etc/hosts"}), answered("text"), "read /etc/hosts"),
        (
            calls("Edit", {"file_path": "/w/repo/src/a.py", "old_string": "a\nb\nz", "new_string": "a\n1\n2\n3\n4\nz"}),
            answered([{"type": "text", "text": "edited"}]),
            "edited src/a.py +4 −1",
        ),
        (calls("Write", {"file_path": "/w/repo/n.md", "content": "1\n2\n"}), answered("ok"), "wrote n.md, 2 lines"),
        (calls("Write", {"file_path": "/w/repo/n.md", "content": "1"}), answered("ok"), "wrote n.md, 1 line"),
        (
            calls("Edit", {"file_path": "/w/repo/a", "old_string": "a", "new_string": "b"}),
            answered("<tool_use_error>File has not been read yet.</tool_use_error>", failed=True),
            "edited a +1 −1 → failed: File has not been read yet.",
        ),
        (calls("Grep", {"pattern": "TODO"}), answered([{"type": "text", "text": "x"}]), "Grep: TODO"),
    ],
)
def test_a_tool_call_and_its_answer_are_one_line(record, answer, line):
    assert lines(record, answer) == [line]


def test_words_keep_their_lines_and_carry_no_escape_sequences():
    assert lines(said("First.\n\n- \x1b[31mred\x1b[0m")) == ["said First.", "", "     - red"]


def test_the_end_tells_the_cost_and_repeats_nothing():
    assert lines(INIT, said("It is."), result()) == [
        "session started, model a-model",
        "said It is.",
        "cost 0.12 USD, 3 turns, 3.9k tokens in, 84 out",
    ]


def test_a_failure_is_told_once_with_its_class():
    words = "Invalid API key · Fix external API key"
    failure = {
        **said(words),
        "error": "authentication_failed",
        "isApiErrorMessage": True,
        "apiErrorStatus": 401,
    }
    found = lines(failure, result(is_error=True, result=words, total_cost_usd=0, usage={}))
    assert found == [f"error: 401 authentication failed: {words}", "cost 0.00 USD, 3 turns"]


def test_a_retry_says_which_one_and_when_the_next_comes():
    retry = {
        "type": "system",
        "subtype": "api_retry",
        "uuid": "u2",
        "attempt": 2,
        "max_retries": 10,
        "retry_delay_ms": 60000,
        "error_status": 529,
        "error": "overloaded",
    }
    assert lines(retry) == ["tries again in 60 s (try 2 of 10): 529 overloaded"]


def test_an_unknown_record_is_one_short_plain_line():
    found = lines({"type": "quantum-state", "uuid": "q", "amplitudes": [{"x": "y" * 5000}]})
    assert found == ["(a record of an unknown kind: quantum-state)"]


def test_what_has_no_answer_stands_before_what_came_after_it():
    found = lines(calls("Bash", {"command": "sleep 60"}), said("I go on."))
    assert found == ["Bash: sleep 60", "said I go on."]


def test_answers_of_calls_side_by_side_find_their_calls():
    first, second = calls("Bash", {"command": "a"}), calls("Bash", {"command": "b"}, uuid="u2", call="t2")
    ends = [answered("x", call="t2", uuid="r2"), answered("Exit code 7", failed=True)]
    assert lines(first, second, *ends) == ["Bash: b → ok", "Bash: a → exit 7"]


def test_a_reader_who_follows_sees_a_call_before_its_answer():
    reader, made = Reader(registry.load("claude"), "agent.log", "stream"), Lines()

    def feed(record):
        return [line for piece in reader.read(json.dumps(record).encode() + b"\n") for line in made.add(piece)]

    assert feed(calls("Bash", {"command": "make"})) == []
    assert made.pause() == ["Bash: make …"] and made.pause() == []
    assert feed(answered("ok")) == ["Bash: make → ok"]
    assert made.close() == []


def test_the_prompt_of_workcell_is_shown_as_the_objective():
    own = "You are working in /w/repo on one objective, unattended.\n\n- Work until it is done.\n\n# Brief\n\nMake it."
    prompt = {"type": "user", "uuid": "p", "promptId": "1", "message": {"role": "user", "content": own}}
    assert lines(prompt, kind="transcript", own_prompt=own + "\n", objective="make it") == ["asked make it"]
    other = {**prompt, "message": {"role": "user", "content": "And now\nthe rest."}}
    assert lines(other, kind="transcript", own_prompt=own, objective="make it") == ["asked And now", "      the rest."]


def test_the_stream_of_codex():
    item = {"id": "item_1", "type": "command_execution", "status": "completed"}
    command = '/bin/bash -lc "printf \'%s\' \\"\\$HOME\\" && make"'
    patch = {"id": "item_2", "type": "file_change", "status": "completed"}
    found = lines(
        {"type": "thread.started", "thread_id": "t"},
        {"type": "turn.started"},
        {"type": "item.started", "item": {**item, "command": command, "status": "in_progress"}},
        {"type": "item.completed", "item": {**item, "command": command, "exit_code": 2, "aggregated_output": "no"}},
        {"type": "item.completed", "item": {**patch, "changes": [{"path": "/w/repo/a.py", "kind": "add"}]}},
        {"type": "item.completed", "item": {"id": "item_3", "type": "agent_message", "text": "Done."}},
        {"type": "turn.completed", "usage": {"input_tokens": 2400, "cached_input_tokens": 1000, "output_tokens": 84}},
        agent="codex",
    )
    assert found == [
        "Bash: printf '%s' \"$HOME\" && make → exit 2",
        "wrote a.py",
        "said Done.",
        "cost 2.4k tokens in (1k cached), 84 out",
    ]


def test_a_patch_in_a_rollout_of_codex():
    patch = "*** Begin Patch\n*** Update File: src/a.py\n@@\n-old\n+new\n+more\n*** Add File: b.py\n+1\n*** Delete File: c\n*** End Patch"
    payload = {"type": "custom_tool_call", "name": "apply_patch", "call_id": "c", "input": patch}
    found = lines({"type": "response_item", "timestamp": "t", "payload": payload}, agent="codex", kind="transcript")
    assert found == ["edited src/a.py +2 −1, wrote b.py, 1 line, deleted c"]
