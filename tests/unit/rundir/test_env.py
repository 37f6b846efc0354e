"""env.json: what is read, what is refused, and the cure that is named."""

import json
from pathlib import Path

import pytest

from tests.support import frozen
from workcell.base.errors import Invalid
from workcell.rundir import env, layout


@pytest.fixture
def run(tmp_path):
    return frozen.run_of(frozen.thaw(tmp_path / "home"), "frozen-two")


def test_what_was_written_at_launch_is_read(run):
    stored = env.read(run)
    assert "PATH" in stored.env and isinstance(stored.fixed, list) and stored.umask == 0o22
    assert env.known(run) == env.unchecked(run) == stored.env


def test_one_that_was_changed_is_refused_and_only_used_for_masking(run):
    path = Path(run, layout.ENV)
    record = json.loads(path.read_text())
    record["env"]["PATH"] = "/evil"
    path.write_text(json.dumps(record))
    with pytest.raises(Invalid, match="is not what was written") as caught:
        env.read(run)
    assert "fsck --accept" in str(caught.value.hint)
    assert env.known(run) == {}
    assert env.unchecked(run)["PATH"] == "/evil"


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"env": 7, "umask": 1}', '{"env": {}}', '{"env": {}, "umask": "x"}'])
def test_one_that_says_nothing_is_refused_with_an_example(tmp_path, text):
    run = tmp_path / "runs" / "r"
    run.mkdir(parents=True)
    (run / layout.ENV).write_text(text)
    with pytest.raises(Invalid, match="cannot be read") as caught:
        env.read(str(run))
    assert "workcell.file.env/1" in str(caught.value.hint)
    assert env.known(str(run)) == {}


def test_one_that_is_missing_is_said_to_be(tmp_path):
    with pytest.raises(Invalid, match=r"has no env\.json"):
        env.read(str(tmp_path / "runs" / "r"))
    assert env.unchecked(str(tmp_path / "runs" / "r")) == {}
