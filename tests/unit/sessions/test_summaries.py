"""Summaries by commands that a person named."""

import json
import os
import shlex
import sys
from pathlib import Path

import pytest

from tests.support import recorded_runs as made
from workcell.base import clock
from workcell.cleaning import run_cleaner
from workcell.rundir import attending, layout, locks, look
from workcell.rundir.cell import Cell
from workcell.sessions import short_records, summaries
from workcell.sessions.summaries import Commands
from workcell.views import what

NOW = clock.parse("2026-11-22T08:34:48.000Z")
TOKEN = "ghp_" + "a1B2c3D4" * 5


@pytest.fixture
def run(tmp_path):
    turns = [record for n in range(7) for record in (made.prompt(f"ask {n}", f"p{n}"), made.said(f"did {n}", f"s{n}"))]
    return made.recorded(tmp_path, transcript=made.lines(*turns, made.prompt(f"use {TOKEN}", "last")))


def program(tmp_path, body):
    """A command that keeps what it was given, and then does this."""
    path = Path(tmp_path, "summarizer.py")
    path.write_text(f"import sys\ngiven = sys.stdin.read()\nopen({str(path) + '.in'!r}, 'a').write(given)\n{body}\n")
    return f"{shlex.quote(sys.executable)} {shlex.quote(str(path))}", Path(f"{path}.in")


def ask(run, now=NOW, **named):
    return summaries.current(look.at(run), run_cleaner.of_run(run), Commands(**named), now)


def test_without_a_command_nothing_is_asked_and_nothing_written(run):
    assert ask(run) is None
    assert not os.path.exists(os.path.join(look.at(run).directory, layout.SUMMARY))
    assert what.what(run).summary_calls == 0


def test_the_last_five_turns_are_given_and_the_answer_is_kept_and_counted(tmp_path, run):
    command, given = program(tmp_path, "print('It did\\n seven things. ' + 'x' * 500)")
    found = ask(run, local=command)
    assert found["text"].startswith("It did seven things. xxx") and len(found["text"]) == summaries.MOST_OUT
    assert (found["by"], found["calls"], found["failed"]) == ("local", 1, 0)
    words = given.read_text()
    assert "ask 6" in words and "did 3" in words and "ask 1" not in words
    assert TOKEN not in words  # a command may send it away
    assert what.what(run).summary == found["text"] and what.what(run).summary_calls == 1


def test_it_is_asked_again_only_after_a_while_and_when_something_changed(tmp_path, run):
    command, _ = program(tmp_path, "print('short')")
    ask(run, local=command)
    transcript = Path(look.at(run).directory, layout.TRANSCRIPT)
    assert ask(run, now=NOW + 100, local=command)["calls"] == 1  # nothing changed
    transcript.write_bytes(transcript.read_bytes() + made.lines(made.said("more", "s9")))
    assert ask(run, now=NOW + 10, local=command)["calls"] == 1  # too soon
    assert ask(run, now=NOW + 100, local=command)["calls"] == 2


def test_where_the_local_one_fails_the_other_is_asked_and_both_count(tmp_path, run):
    command, _ = program(tmp_path, "print('from afar')")
    found = ask(run, local="false", cloud=command)
    assert (found["text"], found["by"], found["calls"], found["failed"]) == ("from afar", "cloud", 2, 1)


@pytest.mark.parametrize("command", ["false", "true", "/no/such/program", "'"])
def test_a_command_that_says_nothing_leaves_the_summary_before(tmp_path, run, command):
    good, _ = program(tmp_path, "print('before')")
    ask(run, local=good)
    transcript = Path(look.at(run).directory, layout.TRANSCRIPT)
    transcript.write_bytes(transcript.read_bytes() + made.lines(made.said("more", "s9")))
    found = ask(run, now=NOW + 60, local=command)
    assert (found["text"], found["calls"], found["failed"]) == ("before", 2, 1)


def test_what_it_is_given_is_bounded(tmp_path, run):
    transcript = Path(look.at(run).directory, layout.TRANSCRIPT)
    transcript.write_bytes(made.lines(made.prompt("é" * 9000), made.said("the end")))
    words = summaries.material(look.at(run), run_cleaner.of_run(run))
    assert len(words) <= summaries.MOST_IN and words.decode().endswith("the end")


def test_one_process_asks_at_a_time(tmp_path, run):
    command, given = program(tmp_path, "print('never')")
    lock = locks.take(os.path.join(look.at(run).directory, layout.SUMMARY), 0.0)
    assert ask(run, local=command) is None and not given.exists()
    os.close(lock)


def test_what_an_agent_put_there_is_no_summary(run):
    path = Path(look.at(run).directory, layout.SUMMARY)
    for forged in ("{", "[]", '{"schema": "workcell.file.summary/1"}', '{"schema": "x"}'):
        path.write_text(forged)
        assert short_records.summary(str(path.parent)) is None
    whole = {"schema": "workcell.file.summary/1", "asked_at": "2026-11-22T08:34:48.000Z", "of": "", "text": "a \x1b[2J",
             "by": None, "calls": 3, "failed": 0}  # fmt: skip
    path.write_text(json.dumps(whole))
    assert "\x1b" not in what.what(run).summary


def test_the_verb_asks_what_config_yaml_names_unless_told_not_to(tmp_path, run):
    command, given = program(tmp_path, "print('short')")
    home = made.home_of(run)
    Path(home, layout.CONFIG).write_text(json.dumps({"summarize": {"local": command}}))
    cell = Cell(home, {}, "/", clock=lambda: NOW)
    name = os.path.basename(run)
    assert what.perform(cell, what.Request(name, cached=True)).summary is None and not given.exists()
    assert what.perform(cell, what.Request(name)).summary == "short"
    assert what.perform(cell, what.Request(name, cached=True)).summary == "short"


def test_no_command_is_asked_beside_another_of_the_home(tmp_path, run):
    command, given = program(tmp_path, "print('short')")
    lock = attending.take_in(made.home_of(run), attending.SUMMARIES, 0.0)
    assert ask(run, local=command) is None and not given.exists()
    os.close(lock)
    assert ask(run, local=command)["text"] == "short"
    os.close(attending.take_in(made.home_of(run), attending.SUMMARIES, 0.0))  # it was given back
