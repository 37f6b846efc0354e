"""README and tutorial followed command by command, in a clean clone with an empty home."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

_BLOCK = re.compile(r"^<!-- (run|file): (\S+) -->\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)

# What differs from one time to the next. A document shows an example of each; any other one fits.
_WILD = (
    (re.compile(r"\d{8}-\d{4}-([a-z0-9-]+?)-[a-z0-9]{4}\b"), r"\\d{8}-\\d{4}-\1-[a-z0-9]{4}"),
    (re.compile(r"\d{4}-\d\d-\d\dT[\d\\:.]+Z"), r"\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z"),
    (re.compile(r"\b\d+\\\.\ds"), r"\\d+(\\.\\d)?s"),
)


def blocks(path: Path) -> list[tuple[str, str, str]]:
    """(kind, name, text) of every marked block of a document, in order."""
    return [(found[1], found[2], found[3]) for found in _BLOCK.finditer(path.read_text())]


def commands(text: str) -> list[tuple[str, list[str]]]:
    """(command, lines that it should print) of a block in which commands begin with a dollar sign."""
    found: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        else:
            found[-1][1].append(line)
    return found


def pattern(lines: list[str]) -> "re.Pattern[str]":
    """What the lines of a document stand for: `...` is any number of lines, runs of blanks are one."""
    out = []
    for line in lines:
        if line == "...":
            out.append(r"(?:.*\n)*?")
            continue
        text = re.escape(" ".join(line.split())).replace(r"\ ", " ").replace(r"\-", "-")
        for wild, any_of_them in _WILD:
            text = wild.sub(any_of_them, text)
        out.append(text + r"\n")
    return re.compile("".join(out))


class Shell:
    """One bash that is asked line by line; directory and variables last from one command to the next."""

    def __init__(self, directory: Path, env: dict[str, str]) -> None:
        self._bash = subprocess.Popen(
            ["bash", "--noprofile", "--norc"],
            cwd=directory, env=env, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def ask(self, command: str) -> tuple[int, str]:
        """Exit code and output of one command."""
        assert self._bash.stdin and self._bash.stdout
        self._bash.stdin.write(f"{{ {command}\n}} </dev/null\nprintf '\\n==%s==\\n' $?\n")
        self._bash.stdin.flush()
        lines: list[str] = []
        for line in self._bash.stdout:
            if match := re.fullmatch(r"==(\d+)==\n", line):
                return int(match[1]), "".join(lines).removesuffix("\n")
            lines.append(line)
        raise AssertionError("the shell ended: " + "".join(lines))

    def close(self) -> None:
        with self._bash:
            pass  # closes the pipes and waits


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The files of the checkout that git knows or would take, and nothing else."""
    ran = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        timeout=20,
    )
    place = tmp_path / "clone"
    if ran.returncode:
        shutil.copytree(ROOT, place, ignore=shutil.ignore_patterns(".venv*", "__pycache__"))
        return place
    for name in filter(None, ran.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, place / name)
    return place


@pytest.fixture
def shell(clone: Path, tmp_path: Path) -> Iterator[Shell]:
    home = tmp_path / "home"
    home.mkdir()
    bin_dir = tmp_path / "bin"
    bin_dir.mkdir()
    program = bin_dir / "workcell"
    program.write_text(f'#!/bin/sh\nPYTHONPATH="{clone}" exec "{sys.executable}" -m workcell "$@"\n')
    program.chmod(0o755)
    env = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "SSL_", "LANG", "LC_"))}
    env |= {"HOME": str(home), "PATH": f"{bin_dir}:{os.environ['PATH']}", "TMPDIR": str(tmp_path)}
    made = Shell(clone, env)
    yield made
    made.ask("workcell stop - --grace 0s; WORKCELL_HOME= workcell stop - --grace 0s")
    made.ask("for s in ~/.workcell ${WORKCELL_HOME:-}; do tmux -S $s/tmux.sock kill-server; done")
    made.close()


def follow(shell: Shell, document: Path, wanted: set[str], directory: Path) -> int:
    """Do what the document says; the number of commands that were run."""
    number = 0
    for kind, name, text in blocks(document):
        if kind == "file":
            # where it is written is relative to where the session stands
            shell.ask(f"cat > {name} <<'END-OF-FILE'\n{text}END-OF-FILE\n")
            continue
        if name not in wanted:
            continue
        for command, lines in commands(text):
            code, said = shell.ask(command)
            number += 1
            plain = "".join(" ".join(line.split()) + "\n" for line in said.splitlines())
            assert pattern(lines).fullmatch(plain), f"$ {command}\n{said}\n(exit code {code})"
            assert code == 0, f"$ {command}: exit code {code}\n{said}"
    return number


def test_readme(shell: Shell, clone: Path) -> None:
    shell.ask("git init -q . && git add -A && git -c user.name=a -c user.email=a@b commit -qm Begin")
    assert follow(shell, clone / "README.md", {"readme"}, clone) == 4


def test_tutorial(shell: Shell, clone: Path) -> None:
    assert follow(shell, clone / "docs" / "tutorial.md", {"tutorial"}, clone) >= 15


@pytest.mark.heavy
@pytest.mark.timeout(600)
def test_readme_from_its_installation_on(shell: Shell, clone: Path) -> None:
    follow(shell, clone / "README.md", {"install"}, clone)
    shell.ask(f'PATH="{clone}/.venv/bin:$PATH"')
    shell.ask("git init -q . && git add -A && git -c user.name=a -c user.email=a@b commit -qm Begin")
    follow(shell, clone / "README.md", {"readme"}, clone)
    code, where = shell.ask("command -v workcell")
    assert (code, where.strip()) == (0, f"{clone}/.venv/bin/workcell")


def test_a_document_that_says_something_else_is_seen() -> None:
    assert pattern(["a 3.1s", "...", "20261120-0512-x-7f3a end"]).fullmatch("a 12s\nmore\n20270101-0000-x-aaaa end\n")
    assert not pattern(["passed"]).fullmatch("failed\n")
    assert not pattern(["20261120-0512-x-7f3a"]).fullmatch("20261120-0512-y-7f3a\n")
    assert not pattern([]).fullmatch("something\n")


def test_the_first_forty_lines_of_the_readme_carry_it() -> None:
    top = "\n".join((ROOT / "README.md").read_text().splitlines()[:40])
    for word in (
        "runs one objective",
        "images/first-hour.svg",
        "scripts/demo",
        "scripts/test",
        "$ workcell launch",
        "workcell diff",
    ):
        assert word in top
