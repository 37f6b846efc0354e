"""feed as a program: it tells of runs that are launched while it follows, and of sessions outside of runs."""

import json
import subprocess
from pathlib import Path

from tests.support.agent_sessions import Claude
from tests.support.lab import eventually
from workcell.base import clock


def test_a_run_that_is_launched_while_it_follows_is_told_to_its_end(lab):
    lab.launch(lab.brief("true", name="before"), "--wait")
    words = lab.words("feed", "-f", "--json")
    with subprocess.Popen(words, env=lab.env(), cwd=lab.top, stdout=subprocess.PIPE, text=True) as following:
        try:
            assert following.stdout is not None
            assert json.loads(following.stdout.readline())["type"] == "attempt.started"  # of the one that is over
            run = lab.launch(lab.brief("true", name="while"), "--wait", repo=lab.new_repo()).rpartition("/")[2]
            told = []

            def ended():
                told.append(json.loads(following.stdout.readline()))
                return told[-1]["run"] == run and told[-1]["type"] == "run.ended"

            eventually(ended, 60.0, "the end of the run in the feed")
            assert next(one["type"] for one in told if one["run"] == run) == "attempt.started"
        finally:
            following.kill()
    shown = lab.workcell("feed").stdout
    assert "before  run ended: " in shown and "while  attempt started" in shown


def test_sessions_outside_of_runs_are_told_among_them_and_as_they_go_on(lab):
    lab.launch(lab.brief("true", name="before"), "--wait")
    talk = Claude(cwd=lab.repo).prompt("fix the login")
    path = talk.keep(Path(lab.person))
    shown = lab.workcell("feed").stdout
    assert f"claude:{talk.id[:8]}  user prompt: fix the login" in shown and "before  run ended" in shown
    assert talk.id[:8] not in lab.workcell("feed", "--runs").stdout
    words = lab.words("feed", "-f", "--json", "-n", "1")
    with subprocess.Popen(words, env=lab.env(), cwd=lab.top, stdout=subprocess.PIPE, text=True) as following:
        try:
            assert following.stdout is not None
            json.loads(following.stdout.readline())  # the last one of before
            talk.said("It was the cookie.").records[-1]["timestamp"] = clock.stamp()
            with open(path, "a") as file:
                file.write(json.dumps(talk.records[-1]) + "\n")
            told = json.loads(following.stdout.readline())
            assert (told["run"], told["session"], told["type"]) == (None, talk.id, "turn.completed")
            assert (told["text"], told["data"]["asked"]) == ("It was the cookie.", "fix the login")
        finally:
            following.kill()
