import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.lab import ROOT
from workcell.texts import document

SKILL = ROOT / "SKILL.md"
ALLOWED = {"name", "description", "license", "compatibility", "metadata", "allowed-tools"}


def blocks() -> list[str]:
    """The bash blocks, in order."""
    return [match[2] for match in re.finditer(r"^(`{3,})bash\n(.*?)^\1$", SKILL.read_text(), re.S | re.M)]


def test_it_keeps_the_rules_of_the_specification():
    found = document.parse_markdown(SKILL.read_bytes(), "SKILL.md")
    assert not found.faults and set(found.front) <= ALLOWED
    assert found.front["name"] == "workcell" and re.fullmatch(
        r"(?!-)(?!.*--)[a-z0-9-]{1,64}(?<!-)", found.front["name"]
    )
    assert 1 <= len(found.front["description"]) <= 1024 and "Use when" in found.front["description"]
    assert len(found.front["compatibility"]) <= 500
    assert len(SKILL.read_text().splitlines()) <= 300


def test_the_reference_validator_finds_nothing(tmp_path):
    skills_ref = pytest.importorskip("skills_ref", reason="skills-ref is not installed")
    place = tmp_path / "workcell"
    place.mkdir()
    shutil.copy(SKILL, place)
    assert skills_ref.validate(place) == []


def test_its_commands_do_what_it_says_from_a_clean_clone_with_an_empty_home(lab):
    clone, bin = Path(lab.top, "clone"), Path(lab.top, "bin")
    # the files that git would give a clone, as they are now
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in names.stdout.decode().split("\0"):
        if name.split("/")[0] in ("workcell", "recipes", "templates", "SKILL.md") and (ROOT / name).exists():
            (clone / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, clone / name)
    bin.mkdir()
    (bin / "workcell").write_text(f'#!/bin/sh\nexec {lab.words()[0]} -m workcell "$@"\n')
    (bin / "workcell").chmod(0o755)
    env = lab.env(PYTHONPATH=str(clone), PATH=f"{bin}:{os.environ['PATH']}")
    del env["WORKCELL_HOME"]  # what a person has: ~/.workcell of an empty home
    assert not list(Path(lab.person).iterdir()) and len(blocks()) >= 5
    script = "set -eux\n" + "".join(blocks())
    ran = subprocess.run(["bash", "-c", script], cwd=lab.repo, env=env, capture_output=True, text=True, timeout=100)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert Path(lab.repo, "greeting.txt").read_text() == "hello\ngoodbye\n"
    runs = os.listdir(Path(lab.person, ".workcell/runs"))
    assert len(runs) == 2
    left = subprocess.run([bin / "workcell", "ls"], env=env, capture_output=True, text=True, timeout=60)
    assert left.stdout.count("✓ passed") == 2


def test_install_and_never_over_a_changed_file(lab):
    ran = lab.workcell("skill", "install", cwd=lab.repo)
    path = Path(lab.repo, ".agents/skills/workcell/SKILL.md")
    assert ran.stdout == f"{os.path.realpath(path)}: written\n" and path.read_bytes() == SKILL.read_bytes()
    assert "there already" in lab.workcell("skill", "install", "--agent", "codex", cwd=lab.repo).stdout
    path.write_text("mine")
    assert "hint: look at it; --force replaces it" in lab.workcell("skill", "install", cwd=lab.repo, code=77).stderr
    assert path.read_text() == "mine"
    assert "replaced" in lab.workcell("skill", "install", "--force", cwd=lab.repo).stdout
    lab.workcell("skill", "install", "--agent", "claude", "--user", cwd=lab.repo)
    assert Path(lab.person, ".claude/skills/workcell/SKILL.md").exists()
    lab.workcell("skill", "install", "--dir", "elsewhere", cwd=lab.top)
    assert Path(lab.top, "elsewhere/workcell/SKILL.md").exists()
    lab.workcell("skill", "install", "--agent", "nobody", code=2)
    Path(lab.top, "file").touch()
    lab.workcell("skill", "install", "--dir", "file", code=73)
    assert lab.workcell("skill", "show").stdout == SKILL.read_text()
