"""The claim of a run on a session."""

import json
import os
from pathlib import Path

import pytest

from workcell.base.errors import Refused, TryAgain
from workcell.rundir import session_lease

ID = "5369a4b0-2a7a-4c7e-a04f-d731eae2fcfe"


def claim(home: Path, run: str, *there: str) -> session_lease.Claimed:
    return session_lease.claim(str(home), "claude", ID, run, lambda name: name in there)


def test_a_session_has_one_run(tmp_path: Path) -> None:
    with claim(tmp_path, "one"):
        pass
    with pytest.raises(Refused, match="the run one goes on") as error:
        claim(tmp_path, "two", "one")
    assert error.value.hint == "workcell resume one --native"
    with claim(tmp_path, "one", "one"):
        pass
    with claim(tmp_path, "two"):  # that run was removed
        said = json.loads(Path(session_lease.path_of(str(tmp_path), "claude", ID)).read_text())
    assert (said["schema"], said["run"], said["agent"], said["session"]) == (
        "workcell.file.session/1",
        "two",
        "claude",
        ID,
    )


def test_while_it_is_being_claimed_it_cannot_be_asked_for(tmp_path: Path) -> None:
    with claim(tmp_path, "one"), pytest.raises(TryAgain, match="at this moment"):
        claim(tmp_path, "two")


@pytest.mark.parametrize("torn", [b"", b'{"run": "one"', b"[1]\n", b'{"run": "../x"}\n', b"\xff\n"])
def test_what_is_torn_is_void(tmp_path: Path, torn: bytes) -> None:
    path = session_lease.path_of(str(tmp_path), "claude", ID)
    os.makedirs(os.path.dirname(path))
    Path(path).write_bytes(torn)
    with claim(tmp_path, "two", "one", "../x"):
        assert Path(path).read_bytes().endswith(b"}\n")


@pytest.mark.parametrize("name", ["", "a/b", "..\n", "é", "x" * 200])
def test_an_id_that_names_no_file_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(Refused, match="is no id"):
        session_lease.path_of(str(tmp_path), "claude", name)
