"""Proposes a SUPERVISOR.md from a repository's own files: the commands that test it and set it up."""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from workcell.base import json_codec

if TYPE_CHECKING:
    from workcell.base.json_codec import Json

_NPM_NO_TEST = "no test specified"  # what `npm init` writes, and it fails
_GUARDED = (".github/workflows", "deploy", "infra", "terraform", "migrations", "secrets")
"""Directories that people most often keep agents out of."""


@dataclass
class Proposal:
    """`tests` are proposed as they are; `others` test it as well. Every command stands with the file that says so."""

    tests: list[tuple[str, str]] = field(default_factory=list)
    others: list[tuple[str, str]] = field(default_factory=list)
    setup: list[tuple[str, str]] = field(default_factory=list)
    guarded: list[str] = field(default_factory=list)
    carry: list[str] = field(default_factory=list)


def look(top: str) -> Proposal:
    """Read what there is at the top of the repository. Files that cannot be read say nothing."""
    found = Proposal()
    here = _Top(top)
    for ask in (_make, _python, _node, _cargo, _go, _jvm):
        ask(here, found)
    if any(why in ("Makefile", "justfile") for _, why in found.tests):
        # a target of the person's own is the one he means; what it runs is most likely among the others
        found.others = [entry for entry in found.tests if entry[1] not in ("Makefile", "justfile")]
        found.tests = [entry for entry in found.tests if entry[1] in ("Makefile", "justfile")]
    found.guarded = [f"{name}/" for name in _GUARDED if os.path.isdir(os.path.join(top, name))]
    found.carry = [name for name in (".env", ".env.local", ".envrc") if os.path.isfile(os.path.join(top, name))]
    return found


class _Top:
    """The files at the top of a repository."""

    def __init__(self, top: str) -> None:
        self._top = top

    def has(self, *names: str) -> str | None:
        return next((name for name in names if os.path.exists(os.path.join(self._top, name))), None)

    def text(self, name: str) -> str:
        try:
            with open(os.path.join(self._top, name), encoding="utf-8", errors="replace") as file:
                return file.read(1 << 20)
        except OSError:
            return ""


def _make(here: _Top, found: Proposal) -> None:
    for file, program in (("Makefile", "make"), ("justfile", "just")):
        targets = re.findall(r"^([A-Za-z][\w-]*)[^:=\n]*:(?!=)", here.text(file), re.M)
        target = next((name for name in ("check", "test", "tests") if name in targets), None)
        if target:
            found.tests.append((f"{program} {target}", file))


def _python(here: _Top, found: Proposal) -> None:
    project = _toml(here.text("pyproject.toml"))
    tools = project.get("tool", {})
    runner = "uv run " if here.has("uv.lock") else "poetry run " if here.has("poetry.lock") else ""
    if runner:
        found.setup.append(("uv sync" if runner.startswith("uv") else "poetry install", "uv.lock or poetry.lock"))
    elif here.has("requirements.txt"):
        found.setup.append(("python -m pip install -r requirements.txt", "requirements.txt"))
    why = ("pytest" in tools and "pyproject.toml") or here.has("pytest.ini", "conftest.py", "tests/conftest.py")
    if not why and "[tool:pytest]" in here.text("setup.cfg"):
        why = "setup.cfg"
    if why:
        found.tests.append((f"{runner}python -m pytest -q" if not runner else f"{runner}pytest -q", str(why)))
    elif here.has("tox.ini") or "tox" in tools:
        found.tests.append(("tox -q", "tox.ini" if here.has("tox.ini") else "pyproject.toml"))
    elif here.has("noxfile.py"):
        found.tests.append(("nox", "noxfile.py"))


def _node(here: _Top, found: Proposal) -> None:
    try:
        package = json_codec.decode(here.text("package.json").encode())
    except ValueError:
        return
    scripts = package.get("scripts")
    locks = {"pnpm-lock.yaml": "pnpm", "yarn.lock": "yarn", "bun.lockb": "bun", "bun.lock": "bun"}
    lock = here.has(*locks)
    program = locks[lock] if lock else "npm"
    install = {"npm": "npm ci", "pnpm": "pnpm install --frozen-lockfile", "yarn": "yarn install --immutable"}
    if lock or here.has("package-lock.json"):
        found.setup.append((install.get(program, f"{program} install"), lock or "package-lock.json"))
    test = scripts.get("test") if isinstance(scripts, dict) else None
    if isinstance(test, str) and _NPM_NO_TEST not in test:
        found.tests.append((f"{program} run test" if program == "bun" else f"{program} test", "package.json"))


def _cargo(here: _Top, found: Proposal) -> None:
    if here.has("Cargo.toml"):
        found.tests.append(("cargo test", "Cargo.toml"))


def _go(here: _Top, found: Proposal) -> None:
    if here.has("go.mod"):
        found.tests.append(("go test ./...", "go.mod"))


def _jvm(here: _Top, found: Proposal) -> None:
    if here.has("gradlew"):
        found.tests.append(("./gradlew test", "gradlew"))
    elif here.has("pom.xml"):
        found.tests.append(("mvn -q test", "pom.xml"))


def _toml(text: str) -> Json:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return {}
