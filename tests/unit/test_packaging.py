"""What is installed has everything: data folders, SKILL.md and programs, from wheel, source archive and checkout."""

import ast
import importlib.metadata
import json
import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
KINDS = ("templates", "recipes", "recovery", "adapters")

# the distribution that brings a module, where the two are not named alike
_FILTER: dict[str, Any] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
"""Python 3.11.2 knows no filters yet."""

_BRINGS = {"typing_extensions": "typing-extensions", "git": "gitpython", "ruamel": "ruamel-yaml"}


def _modules() -> set[str]:
    """Top-level modules that the package imports and that are neither its own nor the standard library's."""
    found = set()
    for path in (ROOT / "workcell").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module or ""]
            found |= {name.split(".")[0] for name in names}
    return {name for name in found if name not in sys.stdlib_module_names | _OTHER_VERSIONS and name != "workcell"}


_OTHER_VERSIONS = {"_sha2", "_sha256"}
"""Modules of the standard library that only some of the supported versions have."""


def _named() -> set[str]:
    extras = PROJECT["project"]["optional-dependencies"]["all"]
    words = [*PROJECT["project"]["dependencies"], *extras]
    return {re.split(r"[<>=\[ ]", word)[0].lower().replace(".", "-") for word in words}


def test_every_extra_is_part_of_all_and_of_dev() -> None:
    extras = PROJECT["project"]["optional-dependencies"]
    for name in extras.keys() - {"all", "dev"}:
        assert set(extras[name]) <= set(extras["all"]) & set(extras["dev"]), name


def test_every_module_that_is_imported_is_asked_for() -> None:
    assert {_BRINGS.get(name, name) for name in _modules()} <= _named()


@pytest.mark.parametrize("name", sorted(_named()))
def test_no_dependency_is_under_a_copyleft_licence(name: str) -> None:
    about = importlib.metadata.metadata(name)
    words = [about.get("License-Expression") or "", (about.get("License") or "")[:80]]
    words += [line for line in about.get_all("Classifier", []) if line.startswith("License")]
    assert any(words), "it names no licence"
    assert not re.search(r"\b[AL]?GPL|General Public", " ".join(words)), words


def _data() -> set[str]:
    """Files of the data folders and SKILL.md, as they are named in the checkout."""
    found = {str(path.relative_to(ROOT)) for kind in KINDS for path in (ROOT / kind).rglob("*") if path.is_file()}
    return {name for name in found if "__pycache__" not in name} | {"SKILL.md"}


def _pip(*words: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "pip", "-q", "--disable-pip-version-check", *words],
        capture_output=True, text=True, timeout=280,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with a source archive made from the checkout, and a wheel made from that archive."""
    where = tmp_path_factory.mktemp("built")
    backend = where / "backend"
    _pip("install", "--target", str(backend), *PROJECT["build-system"]["requires"])
    make = "import os, sys; os.chdir(sys.argv[1]); from hatchling import build; build.build_sdist(sys.argv[2])"
    env = {**os.environ, "PYTHONPATH": str(backend)}
    subprocess.run([sys.executable, "-c", make, str(ROOT), str(where)], env=env, check=True, timeout=120)
    archive = next(where.glob("*.tar.gz"))
    with tarfile.open(archive) as file:
        file.extractall(where / "source", **_FILTER)
    make = make.replace("build_sdist", "build_wheel")
    subprocess.run(
        [sys.executable, "-c", make, str(next((where / "source").iterdir())), str(where)],
        env=env,
        check=True,
        timeout=120,
    )
    return where


@pytest.mark.heavy
@pytest.mark.timeout(600)
def test_archives_hold_every_data_file(built: Path) -> None:
    with tarfile.open(next(built.glob("*.tar.gz"))) as file:
        there = {name.partition("/")[2] for name in file.getnames()}
    assert _data() <= there
    assert {"docs/architecture.md", "tests/unit/test_packaging.py", "scripts/test", "LICENSE"} <= there
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        names = set(wheel.namelist())
    assert {f"workcell/_data/{name}" for name in _data()} <= names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert "workcell/py.typed" in names


def _from_wheel(built: Path) -> list[str]:
    return [str(next(built.glob("*.whl")))]


def _from_archive(built: Path) -> list[str]:
    return [str(next(built.glob("*.tar.gz")))]


def _editable(built: Path) -> list[str]:
    return ["--editable", str(ROOT)]


_ASK = """
import json, os
from workcell.texts import search_path as shelf
found = {kind: sorted(os.listdir(shelf.shipped(kind))) for kind in KINDS}
skill = os.path.join(os.path.dirname(shelf.shipped("recipes")), "SKILL.md")
print(json.dumps({"found": found, "skill": os.path.exists(skill), "where": shelf.__file__}))
""".replace("KINDS", repr(KINDS))


@pytest.mark.heavy
@pytest.mark.timeout(600)
@pytest.mark.parametrize("words", [_from_wheel, _from_archive, _editable])
def test_installed_programs_find_their_data(built: Path, tmp_path: Path, words: Callable[[Path], list[str]]) -> None:
    """In an environment of its own, which sees the dependencies of this one and not its workcell."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "venv")], check=True, timeout=120)
    python = tmp_path / "venv" / "bin" / "python"
    site = subprocess.run(
        [python, "-c", "import site; print(site.getsitepackages()[0])"], capture_output=True, text=True, check=True
    ).stdout.strip()
    _pip("--python", str(python), "install", "--no-deps", *words(built))
    ours = next(path for path in sys.path if path.endswith("site-packages"))
    Path(site, "zz-dependencies.pth").write_text(ours + "\n")
    env = {"HOME": str(tmp_path), "PATH": os.environ["PATH"]}

    def call(*argv: str) -> str:
        ran = subprocess.run(argv, env=env, cwd=tmp_path, capture_output=True, text=True, timeout=60)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    said = json.loads(call(str(python), "-c", _ASK))
    assert said["skill"]
    for kind in KINDS:
        shipped = {Path(name).name for name in _data() if Path(name).parent == Path(kind)}
        assert shipped and shipped <= set(said["found"][kind]), kind
    assert said["where"].startswith(str(ROOT) if words is _editable else str(tmp_path))
    program = str(tmp_path / "venv" / "bin" / "workcell")
    assert call(program, "--version").strip() == f"workcell {PROJECT['project']['version']}"
    brief = tmp_path / "brief.md"
    brief.write_text("---\nobjective: it runs\nverify: test -e made\n---\n## Steps\n\n```bash\ntouch made\n```\n")
    (tmp_path / "tree").mkdir()
    call(program, "launch", str(brief), "--repo", str(tmp_path / "tree"), "--no-window", "--wait")


def test_the_package_says_that_it_has_types() -> None:
    assert (ROOT / "workcell" / "py.typed").read_bytes() == b""
    assert "Typing :: Typed" in PROJECT["project"]["classifiers"]


@pytest.mark.parametrize("name", sorted(PROJECT["project"]["scripts"]))
def test_every_program_leads_to_a_function(name: str) -> None:
    module, _, function = PROJECT["project"]["scripts"][name].partition(":")
    path = ROOT / (module.replace(".", "/") + ".py")
    assert path.exists(), f"{name} leads to {module}, which is not there"
    assert f"\ndef {function}(" in path.read_text()
