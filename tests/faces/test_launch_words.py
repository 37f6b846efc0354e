"""`launch` without a file, as a person types it: through the command line, a real terminal and a real editor."""

import json
import os
import pty
import subprocess
from pathlib import Path

from tests.support import lab as labs
from workcell.rundir import layout


def test_a_command_behind_two_dashes_keeps_its_own_options(lab):
    ran = lab.workcell(
        "launch", "--no-window", "--repo", lab.repo, "--verify", "test -e x", "--wait", "--json",
        "--", "sh", "-c", "touch x # --json", "--worktree", "--", "--json",
    )  # fmt: skip
    done = json.loads(ran.stdout)
    assert (done["state"], done["phase"]) == ("passed", "done")
    record = json.loads(Path(done["dir"], layout.CURRENT, layout.ATTEMPT).read_text())
    assert record["argv"] == ["sh", "-c", "touch x # --json", "--worktree", "--", "--json"]


def test_a_brief_on_standard_input(lab):
    text = "---\nobjective: Touch it\nverify: test -e y\n---\n## Steps\n```bash\ntouch y\n```\n"
    path = Path(lab.top, "piped.md")
    path.write_text(text)
    with path.open() as stdin:
        ran = lab.workcell("launch", "-", "--no-window", "--repo", lab.repo, "--wait", stdin=stdin)
    run = os.path.join(lab.home, layout.RUNS, ran.stdout.strip())
    assert Path(run, layout.BRIEF).read_text() == text


def test_no_check_is_said(lab):
    ran = lab.workcell("launch", "--no-window", "--repo", lab.repo, "--no-verify", "--prepare", "--", "true")
    assert "no verify script, as was asked" in ran.stderr and "unverified" in ran.stderr


def test_what_is_no_duration_is_refused(lab):
    ran = lab.workcell("launch", "-m", "x", "--wall", "soon", code=2)
    assert "--wall: 'soon' is not a duration" in ran.stderr and lab.runs() == []


def on_a_terminal(lab, editor, *args):
    """(exit code, what was shown) of `launch` on a terminal whose person uses `editor`."""
    master, slave = pty.openpty()
    ran = subprocess.Popen(
        lab.words("launch", "--no-window", "--repo", lab.repo, *args),
        env=lab.env(VISUAL=editor, TERM="dumb"), cwd=lab.top, stdin=slave, stdout=slave, stderr=slave,
    )  # fmt: skip
    os.close(slave)
    shown = b""
    while True:
        try:
            data = os.read(master, 65536)
        except OSError:
            break
        if not data:
            break
        shown += data
    os.close(master)
    return ran.wait(30), " ".join(shown.decode().split())


def left(lab):
    return [name for name in os.listdir(lab.temporary) if name.startswith("workcell-edit-")]


def test_an_edited_text_is_what_is_launched(lab):
    code, shown = on_a_terminal(
        lab, "sed -i 's/nothing/touch z/'", "--edit", "--verify", "test -e z", "--", "sh", "-c", "nothing"
    )
    assert code == 0, shown
    run = labs.eventually(lab.runs)[0]
    labs.eventually(lambda: Path(run, layout.RESULT).exists())
    assert Path(lab.repo, "z").exists() and "touch z" in Path(run, layout.BRIEF).read_text()
    assert left(lab) == []


def test_a_text_that_is_not_changed_or_is_emptied_launches_nothing(lab):
    for editor, words in (
        ("true", "was not changed"),
        ("truncate -s 0", "was emptied"),
        ("false", "ended with code 1"),
    ):
        code, shown = on_a_terminal(lab, editor, "--edit", "-m", "x", "--recipe", "shell")
        assert code != 0 and words in shown
    assert lab.runs() == [] and left(lab) == []


def test_an_edited_text_that_is_refused_is_kept(lab):
    code, shown = on_a_terminal(lab, "sed -i s/objective/objectve/", "--edit", "-m", "x", "--recipe", "shell")
    assert code == 78 and "your text is kept" in shown
    assert "objectve" in Path(lab.temporary, left(lab)[0], "brief.md").read_text()


def test_no_terminal_no_editor(lab):
    ran = lab.workcell("launch", "--edit", "-m", "x", code=2)
    assert "needs a terminal" in ran.stderr


def test_of_an_agent_that_failed_the_hint_is_why_and_of_work_that_failed_the_handoff(lab):
    for command, verb in (("exit 3", "why"), ("true", "handoff")):
        ran = lab.workcell(
            "launch",
            "--no-window",
            "--repo",
            lab.repo,
            "--verify",
            "false",
            "--wait",
            "--",
            "sh",
            "-c",
            command,
            code=1,
        )
        assert f"hint: workcell {verb} {ran.stdout.strip()}" in ran.stderr


def test_of_several_each_start_and_each_end_is_told_with_what_is_left(lab):
    for name, code in (("one", 0), ("two", 1)):
        Path(lab.top, f"{name}.md").write_text(
            f"---\nobjective: {name}\nrecipe: {{extends: shell, command: 'true'}}\nverify: exit {code}\n---\n"
        )
    Path(lab.top, "night.yaml").write_text("max_live: 1\nbriefs: [one.md, two.md]\n")
    ran = lab.workcell("launch", "night.yaml", "--no-window", "--repo", lab.repo, code=1)
    told = [line.removeprefix("workcell: ") for line in ran.stderr.splitlines()]
    shown = [line for line in told if line.startswith(("one ", "two "))]
    assert [line.split()[:2] for line in shown] == [
        ["one", "started;"], ["one", "✓"], ["two", "started;"], ["two", "✗"],
    ]  # fmt: skip
    assert "0 live, 1 to start, 1 of 2 over" in shown[1] and " after " in shown[1]
    assert shown[3].endswith("0 live, 0 to start, 2 of 2 over")
