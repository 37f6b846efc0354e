"""The ledger: what its whole lines say, who may write it, and what a writer puts right."""

import errno
import json
import os
import shutil

import pytest

from workcell.base import digest, json_codec, probe
from workcell.rundir import adopt, layout, ledger, look, phase, safe_open, status, writer

RUN = "20261120-0512-x-aaaa"
START = {"schema": "workcell.file.start/1", "attempt": 1, "agent": {"host": "elsewhere", "pid": 1}}
EXIT = {"schema": "workcell.file.exit/1", "how": "reaped", "code": 0, "error": "naïve \udce9"}
LAUNCH = {"schema": "workcell.file.launch/2", "id": RUN, "name": "x"}
INTENT = {"schema": "workcell.file.attempt/1", "attempt": 1}


def make(home, *, started=True):
    """A run with a ledger, made as launch makes one; its directory."""
    run = home / "runs" / RUN
    directory = run / "attempts" / "001"
    directory.mkdir(parents=True)
    files = {"brief.md": b"do it\n", "verify.sh": b"false\n", "attempt.json": json_codec.encode(INTENT)}
    for name, data in files.items():
        (directory / name).write_bytes(data)
    (run / "launch.json").write_bytes(json_codec.encode(LAUNCH))
    (run / "env.json").write_bytes(b"{}\n")
    (run / "current").symlink_to("attempts/001")
    for name in layout.LINKS:
        (run / name).symlink_to(f"current/{name}")
    outer = writer.pins(0, {"launch.json": json_codec.encode(LAUNCH), "env.json": b"{}\n"})
    lines = [*outer, *writer.pins(1, files), {"attempt": 1, "born": True}]
    with writer.create(str(run), {"by": "launch"}, lines) as held:
        if started:
            held.seal(1, layout.START, START)
    return str(run)


@pytest.fixture
def run(tmp_path):
    return make(tmp_path)


def lines_of(run):
    with open(ledger.path(run)) as file:
        return [json.loads(line) for line in file]


def test_a_record_is_read_from_its_line_and_never_from_its_file(run):
    with writer.take(run) as held:
        held.seal(1, layout.EXIT, EXIT)
    path = os.path.join(run, "attempts/001/exit.json")
    with open(path, "wb") as file:
        file.write(json_codec.encode({**EXIT, "code": 5}))
    seen = look.at(run)
    assert seen.exit == EXIT
    assert seen.checked
    os.unlink(path)
    assert look.at(run).exit == EXIT
    with writer.take(run) as held:
        held.mend(1)
    assert safe_open.read(path, 1 << 16) == json_codec.encode(EXIT)


def test_the_line_is_on_disk_before_the_file(run, monkeypatch):
    def die(*_):
        raise KeyboardInterrupt

    with writer.take(run) as held:
        monkeypatch.setattr(held, "_place", die)
        with pytest.raises(KeyboardInterrupt):
            held.seal(1, layout.EXIT, EXIT)
    assert not os.path.exists(os.path.join(run, "attempts/001/exit.json"))
    assert ledger.read(run).records[1, layout.EXIT] == EXIT


def test_the_hash_in_the_line_is_that_of_the_file(run):
    with writer.take(run) as held:
        held.seal(1, layout.EXIT, EXIT)
    with open(os.path.join(run, "attempts/001/exit.json"), "rb") as file:
        data = file.read()
    assert lines_of(run)[-1]["sha256"] == digest.sha256(data)


def test_an_earlier_record_stands(run):
    with writer.take(run) as held:
        held.seal(1, layout.EXIT, EXIT)
        assert held.seal(1, layout.EXIT, {**EXIT, "code": 9}) == EXIT
    with writer.take(run) as held:
        assert held.seal(1, layout.EXIT, {**EXIT, "code": 9}) == EXIT


@pytest.mark.parametrize("plant", ["file", "directory", "link", "fifo"])
def test_a_file_without_a_line_is_set_aside_and_named(run, plant):
    path = os.path.join(run, "attempts/001/verify.json")
    {
        "file": lambda: open(path, "w").close(),
        "directory": lambda: os.mkdir(path),
        "link": lambda: os.symlink("/etc/passwd", path),
        "fifo": lambda: os.mkfifo(path),
    }[plant]()
    seen = look.at(run)
    assert layout.VERIFY not in seen.stands, "it is no record"
    with writer.take(run) as held:
        assert held.find_tampering(1) == ["verify.json"]
        assert held.find_tampering(1) == ["verify.json"], "what was once found is not forgotten"
        held.seal(1, layout.VERIFY, {"schema": "workcell.file.verify/1", "code": 1})
    assert os.path.lexists(os.path.join(run, "attempts/001/foreign/verify.json"))
    assert look.at(run).altered == ["verify.json"]


@pytest.mark.parametrize("plant", ["file", "link", "fifo"])
def test_a_foreign_that_is_no_directory_of_ours_is_moved_first(run, plant, tmp_path):
    path = os.path.join(run, "attempts/001/foreign")
    precious = tmp_path / "precious"
    precious.mkdir()
    {
        "file": lambda: open(path, "w").close(),
        "link": lambda: os.symlink(precious, path),
        "fifo": lambda: os.mkfifo(path),
    }[plant]()
    open(os.path.join(run, "attempts/001/result.json"), "w").close()
    with writer.take(run) as held:
        held.mend(1)
    assert os.listdir(path) == ["result.json"]
    assert os.listdir(precious) == []


@pytest.mark.parametrize("name", ["launch.json", "env.json", "attempts/001/attempt.json", "attempts/001/verify.sh"])
@pytest.mark.parametrize("act", ["change", "remove", "directory"])
def test_a_file_that_is_known_by_its_hash_is_named_when_it_differs(run, name, act):
    path = os.path.join(run, name)
    with writer.take(run) as held:
        assert held.find_tampering(1) == []
    os.unlink(path)
    if act == "change":
        open(path, "w").close()
    elif act == "directory":
        os.mkdir(path)
    with writer.take(run) as held:
        assert held.find_tampering(1) == [os.path.basename(name)]
    assert look.at(run).phase != phase.CORRUPT


def test_a_file_that_was_changed_and_put_back_is_named_all_the_same(run):
    path = os.path.join(run, "attempts/001/verify.sh")
    with open(path, "rb") as file:
        before = file.read()
    with writer.take(run) as held:
        os.unlink(path)
        assert held.find_tampering(1) == ["verify.sh"]
        with open(path, "wb") as file:
            file.write(before)
        assert held.find_tampering(1) == ["verify.sh"]
    with writer.take(run) as held:
        assert held.find_tampering(1) == [], "one that nothing ever looked at while it differed was not changed"


def test_a_torn_last_line_does_not_count_and_is_cut_back(run):
    whole = os.path.getsize(ledger.path(run))
    with open(ledger.path(run), "ab") as file:
        file.write(b'{"attempt": 1, "name": "result.json", "sha')
    assert look.at(run).result is None
    with writer.take(run) as held:
        held.seal(1, layout.EXIT, EXIT)
    assert ledger.read(run).bad == 0
    assert look.at(run).exit == EXIT
    assert os.path.getsize(ledger.path(run)) > whole


def test_a_line_that_the_disk_refuses_leaves_nothing_behind(run, monkeypatch):
    size = os.path.getsize(ledger.path(run))
    with writer.take(run) as held:

        def refuse(fd):
            raise OSError(errno.ENOSPC, "no room")

        monkeypatch.setattr(writer.os, "fsync", refuse)
        with pytest.raises(OSError, match="no room"):
            held.seal(1, layout.EXIT, EXIT)
        monkeypatch.undo()
        assert os.path.getsize(ledger.path(run)) == size
        assert not os.path.exists(os.path.join(run, "attempts/001/exit.json"))
        held.seal(1, layout.EXIT, EXIT)
    assert look.at(run).exit == EXIT


def test_only_one_has_the_right_and_a_stolen_runner_lock_keeps_no_writer_out(run):
    import fcntl

    with open(os.path.join(run, layout.RUNNER_LOCK), "w") as stolen:
        fcntl.flock(stolen, fcntl.LOCK_EX)
        assert writer.held(run) == probe.NO
        with writer.take(run):
            assert writer.held(run) == probe.YES
            assert writer.take(run, 0) is None
        assert writer.held(run) == probe.NO


def test_a_copy_of_the_home_asks_no_process(run, tmp_path):
    assert not look.at(run).copied
    shutil.copytree(tmp_path, tmp_path.parent / "copy", symlinks=True)
    seen = look.at(str(tmp_path.parent / "copy" / "runs" / RUN))
    assert seen.copied
    assert (seen.phase, seen.agent) == (phase.UNKNOWN, probe.UNKNOWN)
    assert "copy" in seen.why


def test_a_home_that_was_moved_is_no_copy(run, tmp_path):
    moved = str(tmp_path) + "-moved"
    os.rename(tmp_path, moved)
    assert not look.at(os.path.join(moved, "runs", RUN)).copied


def test_a_newer_ledger_is_left_alone(run):
    with open(ledger.path(run), "rb") as file:
        data = file.read().replace(b"ledger/2", b"ledger/3", 1)
    with open(ledger.path(run), "wb") as file:
        file.write(data + b"torn")
    seen = look.at(run)
    assert seen.phase == phase.CORRUPT
    assert "newer workcell" in seen.why
    writer.take(run).close()
    with open(ledger.path(run), "rb") as file:
        assert file.read() == data + b"torn"


def test_over_is_what_the_home_says(run):
    with writer.take(run) as held:
        held.end({"schema": status.SCHEMA, "state": "passed"})
        assert not os.path.exists(ledger.ended_path(run)), "there is no result"
        held.seal(1, layout.EXIT, EXIT)
        held.seal(1, layout.RESULT, {"schema": "workcell.file.result/1", "outcome": "failed"})
        held.end(status.document(look.at(run, holding=True)))
        assert status.cached(run)["state"] == "failed"
        held.reopen()
        held.born(2)
    assert status.cached(run) is None
    assert look.at(run).n == 2


def test_a_dead_writer_that_said_no_end_is_helped(run):
    with writer.take(run) as held:
        held.seal(1, layout.RESULT, {"schema": "workcell.file.result/1", "outcome": "failed"})
    status.mark_over(run)
    assert status.cached(run)["outcome"] == "failed"


def test_the_links_and_directories_of_an_attempt_come_back(run, tmp_path):
    os.rename(os.path.join(run, "attempts"), os.path.join(run, "away"))
    os.unlink(os.path.join(run, "current"))
    os.unlink(os.path.join(run, "brief.md"))
    os.mkdir(os.path.join(run, "brief.md"))
    with writer.take(run) as held:
        held.mend(1)
        assert "attempt.json" in held.find_tampering(1)
        held.seal(1, layout.EXIT, EXIT)
    assert os.readlink(os.path.join(run, "current")) == "attempts/001"
    assert os.readlink(os.path.join(run, "brief.md")) == "current/brief.md"
    assert os.path.exists(os.path.join(run, "attempts/001/start.json"))


def test_a_run_of_format_1_is_adopted_as_it_stands(tmp_path):
    run = make(tmp_path)
    with writer.take(run) as held:
        held.seal(1, layout.EXIT, EXIT)
    shutil.rmtree(tmp_path / "ledger")
    seen = look.at(run)
    assert (seen.checked, seen.exit) == (False, EXIT)
    held = adopt.adopted(writer.take(run))
    with held:
        assert held.book.born == 1
        assert writer.take(run, 0) is None
    seen = look.at(run)
    assert (seen.checked, seen.exit, seen.start, seen.altered) == (True, EXIT, START, [])
    open(os.path.join(run, "attempts/001/verify.sh"), "w").close()
    with writer.take(run) as held:
        assert held.find_tampering(1) == ["verify.sh"]


def test_a_ledger_is_made_whole_or_not_at_all(tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise OSError(errno.ENOSPC, "no room")

    monkeypatch.setattr(writer.os, "link", refuse)
    with pytest.raises(OSError, match="no room"):
        make(tmp_path)
    assert os.listdir(tmp_path / "ledger") == []


def test_what_is_foreign_counts_until_a_person_takes_note_of_it_and_again_when_it_comes_back(run):
    path = os.path.join(run, "attempts/001/verify.json")
    open(path, "w").close()
    with writer.take(run) as held:
        assert held.find_tampering(1) == ["verify.json"]
        held.append({"attempt": 1, "accepted_foreign": ["verify.json"]})
        assert held.find_tampering(1) == []
    assert look.at(run).altered == []
    open(path, "w").close()
    with writer.take(run) as held:
        assert held.find_tampering(1) == ["verify.json"]
    assert look.at(run).altered == ["verify.json"]
