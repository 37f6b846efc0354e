"""What a sender reads of a check after a turn: how it ended, what may have disturbed it, and the next command."""

import pytest

from tests.support.made_checked import MadeChecked
from workcell.finish import turn_answers, turn_words

CHECK = {"how": "exited", "code": 0, "signal": None, "seconds": 2.0, "sha256": "f" * 64, "error": None}


@pytest.fixture
def made(tmp_path):
    return MadeChecked(tmp_path)


def said(made, more=None, **check):
    answer = {**turn_answers.of_check(made.look(), {**CHECK, **check}), "tree": "same", **(more or {})}
    asked = {"message": "1-1-m.json", "by": "run:s/1"}
    return turn_words.text(made.look(), asked, answer), turn_words.line(answer)


@pytest.mark.parametrize(
    ("check", "words"),
    [
        ({}, "it passed (exit code 0 after 2.0s)"),
        ({"code": 4}, "it did not pass (exit code 4 after 2.0s)"),
        ({"code": None, "signal": 9}, "it did not pass (signal 9 after 2.0s)"),
        ({"how": "limit", "code": None}, "it did not pass (it took longer than 20s)"),
        ({"how": "tampered", "code": None, "error": "it is another"}, "it did not pass (it is another)"),
        ({"how": "not-started", "code": None, "error": None}, "it did not pass (not-started)"),
    ],
)
def test_how_it_ended(made, check, words):
    text, line = said(made, **check)
    assert words in text and "The run goes on." in text and "You sent 1-1-m to the run r" in text
    assert line.startswith("its check passed" if not check else "its check did not pass")
    assert ("--verify" in text) is bool(check)


def test_what_may_have_disturbed_it_is_said(made):
    text, line = said(made, {"tree": "changed", "turn": True})
    assert "The tree changed while the check ran" in text and "in another turn" in text and "meanwhile" in line
    text, line = said(made)
    assert "tree changed" not in text and "another turn" not in text and "meanwhile" not in line


def test_of_the_check_of_an_end_the_end_is_said(made):
    text, _ = said(made, {"at_end": True})
    assert "Attempt 1 ended with it; the run goes on." in text
    made.ended("failed")
    text, _ = said(made, {"at_end": True})
    assert "The run is over: failed." in text and "workcell handoff r" in text


def test_where_none_was_run_that_is_said(made):
    answer = turn_answers.none(made.look(), "it was taken out")
    text = turn_words.text(made.look(), {"message": "m.json"}, answer)
    assert (
        "No check was run: it was taken out." in text
        and turn_words.line(answer) == "no check was run: it was taken out"
    )


def test_the_end_of_an_output_is_short_readable_and_without_secrets(made, tmp_path):
    lines = b"".join(b"line %d\n" % number for number in range(100))
    assert turn_words.tail(lines, made.run).splitlines() == [f"line {number}" for number in range(80, 100)]
    text = turn_words.tail(b"\x1b[31mred\x1b[0m sk-ant-api03-" + b"a" * 60, made.run)
    assert "red" in text and "\x1b" not in text and "aaaa" not in text
    assert len(turn_words.tail(b"x" * 9000, made.run)) <= turn_words.LONGEST + 2
    assert turn_words.tail_of(str(tmp_path / "none"), made.run) == ""
    log = tmp_path / "log"
    log.write_bytes(b"y" * (1 << 17) + b"\nlast\n")
    assert turn_words.tail_of(str(log), made.run).endswith("last")
    with open(log, "rb") as file:
        assert turn_words.tail_from(file.fileno(), made.run).endswith("last")
