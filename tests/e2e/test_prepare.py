"""The scripts find a Python that they can use, or say what to install."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def _run(words: list[str], **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, cwd=ROOT, env={**os.environ, **env}, capture_output=True, text=True, timeout=60)


def test_pythons_are_listed_oldest_first_and_each_once() -> None:
    ran = _run(["sh", "scripts/pythons"])
    assert ran.returncode == 0, ran.stderr
    listed = [line.split(" ", 1) for line in ran.stdout.splitlines()]
    versions = [tuple(map(int, version.split("."))) for version, _ in listed]
    assert versions == sorted(set(versions))
    assert versions[0] >= (3, 11)
    assert sys.version_info[:3] in versions
    for version, path in listed:
        said = subprocess.run([path, "-V"], capture_output=True, text=True, timeout=20).stdout
        assert said.split() == ["Python", version]


def test_an_interpreter_that_is_none_is_refused() -> None:
    ran = _run(["sh", "scripts/prepare"], PYTHON="/bin/false")
    assert (ran.returncode, ran.stdout) == (69, "")
    assert "PYTHON=/bin/false is no Python 3.11 or later" in ran.stderr


@pytest.fixture
def without_ensurepip(tmp_path: Path) -> Path:
    """A PATH with the programs that prepare uses and no package manager, and a Python that lacks ensurepip."""
    for name in ("sh", "dirname", "grep", "cat", "id"):
        (tmp_path / name).symlink_to(f"/bin/{name}" if os.path.exists(f"/bin/{name}") else f"/usr/bin/{name}")
    python = tmp_path / "python3"
    python.write_text(
        f'#!/bin/sh\ncase "$2" in *ensurepip*) exit 1 ;; esac\nPATH=/usr/bin:/bin exec {sys.executable} "$@"\n'
    )
    python.chmod(0o755)
    return tmp_path


def test_a_python_without_ensurepip_is_named_with_its_cure(without_ensurepip: Path) -> None:
    before = {path.name for path in ROOT.glob(".venv*")}
    ran = _run(["/bin/sh", "scripts/prepare"], PATH=str(without_ensurepip), PYTHON=str(without_ensurepip / "python3"))
    minor = f"python3.{sys.version_info.minor}-venv"
    assert ran.returncode == 69, ran.stderr
    assert "ensurepip is missing" in ran.stderr
    assert f"apt-get install {minor}" in ran.stderr
    assert {path.name for path in ROOT.glob(".venv*")} == before


@pytest.fixture
def as_root(without_ensurepip: Path) -> Path:
    """The same PATH for root on Debian: an apt-get that only says on standard error what it was asked."""
    apt = without_ensurepip / "apt-get"
    apt.write_text('#!/bin/sh\necho "apt-get was called: $*" >&2\n')
    apt.chmod(0o755)
    (without_ensurepip / "id").unlink()
    (without_ensurepip / "id").write_text("#!/bin/sh\necho 0\n")
    (without_ensurepip / "id").chmod(0o755)
    for name in ("sed", "mktemp", "timeout"):
        (without_ensurepip / name).symlink_to(f"/bin/{name}" if os.path.exists(f"/bin/{name}") else f"/usr/bin/{name}")
    return without_ensurepip


def _scripts(program: str) -> list[str]:
    """The words that make one of the scripts prepare everything."""
    return ["/bin/sh", f"scripts/{program}"]


@pytest.mark.parametrize("program", ["prepare", "demo", "test"])
def test_what_is_installed_is_named_before(as_root: Path, program: str) -> None:
    ran = _run(_scripts(program), PATH=str(as_root), PYTHON=str(as_root / "python3"))
    assert ran.returncode == 69, ran.stderr
    said, called = ran.stderr.index("about to install with apt-get"), ran.stderr.index("apt-get was called: update")
    assert said < called
    line = ran.stderr[said:].splitlines()[0]
    packages = next(line for line in ran.stderr.splitlines() if "called: install" in line).split()
    assert all(
        word in line for word in packages if not word.startswith("-") and word not in "apt-get was called: install"
    )
    assert f"python3.{sys.version_info.minor}-venv" in line and "--no-install" in line


@pytest.mark.parametrize("program", ["prepare", "demo", "test"])
def test_no_install_only_says_what_is_missing(as_root: Path, program: str) -> None:
    ran = _run([*_scripts(program), "--no-install"], PATH=str(as_root), PYTHON=str(as_root / "python3"))
    assert ran.returncode == 69, ran.stderr
    assert "was called" not in ran.stderr and "about to" not in ran.stderr
    assert f"apt-get install python3.{sys.version_info.minor}-venv" in ran.stderr
    assert "missing:" in ran.stderr


def _calls(said: str) -> list[str]:
    return [line for line in said.splitlines() if line.startswith("apt-get was called: install")]


def test_a_browser_is_installed_apart_and_for_the_heavy_tests_alone(as_root: Path) -> None:
    env = {"PATH": str(as_root), "PYTHON": str(as_root / "python3")}
    assert "chromium" not in _run([*_scripts("prepare"), "dev"], **env).stderr
    ran = _run([*_scripts("prepare"), "heavy"], **env)
    others, browser = _calls(ran.stderr)
    assert browser.split()[-1] == "chromium-headless-shell" and "chromium" not in others
    assert ran.stderr.index("for tests that can do without: chromium") < ran.stderr.index(browser)
    assert "chromium" in _run([*_scripts("test"), "--no-install", "--heavy"], **env).stderr
    (as_root / "chromium").symlink_to("/bin/true")
    assert len(_calls(_run([*_scripts("prepare"), "heavy"], **env).stderr)) == 1


def test_a_machine_that_cannot_have_a_browser_goes_on(as_root: Path) -> None:
    apt = as_root / "apt-get"
    apt.write_text('#!/bin/sh\ncase "$*" in *chromium*) exit 100 ;; esac\n')
    ran = _run([*_scripts("prepare"), "heavy"], PATH=str(as_root), PYTHON=str(as_root / "python3"))
    said = "could not be installed: chromium-headless-shell; the tests that use it are skipped"
    assert ran.stderr.index(said) < ran.stderr.index("ensurepip is missing"), "it went on to the next step"
