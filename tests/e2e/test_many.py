"""Many briefs by one command: all checked before anything starts, never more alive than asked for."""

import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest

from workcell.rundir import layout, look, phase

STEPS = """---
objective: part {n} is done
verify: test -e done
limits: {{wall: 1m}}
---
## Steps

```bash
{command}
touch done
```
"""


def many(lab, number: int, command: str = "true", head: str = "group: fleet\n") -> str:
    """A launch file with so many good briefs, each for a directory of its own; its path."""
    lines = [head + "defaults: {recipe: runbook}\nbriefs:"]
    for n in range(1, number + 1):
        os.makedirs(os.path.join(lab.top, f"tree{n}"))
        Path(lab.top, f"part{n}.md").write_text(STEPS.format(n=n, command=command))
        lines.append(f"- {{brief: part{n}.md, repo: tree{n}}}")
    path = Path(lab.top, "fleet.yaml")
    path.write_text("\n".join([*lines, ""]))
    return str(path)


def test_ten_bad_ones_of_fifty_and_nothing_starts(lab):
    path = many(lab, 50)
    for n in range(1, 11):
        Path(lab.top, f"part{n}.md").write_text(
            f"---\nobjective: bad {n}\nrecepi: shell\n---\n## Steps\n```bash\ntrue\n```\n"
        )
    ran = lab.workcell("launch", path, "--max-live", "8", "--no-window", code=78)
    told = re.findall(r"[^ ]+/part(\d+)\.md:3: unknown key 'recepi' \(did you mean 'recipe'\?\)", ran.stderr)
    assert told == [str(n) for n in range(1, 11)]
    assert "hint: nothing was started" in ran.stderr
    found = json.loads(lab.workcell("launch", path, "--json", "--no-window", code=78).stdout)
    assert found["code"] == "invalid" and len(found["details"]) == 10
    assert not os.path.exists(lab.home)


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("- {brief: part1.md, repo: none}", "fleet.yaml:3: no directory"),
        ("- {brief: none.md, repo: tree1}", "fleet.yaml:3: no such file"),
        (
            "- {brief: part1.md, repo: tree1, recipe: rumbook}",
            "fleet.yaml:3: no recipe named 'rumbook' (did you mean 'runbook'?)",
        ),
        (
            "- {brief: part1.md, repo: tree1}\n- {brief: part1.md, repo: tree1}",
            "fleet.yaml:4: asks for the same run as",
        ),
        (
            "- {brief: part1.md, repo: tree1}\n- {brief: part1.md, repo: tree1, name: b}",
            "fleet.yaml:4: works in the same tree as",
        ),
    ],
)
def test_what_is_no_fault_of_a_brief_is_told_with_the_line_that_asked(lab, entry, words):
    path = many(lab, 1)
    Path(path).write_text(f"group: x\nbriefs:\n{entry}\n")
    assert words in lab.workcell("launch", path, "--no-window", code=78).stderr


LIVE = (phase.STARTING, phase.RUNNING, phase.FINISHING, phase.ORPHANED)


class Watch:
    """Counts the live runs of a home, again and again."""

    def __init__(self, lab) -> None:
        self.lab = lab
        self.most = 0

    def live(self) -> int:
        now = sum(look.at(run).phase in LIVE for run in self.lab.runs())
        self.most = max(self.most, now)
        return now


def fleet(lab, path: str, *args: str) -> subprocess.Popen:
    words = lab.words("launch", path, "--no-window", *args)
    with open(os.path.join(lab.top, "out"), "w") as out:
        return subprocess.Popen(words, env=lab.env(), cwd=lab.top, stdout=out, stderr=subprocess.STDOUT)


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("number", "most"), [(9, 3), pytest.param(50, 8, marks=pytest.mark.heavy)])
def test_all_pass_and_never_more_alive_than_asked_for(lab, number, most):
    path, watch = many(lab, number, "sleep 0.2"), Watch(lab)
    child = fleet(lab, path, "--max-live", str(most))
    deadline = time.monotonic() + 240
    try:
        while child.poll() is None and time.monotonic() < deadline:
            watch.live()
            time.sleep(0.02)
        assert child.poll() == 0, Path(lab.top, "out").read_text()
    finally:
        child.kill()
        child.wait()
    assert 1 < watch.most <= most
    assert [look.at(run).result["outcome"] for run in lab.runs()] == ["passed"] * number
    found = json.loads(lab.workcell("ls", "--group", "fleet", "--json").stdout)
    assert len(found["runs"]) == number
    lab.workcell("wait", "--group", "fleet")


def test_interrupted_the_same_command_goes_on(lab, eventually):
    path = many(lab, 5, 'until test -e "$MARKS/go"; do sleep 0.02; done')
    for n in range(1, 6):
        brief = Path(lab.top, f"part{n}.md")
        brief.write_text(brief.read_text().replace("objective", "env: [MARKS]\nobjective", 1))
    child = fleet(lab, path, "--max-live", "2")
    eventually(lambda: sum(look.at(run).phase == phase.RUNNING for run in lab.runs()) == 2, 30)
    eventually(lambda: len(lab.runs()) == 5, 30)
    child.send_signal(signal.SIGINT)
    assert child.wait(20) == 130
    said = Path(lab.top, "out").read_text()
    assert "2 go on by themselves, 3 were not started" in said and "the same command goes on" in said
    before = lab.runs()
    assert sorted(look.at(run).phase for run in before) == ["created"] * 3 + ["running"] * 2
    Path(lab.marks, "go").touch()
    ran = lab.workcell("launch", path, "--max-live", "2", "--no-window")
    assert lab.runs() == before  # no doubles
    assert [look.at(run).result["outcome"] for run in before] == ["passed"] * 5
    assert sorted(ran.stdout.split()) == sorted(os.path.basename(run) for run in before)
    # a third time nothing is done again, unless it is asked for
    again = lab.workcell("launch", path, "--max-live", "2", "--no-window")
    assert lab.runs() == before and "--again" in again.stderr
    lab.workcell("launch", path, "--max-live", "5", "--again", "--no-window")
    assert len(lab.runs()) == 10


def test_two_briefs_of_one_tree_follow_each_other(lab):
    path = many(lab, 1)
    Path(lab.top, "part2.md").write_text(STEPS.format(n=2, command="test -e done"))
    Path(path).write_text("briefs:\n- {brief: part1.md, repo: tree1}\n- {brief: part2.md, repo: tree1}\n")
    ran = lab.workcell("launch", path, "--max-live", "2", "--no-window")
    assert f"fleet.yaml:3: waits for {os.path.basename(lab.runs()[0])}, which has its tree" in ran.stderr
    first, second = (look.at(run) for run in lab.runs())
    assert first.result["outcome"] == second.result["outcome"] == "passed"
    assert first.result["ended_at"] <= second.start["started_at"]


def test_two_briefs_of_one_repository_in_worktrees_of_their_own(lab):
    for n in (1, 2):
        Path(lab.top, f"part{n}.md").write_text(STEPS.format(n=n, command="true"))
    path = Path(lab.top, "pair.yaml")
    entries = "".join(f"- {{brief: part{n}.md, name: part{n}}}\n" for n in (1, 2))
    path.write_text(f"defaults: {{repo: {os.path.basename(lab.repo)}, worktree: true}}\nbriefs:\n{entries}")
    lab.workcell("launch", str(path), "--wait", "--no-window")
    first, second = (look.at(run) for run in lab.runs())
    assert first.launch["workspace"] != second.launch["workspace"]
    assert not os.path.exists(os.path.join(lab.repo, "done"))
    # the same command finds its runs by the repository, not by their trees
    assert "--again" in lab.workcell("launch", str(path), "--no-window").stderr
    assert len(lab.runs()) == 2


def test_one_that_fails_does_not_stop_the_others(lab):
    path = many(lab, 3)
    Path(lab.top, "part2.md").write_text(STEPS.format(n=2, command="exit 3"))
    ran = lab.workcell("launch", path, "--max-live", "1", "--no-window", code=1)
    assert "2 passed, 1 failed" in ran.stderr
    lab.workcell("wait", "--group", "fleet", code=1)


def test_several_briefs_without_a_launch_file(lab):
    first, second = (lab.brief("true", name=name, extra=f"repo: {name}") for name in ("one", "two"))
    for name in ("one", "two"):
        os.mkdir(os.path.join(lab.top, name))
    ran = lab.workcell("launch", first, second, "--group", "pair", "--wait", "--no-window")
    assert len(ran.stdout.split()) == 2
    assert [look.at(run).launch["group"] for run in lab.runs()] == ["pair", "pair"]
    lab.workcell("launch", first, second, "--name", "x", code=2)
    assert f"{first}: asks for the same run as {first}" in lab.workcell("launch", first, first, code=78).stderr
    lab.workcell("wait", "--group", "none", code=66)
    lab.workcell("wait", code=2)


def test_the_same_file_launched_twice_at_once(lab, eventually):
    path = many(lab, 2, 'until test -e "$MARKS/go"; do sleep 0.02; done')
    for n in (1, 2):
        brief = Path(lab.top, f"part{n}.md")
        brief.write_text(brief.read_text().replace("objective", "env: [MARKS]\nobjective", 1))
    child = fleet(lab, path, "--max-live", "1")
    eventually(lambda: any(look.at(run).phase == phase.RUNNING for run in lab.runs()), 30)
    assert "is being launched by another command" in lab.workcell("launch", path, "--no-window", code=75).stderr
    Path(lab.marks, "go").touch()
    assert child.wait(60) == 0
    assert len(lab.runs()) == 2


def test_values_of_a_launch_file_say_so(lab):
    path = many(lab, 1, head="group: g\nmax_live: 3\n")
    found = json.loads(lab.workcell("launch", path, "--dry-run", "--json").stdout)
    origins = found["runs"][0]["origins"]
    assert (found["group"], found["max_live"]) == ("g", 3)
    assert (
        origins["recipe"].startswith(f"{path} (defaults); shipped: ")
        and origins["repo"] == f"{path}:5"
        and origins["group"] == path
    )
    assert layout.RUNS not in os.listdir(lab.top)
