"""Several briefs at once: all faults before the first start, the same command again, and never more than asked for."""

import os
from pathlib import Path

import pytest

from workcell.base.errors import NotFound
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
    path.write_text(f"group: night\n{head}briefs:\n" + "".join(f"  - {entry}\n" for entry in entries))
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


def test_an_entry_goes_before_the_brief_and_the_brief_before_the_defaults(lab):
    plain = lab.brief(name="plain")
    own = lab.brief(name="own", extra="dirty: snapshot")
    other = lab.new_repo()
    path = file_of(
        lab,
        f"{{brief: {plain}, name: first, repo: {other}, dirty: allow, labels: [a]}}",
        own,
        head="defaults: {dirty: refuse, worktree: true, labels: [b]}\n",
    )
    asked = batch.Request(lab.home, [path], Options(shell=os.environ), window=False)
    first, second = batch.check(asked).entries
    assert (first.made.name, first.made.repo, first.made.dirty) == ("first", other, "allow")
    assert first.made.labels == ["a", "b"] and first.made.worktree == "" and first.made.group == "night"
    assert first.made.origins["repo"] == f"{path}:4" and first.made.origins["worktree"] == f"{path} (defaults)"
    assert (second.made.name, second.made.dirty) == ("own", "snapshot")
    assert second.at == f"{path}:5"


def test_the_command_line_goes_before_all_of_a_launch_file(lab):
    path = file_of(lab, f"{{brief: {lab.brief()}, dirty: allow}}", head="defaults: {repo: nowhere}\n")
    asked = batch.Request(lab.home, [path], Options(repo=lab.repo, dirty="refuse", group="mine", shell=os.environ))
    [entry] = batch.check(asked).entries
    assert (entry.made.dirty, entry.made.group, entry.made.repo) == ("refuse", "mine", lab.repo)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("group: [\n", "YAML"),
        ("group: g\n", "'briefs' is missing"),
        ("briefs: []\n", "'briefs' is empty"),
        ("briefs: [{brief: nowhere.md}]\n", "no such file"),
        ("briefs: [1]\n", "an entry must be the path of a brief"),
    ],
)
def test_a_fault_of_a_launch_file_is_told(lab, text, words):
    path = Path(lab.top, "night.yaml")
    path.write_text(text)
    with pytest.raises(Faulty) as caught:
        batch.check(request(lab, str(path)))
    assert any(words in str(fault) for fault in caught.value.faults)


def test_files_that_are_not_there_are_told_as_such_and_beside_a_fault_as_faults(lab):
    gone, brief = (str(Path(lab.top, name)) for name in ("gone.yaml", "gone.md"))
    for files in ([gone], [gone, brief], [brief, lab.brief(name="one")]):
        with pytest.raises(NotFound, match="no such file"):
            batch.check(request(lab, *files))
    Path(lab.top, "bad.yaml").write_text("group: g\n")
    with pytest.raises(Faulty) as caught:
        batch.check(request(lab, gone, str(Path(lab.top, "bad.yaml"))))
    assert len(caught.value.faults) == 2


def test_the_same_run_twice_and_two_runs_of_one_tree_are_faults(lab):
    one, two = lab.brief(name="one"), lab.brief(name="two")
    with pytest.raises(Faulty) as caught:
        batch.check(request(lab, one, one, two))
    words = [str(fault) for fault in caught.value.faults]
    assert any("asks for the same run as" in one for one in words)
    assert any("works in the same tree as" in one for one in words)
    made = batch.check(request(lab, one, two, max_live=1))
    assert str(made.group).startswith("batch-"), "the same command finds its runs again"


def test_the_same_command_takes_up_what_it_left(lab):
    path = file_of(lab, lab.brief(name="one"), lab.brief(name="two"), head="max_live: 1\n")
    first = request(lab, path, prepare=True)
    batch_run.go(batch.check(first), first, lambda word, entry: None)
    made = lab.runs()
    told = []
    again = request(lab, path)
    taken = batch.check(again)
    batch_run.go(taken, again, lambda word, entry: told.append(word))
    assert all(entry.found for entry in taken.entries if entry.run in [lab.run(name) for name in made])
    assert "found" in told and [entry.state for entry in taken.entries] == ["passed", "passed"]
    assert len(lab.runs()) == 2


def test_a_run_whose_first_attempt_cannot_be_read_is_not_taken_up(lab):
    path = file_of(lab, lab.brief(name="one"))
    first = request(lab, path, prepare=True)
    batch_run.go(batch.check(first), first, lambda word, entry: None)
    [name] = lab.runs()
    Path(lab.run(name), "attempts", "001", "attempt.json").write_text(
        '{"schema": "workcell.file.attempt/1", "recipe": 1}'
    )
    again = request(lab, path, prepare=True)
    taken = batch.check(again)
    batch_run.go(taken, again, lambda word, entry: None)
    assert not taken.entries[0].found
