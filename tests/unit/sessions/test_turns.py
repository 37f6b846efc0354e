"""Records become turns, from any place of a file of any size."""

import json
import os
import subprocess
import time
import tracemalloc

import pytest

from workcell.agents import registry
from workcell.sessions import tail, turn_lines
from workcell.sessions.records import Reader
from workcell.sessions.turns import Turns


def prompt(text, number=0):
    message = {"role": "user", "content": text}
    return {
        "type": "user",
        "uuid": f"p{number}",
        "promptId": f"{number}",
        "timestamp": stamp(number),
        "message": message,
    }


def stamp(number):
    return f"2026-03-02T10:{number // 60 % 60:02d}:{number % 60:02d}.000Z"


def said(text, number=0, end=True):
    message = {
        "id": f"m{number}",
        "content": [{"type": "text", "text": text}],
        "stop_reason": "end_turn" if end else None,
    }
    return {"type": "assistant", "uuid": f"s{number}", "timestamp": stamp(number + 1), "message": message}


def call(number=0):
    content = [{"type": "tool_use", "id": f"t{number}", "name": "Bash", "input": {"command": f"cd src\nmake {number}"}}]
    return {"type": "assistant", "uuid": f"c{number}", "message": {"id": f"c{number}", "content": content}}


def answer(text, number=0, failed=False):
    content = [{"type": "tool_result", "tool_use_id": f"t{number}", "content": text, "is_error": failed}]
    return {"type": "user", "uuid": f"a{number}", "message": {"role": "user", "content": content}}


def encoded(*records):
    return b"".join(json.dumps(one).encode() + b"\n" for one in records)


def reader():
    return Reader(registry.load("claude"), "transcript.jsonl", "transcript")


def turns(data, most=20, **of):
    this, found = reader(), Turns(most, **of)
    for piece in [*this.read(data), *this.close()]:
        found.add(piece)
    return found


def conversation(count):
    found = []
    for n in range(count):
        found += [prompt(f"question {n}", n), call(n), answer("it works", n), said(f"answer {n}", n)]
    return encoded(*found)


def test_a_turn_has_its_prompt_its_calls_with_results_and_its_answer():
    data = encoded(prompt("Do it.\nAll of it."), call(), answer("Exit code 2\nno rule", failed=True), said("It fails."))
    [turn] = turns(data).closed()
    assert (turn.prompt, turn.ok, turn.started_at, turn.ended_at) == ("Do it.\nAll of it.", True, stamp(0), stamp(1))
    tool, answered = turn.steps
    assert (tool.kind, tool.tool, tool.failed, tool.exit_code) == ("tool", "Bash", True, 2)
    assert tool.line == "Bash: cd src make 0 → exit 2" and "no rule" in tool.result
    assert (answered.kind, answered.text) == ("said", "It fails.")


def test_a_turn_that_goes_on_has_no_end():
    [turn] = turns(encoded(prompt("Do it."), call())).closed()
    assert turn.ok is None and turn.ended_at is None
    assert turn.steps[0].failed is None and turn.steps[0].result is None
    assert list(turn_lines.turns([turn]))[-1] == "  · Bash: cd src make 0 …"


def test_an_interrupted_turn_did_not_end_well():
    [turn] = turns(encoded(prompt("Do it."), prompt("[Request interrupted by user]", 1))).closed()
    assert turn.ok is False and turn.steps[-1].line == "interrupted"


def test_the_last_turns_are_kept():
    found = turns(conversation(30), 3)
    assert [turn.prompt for turn in found.closed()] == ["question 27", "question 28", "question 29"]
    assert found.begun == 30


def test_tools_are_shown_whole_where_it_is_asked_for():
    found = turns(encoded(prompt("Do it."), call(), answer("\n".join(map(str, range(200)))), said("Done."))).closed()
    short = list(turn_lines.turns(found))
    assert [line.strip() for line in short[1:]] == ["· Bash: cd src make 0 → ok", "Done."]
    whole = list(turn_lines.turns(found, tools=True))
    assert "      cd src" in whole and "      make 0" in whole
    assert "      0" in whole and "      199" in whole and "      … 120 more lines" in whole


def last(data, number, read=None):
    def end(size):
        sizes.append(size)
        return data[-size:], size >= len(data)

    sizes = []
    found = tail.last(read or end, number, reader, Turns)
    return found, sizes


@pytest.mark.parametrize("number", [1, 5, 20, 5000])
def test_the_end_of_a_file_gives_what_the_whole_file_gives(number):
    data = conversation(3000)
    found, sizes = last(data, number)
    assert found.turns.closed() == turns(data, number).closed()
    assert found.earlier == (number < 3000)
    assert len(sizes) <= 4 and (number > 20 or sizes == [tail.FIRST])


def test_a_line_of_ten_megabytes_and_a_torn_end_are_survived():
    data = conversation(100) + encoded(prompt("big", 200), call(200)) + encoded(answer("x" * 10_000_000, 200))
    data += encoded(said("after it", 200)) + b"\xff\xfe\x00\n{" + b'"type": "user", "mess'
    found, sizes = last(data, 2)
    closed = found.turns.closed()
    assert [turn.prompt for turn in closed] == ["question 99", "big"]
    assert closed[-1].steps[-1].text == "after it" and closed[-1].ok
    assert max(sizes) <= tail.MOST


def test_a_file_without_a_whole_line_has_no_turns():
    found, sizes = last(b"x" * (tail.MOST + 100), 3)
    assert found.turns.closed() == [] and sizes[-1] == tail.MOST


@pytest.mark.heavy
@pytest.mark.serial
def test_the_last_twenty_turns_of_a_hundred_megabytes_cost_as_much_as_reading_their_end(tmp_path):
    """Within three times what `tail -c 1000000` takes, and without the memory of the file."""
    path, block = tmp_path / "transcript.jsonl", conversation(1000)
    with open(path, "wb") as file:
        while file.tell() < 100 << 20:
            file.write(block)

    def read(size):
        with open(path, "rb") as file:
            whole = os.fstat(file.fileno()).st_size
            file.seek(max(0, whole - size))
            return file.read(), size >= whole

    def took(act):
        before = time.perf_counter()
        act()
        return time.perf_counter() - before

    tracemalloc.start()
    last(b"", 20, read)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    floor = spent = 60.0
    for _ in range(30):
        words = ["tail", "-c", "1000000", str(path)]
        floor = min(floor, took(lambda words=words: subprocess.run(words, stdout=subprocess.DEVNULL, check=True)))
        spent = min(spent, took(lambda: last(b"", 20, read)))
    print(f"turns: {spent * 1000:.1f} ms, tail: {floor * 1000:.1f} ms, memory {peak >> 10} KiB")
    assert len(last(b"", 20, read)[0].turns.closed()) == 20
    assert peak < 4 << 20
    assert spent < 3 * floor, f"{spent * 1000:.1f} ms against {floor * 1000:.1f} ms"


def test_a_call_at_the_beginning_of_what_is_read_has_its_result():
    [turn] = turns(encoded(call(), answer("it works"))).closed()
    assert turn.prompt is None and [step.result for step in turn.steps] == ["it works"]
