"""The kept document of a run on standby counts only for as long as nothing has happened to the run."""

import fcntl
import os
from pathlib import Path

import pytest

from tests.support.made_standby import MadeStandby
from workcell.rundir import inbox, layout, ledger, look, maildir, resting, standby, status, writer


@pytest.fixture
def run(tmp_path):
    made = MadeStandby(tmp_path)
    made.with_ledger()
    return made.run


@pytest.fixture
def kept(run):
    """The same, with its document."""
    status.mark_resting(run, _known(run))
    return run


def _known(run):
    return resting.Resting(layout.home_of(run))


def _folder(run):
    return Path(layout.home_of(run), layout.RESTING)


def test_its_document_is_that_of_a_full_look(kept):
    assert os.listdir(_folder(kept)) == [f"r.{os.stat(ledger.path(kept)).st_size}"]
    found = status.resting_one(_known(kept), kept)
    whole = status.document(look.at(kept))
    assert found == {name: value for name, value in whole.items() if name not in ("waits", "acknowledged")}
    assert _known(kept).disturbed([kept, "/x/runs/other"], ()) == ["/x/runs/other"]
    assert _known(kept).disturbed([kept], {"r"}) == [kept]


def test_a_run_without_a_document_is_looked_at(run):
    assert not _known(run).calm(run) and status.resting_one(_known(run), run) is None


def _message(run):
    inbox.post(run, {"kind": "text", "text": "a", "by": "person"})


def _attempt(run):
    with writer.take(run) as held:
        held.born(2)


def _shorter(run):
    with open(ledger.path(run), "r+b") as file:
        file.truncate(10)


def _edit(run):
    maildir.deliver_bytes(os.path.join(run, layout.INBOX), "a", b"{}", to=layout.EDITS)


def _no_inbox(run):
    os.rename(os.path.join(run, layout.INBOX), os.path.join(run, "elsewhere"))


def _linked_ledger(run):
    os.rename(ledger.path(run), os.path.join(run, "x"))
    os.symlink(os.path.join(run, "x"), ledger.path(run))


@pytest.mark.parametrize(
    "change",
    [_message, _attempt, _shorter, _edit, _no_inbox, _linked_ledger, lambda run: standby.ask_to_finish(run, 1)],
)
def test_what_happens_to_it_makes_it_count_no_more(kept, change):
    assert _known(kept).calm(kept)
    change(kept)
    assert not _known(kept).calm(kept) and status.resting_one(_known(kept), kept) is None


def test_a_run_that_is_written_is_looked_at(kept):
    with open(ledger.path(kept), "rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert not _known(kept).calm(kept)
    assert _known(kept).calm(kept)


@pytest.mark.parametrize("name", [layout.LAUNCH, layout.ATTEMPT, layout.POLICY])
@pytest.mark.parametrize("gone", [True, False])
def test_a_pinned_file_that_was_touched_costs_a_list_a_full_look(kept, name, gone):
    path = Path(kept if name == layout.LAUNCH else layout.attempt(kept, 1), name)
    path.unlink() if gone else path.write_text(path.read_text() + " ")
    assert _known(kept).calm(kept) and status.resting_one(_known(kept), kept) is None


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"schema": "workcell.file.status/1", "attempt": "x"}', '{"schema": ']
)
def test_a_document_that_is_none_counts_for_nothing(kept, text):
    [path] = _folder(kept).iterdir()
    path.write_text(text)
    assert status.resting_one(_known(kept), kept) is None


def test_nothing_is_kept_of_a_run_that_something_waits_for(run):
    _message(run)
    status.mark_resting(run, _known(run))
    status.keep_resting(look.at(run, holding=True))
    assert not _folder(run).exists()


def test_a_run_that_another_process_writes_keeps_what_it_has(run):
    with writer.take(run):
        status.mark_resting(run, _known(run))
    assert not _folder(run).exists()


def test_a_newer_document_takes_the_place_of_the_older_and_goes_with_the_run(kept):
    other = _folder(kept) / "other.5"
    (_folder(kept) / "r.5").write_text("{}")
    other.write_text("{}")
    (_folder(kept) / "r.x").write_text("{}")
    assert _known(kept).calm(kept)
    status.keep_resting(look.at(kept, holding=True))
    assert sorted(os.listdir(_folder(kept))) == ["other.5", f"r.{os.stat(ledger.path(kept)).st_size}"]
    resting.prune(layout.home_of(kept), {"r"})
    assert not other.exists() and _known(kept).calm(kept)
    standby.remove(kept)
    assert os.listdir(_folder(kept)) == []


def test_what_writers_that_were_killed_left_is_pruned(kept):
    [stands] = os.listdir(_folder(kept))
    temporary = _folder(kept) / f".{stands}.1.1"
    for left in ("r.5", "r.x", ".r.5.1.1"):
        (_folder(kept) / left).write_text("{}")
    temporary.write_text("{}")
    os.utime(_folder(kept) / ".r.5.1.1", (0, 0))
    resting.prune(layout.home_of(kept), {"r"})
    assert sorted(os.listdir(_folder(kept))) == [temporary.name, stands], "one is being written, and one counts"
    assert _known(kept).calm(kept)


def test_a_disk_that_refuses_costs_a_look_and_nothing_else(run):
    _folder(run).write_text("")
    status.mark_resting(run, _known(run))
    assert not _known(run).calm(run)
