"""config.yaml shown, checked and replaced."""

import os
from pathlib import Path

import pytest

from workcell.base.errors import TryAgain
from workcell.rundir.cell import Cell
from workcell.texts import config_words
from workcell.texts.document import Faulty
from workcell.upkeep import config_file


@pytest.fixture
def cell(lab, tmp_path):
    return Cell(lab.home, lab.env(), str(tmp_path))


@pytest.fixture
def file(lab):
    os.makedirs(lab.home, 0o700, exist_ok=True)
    return Path(lab.home, "config.yaml")


def shown(cell):
    found = config_file.perform_show(cell, config_file.ShowRequest())
    return found, {row.key: row for row in found.settings}


def edit(cell, text, before=None):
    return config_file.perform_edit(cell, config_file.EditRequest(text, config_words.digest(before)))


def faults(cell):
    return config_file.perform_lint(cell, config_file.LintRequest())


def test_without_a_file_the_defaults_are_in_force(cell):
    found, rows = shown(cell)
    assert not found.exists and rows["recipe"].value == "runbook"
    checked = faults(cell)
    assert not checked.exists and checked.faults == [] and checked.file == found.file


def test_the_file_and_line_of_a_value_are_shown(cell, file):
    file.write_text("# mine\nrecipe: claude\n")
    found, rows = shown(cell)
    assert found.exists and rows["recipe"].origin == f"{file}:2"


def test_secrets_are_masked(cell, file):
    file.write_text("env:\n  NPM_TOKEN: q7Wz-not-shown-3\n  PLAIN: quite-visible-1\n")
    value = shown(cell)[1]["env"].value
    assert "q7Wz" not in value and "quite-visible-1" in value


def test_all_faults_are_said_with_their_lines(cell, file):
    file.write_text("dirty: maybe\nidle_after: 5\nrecipy: x\n")
    assert sorted(line.split(": ")[0] for line in faults(cell).faults) == [f"{file}:{line}" for line in (1, 2, 3)]
    with pytest.raises(Faulty) as raised:
        shown(cell)
    assert len(raised.value.faults) == 3


def test_names_that_there_are_not_are_faults(cell, file):
    file.write_text("recipe: cluade\nnotify:\n  - desktop\n  - telegrim\n")
    first, second = faults(cell).faults
    assert first.startswith(f"{file}:1: there is no recipe 'cluade'") and "'claude'" in first
    assert second.startswith(f"{file}:4: 'notify' names 'telegrim'") and "'telegram'" in second


def test_a_name_that_is_not_there_is_told_beside_the_other_faults(cell, file):
    file.write_text("recipy: x\nrecipe: cluade\nnotify: [telegrim]\n")
    assert sorted(line.split(": ")[0] for line in faults(cell).faults) == [f"{file}:{line}" for line in (1, 2, 3)]


def test_what_is_no_text_is_a_fault(cell, file):
    file.write_bytes(b"recipe: \xff\n")
    assert f"{file}:1: this is not UTF-8 text" in faults(cell).faults[0]


def test_the_example_has_no_fault(cell):
    text = config_file.perform_show(cell, config_file.ShowRequest(example=True)).text
    assert config_file.lint(cell, text) == []


def test_a_text_with_faults_is_not_saved(cell, file):
    file.write_text("dirty: refuse\n")
    with pytest.raises(Faulty):
        edit(cell, "dirty: maybe\n", "dirty: refuse\n")
    assert file.read_text() == "dirty: refuse\n"


def test_a_good_text_replaces_the_file(cell, file):
    assert edit(cell, "dirty: refuse\n").file == str(file)
    assert file.stat().st_mode & 0o777 == 0o600
    file.chmod(0o640)
    edit(cell, "dirty: snapshot\n", "dirty: refuse\n")
    assert file.read_text() == "dirty: snapshot\n" and file.stat().st_mode & 0o777 == 0o640
    assert [name for name in os.listdir(file.parent) if "config" in name] == ["config.yaml"]


def test_a_change_that_came_meanwhile_is_not_overwritten(cell, file):
    file.write_text("dirty: snapshot\n")
    with pytest.raises(TryAgain, match="was changed while you edited it"):
        edit(cell, "dirty: allow\n", "dirty: refuse\n")
    assert file.read_text() == "dirty: snapshot\n"


def test_a_link_stays_a_link(cell, file, tmp_path):
    real = tmp_path / "dotfiles.yaml"
    real.write_text("dirty: refuse\n")
    file.symlink_to(real)
    edit(cell, "dirty: allow\n", "dirty: refuse\n")
    assert file.is_symlink() and real.read_text() == "dirty: allow\n"
