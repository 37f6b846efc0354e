"""Playbooks listed, shown, checked and tried."""

from pathlib import Path

import pytest

from tests.support import frozen
from workcell.base.errors import NotFound
from workcell.upkeep import playbook_catalog

GOLDEN = Path(__file__).resolve().parents[2] / "data/golden"
BOOK = "---\nname: mine\nversion: 1\nwhen: {verdict: [usage_limit]}\ndo:\n  - escalate: {why: me}\n---\n"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_the_shipped_ones_have_no_faults(tmp_path):
    rows, faults = playbook_catalog.ls(str(tmp_path))
    assert faults == [] and len(rows) > 10
    assert all(row.origin == "shipped" and row.steps for row in rows)
    path, text = playbook_catalog.show(str(tmp_path), rows[0].name)
    assert playbook_catalog.lint([path]) == [] and text.startswith("---")
    assert playbook_catalog.lint([str(Path(path).parent)]) == []
    with pytest.raises(NotFound):
        playbook_catalog.show(str(tmp_path), "none")


def test_faults_name_their_file(tmp_path):
    bad = tmp_path / "bad.md"
    bad.write_text("---\nname: other\n---\n")
    assert playbook_catalog.lint([str(bad), str(tmp_path / "none.md")])
    assert all(str(tmp_path) in fault.file for fault in playbook_catalog.lint([str(bad)]))


def test_a_recording_and_a_run_are_tried(tmp_path):
    home = frozen.thaw(tmp_path / "home")
    recorded = str(GOLDEN / "claude" / "five-hour-limit")
    [tried] = playbook_catalog.test(home, [recorded], agent="claude", extra=[], phase="interrupted")
    assert (tried.playbook, tried.fits) == ("usage-limit", ["verdict: usage_limit"])
    assert tried.verdict == "usage_limit" and tried.steps
    run = frozen.run_of(home, "frozen-unverified")
    [tried] = playbook_catalog.test(home, [run], agent="claude", extra=[], phase="interrupted")
    assert tried.path == run and 0 <= tried.confidence <= 1
