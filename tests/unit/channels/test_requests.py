"""The operations of notify: adapters listed, tried and checked."""

import shutil
from pathlib import Path

import pytest

from workcell.base.errors import NotFound
from workcell.channels import requests
from workcell.rundir.cell import Cell


@pytest.fixture
def cell(tmp_path):
    folder = tmp_path / "home" / "adapters"
    folder.mkdir(parents=True)
    (folder / "mine.yaml").write_text(f"name: mine\nuses: command\nevents: all\nargv: [{shutil.which('true')}]\n")
    return Cell(str(tmp_path / "home"), {}, str(tmp_path))


def test_adapters_are_listed_with_the_faults_of_others(cell):
    found = requests.perform_ls(cell, requests.LsRequest())
    assert next(row for row in found.adapters if row.name == "mine").uses == "command"
    assert found.faults == [] and found.unrouted == 0
    Path(cell.home, "adapters", "bad.yaml").write_text("name: bad\nuses: pigeon\n")
    assert any("pigeon" in line for line in requests.perform_ls(cell, requests.LsRequest()).faults)


def test_a_test_message_is_really_sent(cell):
    sent = requests.perform_test(cell, requests.TestRequest("mine"))
    assert sent.ok and sent.outcome == "delivered" and sent.uses == "command"
    with pytest.raises(NotFound):
        requests.perform_test(cell, requests.TestRequest("nobody"))


def test_files_are_checked(cell):
    good = str(Path(cell.home, "adapters", "mine.yaml"))
    assert requests.perform_lint(cell, requests.LintRequest((good,))).faults == []
    assert len(requests.perform_lint(cell, requests.LintRequest((good, good))).faults) == 1, "a name used twice"
