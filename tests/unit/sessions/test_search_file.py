"""Searching a file of records: all that a careful reader would find, in bounded memory, whatever stands in it."""

import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.agent_sessions import Claude, Codex, written
from workcell.agents import jsonl, registry
from workcell.sessions import search_file
from workcell.sessions.search_words import Words


def found(path: Path, *words: str, agent: str = "claude") -> list[tuple[str, str]]:
    texts = search_file.search(registry.load(agent), str(path), Words(words))
    return [(one.kind, one.excerpt) for one in texts]


@pytest.fixture
def talk() -> Claude:
    made = Claude().prompt("fix the login").call("make login").result("Exit code 2\nno rule for login", failed=True)
    return made.call("cat login.py", "t2").result("def login(): ...", "t2").said("The login works.")


def test_each_kind_the_last_one_first(tmp_path: Path, talk: Claude) -> None:
    assert found(talk.keep(tmp_path), "LOGIN") == [
        ("answer", "The login works."),
        ("command", "Bash: cat login.py"),
        ("error", "no rule for login"),
        ("command", "Bash: make login"),
        ("prompt", "fix the login"),
    ]
    assert found(talk.keep(tmp_path), "login", "works") == [("answer", "The login works.")]
    assert found(talk.keep(tmp_path), "works login") == []


def test_of_codex(tmp_path: Path) -> None:
    talk = Codex().prompt("fix the login").call("make login").result("", 2).said("The login works.")
    kinds = [kind for kind, _ in found(talk.keep(tmp_path), "login", agent="codex")]
    assert kinds == ["answer", "command", "prompt"]


def test_torn_broken_and_foreign_lines_hide_nothing_else(tmp_path: Path, talk: Claude) -> None:
    path = talk.keep(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(
        b'\xff\xfe login\n{"type": "login"}\n[3, "login"]\nlogin\n' + whole + b'{"type":"user","message":"login'
    )
    assert len(found(path, "login")) == 5
    assert found(tmp_path / "none", "login") == []


def test_long_lines_are_searched_in_bounded_memory(tmp_path: Path, talk: Claude) -> None:
    path = talk.keep(tmp_path)
    whole = path.read_bytes()
    with path.open("wb") as file:
        file.write(whole)
        for words in (b"the login", b"the logout"):
            file.write(b'{"type":"user","message":{"content":"' + words)
            for _ in range(jsonl.MAX_LINE >> 20):
                file.write(b" words" * ((1 << 20) // 6))
            file.write(b" " * (1 << 20) + b'"}}\n')
        file.write(whole)
    tracemalloc.start()
    hits = found(path, "login")
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(hits) == 11 and hits[5] == ("prompt", found(path, "the login words")[0][1])
    assert most < 40 << 20
    assert found(path, "logout", "words")[0][1].startswith("the logout words")


@given(st.lists(st.sampled_from(["a login", "LOGIN b", "none", "été", "x" * 50]), max_size=20), st.integers(20, 400))
def test_whatever_the_size_of_a_piece_the_same_is_found(prompts: list[str], chunk: int) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as top, pytest.MonkeyPatch.context() as patch:
        records: list[dict[str, Any]] = [
            {"type": "user", "uuid": f"u{n}", "message": {"content": text}} for n, text in enumerate(prompts)
        ]
        path = written(Path(top, "s.jsonl"), records)
        patch.setattr(search_file, "CHUNK", chunk)
        assert [text for _, text in found(path, "login")] == [
            one for one in reversed(prompts) if "login" in one.lower()
        ]
        assert len(found(path, "ÉTÉ")) == prompts.count("été")
        path.write_text("".join(json.dumps(one) + "\n" for one in records))  # with escapes in place of letters
        assert len(found(path, "été")) == prompts.count("été")
