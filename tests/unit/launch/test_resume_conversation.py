"""In which conversation the next attempt begins, and which messages of the inbox that obeys."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.made_standby import MadeStandby
from workcell.launch import attempt as attempts
from workcell.launch import conversation, resume, resume_conversation
from workcell.rundir import inbox, look

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
