"""The program that sends what waits, as a caller that may not wait starts it."""

import shutil
from pathlib import Path

from tests.support.made_runs import MadeRun
from workcell.channels import post
from workcell.faces import sender


def test_what_waits_is_sent(tmp_path):
    made = MadeRun(tmp_path)
    told = tmp_path / "told"
    Path(made.home, "adapters").mkdir()
    text = f"name: mine\nuses: command\nevents: all\nargv: [{shutil.which('tee')}, {told}]\n"
    Path(made.home, "adapters", "mine.yaml").write_text(text)
    post.about_run(made.seen(), "passed", {"why": "it is done"})
    assert sender.main(["_send", made.home]) == 0
    assert "it is done" in told.read_text()


def test_wrong_words_and_a_home_that_there_is_not(tmp_path, capsys):
    assert sender.main(["_send"]) == 2
    assert "usage" in capsys.readouterr().err
    assert sender.main(["_send", str(tmp_path / "nowhere")]) == 0
