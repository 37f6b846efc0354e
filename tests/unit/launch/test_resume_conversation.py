"""In which conversation the next attempt begins, and which messages of the inbox that obeys."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.made_standby import MadeStandby
from workcell.evidence import capture_state
from workcell.judgement import session as sessions
from workcell.launch import attempt as attempts
from workcell.launch import conversation, resume, resume_conversation
from workcell.rundir import inbox, layout, look

WORDS = {"compact": "/compact"}


@pytest.fixture
def made(tmp_path, monkeypatch):
    made = MadeStandby(tmp_path)
    made.attempt.update(native=False, agent_session="s-1")
    values = {"resume": ["agent", "{{ session }}"], "io": "file", "stdin": "prompt", "own_commands": WORDS}
    made.attempt["recipe"]["values"] = values
    made.waits()
    monkeypatch.setattr(conversation, "to_continue", lambda *_: ("s-1", None))
    return made


def choose(made, by="person", native=True):
    seen = look.at(made.run)
    request = resume.Request(made.home, made.run, native=native, by={"who": by})
    return resume_conversation.choose(request, seen, attempts.carried(seen.attempt))


def put(made, *kinds):
    return [inbox.post(made.run, {"kind": kind}).removesuffix(".json") for kind in kinds]


def test_without_a_message_it_goes_on(made):
    assert choose(made) == resume_conversation.Chosen("s-1")


def test_cleared_it_begins_anew_and_nothing_is_left_to_compact(made):
    ids = put(made, "compact", "clear")
    chosen = choose(made)
    assert (chosen.session, chosen.why_not, chosen.compact) == (None, resume_conversation.CLEARED, None)
    assert chosen.obeyed == ids
    assert choose(made, native=False) == resume_conversation.Chosen(obeyed=ids), "it would have begun anew anyway"


def test_what_an_attempt_obeyed_is_not_obeyed_again(made):
    made.attempt["messages"] = put(made, "clear")
    made.store()
    assert choose(made) == resume_conversation.Chosen("s-1")


def test_in_the_middle_of_a_turn_it_waits_for_the_attempt_after(made):
    put(made, "clear", "compact")
    assert choose(made, by="approval") == resume_conversation.Chosen("s-1")


@pytest.mark.parametrize(
    ("prompt", "io", "cleared"),
    [
        (None, "terminal", True),
        ("2020-01-01T00:00:00.000Z", "terminal", True),
        ("2099-01-01T00:00:00.000Z", "terminal", False),
        (None, "file", False),
    ],
)
def test_cleared_at_the_terminal_and_not_asked_since_it_begins_anew(made, prompt, io, cleared):
    made.attempt["recipe"]["values"]["io"] = made.attempt["io"] = io
    made.store()
    if prompt is not None:
        told = {**sessions.empty(), "events": 1, "prompt": {"text": "do it", "at": prompt, "id": None}}
        state: dict[str, object] = {"schema": capture_state.SCHEMA, "session": None, "journal": 0, "told": []}
        hook = {"memory": {}, "session": sessions.empty(), "transcript": None}
        where = {"offset": 0, "inode": None, "memory": {}, "scope": "", "kind": "", "skipping": False, "bad": 0}
        transcript = {"session": told, "file": "/none", "copied": 0, "state": where}
        state.update(final=True, sources={"hook": hook, "transcript": transcript})
        Path(layout.attempt(made.run, 1), layout.CAPTURE).write_text(json.dumps(state))
        assert capture_state.stored(layout.attempt(made.run, 1)) is not None
    [name] = put(made, "clear")
    inbox.accept(made.run, f"{name}.json", {"kind": "clear", "id": name}, "it left the composer", 1)
    assert (choose(made).session is None) is cleared
    assert choose(made, by="approval").session == "s-1", "its agent is in the middle of a turn"


def test_what_opened_an_attempt_is_not_what_ended_it(made):
    made.attempt["io"] = "terminal"
    made.attempt["messages"] = put(made, "clear")
    made.store()
    inbox.briefed(made.run, 1)
    assert choose(made) == resume_conversation.Chosen("s-1")


def test_compacted_it_is_told_first(made):
    ids = put(made, "compact")
    assert choose(made) == resume_conversation.Chosen("s-1", None, "/compact", ids)


@pytest.mark.parametrize(
    "values", [{"io": "terminal"}, {"stdin": "none"}, {"own_commands": {}}, {"own_commands": WORDS}]
)
def test_only_a_program_that_reads_its_prompt_is_told_first(made, values):
    made.attempt["recipe"]["values"].update(values)
    made.store()
    put(made, "compact")
    chosen = choose(made)
    assert (chosen.session, chosen.compact is None) == ("s-1", values != {"own_commands": WORDS})
    assert bool(chosen.obeyed) == (chosen.compact is not None)


@pytest.mark.parametrize("code", [0, 3])
def test_the_command_reads_the_words_alone_and_then_its_prompt(tmp_path, code):
    (tmp_path / "agent").mkdir()
    heard = tmp_path / "heard"
    program = (
        "import sys; said = sys.stdin.read(); print('got', said); open(sys.argv[1], 'a').write(repr(said) + chr(10)); "
    )
    program += f"sys.exit({code} if 'compact' in said else 0)"
    argv = [sys.executable, "-c", program, str(heard)]
    words = resume_conversation.with_compaction(argv, "/compact 'all' $HOME", str(tmp_path))
    done = subprocess.run(words, input="the prompt\n", capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and done.stdout == "got the prompt\n\n", done.stderr
    assert heard.read_text().splitlines() == [repr("/compact 'all' $HOME\n"), repr("the prompt\n")]
    assert "got /compact" in Path(tmp_path, "agent", resume_conversation.LOG).read_text()
