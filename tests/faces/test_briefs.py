import json
import os
import pty
from pathlib import Path

from tests.support.lab import ROOT

BAD = """---
objective: Fix the login and migrate the database
recepi: shell
limits:
  wal: 2h
verify: echo fine
---
See /home/mia/notes.
"""


def test_every_fault_at_once_with_line_and_cure(lab):
    Path(lab.top, "bad.md").write_text(BAD)
    Path(lab.top, "good.md").write_text((ROOT / "recipes/examples/hello.md").read_text())
    ran = lab.workcell("brief", "lint", "bad.md", "good.md", "none.md", code=1)
    lines = ran.stdout.splitlines()
    assert [line.partition(": ")[0] + ": " + line.split(": ")[1] for line in lines if not line.startswith(" ")] == [
        "bad.md: error",  # there are no steps to run
        "bad.md:3: error",
        "bad.md:5: error",
        "bad.md: warning",
        "bad.md:2: warning",
        "bad.md:6: warning",
        "bad.md:8: warning",
        "none.md: error",
    ]
    assert "did you mean 'recipe'?" in ran.stdout and "did you mean 'wall'?" in ran.stdout
    found = json.loads(lab.workcell("brief", "lint", "bad.md", "--json", code=1).stdout)
    assert (found["schema"], found["errors"], found["warnings"]) == ("workcell.brief-lint/1", 3, 4)
    assert all(entry["message"] for entry in found["files"][0]["findings"])


def test_warnings_alone_are_no_failure(lab):
    Path(lab.top, "b.md").write_text("---\nobjective: o\nrecipe: {extends: shell, command: x}\nverify: make\n---\n")
    ran = lab.workcell("brief", "lint", "b.md")
    assert "no definition of done" in ran.stdout and "no limit on its time" in ran.stdout


def test_a_check_that_bash_cannot_read(lab):
    Path(lab.top, "b.md").write_text(
        "---\nobjective: o\nrecipe: {extends: shell, command: x}\nverify: |\n  if x\n---\n"
    )
    assert "b.md:4: error: bash cannot read verify" in lab.workcell("brief", "lint", "b.md", code=1).stdout


def test_a_new_brief_lints_without_errors_and_is_never_written_over(lab):
    path = lab.workcell(
        "brief", "new", "--objective", 'say "hi": now # not later', "--verify", "make test"
    ).stdout.strip()
    assert path == "say-hi-now-not-later.md"
    ran = lab.workcell("brief", "lint", path, code=1)
    found = [line for line in ran.stdout.splitlines() if "error:" in line]
    assert found and all("'FILL IN' still stands here" in line for line in found)
    refused = lab.workcell("launch", path, "--repo", lab.repo, code=78)
    assert "FILL IN" in refused.stderr and f"{path}:" in refused.stderr and lab.runs() == []
    text = Path(lab.top, path).read_text()
    again = lab.workcell("brief", "new", path, "--objective", "other", code=73)
    assert "is there already" in again.stderr and Path(lab.top, path).read_text() == text


def test_without_a_terminal_nothing_is_asked(lab):
    ran = lab.workcell("brief", "new", code=2)
    assert "hint: workcell brief new --objective" in ran.stderr and not ran.stdout


def test_on_a_terminal_it_asks(lab):
    pid, fd = pty.fork()
    if pid == 0:
        os.chdir(lab.top)
        os.execve(lab.words()[0], lab.words("brief", "new", "asked.md"), lab.env())
    said = b""
    answers = [b"the moon is green\r", b"make moon\r", b"it is green\r", b"\r"]
    try:
        while True:
            data = os.read(fd, 4096)
            said += data
            if data.endswith(b": ") and answers:
                os.write(fd, answers.pop(0))
    except OSError:
        pass
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0, said
    text = Path(lab.top, "asked.md").read_text()
    assert "objective: the moon is green\n" in text and "verify: make moon\n" in text and "- [ ] it is green\n" in text


def test_a_dry_run_shows_all_and_writes_nothing(lab):
    brief = lab.brief("touch done", name="dry", extra="limits: {wall: 1h}")
    ran = lab.workcell("launch", brief, "--repo", lab.repo, "--dry-run")
    rows = {line.split()[0]: line.split() for line in ran.stdout.splitlines()[1:] if line.strip()}
    assert rows["limits.wall"][-1] == brief and rows["repo"][-2:] == ["command", "line"]
    found = json.loads(lab.workcell("launch", brief, "--repo", lab.repo, "--dry-run", "--json").stdout)
    assert set(found["values"]) == set(found["origins"])
    assert found["argv"][:2] == ["bash", "-c"] and "MARKS" not in json.dumps(found["values"]["objective"])
    assert not os.path.exists(lab.home)
    lab.workcell("launch", brief, "--repo", lab.repo, "--recipe", "none-such", "--dry-run", code=66)
