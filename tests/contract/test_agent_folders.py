"""What every folder of an agent program must hold, over the records that real programs left: one test for all of them."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from tests.support.lab import ROOT
from tests.support.records import faults
from workcell.agents import jsonl, registry
from workcell.agents.events import Where
from workcell.agents.protocol import Agent, Exits
from workcell.judgement import session
from workcell.sessions.records import Reader
from workcell.sessions.turns import Turns

NAMES = registry.names()
GOLDEN = ROOT / "tests" / "data" / "golden"
MOST = 25
"""Recorded files of each agent that are read."""


@pytest.fixture(params=NAMES)
def agent(request: pytest.FixtureRequest) -> Agent:
    return registry.load(request.param)


def recorded(agent: Agent) -> list[tuple[str, bytes]]:
    """Recorded output and transcripts, as (kind, bytes), spread over all that there are."""
    found = [("stream", path) for path in sorted(GOLDEN.glob(f"{agent.name}/*/stdout.txt"))]
    found += [("transcript", path) for path in sorted(GOLDEN.glob(f"{agent.name}/*/**/*.jsonl"))]
    whole = [(kind, path.read_bytes()) for kind, path in found[:: max(1, len(found) // MOST)]]
    return [(kind, data) for kind, data in whole if data.strip()]


def read(agent: Agent, data: bytes, kind: str, *, final: bool = True) -> list[dict[str, Any]]:
    return jsonl.consume(agent, jsonl.start("r/1", kind), data, "f.jsonl", final=final)[0]


def test_it_says_who_it_is(agent: Agent) -> None:
    assert agent.title and agent.name in NAMES and isinstance(agent.exits, Exits)
    assert all(registry.load(alias).name == agent.name for alias in agent.aliases)


def test_records_of_real_programs_are_events_of_the_format_and_few_are_unknown(agent: Agent) -> None:
    events = [one for kind, data in recorded(agent) for one in read(agent, data, kind)]
    assert len(events) > 100, "no recorded files: put some into tests/data/golden"
    wrong = {fault for one in events for fault in faults("agent-event", one)}
    assert not wrong
    assert sum(one["type"] == "raw" for one in events) <= len(events) // 50


def test_a_second_reading_and_one_in_pieces_tell_the_same(agent: Agent) -> None:
    shuffled = random.Random(7)
    for kind, data in recorded(agent):
        once = read(agent, data, kind)
        assert read(agent, data, kind) == once
        state, told = jsonl.start("r/1", kind), {}
        cuts = sorted(shuffled.randrange(len(data)) for _ in range(5))
        for cut in [*cuts, len(data)]:
            last = cut == len(data)
            events, state = jsonl.consume(agent, state, data[state["offset"] : cut], "f.jsonl", final=last)
            state = json.loads(json.dumps(state))  # it lives in a file between two readings
            told.update({one["id"]: one for one in events if one["id"] not in told})
        assert list(told.values()) == once


def test_every_event_within_a_turn_has_its_turn(agent: Agent) -> None:
    turns = 0
    for kind, data in recorded(agent):
        within = False
        for one in read(agent, data, kind):
            within = within or one["type"] == "turn.started"
            assert one["turn"] or not within, one
            turns += one["type"] == "turn.completed"
            within = within and one["type"] not in ("turn.completed", "session.started", "session.exited")
    assert turns > 5


def test_records_of_a_new_form_are_raw_events_and_change_nothing_else(agent: Agent) -> None:
    for kind, data in recorded(agent)[:6]:
        lines = data.splitlines(keepends=True)
        whole = b"".join(lines[:-1])
        new = b'{"type":"a.form.of.tomorrow","payload":{"type":"later","turn_id":[1]},"message":7,"item":"x"}\n'
        torn = b'{"type": "assist\n'
        strange = b'{"type":"\xff\xfe"}\n[[]]\n"text"\n'
        drifted = whole + new + torn + strange + lines[-1]
        before, after = read(agent, data, kind), read(agent, drifted, kind)
        raw = [one for one in after if one["type"] == "raw" and one not in before]
        assert any("a.form.of.tomorrow" in one["text"] for one in raw)
        assert any(one["data"].get("unreadable") for one in raw)
        # what has no name of its own is named after its place, which has moved
        assert [(one["type"], one["text"]) for one in after if one not in raw and one["type"] != "raw"] == [
            (one["type"], one["text"]) for one in before if one["type"] != "raw"
        ]
        assert session.fold(session.empty(), after)["turn"] == session.fold(session.empty(), before)["turn"]


def test_what_it_remembers_is_small_and_plain(agent: Agent) -> None:
    for kind, data in recorded(agent):
        _, state = jsonl.consume(agent, jsonl.start("r/1", kind), data, "f.jsonl")
        assert len(json.dumps(state)) < 10_000


def test_its_transcripts_lie_below_the_home_of_its_environment(agent: Agent, tmp_path: Path) -> None:
    env = {"HOME": str(tmp_path)}
    patterns = [*agent.transcripts(env, "/w/repo", None), *agent.transcripts(env, "/w/repo", "s-1")]
    assert all(pattern.startswith(f"{tmp_path}/") for pattern in patterns)
    assert agent.transcripts({}, "/w/repo", "s-1") == []


def test_it_knows_its_own_output_and_not_that_of_others(agent: Agent) -> None:
    if agent.records is None:
        return
    for name in NAMES:
        firsts = [data.splitlines()[0] for kind, data in recorded(registry.load(name)) if kind == "stream"]
        known = [agent.records.begins(found[0]) for line in firsts if (found := jsonl.parse(line))]
        assert any(known) if name == agent.name else not any(known)


def test_hook_payloads_of_any_form_are_read(agent: Agent) -> None:
    if agent.hooks is None:
        return
    for payload in ({}, {"hook_event_name": 7}, {"hook_event_name": "New", "tool_input": []}, {"type": None}):
        where = Where(agent=agent.name, file="h", offset=0, scope="r/1", kind="hook", at="2026-11-22T08:34:48.744Z")
        assert all(one["source"] == "hook" for one in agent.hook(dict(payload), {}, where))


def test_a_person_gets_turns_of_the_same_records(agent: Agent) -> None:
    turns = 0
    for kind, data in recorded(agent):
        reader, made = Reader(agent, "f.jsonl", kind), Turns(10)
        for piece in [*reader.read(data), *reader.close()]:
            made.add(piece)
        turns += made.begun
    assert turns > 5
