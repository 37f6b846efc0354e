"""What an agent reported of itself, as status tells it."""

import json
from pathlib import Path

from workcell.cleaning.clean import Cleaner
from workcell.evidence import capture_state, usage
from workcell.judgement import session as sessions
from workcell.rundir import layout


def captured(directory: Path, **sources):
    state = {
        "schema": capture_state.SCHEMA, "attempt": 1, "at": None, "agent": "claude", "session": None, "journal": 0,
        "told": [], "sources": {"hook": {"memory": {}, "session": sessions.empty(), "transcript": None}}, "final": True,
    }  # fmt: skip
    read = {"offset": 0, "inode": None, "memory": {}, "scope": "", "kind": "stream", "skipping": False, "bad": 0}
    for name, session in sources.items():
        state["sources"][name] = {"file": "f", "copied": 0, "state": read, "session": {**sessions.empty(), **session}}
    (directory / layout.CAPTURE).write_text(json.dumps(state))
    return usage.of(str(directory), Cleaner())


def brief(text, **more):
    return {"text": text, "at": None, "id": None, **more}


def test_nothing_was_captured(tmp_path):
    assert usage.of(str(tmp_path), Cleaner()) is None
    assert captured(tmp_path) is None


def test_stream_and_transcript_tell_of_the_same_tokens(tmp_path):
    found = captured(
        tmp_path,
        stream={"events": 3, "model": "a-model", "tokens_total": {"input": 10, "output": 2}, "cost_usd": 0.25,
                "end": brief("x", turns=4), "said": brief("It is done.")},
        transcript={"events": 3, "tokens": {"input": 9, "output": 2}},
    )  # fmt: skip
    assert found == {
        "model": "a-model",
        "cost_usd": 0.25,
        "tokens": {"input": 10, "output": 2},
        "turns": 4,
        "last_word": "It is done.",
    }


def test_a_secret_in_the_last_words_is_masked(tmp_path):
    token = "ghp_" + "a1B2" * 9
    assert token not in captured(tmp_path, stream={"events": 1, "said": brief(f"the key is {token}")})["last_word"]
