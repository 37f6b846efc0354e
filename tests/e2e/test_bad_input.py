"""What people get wrong: one clear error with its cure and its code, nothing left behind, nothing unescaped."""

import json
import os
import re
import socket
import sys
from pathlib import Path

import pytest

from tests.e2e.person import Person
from tests.support.lab import Lab
from workcell.faces.cli import app as face
from workcell.rundir import layout, look, phase

GOOD = "---\nobjective: x\nrecipe: {extends: shell, command: 'true'}\nverify: 'true'\n"
SEQUENCES = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""The first, and what turns the direction of a line: a log may hold Hebrew, a table and an error may not be turned."""


def runs_left(lab: Lab) -> list[str]:
    """Everything below runs/ and leases/, hidden names among them."""
    found = []
    for name in (layout.RUNS, layout.WORKTREES):
        try:
            found += os.listdir(os.path.join(lab.home, name))
        except FileNotFoundError:
            continue
    return found


@pytest.fixture(autouse=True)
def this_home(lab, monkeypatch):
    monkeypatch.setenv("WORKCELL_HOME", lab.home)
    monkeypatch.setenv("NO_COLOR", "1")


def refused(lab: Lab, capfd, path: str, code: int, *words: str, args: tuple[str, ...] = ()) -> None:
    """Launch, and see one error with these words, a cure, this code, and nothing left behind."""
    given = ["launch", *args, "--repo", lab.repo, "--no-window"]
    assert face.main([*given, path]) == code
    shown, said = capfd.readouterr()
    assert shown == ""
    lines = said.splitlines()
    assert lines[0].startswith("workcell: ")
    assert sum(line.startswith("workcell: ") for line in lines) == 1
    assert any(line.startswith("hint: ") for line in lines) or re.search(r"\(.+\)$", lines[0]), "no cure is given"
    assert len(set(lines)) == len(lines) and "Traceback" not in said and "a bug" not in said
    for word in words:
        assert word in said, said
    assert not CONTROLS.search(said), ascii(said)
    assert face.main([*given, "--json", path]) == code
    shown, _ = capfd.readouterr()
    document = json.loads(shown)
    assert document["schema"] == "workcell.error/1" and document["exit"] == code and document["error"]
    assert runs_left(lab) == []


def written(lab: Lab, data: str | bytes, name: str = "bad.md") -> str:
    path = os.path.join(lab.top, name)
    Path(path).write_bytes(data.encode() if isinstance(data, str) else data)
    return path


BRIEFS = {
    "binary": (bytes(range(256)) * 40, ["NUL"]),
    "not UTF-8": (b"---\nobjective: caf\xe9\n---\n", ["bad.md:2", "UTF-8"]),
    "NUL bytes": (GOOD.encode() + b"name: a\0b\n---\n", ["NUL", "bad.md:5"]),
    "an unknown key": (GOOD + "limit: {wall: 1h}\n---\n", ["bad.md:5", "unknown key 'limit'", "did you mean 'limits'"]),
    "a misspelt limit": (GOOD + "limits: {wal: 1h}\n---\n", ["unknown key 'wal'", "did you mean 'wall'"]),
    "a tag": (GOOD + "name: !!python/object/apply:os.system [id]\n---\n", ["tag", "bad.md:5"]),
    "a tag on a key": (GOOD + "env: !secret {A: b}\n---\n", ["tag"]),
    "a bomb": (
        "---\nobjective: x\na0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 12)) + "---\n",
        ["aliases"],
    ),
    "no objective": ("---\nname: x\n---\n", ["'objective' is missing"]),
    "nothing": ("", ["'objective' is missing"]),
    "never closed": ("---\nobjective: x\n", ["never closed"]),
    "broken YAML": ("---\nobjective: x\nverify: a: b: c\n---\n", ["bad.md:3", "YAML"]),
    "a tab": ("---\nobjective: x\nlimits:\n\twall: 1h\n---\n", ["bad.md:4", "indent with spaces"]),
    "a check that is true": ("---\nobjective: x\nverify: true\n---\n", ["bad.md:3", "cannot be true", "false for none"]),
    "the same key twice": ("---\nobjective: x\nobjective: y\n---\n", ["bad.md:"]),
    "a list": ("---\n- objective\n---\n", ["key: value"]),
    "an unknown recipe": ("---\nobjective: x\nrecipe: rumbook\n---\n## Steps\n```bash\ntrue\n```\n", ["rumbook"]),
    "no steps": ("---\nobjective: x\n---\n", ["Steps"]),
    "a verify that is not there": (GOOD[: GOOD.index("verify")] + "verify: ./nothere.sh\n---\n", ["nothere.sh"]),
    "a bare number": (GOOD + "limits: {wall: 3}\n---\n", ["duration", "bad.md:5"]),
    "a variable of ours": (GOOD + "env: {WORKCELL_HOME: /x}\n---\n", ["WORKCELL_HOME"]),
    "an escape in the objective": ("---\nobjective: \"a\\e[31mred\"\nname: x\n---\n", ["objective"]),
    "a slash in the name": (GOOD + "name: a/b\n---\n", ["a/b", "slash"]),
    "dots": (GOOD + "name: '..'\n---\n", ["name"]),
    "a hyphen": (GOOD + "name: -rf\n---\n", ["hyphen"]),
    "an emoji alone": (GOOD + "name: 🚀\n---\n", ["letters or digits"]),
    "a name with an escape": (GOOD + 'name: "a\\e]0;x\\a"\n---\n', ["name"]),
    "a name too long": (GOOD + f"name: {'x' * 300}\n---\n", ["longer"]),
}  # fmt: skip


@pytest.mark.parametrize("kind", list(BRIEFS))
def test_a_brief_that_is_wrong(lab, capfd, kind):
    data, words = BRIEFS[kind]
    refused(lab, capfd, written(lab, data), 66 if kind == "an unknown recipe" else 78, *words)


def test_a_brief_that_cannot_be_read(lab, capfd):
    refused(lab, capfd, os.path.join(lab.top, "nothing.md"), 66, "no such file")
    refused(lab, capfd, lab.top, 78, "is a directory")
    os.mkfifo(os.path.join(lab.top, "pipe.md"))
    refused(lab, capfd, os.path.join(lab.top, "pipe.md"), 78, "not a regular file")
    here = socket.socket(socket.AF_UNIX)
    here.bind(os.path.join(lab.top, "s.md"))
    refused(lab, capfd, os.path.join(lab.top, "s.md"), 78, "s.md")
    here.close()
    os.symlink("loop.md", os.path.join(lab.top, "loop.md"))
    refused(lab, capfd, os.path.join(lab.top, "loop.md"), 78, "loop.md")
    big = os.path.join(lab.top, "big.md")
    with open(big, "wb") as file:
        file.write(GOOD.encode())
        file.truncate(100 << 20)
    refused(lab, capfd, big, 78, "larger than 1 MiB")
    refused(lab, capfd, "/dev/zero", 78, "not a regular file")


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_brief_without_permission(lab, capfd):
    path = written(lab, GOOD + "---\n")
    os.chmod(path, 0)
    refused(lab, capfd, path, 78, "ermission denied")


@pytest.mark.parametrize("name", ["a/b", "..", ".", "-rf", "🚀", "a\x1b[31mb", "", " ", "*", "x" * 300, "a\nb"])
def test_a_name_that_is_none(lab, capfd, name):
    path = written(lab, GOOD + "---\n")
    refused(lab, capfd, path, 78, "--name", args=(f"--name={name}",))


@pytest.mark.parametrize("name", ["two words", "naïve 🚀 'name'", "x" * 80, "a.b:c", "$(id)"])
def test_a_name_that_is_odd_and_right(lab, name):
    path = written(lab, GOOD + "---\n")
    lab.workcell("launch", path, "--repo", lab.repo, "--name", name, "--wait")
    (run,) = lab.runs()
    assert re.fullmatch(r"[0-9]{8}-[0-9]{4}-[a-z0-9-]+-[a-z0-9]{4}", os.path.basename(run))
    assert look.at(run).launch["name"] == name
    assert os.path.basename(run) in lab.workcell("status", name).stdout + lab.workcell("ls").stdout


@pytest.mark.parametrize("word", ["-x", "--nope"])
def test_a_leading_hyphen_is_a_usage_error(lab, word):
    ran = lab.workcell("launch", word, code=2)
    assert "hint" in ran.stderr and runs_left(lab) == []


@pytest.mark.parametrize("word", ["nothing", "../../etc/passwd", "a/b", "\x1b[31m", "", "🚀", "x" * 5000, "*", "%s%n"])
def test_a_run_that_is_none(lab, capfd, word):
    for verb in ("status", "stop", "wait", "resume", "logs", "attach"):
        assert face.main([verb, "--", word]) == (66 if word else 2)  # nothing was named at all
        said = capfd.readouterr().err
        assert "hint" in said and "Traceback" not in said
        assert not CONTROLS.search(said)


def test_a_program_that_does_not_exist(lab, capfd):
    brief = "---\nobjective: x\nrecipe: {extends: shell, command: [no-such-program, --flag]}\n---\n"
    refused(lab, capfd, written(lab, brief), 78, "no-such-program", "PATH")
    refused(lab, capfd, written(lab, GOOD + "---\n"), 66, "no-such-recipe", args=("--recipe", "no-such-recipe"))


def test_a_repository_that_is_none(lab):
    path = written(lab, GOOD + "---\n")
    ran = lab.workcell("launch", path, "--repo", "/nonexistent", "--no-window", code=66)
    assert "/nonexistent" in ran.stderr and "hint" in ran.stderr and runs_left(lab) == []
    ran = lab.workcell("launch", path, "--repo", path, "--no-window", code=66)
    assert runs_left(lab) == []


@pytest.mark.parametrize("mode", [0o720, 0o702])
def test_a_home_that_others_can_write_to_is_refused(lab, capfd, mode):
    run = lab.launch(lab.brief("true", "true"), "--wait")
    before = sorted(os.listdir(lab.home))
    os.chmod(lab.home, mode)
    for words in (
        ["launch", lab.brief("true"), "--repo", lab.repo, "--no-window"], ["resume", run, "--brief", lab.brief("true")],
        ["wait", run], ["stop", run], ["verify", run],
    ):  # fmt: skip
        ran = lab.workcell(*words, code=77)
        assert f"chmod go-w {lab.home}" in ran.stderr, words
    assert sorted(os.listdir(lab.home)) == before and len(lab.runs()) == 1


def test_a_home_that_is_a_file(lab):
    Path(lab.home).write_text("")
    refused_at = lab.workcell("launch", written(lab, GOOD + "---\n"), "--repo", lab.repo, "--no-window", code=78)
    assert "not a directory" in refused_at.stderr and "hint" in refused_at.stderr


def test_a_home_of_another_format(lab):
    lab.launch(lab.brief("true", "true"), "--wait")
    Path(lab.home, layout.FORMAT_FILE).write_text("3\n")
    ran = lab.workcell("launch", lab.brief("true"), "--repo", lab.repo, "--no-window", code=78)
    assert "format '3'" in ran.stderr


HOSTILE = "a\x1b[31mred\x1b]0;title\x07\x1b[2J\x9b6n\u202eevil\rback"


def hostile(lab: Lab) -> str:
    """A run whose files hold control sequences, as a program that writes them by itself could leave them."""
    run = lab.launch(
        lab.brief(f"printf '%b' '{HOSTILE.encode('unicode_escape').decode()}'; exit 3", "exit 1"), "--wait", code=1
    )
    for path, key in (
        (os.path.join(run, layout.LAUNCH), "name"),
        (os.path.join(look.at(run).directory, layout.ATTEMPT), "objective"),
        (os.path.join(look.at(run).directory, layout.RESULT), "reason"),
    ):
        found = json.loads(Path(path).read_text())
        found[key] = HOSTILE
        Path(path).write_text(json.dumps(found))
    os.unlink(os.path.join(run, layout.STATUS))
    return run


def test_nothing_that_is_shown_can_steer_the_terminal(lab):
    run = hostile(lab)
    name = os.path.basename(run)
    assert look.at(run).phase == phase.DONE
    for words in (
        ["ls"], ["ls", "--all"], ["status", name], ["logs", name], ["handoff", name], ["wait", name], ["events", name],
        ["stop", name], ["attach", name], ["status", HOSTILE], ["resume", HOSTILE], ["launch", HOSTILE],
    ):  # fmt: skip
        with Person(lab, *words, NO_COLOR="1") as person:
            person.ended()
            shown = person.shown.decode("utf-8", "replace").replace("\r\n", "\n")
        if words[0] == "wait":
            shown = shown.replace("\r\x1b[K", "")
        assert not (SEQUENCES if words[0] == "logs" else CONTROLS).search(shown), (words, ascii(shown))
        assert "Traceback" not in shown


def test_a_steering_log_is_not_replayed_by_logs_f(lab):
    Path(lab.top, "say.py").write_text(f"import os\nos.write(1, {HOSTILE.encode()!r} * 50 + b'\\nlast\\n')\n")
    run = lab.launch(lab.brief(f"{sys.executable} -I {lab.top}/say.py; sleep 0.2", "true"))
    with Person(lab, "logs", "-f", run, NO_COLOR="1") as person:
        assert person.ended(20) == 0
        shown = person.shown.decode("utf-8", "replace").replace("\r\n", "\n")
        assert "last" in shown and not SEQUENCES.search(shown), ascii(shown)
