"""What the list says of an operation."""

from types import SimpleNamespace

import pytest

from workcell.base.errors import Refused
from workcell.faces.tui import told


@pytest.mark.parametrize(
    ("operation", "done", "wanted"),
    [
        ("stop", SimpleNamespace(outcome="stopped", phase="done", note=None), "r stopped"),
        ("stop", SimpleNamespace(outcome=None, phase="lost", note="it\x1b[2J"), "r lost; it\\x1b[2J"),
        ("resume", SimpleNamespace(attempt=3), "r attempt 3"),
        ("hold", None, "r is held; h releases it"),
        ("release", SimpleNamespace(released=("run", "account")), "r is held no more: run and account"),
        ("release", SimpleNamespace(released=()), "r was not held"),
        ("ack", None, "r acknowledged"),
    ],
)
def test_one_line_says_what_was_done(operation: str, done: object, wanted: str) -> None:
    assert told.outcome(operation, "r", done) == wanted


def test_an_error_is_told_with_its_cure_and_cannot_steer() -> None:
    assert told.error_text(Refused("no\x1b[2J", "workcell ls")) == "workcell: no\\x1b[2J\nhint: workcell ls"
    assert told.error_text(Refused("no")) == "workcell: no"
    assert "workcell doctor" in told.error_text(OSError(28, "No space left on device"))
