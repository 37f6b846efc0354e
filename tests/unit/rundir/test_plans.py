"""The files of a plan."""

import os
from pathlib import Path

import pytest

from tests.support import plans as made
from workcell.base.errors import NotFound, Usage
from workcell.rundir import plans

ID = "20261120-0512-night-7f3a"


@pytest.fixture
def home(tmp_path):
    return made.home_of(tmp_path, made.record(made.entry("a")))


def test_a_plan_is_read_as_it_was_made_and_only_by_its_owner(home):
    found = plans.read(home, ID)
    assert found is not None and found["name"] == "night"
    folder = Path(plans.directory(home, ID))
    assert (folder / "env.json").stat().st_mode & 0o777 == 0o600
    assert plans.environment(home, ID)[1] == 18
    assert plans.read(home, "20261120-0512-other-7f3a") is None


def test_a_plan_of_a_newer_format_or_a_torn_one_is_not_read(home):
    path = Path(plans.directory(home, ID), "plan.json")
    text = path.read_text()
    path.write_text(text.replace("file.plan/1", "file.plan/2"))
    assert plans.read(home, ID) is None
    path.write_text(text[:40])
    assert plans.read(home, ID) is None


def test_lines_are_numbered_and_a_torn_last_one_is_left_out(home):
    known = plans.actions(home, ID)
    assert plans.append(home, ID, known, {"n": 0, "at": "", "act": "launch", "run": "r"}) == 1
    path = Path(plans.directory(home, ID), "actions.jsonl")
    path.write_bytes(path.read_bytes() + b'{"n": 2, "act": "lau')
    assert [line["n"] for line in plans.actions(home, ID)] == [1]
    plans.append(home, ID, known, {"n": 0, "at": "", "act": "retry"})
    assert [(line["n"], line["act"]) for line in plans.actions(home, ID)] == [(1, "launch"), (2, "retry")]


def test_a_race_has_one_winner_and_a_stop_one_asker(home):
    first = plans.seal_winner(home, ID, "a", "claude", "r1")
    assert plans.seal_winner(home, ID, "a", "codex", "r2") == first == plans.winner(home, ID, "a")
    assert plans.winner(home, ID, "b") is None and plans.stopped(home, ID) is None
    plans.seal_stopped(home, ID, "person", 1.0)
    plans.seal_stopped(home, ID, "run:x/1", 2.0)
    said = plans.stopped(home, ID)
    assert said is not None and said["by"] == "person"


def test_what_is_over_is_not_open_and_a_change_is_taken_once(home):
    assert plans.open_ids(home) == [ID]
    plans.mark(home, ID, over=True)
    assert plans.open_ids(home) == [] and plans.ids_of(home) == [ID]
    plans.mark(home, ID, over=False)
    plans.mark(home, ID, over=False)
    assert plans.open_ids(home) == [ID] and not plans.changed(home, ID)
    plans.note_change(home, ID)
    assert plans.changed(home, ID) and plans.take_change(home, ID) and not plans.take_change(home, ID)


def test_the_lock_is_of_one_process(home):
    lock = plans.take(home, ID, 0)
    assert lock is not None and plans.held(home, ID) and plans.take(home, ID, 0) is None
    os.close(lock)
    assert not plans.held(home, ID)


def test_a_plan_is_named_by_id_name_and_begin(home):
    assert plans.find(home, ID) == plans.find(home, "night") == plans.find(home, "2026") == ID
    os.mkdir(plans.directory(home, "20261120-0512-other-7f3a"))
    for begin in (ID[:13], "2026"):
        with pytest.raises(Usage, match="fits 2 plans") as caught:
            plans.find(home, begin)
        assert ID in caught.value.details
    with pytest.raises(NotFound, match="no plan 'x'"):
        plans.find(home, "x")


def test_a_plan_that_cannot_be_written_leaves_nothing(home, monkeypatch):
    monkeypatch.setattr(os, "rename", lambda *_: (_ for _ in ()).throw(OSError(28, "no room")))
    with pytest.raises(OSError, match="no room"):
        plans.create(made.record(made.entry("a"), id="20261120-0512-next-7f3a"), home, b"{}")
    assert os.listdir(os.path.join(home, "plans")) == [ID]


@pytest.mark.parametrize(
    "planted",
    ['{"env": 5, "umask": 18}', '{"env": {"A": 1}, "umask": 18}', '{"env": {"A": "b\\u0000"}, "umask": 18}',
     '{"env": {}, "umask": -1}', '{"env": {}, "umask": 1e300}', '{"env": {}, "umask": 1e999}', '{"env": {}}', "[]"],
)  # fmt: skip
def test_what_is_no_environment_is_told_as_that(home, planted):
    Path(plans.directory(home, ID), "env.json").write_text(planted)
    with pytest.raises(ValueError, match=r"environment|JSON|too large"):
        plans.environment(home, ID)


@pytest.mark.parametrize("line", ['{"n": 1, "act": "launch", "run": "../../x"}', '{"n": 1, "act": "retry", "entries": "a"}',
                                  '{"n": 1, "act": "ended", "run": "r", "cost_usd": "1"}', '{"n": "1", "act": "launch"}'])  # fmt: skip
def test_a_line_with_values_of_other_types_is_left_out(home, line):
    Path(plans.directory(home, ID), "actions.jsonl").write_text(line + "\n")
    assert plans.actions(home, ID) == []
