"""config.yaml: every key with its value or default, and all faults of the file at once."""

import pytest

from workcell.texts import config
from workcell.texts.document import Faulty


def test_a_missing_file_gives_the_defaults(tmp_path):
    found = config.load(str(tmp_path / "config.yaml"))
    assert found.given == frozenset()
    assert found.values["recipe"] == "runbook" and found.values["idle_after"] == config.IDLE_AFTER


def test_what_the_file_gives_is_known(tmp_path):
    file = tmp_path / "config.yaml"
    file.write_text("idle_after: 2m\nlimits: {wall: 1h}\n")
    found = config.load(str(file))
    assert found.given == {"idle_after", "limits"}
    assert found.values["idle_after"] == 120.0 and found.values["limits"]["wall"] == 3600.0


def test_all_faults_are_said_with_their_lines(tmp_path):
    file = tmp_path / "config.yaml"
    file.write_text("idle_after: 5\nrecipy: x\n")
    with pytest.raises(Faulty) as raised:
        config.read(str(file))
    assert [fault.line for fault in raised.value.faults] == [2, 1]
