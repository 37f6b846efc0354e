"""Several briefs at once: all faults before the first start, the same command again, and never more than asked for."""

import os
from pathlib import Path

import pytest

from workcell.launch import batch, batch_run, wait
from workcell.launch.options import Options
from workcell.rundir import look
from workcell.texts.document import Faulty


@pytest.fixture(autouse=True)
def _environment(lab, monkeypatch):
    for name, value in lab.env().items():
        monkeypatch.setenv(name, value)


def request(lab, *files, **more):
    return batch.Request(lab.home, list(files), Options(repo=lab.repo, shell=os.environ), window=False, **more)


def file_of(lab, *entries, head=""):
    path = Path(lab.top, "night.yaml")
    path.write_text(f"group: night\n{head}runs:\n" + "".join(f"  - {entry}\n" for entry in entries))
    return str(path)


def test_every_fault_of_every_file_is_told_and_nothing_starts(lab):
    bad, worse = Path(lab.top, "bad.md"), Path(lab.top, "worse.md")
    bad.write_text("---\nobjectve: x\n---\n")
    worse.write_text("---\nobjective: x\nlimits: {wall: soon}\n---\n")
    with pytest.raises(Faulty) as caught:
        batch.check(request(lab, str(bad), lab.brief(), str(worse)))
    assert {os.path.basename(fault.file) for fault in caught.value.faults} == {"bad.md", "worse.md"}
    assert lab.runs() == []


def test_runs_are_made_and_the_same_command_takes_them_up(lab):
    briefs = [lab.brief(f"echo {n} > {n}", f"test -e {n}", name=f"b{n}", extra="labels: [x]") for n in range(2)]
    wanted = request(lab, *briefs, max_live=1)
    told = []
    made = batch.check(wanted)
    batch_run.go(made, wanted, lambda word, entry: told.append(word))
    assert [entry.state for entry in made.entries] == ["passed", "passed"]
    assert "started" in told and "over" in told and len(lab.runs()) == 2
    assert all(batch_run.over(entry) for entry in made.entries)


def test_what_is_prepared_is_not_started(lab):
    wanted = request(lab, lab.brief(), prepare=True)
    told = []
    made = batch.check(wanted)
    batch_run.go(made, wanted, lambda word, entry: told.append(word))
    assert told == ["prepared"]
    assert wait.wait([made.entries[0].run], wait.DONE, 5.0).states == ["created"]
    assert look.at(made.entries[0].run).attempt["start"] == "later"
