"""The lines about answered dialogs are found in both parts of the journal, and no others."""

import json
import os
from pathlib import Path

import pytest

from workcell.rundir import approval_lines, layout


def line(identity, **more):
    return json.dumps({"schema": "workcell.file.approval/1", "id": identity, "run": "r", **more}, separators=(",", ":"))


@pytest.fixture
def home(tmp_path):
    def write(*lines, part=""):
        Path(tmp_path, layout.APPROVALS + part).write_text("".join(f"{one}\n" for one in lines))
        return str(tmp_path)

    return write


def ids(lines):
    return [one["id"] for one in lines]


def test_decisions_of_hooks_are_passed_over(home):
    where = home(line("a", words='say "dialog": x'), line("b", dialog="d"), line("c", dialog="d", run="other"))
    assert ids(approval_lines.of_dialogs(where)) == ["b", "c"]
    assert ids(approval_lines.of_dialogs(where, "r")) == ["b"]


def test_an_answer_is_unsettled_until_a_line_says_what_came_of_it(home):
    where = home(line("a", dialog="d"), line("b", dialog="d"), line("c", of="a", result="allowed"))
    assert ids(approval_lines.unsettled(where)) == ["b"]


def test_the_older_part_counts(home):
    home(line("a", dialog="d"), line("b", dialog="d"), part=".1")
    where = home(line("c", of="b"))
    assert ids(approval_lines.of_dialogs(where)) == ["a", "b"] and ids(approval_lines.unsettled(where)) == ["a"]


def test_no_more_is_read_than_was_asked_for(home):
    where = home(line("a", dialog="d"), *[line(str(number), words="x" * 100) for number in range(50)])
    assert ids(approval_lines.of_dialogs(where, None, 1000)) == [] and ids(approval_lines.of_dialogs(where)) == ["a"]


def test_torn_and_foreign_lines_are_left_out(home):
    foreign = line("x", dialog="d").replace("approval/1", "approval/2")
    where = home(line("a", dialog="d")[:-3], foreign, '["dialog":1]', line("b", dialog="d"))
    assert ids(approval_lines.unsettled(where)) == ["b"]


def test_without_a_journal_there_is_nothing(tmp_path):
    assert approval_lines.unsettled(os.fspath(tmp_path)) == []
