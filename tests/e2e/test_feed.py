"""feed as a program: it tells of runs that are launched while it follows."""

import json
import subprocess

from tests.support.lab import eventually


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
