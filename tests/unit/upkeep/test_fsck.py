"""fsck on runs that were damaged in one way each: what it names, what it mends, what it leaves to a person."""

import json
import os
import shutil
from pathlib import Path

import pytest

from tests.support import frozen
from workcell.rundir import layout, ledger, look, phase, writer
from workcell.upkeep import fsck


@pytest.fixture
def home(tmp_path):
    return frozen.thaw(tmp_path / "home")


@pytest.fixture
def run(home):
    return frozen.run_of(home, "frozen-two")


def problems(home, run, **more):
    [report] = fsck.fsck(home, [run], **more)
    return report.problems


def test_what_is_whole_has_no_problems(home):
    found = {report.id: report.problems for report in fsck.fsck(home)}
    assert len(found) == len(frozen.DONE) + len(frozen.OPEN)
    assert {name: one for name, one in found.items() if one} == {}


@pytest.mark.parametrize(
    ("name", "words"),
    [(layout.ENV, "env.json is missing"), (layout.LAUNCH, "launch.json is missing"), (layout.STATUS, "status.json")],
)
def test_a_file_that_is_missing_is_named(home, run, name, words):
    os.unlink(os.path.join(run, name))
    assert any(words in one for one in problems(home, run)), problems(home, run)


def test_a_record_that_was_changed_is_sealed_again(home, run):
    path = Path(look.at(run).directory, layout.RESULT)
    whole = path.read_bytes()
    path.write_text(json.dumps({**json.loads(whole), "outcome": "failed"}))
    assert any("--rebuild seals it again" in one for one in problems(home, run))
    [report] = fsck.fsck(home, [run], rebuild=True)
    assert report.mended and report.problems == []
    assert path.read_bytes() == whole


def test_a_file_that_a_person_changed_is_accepted_when_they_say_so(home, run):
    path = Path(look.at(run).directory, layout.BRIEF)
    path.write_text("another\n")
    assert any("fsck --accept" in one for one in problems(home, run))
    assert any("fsck --accept" in one for one in problems(home, run, rebuild=True)), "rebuilding does not accept"
    assert problems(home, run, accept=True) == []
    assert problems(home, run) == [] and path.read_text() == "another\n"


def test_a_record_without_a_line_is_set_aside(home):
    run = frozen.run_of(home, "frozen-created")
    forged = Path(look.at(run).directory, layout.EXIT)
    forged.write_text('{"schema": "workcell.file.exit/1"}\n')
    assert any("without a line in the ledger" in one for one in problems(home, run))
    fsck.fsck(home, [run], rebuild=True)
    assert not forged.exists() and look.at(run).phase == phase.CREATED


def test_nothing_is_changed_while_another_process_writes(home, run):
    Path(look.at(run).directory, layout.BRIEF).write_text("another\n")
    with writer.take(run):
        assert any("nothing was changed" in one for one in problems(home, run, accept=True))


def test_modes_links_events_and_the_cache(home, run):
    os.chmod(run, 0o755)
    os.unlink(os.path.join(run, layout.BRIEF))
    with open(os.path.join(run, layout.EVENTS), "ab") as file:
        file.write(b"no json\n")
    Path(run, layout.STATUS).write_text("{}")
    found = problems(home, run)
    assert len(found) >= 4, found
    left = problems(home, run, rebuild=True)
    assert os.path.islink(os.path.join(run, layout.BRIEF))
    assert len(left) < len(found), left


def test_a_key_of_the_wrong_type_is_named(home, run):
    path = Path(run, layout.LAUNCH)
    path.write_text(json.dumps({**json.loads(path.read_text()), "labels": 7}))
    assert any("labels" in one for one in problems(home, run)), problems(home, run)


def test_a_file_among_the_runs_is_no_run(home):
    path = os.path.join(home, layout.RUNS, "notes.txt")
    Path(path).write_text("mine")
    assert "not a directory" in problems(home, path)[0]


def test_a_run_that_is_gone_and_a_ledger_that_cannot_be_read(home, run):
    lost = frozen.run_of(home, "frozen-lost")
    shutil.rmtree(lost)
    assert any("its directory is gone" in one for one in problems(home, lost))
    Path(ledger.path(run)).write_bytes(b"nothing\n")
    [report] = fsck.fsck(home, [run])
    assert report.phase == phase.CORRUPT and report.problems
