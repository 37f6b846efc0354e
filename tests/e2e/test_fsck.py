"""fsck finds what is wrong, says it once, and rebuilds the cache from the sealed files."""

import json
import os
from pathlib import Path

import pytest

from workcell.rundir import layout, look, phase


@pytest.fixture
def run(lab):
    return lab.launch(lab.brief("echo hello"), "--wait")


def faults(lab, run):
    ran = lab.workcell("fsck", run, "--json", code=None)
    found = json.loads(ran.stdout)
    assert "runs" in found, found
    assert ran.returncode == (1 if any(one["problems"] for one in found["runs"]) else 0)
    return [line for one in found["runs"] for line in one["problems"]]


def test_a_fresh_run_is_clean(lab, run):
    assert faults(lab, run) == []


def test_status_is_rebuilt_from_the_sealed_files(lab, run):
    path = Path(run, "status.json")
    before = json.loads(path.read_text())
    for damage in (lambda: path.unlink(), lambda: path.write_text("{"), lambda: path.write_text('{"state": "passed"}')):
        damage()
        assert len(faults(lab, run)) == 1
        lab.workcell("fsck", run, "--rebuild")
        assert json.loads(path.read_text()) == before
        assert lab.status(run)["outcome"] == "passed"


def test_ls_does_not_trust_a_cache_in_the_run_directory(lab, run):
    path = Path(run, "status.json")
    stored = json.loads(path.read_text())
    os.unlink(os.path.join(run, "attempts/001/result.json"))
    path.write_text(json.dumps({**stored, "state": "failed", "outcome": "failed"}))
    rows = json.loads(lab.workcell("ls", "--json").stdout)["runs"]
    assert rows[0]["state"] == "passed"
    assert lab.status(run)["outcome"] == "passed", "its record stands in the ledger"
    assert any("result.json is not what the ledger says" in line for line in faults(lab, run))
    lab.workcell("fsck", run, "--rebuild")
    assert faults(lab, run) == []


@pytest.mark.parametrize(
    ("file", "text", "words"),
    [
        ("launch.json", "{}", "launch.json changed since it was written"),
        ("launch.json", None, "launch.json is missing"),
        ("attempts/001/exit.json", '{"schema": "workcell.file.exit/1", "how": "bored"}', "exit.json: how"),
        ("attempts/001/attempt.json", "not json", "attempt.json cannot be read"),
        ("attempts/001/exit.json", None, "without exit.json"),
        ("events.jsonl", '{"n": 2}\n{"n": 1}\nnonsense\n', "number 1 after 2"),
    ],
)
def test_damage_is_named(lab, run, file, text, words):
    path = Path(run, file)
    path.chmod(0o600)
    path.unlink() if text is None else path.write_text(text)
    found = faults(lab, run)
    assert any(words in line for line in found), found


def test_a_run_that_others_can_read_is_named(lab, run):
    os.chmod(os.path.join(run, "env.json"), 0o644)
    assert any("env.json can be read by others" in line for line in faults(lab, run))


def test_missing_links_come_back(lab, run):
    os.unlink(os.path.join(run, "handoff.md"))
    assert any("handoff.md" in line for line in faults(lab, run))
    lab.workcell("fsck", run, "--rebuild")
    assert faults(lab, run) == []


def test_what_a_person_accepts_keeps_no_resume_away_any_more(lab):
    """The agent changed its check and planted a result: fsck says both, and its cure leads on to a resume."""
    act = 'cd "$WORKCELL_ATTEMPT_DIR"; chmod u+w verify.sh; echo exit 0 >verify.sh; echo "{}" >result.json'
    run = lab.launch(lab.brief(act, "exit 1"), "--wait", code=1)
    for options in ([], ["--json"]):
        said = lab.workcell("fsck", run, *options, code=1).stdout
        assert "attempts/001/verify.sh changed" in said and "result.json was put there" in said
        assert said.count("fsck --accept") == 2
    assert "fsck --accept" in lab.workcell("resume", run, "--no-window", code=77).stderr
    assert lab.workcell("verify", run, code=1).stderr.startswith("the check was not run: it is not what was pinned")
    said = lab.workcell("fsck", run, "--accept", "--yes").stdout
    assert "verify.sh accepted" in said and "result.json: noted" in said
    assert "1 run checked, 0 with problems" in lab.workcell("fsck", run).stderr
    lab.workcell("verify", run)
    assert json.loads(Path(run, "status.json").read_text())["altered"] == []
    assert look.at(run).result["outcome"] == "tampered", "what was decided stands"
    assert Path(layout.attempt(run, 1), layout.FOREIGN, layout.RESULT).exists()
    lab.workcell("resume", run, "--no-window")
    assert lab.phase(run, phase.DONE).n == 2


def test_a_file_that_is_gone_is_not_said_to_be_acceptable(lab):
    run = lab.launch(lab.brief('rm -f "$WORKCELL_ATTEMPT_DIR/attempt.json"', "true"), "--wait", code=1)
    assert "attempt.json is gone" in lab.workcell("fsck", run, code=1).stdout
    said = lab.workcell("resume", run, "--no-window", code=77).stderr
    assert "launch a new run" in said and "--accept" not in said
