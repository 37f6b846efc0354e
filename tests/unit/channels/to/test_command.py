"""A program that is given the notice."""

import json
import time

import pytest

from tests.support.notices import parse, send

COMMAND = "name: c\nuses: command\nevents: all\nargv: [sh, -c, {script}]\n"


def test_the_notice_comes_on_standard_input(tmp_path):
    adapter = parse(
        COMMAND.format(script=f"'cat > {tmp_path}/got; echo $TOKEN > {tmp_path}/token'") + "env:\n  TOKEN: {env: X}\n"
    )
    assert send(adapter, {"env.TOKEN": "hush"}, why="because").outcome == "delivered"
    record = json.loads((tmp_path / "got").read_text())
    assert (record["run"], record["event"], record["facts"]["why"]) == ("r1", "failed", "because")
    assert (tmp_path / "token").read_text() == "hush\n"


@pytest.mark.parametrize(
    ("script", "outcome"),
    [
        ("exit 75", "retry"),
        ("exit 1", "retry"),
        ("exit 64", "refused"),
        ("kill -9 $$", "retry"),
        ("no-such-program-here", "refused"),
    ],
)
def test_its_exit_code_decides(script, outcome):
    assert send(parse(COMMAND.format(script=f"'{script}'")), {}).outcome == outcome


def test_one_that_never_ends_is_ended():
    adapter = parse('name: c\nuses: command\nevents: all\nargv: [sleep, "60"]\n')
    begun = time.monotonic()
    assert send(adapter, {}, 0.3).outcome == "unknown"
    assert time.monotonic() - begun < 15
