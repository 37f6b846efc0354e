"""The hook as a program, given to it what agents give and what they never should."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


def _call(data: bytes, run: Path | None, attempt: str = "20261120-0512-x-7f3a/2") -> subprocess.CompletedProcess[bytes]:
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    if run is not None:
        env |= {"WORKCELL_RUN_DIR": str(run), "WORKCELL_ATTEMPT": attempt}
    words = [sys.executable, "-m", "workcell.faces.hook"]
    return subprocess.run(words, input=data, env=env, capture_output=True, timeout=30)


def _quiet(ran: "subprocess.CompletedProcess[bytes]") -> bool:
    return (ran.returncode, ran.stdout, ran.stderr) == (0, b"", b"")


def test_one_document_becomes_one_file_in_the_spool(tmp_path: Path) -> None:
    said = {"hook_event_name": "Stop", "id": "its own", "type": "its own"}
    assert _quiet(_call(json.dumps(said).encode(), tmp_path))
    (file,) = (tmp_path / "spool" / "new").iterdir()
    found = json.loads(file.read_text())
    assert (found["type"], found["attempt"], found["document"]) == ("hook", 2, said)
    assert found["id"] == file.name.removesuffix(".json")


@pytest.mark.parametrize(
    "data",
    [b"", b"not JSON", b"[1]", b"\xff\xfe", b"[" * 100_000, b'{"a": "' + b"x" * (1 << 20) + b'"}', b'{"a": NaN}'],
    ids=["empty", "words", "list", "binary", "deep", "long", "NaN"],
)
def test_what_is_no_document_is_dropped_without_a_word(tmp_path: Path, data: bytes) -> None:
    assert _quiet(_call(data, tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_outside_a_run_and_in_one_that_is_gone_nothing_happens(tmp_path: Path) -> None:
    assert _quiet(_call(b"{}", None))
    assert _quiet(_call(b"{}", tmp_path / "gone"))
    assert _quiet(_call(b"{}", tmp_path, attempt="nonsense"))
    assert list(tmp_path.iterdir()) == []


def test_a_spool_that_cannot_be_written_costs_the_document_alone(tmp_path: Path) -> None:
    (tmp_path / "spool").write_text("a file where a directory belongs")
    assert _quiet(_call(b"{}", tmp_path))
