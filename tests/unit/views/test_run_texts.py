"""The texts of runs that words are searched in."""

import os
from pathlib import Path

from tests.support import frozen
from tests.support import recorded_runs as made
from workcell.rundir import layout
from workcell.views import run_texts


def test_those_that_were_written_to_last_are_first_and_records_are_the_copy_or_the_log(tmp_path: Path) -> None:
    run = made.recorded(tmp_path, b"log\n", b"{}\n")
    home = made.home_of(run)
    other = frozen.run_of(home, "frozen-tampered")
    for number, path in enumerate((run, other)):
        for entry in Path(layout.attempt(path, 1)).iterdir():
            os.utime(entry, (9e9 - number, 9e9 - number), follow_symlinks=False)
    first, second = run_texts.every(home)[:2]
    assert (first.run, first.n, first.changed, second.run) == (run, 1, 9e9, other)
    assert first.records == os.path.join(layout.attempt(run, 1), layout.TRANSCRIPT)
    os.unlink(first.records)
    assert run_texts.every(home)[0].records == os.path.join(layout.attempt(run, 1), layout.AGENT_LOG)


def test_the_texts_that_are_no_records(tmp_path: Path) -> None:
    run = made.recorded(tmp_path)
    Path(layout.attempt(run, 1), layout.HANDOFF).unlink(missing_ok=True)
    texts = next(one for one in run_texts.every(made.home_of(run)) if one.run == run)
    assert [(kind, "objective" in text) for _, kind, text in texts.written()] == [("brief", True)]
    attempt = texts.attempt()
    assert attempt is not None and attempt["reader"] == "claude"


def test_a_home_without_runs_has_none(tmp_path: Path) -> None:
    assert run_texts.every(str(tmp_path)) == []
