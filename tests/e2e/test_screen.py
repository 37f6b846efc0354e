"""The screen of a real terminal, while its program runs and after it."""

from tests.support.lab import eventually
from workcell.rundir import phase

DRAW = r"printf '\033[32mgreen\033[0m words\n'; sleep 600"


def test_a_live_terminal_is_shown_as_text_in_colours_and_as_a_picture(lab):
    run = lab.launch(lab.brief(DRAW, io="terminal"))
    lab.phase(run, phase.RUNNING)
    eventually(lambda: "green words" in lab.workcell("screen", "brief").stdout)
    assert "\x1b" not in lab.workcell("screen", "brief").stdout
    assert "\x1b[32mgreen\x1b[0m words" in lab.workcell("screen", "brief", "--as", "ansi").stdout
    picture = lab.workcell("screen", "brief", "--as", "svg").stdout
    assert picture.startswith("<svg ") and ">green</text>" in picture
    assert picture.count("http") == 1, "the name space is the only address in it"
    lab.workcell("stop", "brief", "--grace", "1s")
    assert "green words" in lab.workcell("screen", "brief").stdout


def test_a_form_that_there_is_not_is_refused_with_the_list(lab):
    run = lab.launch(lab.brief("true", io="terminal"))
    lab.phase(run, phase.DONE)
    ran = lab.workcell("screen", "brief", "--as", "png", code=2)
    assert "text, ansi, svg" in ran.stderr
