"""Run directories of format 1 as they were written when it was released: they load for ever."""

import json
import os
import shutil
from pathlib import Path

import pytest

from workcell.rundir import look, phase, status
from workcell.upkeep import fsck

FROZEN = Path(__file__).resolve().parents[1] / "data/formats/v1/runs"

EXPECTED = {
    "20261120-0512-frozen-two-aaaa": ("done", "passed", 2, True),
    "20261120-0512-frozen-unverified-bbbb": ("done", "unverified", 1, True),
    "20261120-0512-frozen-stopped-cccc": ("done", "stopped", 1, True),
    "20261120-0512-frozen-created-dddd": ("created", "created", 1, False),
    "20261120-0512-frozen-interrupted-eeee": ("interrupted", "interrupted", 1, False),
    "20261120-0512-frozen-elsewhere-ffff": ("unknown", "unknown", 1, False),
}


@pytest.fixture
def frozen(tmp_path):
    """A copy with the modes that a checkout does not keep."""
    home = tmp_path / "home"
    shutil.copytree(FROZEN, home / "runs", symlinks=True)
    for directory, _, files in os.walk(home):
        os.chmod(directory, 0o700)
        for name in files:
            path = os.path.join(directory, name)
            if not os.path.islink(path):
                os.chmod(path, 0o500 if name == "verify.sh" else 0o600)
    return home


@pytest.mark.parametrize("run", sorted(EXPECTED))
def test_a_frozen_run_says_what_it_said(frozen, run):
    phase, state, attempts, cached = EXPECTED[run]
    path = str(frozen / "runs" / run)
    seen = look.at(path)
    found = status.document(seen)
    assert (seen.phase, found["state"], len(found["attempts"])) == (phase, state, attempts), seen.why
    stored = status.cached(path)
    assert (stored is not None) == cached
    if stored is not None:
        # keys that a writer of then did not know, and the need, which readers work out anew
        later = {"checked": False, "altered": [], "hold": None, "waits": None, "acknowledged": False}
        assert {**later, **stored, "needs": found["needs"], "changed": found["changed"]} == found, (
            "the cache of then is the projection of now"
        )


def test_frozen_runs_pass_fsck(frozen):
    for report in fsck.fsck(str(frozen)):
        assert report.problems == []


def test_every_expected_run_is_there():
    assert sorted(os.listdir(FROZEN)) == sorted(EXPECTED)


@pytest.mark.parametrize("name", ["launch.json", "attempts/001/attempt.json"])
def test_a_newer_major_is_refused_and_nothing_is_rewritten(frozen, name):
    path = frozen / "runs" / "20261120-0512-frozen-two-aaaa"
    file = path / name
    text = file.read_text().replace('/1"', '/3"', 1)
    file.write_text(text)
    if name.startswith("attempts"):
        (path / "current").unlink()
        (path / "current").symlink_to("attempts/001")
    seen = look.at(str(path))
    assert seen.phase in ("corrupt", "done")
    assert any("install a newer workcell" in problem for problem in seen.problems)
    assert file.read_text() == text


def test_unknown_keys_and_files_stay(frozen):
    path = frozen / "runs" / "20261120-0512-frozen-stopped-cccc"
    result = path / "attempts" / "001" / "result.json"
    result.write_text(result.read_text().replace("{", '{"of_tomorrow": [1],', 1))
    (path / "of_tomorrow.json").write_text("{}")
    assert look.at(str(path)).result["of_tomorrow"] == [1]
    fsck.fsck(str(frozen), [str(path)], rebuild=True)
    assert (path / "of_tomorrow.json").exists()
    assert "of_tomorrow" in result.read_text()


def test_a_frozen_run_is_resumed_and_from_then_on_checked(lab):
    """Format 1 as an upgrade finds it: its tree is put in the place of the one that was there then."""
    shutil.copytree(FROZEN, os.path.join(lab.home, "runs"), symlinks=True)
    run = os.path.join(lab.home, "runs", "20261120-0512-frozen-unverified-bbbb")
    os.chmod(lab.home, 0o700)
    there = json.loads(Path(run, "launch.json").read_text())["workspace"]
    for name in ("launch.json", "attempts/001/attempt.json"):
        path = Path(run, name)
        path.write_text(path.read_text().replace(json.dumps(there)[1:-1], lab.repo))
    Path(lab.home, "FORMAT").write_text("1\n")
    assert not look.at(run).checked
    lab.workcell("resume", run, "--brief", lab.brief("true"), "--no-window")
    seen = lab.phase(run, phase.DONE)
    assert (seen.n, seen.result["outcome"], seen.checked, seen.altered) == (2, "passed", True, [])
    assert Path(lab.home, "FORMAT").read_text() == "2\n"
    [report] = fsck.fsck(lab.home, [run])
    assert [line for line in report.problems if "can be read by others" not in line] == []
