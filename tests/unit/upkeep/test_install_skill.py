"""SKILL.md is written once, and never over another file."""

import os
from pathlib import Path

import pytest

from workcell.base.errors import CannotCreate, Refused
from workcell.upkeep import install_skill


def test_the_skill_is_written_once_and_never_over_another(tmp_path):
    done = install_skill.install("claude", directory=str(tmp_path))
    assert done.state == "written" and Path(done.path).read_text() == install_skill.text()
    assert install_skill.install("claude", directory=str(tmp_path)).state == "same"
    Path(done.path).write_text("mine")
    with pytest.raises(Refused, match="is there and differs"):
        install_skill.install("claude", directory=str(tmp_path))
    assert install_skill.install("claude", directory=str(tmp_path), force=True).state == "replaced"
    (tmp_path / "file").touch()
    with pytest.raises(CannotCreate, match="cannot write"):
        install_skill.install("claude", directory=str(tmp_path / "file"))


def test_where_the_skill_goes(lab, monkeypatch):
    monkeypatch.chdir(lab.repo)
    assert install_skill.place("claude", None, False).startswith(os.path.realpath(lab.repo))
    assert install_skill.place("claude", None, True).startswith(lab.person)
