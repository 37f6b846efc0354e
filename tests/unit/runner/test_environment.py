"""The agent's environment is the one that was compared with the ledger, or none."""

import pytest

from workcell.base import digest, json_codec
from workcell.rundir import layout, ledger
from workcell.runner import life


def test_an_environment_that_changed_after_it_was_compared_starts_nothing(tmp_path):
    data = json_codec.encode({"schema": "workcell.file.env/1", "env": {"A": "1"}, "umask": 18})
    (tmp_path / "env.json").write_bytes(data)
    attempt = {"terminal": {"term": "dumb"}}
    book = ledger.Book()
    book.hashes[(0, layout.ENV)] = digest.sha256(data)
    env, umask = life._environment(str(tmp_path), 1, attempt, book)
    assert (env["A"], umask) == ("1", 18)
    book.hashes[(0, layout.ENV)] = digest.sha256(data + b" ")
    with pytest.raises(FileNotFoundError):
        life._environment(str(tmp_path), 1, attempt, book)
