"""Sealing, replacing, events and maildir on any content, and over writes that are short, refused or torn."""

import json
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from workcell.base import clock, ids, json_codec
from workcell.rundir import events, layout, maildir, seal, slot, spool

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip
RECORDS = st.dictionaries(st.text(), VALUES, max_size=6)


@given(RECORDS)
def test_a_record_comes_back_and_json_reads_the_same(data):
    for encoded in (json_codec.encode(data), json_codec.encode_line(data)):
        assert encoded.endswith(b"\n")
        assert json_codec.decode(encoded) == data == json.loads(encoded)
    assert json_codec.encode_line(data).count(b"\n") == 1


@given(RECORDS)
def test_what_json_writes_is_read_the_same(data):
    assert json_codec.decode(json.dumps(data, ensure_ascii=True).encode()) == data
    assert json_codec.decode(json.dumps(data, ensure_ascii=False, indent=3).encode("utf-8", "surrogatepass")) == data


@given(
    st.binary(max_size=200) | st.text(alphabet='{}[]",:0123456789.eE+-truefalsn \n\t\\u', max_size=80).map(str.encode)
)
def test_bytes_that_are_no_record_are_a_value_error(data):
    try:
        found = json_codec.decode(data)
    except ValueError:
        return
    assert isinstance(found, dict)
    assert json.loads(data) == found


def test_what_has_no_json_form_is_refused():
    for value in (float("nan"), float("inf"), -float("inf")):
        with pytest.raises(ValueError):
            json_codec.encode({"x": value})
    with pytest.raises(TypeError):
        json_codec.encode({"x": b"bytes"})
    with pytest.raises(ValueError):
        json_codec.decode(b'{"a":' + b"[" * 100_000)


@given(st.binary(max_size=12).map(os.fsdecode))
def test_names_that_are_not_utf_8_survive(text):
    assert json_codec.decode(json_codec.encode({"name": text}))["name"] == text


@given(st.floats(0, 253402300799.0))
def test_a_stamp_is_read_back_to_the_millisecond(seconds):
    text = clock.stamp(seconds)
    assert len(text) == 24 and text.endswith("Z")
    assert abs(clock.parse(text) - seconds) <= 0.0006


@given(st.floats(0, 253402300798.0), st.floats(0, 253402300798.0))
def test_stamps_sort_as_their_times(one, two):
    assume(abs(one - two) > 0.001)
    assert (clock.stamp(one) < clock.stamp(two)) == (one < two)


@given(st.text(max_size=30))
def test_any_other_text_is_no_time(text):
    try:
        found = clock.parse(text)
    except ValueError:
        return
    assert clock.stamp(found) == text


@given(st.text(max_size=200), st.integers(1, 60))
def test_a_slug_is_a_file_name_and_a_word(text, limit):
    found = ids.slug(text, limit)
    assert len(found) <= limit
    assert set(found) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert not found.startswith("-") and not found.endswith("-") and "--" not in found
    assert ids.slug(found, limit) == found


@given(st.text(max_size=100))
def test_an_id_begins_with_its_time_and_is_one_path_component(name):
    found = ids.run_id(name, 1795151520.0)
    assert found.startswith("20261120-0512-") and "/" not in found and len(found) < 80
    assert os.path.basename(found) == found and not found.startswith(".")


@settings(max_examples=40)
@given(st.binary(max_size=3000), st.binary(max_size=3000))
def test_what_is_sealed_never_changes(first, second):
    with tempfile.TemporaryDirectory() as where:
        assert seal.seal(where, "a.json", first) == first
        assert seal.seal(where, "a.json", second) == first
        assert os.listdir(where) == ["a.json"] and Path(where, "a.json").read_bytes() == first
        seal.replace(where, "b.json", first)
        seal.replace(where, "b.json", second)
        assert Path(where, "b.json").read_bytes() == second
        seal.point(where, "now", "one")
        seal.point(where, "now", "two")
        assert os.readlink(os.path.join(where, "now")) == "two"
        assert sorted(os.listdir(where)) == ["a.json", "b.json", "now"]


@settings(max_examples=25)
@given(RECORDS)
def test_the_slot_gives_back_what_was_kept(data):
    exit = {**data, "schema": "workcell.file.exit/1"}
    with tempfile.TemporaryDirectory() as home:
        run = os.path.join(home, "runs", "x")
        os.makedirs(os.path.join(home, layout.LEDGER))
        room = slot.Slot(run)
        if len(json_codec.encode_line({"attempt": 3, "record": exit})) > slot.SIZE:
            with pytest.raises(ValueError):
                room.keep(3, exit)
        else:
            assert room.keep(3, exit)
            assert slot.kept(run, 3) == json_codec.decode(json_codec.encode(exit))
        room.close()


EVENTS = st.lists(st.fixed_dictionaries({"words": st.text(max_size=40)}), max_size=8)


@settings(max_examples=60)
@given(EVENTS, EVENTS, st.integers(0, 400), st.binary(max_size=40))
def test_a_journal_goes_on_behind_its_last_whole_line(before, after, cut, junk):
    """Killed in the middle of a write, or with rubbish at its end: what was whole is kept, and numbers go on."""
    with tempfile.TemporaryDirectory() as where:
        path = os.path.join(where, layout.EVENTS)
        journal = events.Journal(path)
        for fields in before:
            assert journal.append("thing", **fields)
        journal.close()
        data = Path(path).read_bytes()
        cut = min(cut, len(data))
        torn = data[: len(data) - cut] + junk.replace(b"\n", b"")
        Path(path).write_bytes(torn)
        whole = torn[: torn.rfind(b"\n") + 1]
        kept = whole.count(b"\n")
        journal = events.Journal(path)
        assert Path(path).read_bytes() == whole
        for fields in after:
            assert journal.append("thing", **fields)
        journal.close()
        found = [event for _, event in events.read(path)]
        assert None not in found
        assert [event["words"] for event in found] == [f["words"] for f in [*before[:kept], *after]]
        numbers = [event["n"] for event in found]
        assert numbers == list(range(1, len(found) + 1))
        assert [end for end, _ in events.read(path)][-1:] == ([os.path.getsize(path)] if found else [])


@settings(max_examples=40)
@given(EVENTS.filter(len), st.lists(st.integers(0, 60), max_size=10))
def test_a_disk_that_takes_only_part_of_a_line_tears_none(lines, room):
    """Every write is cut short or refused as long as there are refusals: each line is there, once and in order."""
    refusals = list(room)
    real = os.write

    def short(fd, data):
        if not refusals:
            return real(fd, data)
        taken = refusals.pop(0)
        if taken == 0:
            raise OSError(28, "No space left on device")
        return real(fd, data[:taken])

    with tempfile.TemporaryDirectory() as where:
        path = os.path.join(where, layout.EVENTS)
        journal = events.Journal(path)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(os, "write", short)
            for fields in lines:
                journal.append("thing", **fields)
                assert [event for _, event in events.read(path) if event is None] == []
            for _ in range(len(room) + 1):
                journal.flush()
        journal.close()
        assert [event["words"] for _, event in events.read(path)] == [fields["words"] for fields in lines]


@given(st.lists(st.binary(max_size=30) | RECORDS.map(json_codec.encode_line), max_size=8), st.binary(max_size=20))
@settings(max_examples=60)
def test_readers_skip_bad_lines_and_leave_the_last_torn_one(lines, tail):
    data = b"".join(line.replace(b"\n", b"") + b"\n" for line in lines) + tail.replace(b"\n", b"")
    with tempfile.TemporaryDirectory() as where:
        path = os.path.join(where, layout.EVENTS)
        Path(path).write_bytes(data)
        found = list(events.read(path))
        assert len(found) == len(lines)
        for number, (end, _) in enumerate(found):
            assert [event for _, event in events.read(path, end)] == [event for _, event in found[number + 1 :]]


@settings(max_examples=40)
@given(st.lists(RECORDS, max_size=6), st.lists(st.binary(max_size=30), max_size=3))
def test_mail_arrives_whole_in_order_and_rubbish_is_kept_for_a_person(messages, rubbish):
    with tempfile.TemporaryDirectory() as run:
        box = os.path.join(run, layout.SPOOL)
        names = [maildir.deliver(box, message, f"{number:03d}") for number, message in enumerate(messages)]
        assert maildir.waiting(box) == names
        assert not messages or os.listdir(os.path.join(box, maildir.TMP)) == []
        for name, message in zip(names, messages, strict=True):
            found = maildir.read(box, name)
            assert {key: value for key, value in found.items() if key != "id"} == {
                key: value for key, value in message.items() if key != "id"
            }
        bad = 0
        for number, data in enumerate(rubbish):
            maildir.deliver_bytes(box, f"x{number}", data)
            try:
                json_codec.decode(data)
            except ValueError:
                bad += 1
        os.makedirs(os.path.join(box, maildir.TMP), exist_ok=True)
        Path(box, maildir.TMP, "half").write_bytes(b"{")  # a sender that died: never seen
        journal = events.Journal(os.path.join(run, layout.EVENTS))
        spool.drain(run, journal)
        journal.close()
        assert maildir.waiting(box) == []
        cur = os.path.join(box, maildir.CUR)
        assert (len(os.listdir(cur)) if os.path.isdir(cur) else 0) == bad
        assert None not in [event for _, event in events.read(os.path.join(run, layout.EVENTS))]


def test_a_spool_that_is_drained_twice_says_everything_once(tmp_path):
    run = str(tmp_path)
    for number in range(3):
        maildir.deliver(os.path.join(run, layout.SPOOL), {"type": "note", "number": number}, f"m{number}")
    saved = {name: Path(run, "spool/new", name).read_bytes() for name in maildir.waiting(os.path.join(run, "spool"))}
    for _ in range(3):
        journal = events.Journal(os.path.join(run, layout.EVENTS))
        spool.drain(run, journal)
        journal.close()
        for name, data in saved.items():  # killed between the line and the removal of the file
            Path(run, "spool/new", name).write_bytes(data)
    assert [event["number"] for _, event in events.read(os.path.join(run, layout.EVENTS))] == [0, 1, 2]


@given(RECORDS, st.sampled_from(["event", "self", "n", "at", "type", "id", "run"]), VALUES)
def test_no_message_breaks_the_journal_or_its_numbers(message, key, value):
    """A hook or any program may bring what it likes: the numbers go on, and nothing is raised in the runner."""
    with tempfile.TemporaryDirectory() as run:
        maildir.deliver(os.path.join(run, layout.SPOOL), {**message, key: value}, "m")
        journal = events.Journal(os.path.join(run, layout.EVENTS))
        journal.append("first")
        assert spool.drain(run, journal) == 1
        journal.append("last")
        journal.close()
        found = [event for _, event in events.read(os.path.join(run, layout.EVENTS))]
        assert [event["n"] for event in found] == [1, 2, 3]
        assert all(isinstance(event["type"], str) and clock.parse(event["at"]) for event in found)


def test_what_is_no_message_is_in_no_messages_way(tmp_path):
    box = os.path.join(str(tmp_path), layout.INBOX)
    maildir.deliver(box, {"kind": "stop"}, "2")
    os.mkdir(os.path.join(box, maildir.NEW, "1"))
    taken = []
    for name in maildir.waiting(box):
        taken.append(maildir.read(box, name))
        maildir.move(box, name)
    assert taken == [None, {"kind": "stop", "id": "2"}]
    assert maildir.waiting(box) == []
