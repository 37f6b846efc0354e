"""The table of operations and their access classes."""

import pytest

from workcell.rundir import operations
from workcell.rundir.operations import LOOK, PERSON, WORK


@pytest.mark.parametrize(
    ("operation", "options", "kind"),
    [
        ("ls", {}, LOOK),
        ("launch", {}, WORK),
        ("launch", {"attach": True}, PERSON),
        ("launch", {"attach": True, "dry_run": True}, LOOK),
        ("gc", {"yes": False}, LOOK),
        ("gc", {"yes": True}, PERSON),
        ("gc", {"yes": True, "dry_run": True}, LOOK),
        ("fsck", {"rebuild": True}, PERSON),
        ("attach", {}, PERSON),
        ("attach", {"read_only": True}, LOOK),
        ("_finish", {}, WORK),
    ],
)
def test_options_change_the_class(operation, options, kind):
    assert operations.access(operation, options) == kind


def test_an_operation_without_a_class_is_a_fault():
    with pytest.raises(KeyError):
        operations.access("unheard-of", {})


def test_reach():
    assert operations.descendants_only("stop", {})
    assert operations.descendants_only("send", {"urgent": True})
    assert not operations.descendants_only("send", {"urgent": False})
    assert not operations.descendants_only("resume", {"dry_run": True})
    assert not operations.descendants_only("wait", {})


def test_what_any_run_may_do_is_not_granted():
    assert {"answer", "hold", "resume", "stop", "send", "launch", "gc", "fsck"} <= set(operations.GRANTABLE)
    assert not {"ls", "wait", "verify", "brief new"} & set(operations.GRANTABLE)
