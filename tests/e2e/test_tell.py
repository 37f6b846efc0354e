"""An agent tells the person something from inside its run: as a notice, capped, cleaned, and from nowhere else."""

import json
import os
import shlex
import sys
from pathlib import Path

from tests.support.lab import eventually
from workcell.rundir import phase

SECRET = "ghp_" + "a1B2" * 9
TELL = f"{shlex.quote(sys.executable)} -m workcell tell"


def adapter(lab, events="[told]"):
    folder = Path(lab.home, "adapters")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "mine.yaml").write_text(
        f"name: mine\nuses: command\nevents: {events}\nargv: [/bin/sh, -c, 'cat >> {lab.marks}/sent']\n"
    )


def launched(lab, command):
    lab.workcell("init", cwd=lab.top)
    run = lab.launch(lab.brief(f"export PYTHONPATH={shlex.quote(lab.env()['PYTHONPATH'])}\n{command}"))
    lab.phase(run, phase.DONE, seconds=60.0)
    return run


def test_what_an_agent_tells_arrives_cleaned_and_names_its_run(lab):
    adapter(lab)
    run = launched(lab, f"{TELL} 'the key is {SECRET}' --subject keys --json > $MARKS/out 2>&1")
    found = json.loads(lab.mark("out"))
    assert (found["id"], found["adapters"], found["left"]) == (os.path.basename(run), ["mine"], 9)
    sent = json.loads(eventually(lambda: lab.mark("sent"), 30.0))
    assert sent["event"] == "told" and sent["facts"]["why"].startswith("keys: the key is [redacted")
    assert SECRET not in json.dumps(sent) and sent["command"].startswith("workcell show ")


def test_ten_an_hour_go_out_and_the_next_is_refused_in_plain_words(lab):
    adapter(lab)
    words = f'for n in 1 2 3 4 5 6 7 8 9 10; do {TELL} "n $n" >> $MARKS/out; done; {TELL} more 2>> $MARKS/err; echo $? >> $MARKS/code'
    launched(lab, words)
    assert len(lab.mark("out").splitlines()) == 10 and "0 more within this hour" in lab.mark("out")
    assert "has told 10 things within an hour" in lab.mark("err") and "handoff" in lab.mark("err")
    assert lab.mark("code").strip() == "77"


def test_outside_of_a_run_and_without_words_it_is_refused(lab):
    ran = lab.workcell("tell", "hello", code=77)
    assert "is for an agent inside its run" in ran.stderr and "workcell send RUN TEXT" in ran.stderr
    assert "the text is empty" in lab.workcell("tell", " ", code=2).stderr
    assert "at most 2000 characters" in lab.workcell("tell", "x" * 2001, code=2).stderr


def test_without_an_adapter_that_asks_for_it_it_says_so(lab):
    launched(lab, f"{TELL} hello 2> $MARKS/err")
    told = lab.mark("err")
    assert "no person is told: no adapter asks for what agents tell" in told and "workcell feed" in told
