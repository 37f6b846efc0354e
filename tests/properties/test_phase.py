"""The phase of every combination of files, locks and answers is the one of the table in docs/format.md."""

import itertools
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from workcell.base import probe
from workcell.rundir import layout, phase, vocabulary

FORMAT = Path(__file__).resolve().parents[2] / "docs/format.md"
FLAGS = ("readable", "start", "exit", "facts", "verify", "next", "result")
PROBES = (probe.YES, probe.NO, probe.UNKNOWN)

Combination = dict[str, Any]
Condition = Callable[[Combination], bool]

# What the conditions of the table say, in its own words. A condition that is not here makes the test fail.
WORDS: dict[str, Condition] = {
    "the right to write could not be asked": lambda c: c["runner"] == probe.UNKNOWN,
    "held": lambda c: c["runner"] == probe.YES,
    "free": lambda c: c["runner"] == probe.NO,
    "agent alive": lambda c: c["agent"] == probe.YES,
    "agent gone": lambda c: c["agent"] == probe.NO,
    "agent gone or never started": lambda c: c["agent"] == probe.NO or not c["start"],
    "agent could not be asked": lambda c: c["agent"] == probe.UNKNOWN,
    "`agent.lock` held": lambda c: c["agent_lock"] == probe.YES,
    "`agent.lock` could not be asked": lambda c: c["agent_lock"] == probe.UNKNOWN,
    "nothing": lambda c: not any(c[name] for name in FLAGS[1:]),
    "`facts`, `verify` or `next` without `exit`": lambda c: (c["facts"] or c["verify"] or c["next"]) and not c["exit"],
    **{f"`{name}`": (lambda c, name=name: c[name]) for name in FLAGS[1:]},
}
UNREADABLE = "the ledger cannot be read"
"""How the row begins that lists everything that cannot be relied on; its list is one flag of `phase.determine`."""

COMBINATIONS = [
    {**dict(zip(FLAGS, flags, strict=True)), "runner": runner, "agent": agent, "agent_lock": agent_lock}
    for flags in itertools.product((False, True), repeat=len(FLAGS))
    for runner, agent, agent_lock in itertools.product(PROBES, repeat=3)
]


RECORDS = {name: getattr(layout, name.upper()) for name in FLAGS[1:-1]}


def determined(*, readable: bool, result: bool, runner: str, agent: str, agent_lock: str, **records: bool):
    stands = {file for name, file in RECORDS.items() if records[name]}
    return phase.determine(stands, readable=readable, result=result, runner=runner, agent=agent, agent_lock=agent_lock)


def condition(text: str) -> Condition:
    """The condition of a cell: alternatives that are parted by "; or ", each of them parts that all hold."""
    if text.startswith(UNREADABLE):
        return lambda c: not c["readable"]
    if text in WORDS:
        return WORDS[text]
    alternatives = [[WORDS[part] for part in one.split(", ")] for one in text.split("; or ")]
    return lambda c: any(all(part(c) for part in one) for one in alternatives)


def table(text: str) -> list[tuple[Condition, str, str | None]]:
    """The rows of the table in their order: condition, phase, and why, where the row says it."""
    section = text.split("\n## The phase\n", 1)[1].split("\n## ", 1)[0]
    rows = re.findall(r"^\| (\d+) \| (.+?) \| (.+?) \| .+ \|$", section, re.MULTILINE)
    assert [int(number) for number, *_ in rows] == list(range(1, len(rows) + 1))
    read = []
    for _, words, said in rows:
        name, _, why = said.partition(", why: ")
        read.append((condition(words), name, why or None))
    return read


def disagreements(text: str) -> Iterator[str]:
    """Each combination for which the function does not answer what the table of this page says."""
    rows = table(text)
    for one in COMBINATIONS:
        found, why = determined(**one)
        name, reason = next(((name, reason) for matches, name, reason in rows if matches(one)), ("no row", None))
        if found != name or (reason is not None and why != reason):
            yield f"{one}: the table says {name}, the function {found} ({why})"


def test_every_combination_has_the_phase_of_the_table():
    assert len(COMBINATIONS) == 2**7 * 27
    assert list(disagreements(FORMAT.read_text())) == []
    assert {name for _, name, _ in table(FORMAT.read_text())} == set(vocabulary.PHASES)


ROWS = re.findall(r"^\| \d+ \| .+ \|$", FORMAT.read_text().split("\n## The phase\n", 1)[1], re.MULTILINE)


@pytest.mark.parametrize("row", ROWS, ids=[row.split(" |")[0].strip("| ") for row in ROWS])
def test_a_changed_row_is_noticed(row):
    text = FORMAT.read_text()
    number, words, said, who = row.strip("| ").split(" | ")
    other = next(name for name in vocabulary.PHASES if not said.startswith(name))
    changed = text.replace(row, f"| {number} | {words} | {other} | {who} |")
    assert changed != text
    assert next(disagreements(changed), None) is not None


def test_a_condition_in_unknown_words_is_noticed():
    text = FORMAT.read_text()
    with pytest.raises(KeyError, match="mostly free"):
        table(text.replace("| free, `exit`, `next` |", "| mostly free, `exit`, `next` |"))


def test_what_needs_a_reason_has_one():
    for one in COMBINATIONS:
        found, why = determined(**one)
        if found in ("corrupt", "unknown", "orphaned"):
            assert why, one


@pytest.mark.parametrize("name", ["runner", "agent", "agent_lock"])
def test_a_question_that_could_not_be_asked_never_moves_a_run_forward(name):
    """With an answer missing nobody may settle or start what nobody may settle or start with every answer given."""
    for one in COMBINATIONS:
        if one[name] != probe.UNKNOWN:
            continue
        found, _ = determined(**one)
        if found in (phase.LOST, phase.INTERRUPTED, phase.CREATED, phase.SCHEDULED):
            assert {determined(**{**one, name: answer})[0] for answer in (probe.YES, probe.NO)} == {found}, one
