"""What a real terminal shows: in a tmux of the test's own, at several widths."""

import os
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.support import lab as labs


class Screen:
    """A terminal of a given size in which words are typed."""

    def __init__(self, lab, width: int, height: int = 70, **env: str) -> None:
        self.socket = os.path.join(lab.top, f"screen{width}")
        self.lab = lab
        self.typed = 0
        self.tmux(
            "new-session",
            "-d",
            "-x",
            str(width),
            "-y",
            str(height),
            "-s",
            "s",
            "sh",
            env=lab.env(TERM="screen-256color", PS1="$ ", **env),
        )

    def tmux(self, *words: str, **more) -> str:
        return subprocess.run(
            ["tmux", "-u", "-f", "/dev/null", "-S", self.socket, *words],
            capture_output=True,
            text=True,
            timeout=20,
            check=True,
            **more,
        ).stdout

    def type(self, *words: str) -> None:
        """Run a verb, and show a line of its own when it has ended."""
        self.typed += 1
        self.tmux(
            "send-keys",
            "-t",
            "s",
            f"clear; cd {shlex.quote(self.lab.top)}; {shlex.join(self.lab.words(*words))}; echo '<END '{self.typed}'>'",
            "Enter",
        )

    def lines(self, *flags: str) -> list[str]:
        return self.tmux("capture-pane", "-p", *flags, "-t", "s").rstrip("\n").split("\n")

    @property
    def end(self) -> str:
        return f"<END {self.typed}>"

    def run(self, eventually, *words: str) -> list[str]:
        self.type(*words)
        eventually(lambda: self.end in self.lines(), 30)
        found = self.lines()
        return found[: found.index(self.end)]

    def close(self) -> None:
        subprocess.run(["tmux", "-S", self.socket, "kill-server"], capture_output=True, timeout=20)


@pytest.fixture
def screen(lab, request):
    made = []
    here = request.getfixturevalue("lab_of_runs") if "lab_of_runs" in request.fixturenames else lab

    def make(width: int, **env: str) -> Screen:
        made.append(Screen(here, width, **env))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture(scope="module")
def lab_of_runs():
    """A lab with a run that passed, one that failed and one that is prepared."""
    made = labs.Lab()
    yield made_runs(made)
    made.close()


@pytest.fixture
def runs(lab):
    return made_runs(lab)


def made_runs(lab):
    long = "die Anmeldung merkt sich die Person für dreißig Tage, 日本語の長い目的もあります"
    first, second, third = (
        lab.brief("true", name="a-name-that-is-longer-than-anybody-would-type"),
        lab.brief("true", "exit 1", name="bad"),
        lab.brief(name="later"),
    )
    text = Path(first).read_text().replace("the objective of a-name-that-is-longer-than-anybody-would-type", long)
    Path(first).write_text(text)
    lab.launch(first, "--wait", repo=lab.new_repo())
    lab.launch(second, "--wait", repo=lab.new_repo(), code=1)
    lab.launch(third, "--prepare", repo=lab.new_repo())
    return lab


@pytest.mark.parametrize("width", [40, 60, 80, 200])
def test_tables_and_texts_fit(lab_of_runs, screen, eventually, width):
    terminal = screen(width)
    found = terminal.run(eventually, "ls")
    assert len(found) == 5 and found[-1] == "→ 2 need you: workcell status"  # no line was wrapped
    assert [line[0] for line in found[1:-1]] == ["→", "→", " "]
    states = [line[1:].split()[1] for line in found[1:-1]]
    assert states == ["created", "failed", "passed"]  # what needs a person stands before what does not
    assert ("ID" in found[0].split()) == (width == 200)
    assert {"STATE", "NAME", *(("AGE", "OBJECTIVE") if width > 40 else ())} <= set(found[0].split())
    if width < 200:
        for words in (("status", "bad"), ("doctor",)):
            # what the terminal itself broke is at most a path: one long word
            found = terminal.run(eventually, *words)
            assert all(line[0] in "✓✗!?→ " or " " not in line for line in found if line), found


def test_the_live_table(runs, screen, eventually):
    terminal = screen(80)
    terminal.type("ls", "-w")
    eventually(lambda: "q ends this, and no run" in terminal.lines()[-1], 30)
    assert len([line for line in terminal.lines() if "later" in line]) == 1
    runs.launch(runs.brief("true", name="newcomer"), "--wait")
    eventually(lambda: any("newcomer" in line for line in terminal.lines()), 30)
    terminal.tmux("resize-window", "-t", "s", "-x", "60", "-y", "20")
    eventually(lambda: terminal.lines()[0].lstrip().startswith("STATE") and "RECIPE" not in terminal.lines()[0], 30)
    terminal.tmux("send-keys", "-t", "s", "q")
    eventually(lambda: terminal.end in terminal.lines(), 30)
    assert not any("newcomer" in line for line in terminal.lines())  # the alternate screen is left behind
    assert terminal.tmux("display-message", "-p", "-t", "s", "#{cursor_flag}").strip() == "1"


def test_a_live_table_needs_a_terminal(lab):
    assert "a live table needs a terminal" in lab.workcell("ls", "-w", code=2).stderr
    assert "a live table needs a terminal" in lab.workcell("top", code=2).stderr


def test_colours_and_no_colours(lab_of_runs, screen, eventually):
    coloured = screen(100)
    coloured.run(eventually, "ls")
    assert any("\x1b[31m✗ failed" in line for line in coloured.lines("-e"))
    plain = screen(101, NO_COLOR="1")
    plain.run(eventually, "ls")
    assert not any("\x1b[31m" in line for line in plain.lines("-e"))
    assert "\x1b" not in lab_of_runs.workcell("ls").stdout


def test_progress_while_waiting(lab, screen, eventually):
    run = lab.launch(lab.brief('until test -e "$MARKS/go"; do sleep 0.02; done', name="slow"))
    terminal = screen(60)
    terminal.type("wait", "slow")
    eventually(lambda: any(line.startswith("slow running · ") for line in terminal.lines()), 30)
    Path(lab.marks, "go").touch()
    eventually(lambda: terminal.end in terminal.lines(), 30)
    assert next(line for line in terminal.lines() if line).startswith(f"{os.path.basename(run)} ✓ passed")
    assert not any("slow running" in line for line in terminal.lines())


def test_a_near_name_is_offered(lab_of_runs):
    assert "did you mean 'later'?" in lab_of_runs.workcell("status", "latre", code=66).stderr
    assert "did you mean 'a-name-" in lab_of_runs.workcell("status", "a-name", code=66).stderr
    assert "did you mean 'launch'?" in lab_of_runs.workcell("lunch", code=2).stderr
