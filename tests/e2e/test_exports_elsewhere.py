"""Exports in the programs of other people: a page in a real Chromium, a cast in asciinema."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import recorded_runs as made
from tests.unit.cleaning.test_redact import TOKENS
from tests.unit.sessions.test_turns import answer, call
from tests.unit.views.test_export import exported
from workcell.rundir import phase
from workcell.terminal.emulator import Screen

SUPPORT = Path(__file__).resolve().parents[1] / "support"
CHROMIUMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")

WILD = (
    '<script>document.title = "hacked"</script><img src="http://example.org/a.png" onerror="alert(1)">'
    '<link rel="stylesheet" href="http://example.org/b.css"><iframe src="http://example.org/"></iframe>'
    "</pre></details></section><meta http-equiv=refresh content='0;url=http://example.org/'>"
    "<style>@import url(http://example.org/c.css)</style> ![x](http://example.org/d.png) " + "wide" * 200
)


@pytest.fixture(scope="module")
def viewers():
    """The directory of the programs; skipped where they cannot be installed."""
    done = subprocess.run(
        [str(SUPPORT / "install-viewers")],
        capture_output=True,
        text=True,
        timeout=900,
        env={**os.environ, "PYTHON": sys.executable},
    )
    if done.returncode == 3:
        pytest.skip(f"pip cannot install them: {done.stderr.strip()[-300:]}")
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture
def chromium(viewers):
    """The path of a Chromium; skipped where there is none."""
    path = next((path for path in map(shutil.which, CHROMIUMS) if path), None)
    if path is None:
        pytest.skip("there is no Chromium here: apt-get install chromium-headless-shell")
    return path


@pytest.mark.heavy
@pytest.mark.timeout(1200)
def test_a_page_in_a_chromium_asks_no_host_runs_no_script_and_tells_no_secret(tmp_path, viewers, chromium):
    keys = [f"{kind} {token}" for kind, token in TOKENS.items()]
    records = made.lines(
        made.prompt(WILD), call(1), answer("\n".join([WILD, *keys]), 1), made.said(f"# Done\n```\n{WILD}\n" + keys[0])
    )
    text, found = exported(made.recorded(tmp_path, transcript=records), "html")
    path = tmp_path / "talk.html"
    path.write_text(text)
    ran = subprocess.run(
        [sys.executable, str(SUPPORT / "in_chromium.py"), chromium, str(path)],
        capture_output=True,
        text=True,
        timeout=900,
        env={**os.environ, "PYTHONPATH": viewers},
    )
    assert ran.returncode == 0, ran.stderr
    seen = json.loads(ran.stdout)
    assert seen["requests"] == [path.as_uri()] and seen["errors"] == [] and seen["scripts"] == 0
    assert not [token for token in TOKENS.values() if token in text or token in seen["text"]]
    assert "document.title" in seen["text"] and "cd src" in seen["text"] and "Taken out" in seen["text"]
    assert seen["wide"] <= 360, "it fits a telephone"
    assert sum(one.count for one in found.taken_out) > len(TOKENS)


@pytest.mark.heavy
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("raw", [False, True])
def test_asciinema_plays_a_cast_and_shows_what_the_terminal_showed(lab, viewers, tmp_path, raw):
    draw = "printf '\\033[31mone\\033[0m\\n'; sleep 0.3; printf '\\033[2J\\033[Htwo \\303\\251 %s\\n' $(tput cols)"
    run = lab.launch(lab.brief(draw, io="terminal"))
    lab.phase(run, phase.DONE)
    path = str(tmp_path / "talk.cast")
    lab.workcell("export", "brief", "-o", path, *(["--raw"] if raw else []))
    env = {**os.environ, "PYTHONPATH": viewers, "TERM": "xterm-256color", "ASCIINEMA_CONFIG_HOME": str(tmp_path)}
    player = [sys.executable, "-m", "asciinema"]
    ran = subprocess.run([*player, "play", "-s", "100", path], capture_output=True, timeout=120, env=env)
    assert ran.returncode == 0, ran.stderr
    printed = subprocess.run([*player, "cat", path], capture_output=True, timeout=120, env=env, check=True).stdout
    head, *events = map(json.loads, Path(path).read_text().splitlines())
    assert b"".join(event[2].encode() for event in events if event[1] == "o") == printed
    screen = Screen(head["width"], head["height"])
    screen.feed(printed)
    assert screen.lines()[0].startswith("two é ") and "one" not in "".join(screen.lines())
    assert [event[0] for event in events] == sorted(event[0] for event in events)
    assert events[-1][0] - events[0][0] >= 0.2
