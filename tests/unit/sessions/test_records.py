"""Records are read piece by piece, however the bytes come and whatever they are."""

import json

import pytest

from workcell.agents import jsonl, long_line, registry
from workcell.sessions import records

SAID = {"type": "assistant", "uuid": "u1", "message": {"content": [{"type": "text", "text": "one\ntwo"}]}}


def reader():
    return records.Reader(registry.load("claude"), "agent.log", "stream")


def pieces(*chunks):
    this = reader()
    return [*(piece for chunk in chunks for piece in this.read(chunk)), *this.close()]


def texts(found):
    return [piece.text if isinstance(piece, records.PlainLine) else piece["text"] for piece in found]


def line(record):
    return json.dumps(record).encode() + b"\n"


def test_a_text_keeps_its_lines():
    assert texts(pieces(line(SAID))) == ["one\ntwo"]


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_the_size_of_chunks_changes_nothing(size):
    data = line(SAID) + b"a warning\n" + line({**SAID, "uuid": "u2"}) + b"\n{broken\n" + b"\xff\xfe\n"
    whole = pieces(data)
    assert pieces(*(data[at : at + size] for at in range(0, len(data), size))) == whole
    assert texts(whole) == ["one\ntwo", "a warning", "one\ntwo", records.UNREADABLE, "\ufffd\ufffd"]


def test_a_torn_line_waits_for_its_end():
    this, data = reader(), line(SAID)
    assert list(this.read(data[:40])) == []
    assert texts(this.read(data[40:])) == ["one\ntwo"]


def test_a_line_that_was_cut_off_at_the_end_is_said_to_be_unreadable():
    assert texts(pieces(line(SAID), line(SAID | {"uuid": "u2"})[:50])) == ["one\ntwo", records.UNREADABLE]


def test_the_text_of_a_huge_line_is_cut_and_what_follows_is_read():
    content = [{"type": "text", "text": "one\ntwo\n" + "x" * (jsonl.MAX_LINE + 10)}]
    huge = line({**SAID, "uuid": "u3", "message": {"content": content}})
    data = line(SAID) + huge + line({**SAID, "uuid": "u2"})
    chunks = [data[at : at + (1 << 20)] for at in range(0, len(data), 1 << 20)]
    found = pieces(*chunks)
    assert found == pieces(data) and [piece["ref"]["offset"] for piece in found] == [
        0,
        len(line(SAID)),
        len(data) - len(line(SAID)),
    ]
    first, cut, last = texts(found)
    assert (first, last) == ("one\ntwo", "one\ntwo") and found[1]["data"]["record_bytes"] == len(huge) - 1
    assert cut.startswith("one\ntwo\nxxx") and cut.endswith("x\n… (cut: its record has 8 MiB)")
    assert texts(pieces(line(SAID), huge[:-4])) == ["one\ntwo", records.UNREADABLE]


def test_a_line_that_is_too_long_is_left_out_and_what_follows_is_read():
    huge = b'{"type":"user","message":"' + b"x" * (long_line.LONGEST + 10) + b'"}\n'
    data = line(SAID) + huge + line({**SAID, "uuid": "u2"})
    chunks = [data[at : at + (1 << 20)] for at in range(0, len(data), 1 << 20)]
    assert texts(pieces(*chunks)) == ["one\ntwo", jsonl.LEFT_OUT, "one\ntwo"]


def test_a_record_that_is_told_twice_stands_once():
    assert texts(pieces(line(SAID) * 2)) == ["one\ntwo"]


def test_a_line_that_was_drawn_again_stands_in_its_last_form():
    assert texts(pieces(b"10 %\r50 %\r\x1b[32m100 %\x1b[0m\n")) == ["100 %"]


@pytest.mark.parametrize("record", [{"type": "assistant", "message": 3}, {"type": ["a"]}, {"type": "new-kind"}, {}])
def test_no_form_of_a_record_ends_the_reading(record):
    assert texts(pieces(line(record), line(SAID)))[-1] == "one\ntwo"
