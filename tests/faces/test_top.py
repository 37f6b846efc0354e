"""`workcell top` on a real terminal: what is seen and what keys do, with real runs."""

import json
import os
import re
import signal
import termios
from pathlib import Path

import pytest

from tests.support import crowds, driven
from tests.support import lab as labs
from workcell.rundir import look, phase

LIVE = 'echo begun; until test -e "$MARKS/go"; do sleep 0.02; done; echo gone'


@pytest.fixture(scope="module")
def three():
    """A lab with a run that lives, one that failed and one that passed."""
    made = labs.Lab()
    try:
        made.launch(made.brief(LIVE, name="alive"), repo=made.new_repo())
        made.launch(made.brief("echo from bad", "exit 1", name="bad"), "--wait", repo=made.new_repo(), code=1)
        made.launch(made.brief("true", name="good"), "--wait", repo=made.new_repo())
        yield made
    finally:
        made.close()


@pytest.fixture
def top():
    """Start `top` on a terminal of the test's own."""
    made = []

    def start(lab: labs.Lab, columns: int = 100, rows: int = 30, **env: str) -> driven.Driven:
        made.append(driven.Driven(lab.words("top"), lab.env(**env), columns, rows, cwd=lab.top))
        return made[-1]

    yield start
    for one in made:
        one.close()


def chosen(terminal: driven.Driven, name: str) -> str:
    """Wait until the details are those of the run of that name."""
    return terminal.sees(f"the objective of {name}\n", f"  {name}  20")


def names(text: str) -> list[str]:
    """The names of the runs in the list, in its order, or the headings."""
    listed = text.split("─")[0].splitlines()[1:]
    rows = [line.replace("→", " ").split() for line in listed if line.strip()]
    return [words[2] if words[0] in "●✗✓○!◌" else " ".join(words) for words in rows]


def choose(terminal: driven.Driven, name: str) -> None:
    """Go down from the first run to the one of that name."""
    terminal.sees(name, "? keys", "─")
    for _ in range(names(terminal.text()).index(name)):
        terminal.type(driven.DOWN)
    chosen(terminal, name)


def test_the_list_appears_and_its_rows_give_way(three, top):
    for columns in (120, 80, 40):
        terminal = top(three, columns)
        terminal.sees("alive", "bad", "good", "3 runs", "1 needs you", "? keys")
        wanted = {"STATE", "NAME", *({"OBJECTIVE"} if columns > 40 else ())}
        # the first frame may be drawn before the terminal has its width
        text = terminal.waits(lambda text, wanted=wanted: wanted <= set(text.splitlines()[0].split()), f"{wanted}")
        assert ("OBJECTIVE" in text.splitlines()[0]) == (columns > 40)
        assert all(len(line) <= columns for line in terminal.lines())


def test_a_chosen_run_shows_what_it_needs(three, top):
    terminal = top(three)
    choose(terminal, "alive")
    terminal.type(driven.UP)
    text = terminal.sees("✗ failed  bad  20")
    assert re.search(r"needs you +decide: workcell \S+ 20", text)
    assert "the agent ended with exit code 0" in text
    terminal.type("w")
    terminal.sees("why bad", "verify.sh ended with exit code 1", "judged")
    terminal.type(driven.ESCAPE)
    chosen(terminal, "bad")
    terminal.type("f")
    terminal.sees("handoff bad", "# Handoff: the objective of bad")


def test_filter_needs_and_groups(three, top):
    terminal = top(three)
    terminal.sees("alive", "good")
    terminal.type("/")
    for typed in ("q", "", "g", "go", "goo"):  # letters of a filter, and no keys
        terminal.type(typed[-1:] or "\x7f")
        terminal.waits(lambda text, typed=typed: ("/" + typed if typed else "you · ? keys") in text, typed)
    terminal.waits(lambda text: names(text) == ["good"], "only good")
    terminal.type(driven.ENTER)
    terminal.sees("/goo", "? keys")
    chosen(terminal, "good")
    terminal.type(driven.ESCAPE)
    terminal.waits(lambda text: len(names(text)) == 3, "all again")
    chosen(terminal, "good")
    terminal.type("n")
    terminal.waits(lambda text: names(text) == ["bad"], "what needs a person")
    terminal.type("n")
    terminal.waits(lambda text: len(names(text)) == 3, "all again")
    terminal.type("g")
    terminal.sees("by state", "failed (1)", "passed (1)", "running (1)")
    terminal.type("g")
    terminal.sees("by repo", "repo2 (1)", "repo3 (1)", "repo4 (1)")


def test_the_chosen_run_stays_chosen_while_others_come(lab, top):
    lab.launch(lab.brief("true", "exit 1", name="first"), "--wait", repo=lab.new_repo(), code=1)
    terminal = top(lab)
    chosen(terminal, "first")
    lab.launch(lab.brief(LIVE, name="second"), repo=lab.new_repo())
    terminal.waits(lambda text: names(text) == ["first", "second"], "the new run stands below what needs a person")
    chosen(terminal, "first")
    Path(lab.marks, "go").touch()
    terminal.waits(lambda text: "✓ passed" in text, "the second run ends")
    chosen(terminal, "first")


def test_attach_and_back(lab, top):
    run = lab.launch(
        lab.brief('echo here it is; read line; echo "$line" > "$MARKS/said"; read line', io="terminal", name="talks")
    )
    terminal = top(lab)
    chosen(terminal, "talks")
    terminal.type(driven.ENTER)
    terminal.waits(lambda text: "here it is" in text and "? keys" not in text, "the agent's terminal")
    lab.tmux("set-option", "-g", "assume-paste-time", "0", check=True)  # the test types faster than a person
    terminal.type("hello\r")
    labs.eventually(lambda: lab.mark("said") == "hello\n")
    terminal.type("\x02d")
    terminal.sees("? keys", "talks")
    terminal.type("q")
    assert terminal.ended() == 0
    assert look.at(run).phase == phase.RUNNING


def test_a_run_that_is_over_has_no_terminal_to_attach_to(three, top):
    for columns in (40, 100):
        terminal = top(three, columns)
        chosen(terminal, "bad")
        terminal.type(driven.ENTER)
        terminal.sees("is over", "? keys")
        chosen(terminal, "bad")
        terminal.type("q")
        assert terminal.ended() == 0


def test_stop_asks_first(lab, top):
    run = lab.launch(lab.brief(LIVE, name="alive"))
    terminal = top(lab)
    chosen(terminal, "alive")
    terminal.type("s")
    terminal.sees(f"Stop alive ({os.path.basename(run)})?", "y yes")
    terminal.type("n")
    terminal.sees("nothing was done")
    assert look.at(run).phase == phase.RUNNING
    terminal.type("s")
    terminal.sees("y yes")
    terminal.type("y")
    assert lab.phase(run, phase.DONE).outcome == "stopped"
    terminal.sees(f"{os.path.basename(run)} stopped", "■ stopped")


def test_resume_hold_and_release(lab, top):
    run = lab.launch(lab.brief("true", 'test -e "$MARKS/go"', name="again"), "--wait", code=1)
    terminal = top(lab)
    chosen(terminal, "again")
    Path(lab.marks, "go").touch()
    terminal.type("r")
    terminal.sees("attempt 2", "✓ passed")
    assert look.at(run).n == 2
    other = lab.launch(lab.brief(LIVE.replace("go", "on"), name="kept"))
    terminal.sees("kept")
    terminal.type("\x1b[H")
    chosen(terminal, "kept")
    terminal.type("h")
    terminal.sees("is held; h releases it")
    assert lab.status(other)["hold"] is not None
    terminal.type("h")
    terminal.sees("is held no more")
    assert lab.status(other)["hold"] is None


def test_logs_follow(lab, top):
    lab.launch(lab.brief(LIVE, name="writes"))
    terminal = top(lab)
    chosen(terminal, "writes")
    terminal.type("l")
    terminal.sees("logs of writes", "begun")
    Path(lab.marks, "go").touch()
    terminal.sees("begun\ngone")
    terminal.type("q")
    terminal.sees("? keys", "✓ passed")


def test_an_error_of_an_operation_is_said_with_its_cure(three, top):
    terminal = top(three)
    choose(terminal, "alive")
    terminal.type("r")
    text = terminal.sees("workcell: ", "hint: ")
    assert "? keys" in text
    terminal.type(driven.UP)
    chosen(terminal, "bad")


def test_resized_it_fits(three, top):
    terminal = top(three, 120)
    terminal.sees("OBJECTIVE")
    terminal.resize(40, 20)
    text = terminal.sees("alive", "bad", "good", "? keys")
    terminal.waits(lambda text: "OBJECTIVE" not in text, "narrow")
    terminal.resize(200, 12)
    text = terminal.sees("OBJECTIVE", "? keys")
    assert "objective  " not in text  # no room for details


@pytest.mark.parametrize("how", ["q", "\x03", signal.SIGTERM, signal.SIGHUP])
def test_the_terminal_is_left_as_it_was(three, top, how):
    terminal = top(three)
    terminal.sees("alive", "? keys")
    if isinstance(how, str):
        terminal.type(how)
        assert terminal.ended() == 0
    else:
        os.kill(terminal.child.pid, how)
        assert terminal.ended() == 128 + how
    assert not terminal.screen.alternate
    assert termios.tcgetattr(terminal.shell) == terminal.settings
    assert terminal.written.rindex(b"\x1b[?25h") > terminal.written.rindex(b"\x1b[?25l")


def test_words_of_a_run_are_shown_as_they_are(lab, top):
    brief = lab.brief(LIVE, name="odd")
    Path(brief).write_text(Path(brief).read_text().replace("the objective of odd", "'[red]make[/red] [b]it $x'"))
    lab.launch(brief)
    terminal = top(lab)
    terminal.sees("odd")
    labs.eventually(lambda: terminal.text().count("[red]make[/red] [b]it $x") >= 2, what="in the list and beside it")


def test_colours_are_those_of_the_terminal(three, top):
    terminal = top(three)
    chosen(terminal, "bad")
    assert re.search(rb"\x1b\[(\d+;)*31[;m]", terminal.written)  # what failed is red
    assert not re.search(rb"[34]8;[25];", terminal.written)  # no colour but the sixteen, no background of our own
    plain = top(three, NO_COLOR="1")
    chosen(plain, "bad")
    assert not re.search(rb"\x1b\[(\d+;)*(3[0-7]|4[0-7]|9[0-7]|[34]8)(;\d+)*m", plain.written)


@pytest.mark.heavy  # making and removing ten thousand runs takes more than a minute
@pytest.mark.serial
def test_many_ended_runs_do_not_hold_the_keys_up(lab, top):
    one = lab.launch(lab.brief("true", name="one"), "--wait")
    crowds.done(lab.home, 10_000, like=one)
    terminal = top(lab)
    terminal.sees("one", "? keys", seconds=60)
    terminal.type("?")
    terminal.sees("keys", "attach: open the agent's terminal", seconds=5)
    terminal.type(driven.ESCAPE)
    terminal.sees("? keys", seconds=5)


def test_without_textual_the_plain_table_says_how_to_get_it(three, top, tmp_path):
    hides = tmp_path / "textual.py"
    hides.write_text("raise ModuleNotFoundError(\"No module named 'textual'\", name='textual')\n")
    terminal = top(three, PYTHONPATH=f"{tmp_path}{os.pathsep}{labs.ROOT}")
    text = terminal.sees("alive", "q ends this, and no run")
    assert "? keys" not in text
    terminal.type("q")
    assert terminal.ended() == 0
    assert "hint: keys to act in this list: " in terminal.text() and "pip install" in terminal.text()


def test_an_empty_home_says_what_to_do(lab, top):
    terminal = top(lab)
    terminal.sees("no runs yet", "workcell launch BRIEF", "0 runs")
    assert not json.loads(lab.workcell("ls", "--json").stdout)["runs"]
