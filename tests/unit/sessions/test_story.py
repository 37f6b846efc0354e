"""The whole conversation in parts: in order, each once, with the answers of calls, in bounded memory."""

import json
import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.sessions.test_turns import answer, call, prompt, said
from workcell.agents import registry
from workcell.sessions import story
from workcell.sessions.records import Reader
from workcell.sessions.turns import Step


def told(records, **more):
    reader, made = Reader(registry.find("claude", "/"), "transcript.jsonl", "transcript"), story.Story(**more)
    for record in records:
        for piece in reader.read(json.dumps(record).encode() + b"\n"):
            yield from made.add(piece)
    for piece in reader.close():
        yield from made.add(piece)
    yield from made.close()


def words(parts):
    """Each part in a few words."""
    shown = []
    for part in parts:
        if isinstance(part, story.Prompt):
            shown.append(f"{part.number}> {part.text}")
        elif isinstance(part, Step):
            shown.append(f"{part.line or part.text}{'' if part.result is None else ' = ' + part.result}")
        else:
            shown.append("end" if part.ok else "failed")
    return shown


def test_a_call_and_its_answer_are_one_step():
    parts = told([prompt("Fix it"), call(1), answer("no", 1, failed=True), said("Done."), prompt("More", 2)])
    assert words(parts) == ["1> Fix it", "Bash: cd src make 1 → failed: no = no", "Done.", "end", "2> More"]


def test_what_comes_while_a_call_runs_stands_behind_it():
    parts = told(
        [prompt("Fix it"), call(1), call(2), said("While it runs.", 3, end=False), answer("b", 2), answer("a", 1)]
    )
    assert words(parts) == [
        "1> Fix it",
        "Bash: cd src make 1 → ok = a",
        "Bash: cd src make 2 → ok = b",
        "While it runs.",
    ]


def test_an_answer_after_the_end_of_its_turn_is_not_lost():
    parts = list(told([prompt("Fix it"), call(1), said("It runs on."), answer("late", 1)]))
    assert words(parts)[:4] == ["1> Fix it", "Bash: cd src make 1", "It runs on.", "end"]
    assert [part.result for part in parts if isinstance(part, Step) and part.result] == ["late"]


def test_the_brief_as_the_agent_got_it_is_told_as_the_objective():
    own = "You work in a run of workcell. Objective: make it green. Rules follow."
    [first, *_] = told([prompt(own)], own_prompt=own, objective="make it green")
    assert (first.own, first.text) == (True, "make it green")


def test_words_without_a_prompt_have_a_turn():
    assert words(told([said("Hello.")])) == ["1> None", "Hello.", "end"]


def test_a_compaction_and_what_is_of_no_turn_are_told():
    compacted = {"type": "system", "subtype": "compact_boundary", "uuid": "k", "content": "Conversation compacted"}
    unknown = {"type": "brand-new", "uuid": "n"}
    shown = words(told([unknown, prompt("Fix it"), compacted, said("Done.", 3)]))
    assert shown[0].startswith("(a record of an unknown kind") and shown[1:] == [
        "1> Fix it", "compacted its conversation", "Done.", "end",
    ]  # fmt: skip


@given(st.lists(st.sampled_from(["prompt", "call", "answer", "said", "end"]), max_size=40))
def test_nothing_is_lost_or_told_twice(kinds):
    records, sent, open_calls = [], {"prompt": 0, "call": 0, "answer": 0, "said": 0}, []
    for number, kind in enumerate(kinds):
        if kind == "prompt":
            records.append(prompt(f"prompt {number}", number))
        elif kind == "call":
            open_calls.append(number)
            records.append(call(number))
        elif kind == "answer" and open_calls:
            records.append(answer(f"answer {number}", open_calls.pop()))
        elif kind in ("said", "end"):
            records.append(said(f"said {number}", number, end=kind == "end"))
        else:
            continue
        sent["said" if kind == "end" else kind] += 1
    parts = list(told(records))
    steps = [part for part in parts if isinstance(part, Step)]
    assert len([part for part in parts if isinstance(part, story.Prompt) and part.text]) == sent["prompt"]
    assert len([step for step in steps if step.kind == "said"]) == sent["said"]
    assert len([step for step in steps if step.result]) == sent["answer"]
    assert (
        len([step for step in steps if step.kind == "tool" and not step.line.startswith("answer of")]) == sent["call"]
    )


def test_memory_does_not_grow_with_the_conversation():
    def records():
        yield prompt("Fix it")
        yield call(0)  # it is never answered
        for number in range(1, 3000):
            yield call(number)
            yield answer("x" * 10_000, number)

    tracemalloc.start()
    steps = sum(isinstance(part, Step) for part in told(records()))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert steps == 3000
    assert peak < 8 << 20
