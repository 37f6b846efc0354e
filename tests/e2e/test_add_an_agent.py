"""An agent is added by the files of docs/how-to/add-an-agent.md alone, and everything works for it."""

import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.lab import ROOT, Lab, eventually
from workcell.rundir import events, layout, look

PAGE = ROOT / "docs" / "how-to" / "add-an-agent.md"
PROGRAM = ROOT / "tests" / "support" / "parrot.py"
_FILE = re.compile(r"^<!-- file: (\S+) -->\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Parrot:
    """A lab whose home has the files of the page, with the program on PATH."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        lab.workcell("ls")
        os.makedirs(lab.home, 0o700, exist_ok=True)
        for name, text in _FILE.findall(PAGE.read_text()):
            path = Path(lab.home, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        programs = Path(lab.top, "bin")
        programs.mkdir()
        (programs / "parrot").write_text(f'#!/bin/sh\nexec {sys.executable} {PROGRAM} "$@"\n')
        (programs / "parrot").chmod(0o755)
        self.env = lab.env(PATH=f"{programs}:{os.environ['PATH']}", PARROT_KEY="seed-0123456789", COLUMNS="200")

    def workcell(self, *words: str, code: int | None = 0) -> str:
        return self.lab.workcell(*words, env=self.env, code=code).stdout

    def document(self, *words: str) -> Any:
        return json.loads(self.workcell(*words, "--json"))

    def launch(self, objective: str, recipe: str = "parrot", *more: str) -> str:
        brief = Path(self.lab.top, "brief.md")
        check = "test -f none" if objective == "no seeds" else "test -f file.txt"
        lines = ("---", f"objective: {objective}", f"recipe: {recipe}", "env: [MARKS]", f"verify: {check}", "---", "")
        brief.write_text("\n".join(lines))
        tree = self.lab.new_repo()
        words = ("launch", str(brief), "--repo", tree, "--no-window", *more)
        return self.lab.run(self.workcell(*words).split()[0])

    def ended(self, objective: str) -> str:
        run = self.launch(objective)
        self.lab.phase(run, "done", "interrupted", "scheduled", seconds=60)
        return run


@pytest.fixture
def parrot(lab: Lab) -> Parrot:
    return Parrot(lab)


def journal(run: str) -> list[dict[str, Any]]:
    return [line for _, line in events.read(os.path.join(run, layout.EVENTS)) if line]


def test_doctor_recipes_completion_and_skill_know_it(parrot: Parrot) -> None:
    told = parrot.workcell("doctor", code=None)
    assert "is 1.2.0" in told and "signs in with PARROT_KEY" in told
    parrot.workcell("recipe", "lint", os.path.join(parrot.lab.home, "recipes", "parrot.yaml"))
    assert " parrot" in parrot.workcell("completion", "bash")
    assert "parrot-tui" in parrot.workcell("_complete", "recipes", "par")
    parrot.workcell("playbook", "lint", os.path.join(parrot.lab.home, "recovery"))
    placed = parrot.document("skill", "install", "--agent", "parrot", "--user")
    assert placed["path"] == os.path.join(parrot.lab.person, ".parrot", "skills", "workcell", "SKILL.md")


def test_a_run_passes_and_its_records_hooks_and_account_are_known(parrot: Parrot) -> None:
    run = parrot.ended("greet")
    seen = look.at(run)
    assert (seen.result or {})["outcome"] == "passed"
    captured = json.loads(Path(seen.directory, layout.CAPTURE).read_text())
    assert captured["agent"] == "parrot" and captured["session"]
    assert "I looked at it." in Path(seen.directory, layout.TRANSCRIPT).read_text()
    told = journal(run)
    assert {"session.started", "assistant.message", "turn.completed"} <= {line["type"] for line in told}
    payload = next(line["payload"] for line in told if line["type"] == "hook")
    assert payload["branch"] == "oak" and "leaf" not in payload
    assert any(line["type"] == "annotation" and line.get("text") == "oak" for line in told)
    assert parrot.document("judge", run)["verdict"] == "ok"
    assert "seed-0123456789" not in parrot.workcell("logs", run)


def test_its_failures_have_their_names_and_its_conversation_goes_on(parrot: Parrot) -> None:
    run = parrot.ended("no seeds")
    judged = parrot.document("judge", run)
    assert judged["verdict"] == "usage_limit" and set(judged["signals"]) == {"parrot-no-seeds/1"}
    fainted = parrot.document("judge", parrot.ended("faint"))
    assert fainted["verdict"] == "rate_limit"

    left = Path(parrot.lab.top, "left")
    left.mkdir()
    (left / "stdout.txt").write_text(parrot.lab.log(run))
    (left / "exit_code").write_text("1")
    assert parrot.document("judge", "--recipe", "parrot-cli", "--from", str(left))["verdict"] == "usage_limit"
    assert "parrot-seeds" in parrot.workcell("playbook", "test", "--agent", "parrot", str(left))

    talk = json.loads(Path(look.at(run).directory, layout.CAPTURE).read_text())["session"]
    parrot.workcell("resume", run, "--native", "--no-window")
    parrot.lab.phase(run, "done", "interrupted", "scheduled", seconds=60)
    again = look.at(run)
    assert again.n == 2
    assert json.loads(Path(again.directory, layout.CAPTURE).read_text())["session"] == talk


def test_its_terminal_is_read_and_typed_into(parrot: Parrot) -> None:
    run, marks = parrot.launch("sing", "parrot-tui"), Path(parrot.lab.marks)

    def state(name: str) -> bool:
        return parrot.document("what", run)["state"] == name

    def do(words: str) -> None:
        (marks / "do.new").write_text(words)
        os.rename(marks / "do.new", marks / "do")
        eventually(lambda: not (marks / "do").exists(), what=words)

    eventually(lambda: state("idle"), what="an idle agent")
    parrot.workcell("send", run, "sing a song")
    said = [json.loads(line) for line in (marks / "said").read_text().splitlines()]
    assert said == [{"text": "sing a song"}]
    do("work 600")
    eventually(lambda: state("working"), what="an agent at work")
    do("work 0")
    do("dialog")
    eventually(lambda: state("approval"), what="a dialog")
    parrot.workcell("answer", run, "3")
    assert json.loads((marks / "said").read_text().splitlines()[-1]) == {"picked": "No"}
    parrot.workcell("stop", run)


def test_a_folder_that_is_broken_or_open_to_others_is_named_and_stops_nothing(parrot: Parrot) -> None:
    folder = Path(parrot.lab.home, "agents", "parrot")
    (folder / "agent.py").write_text("import nothing_of_that_name\n")
    assert "cannot be loaded" in parrot.workcell("doctor", code=None)
    assert (look.at(parrot.ended("greet")).result or {})["outcome"] == "passed"
    folder.chmod(0o777)
    assert "others can write to" in parrot.workcell("doctor", code=None)
