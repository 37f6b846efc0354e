"""Limits on memory and processes with real control groups, where this machine lets them be made."""

import os
import subprocess

import pytest

from tests.support import frozen
from tests.support.lab import eventually
from workcell.base.errors import Unreachable
from workcell.system import cgroup, cgroup_ways, resource_limits

needs_groups = pytest.mark.skipif(
    not cgroup_ways.ways(cgroup_ways.CONTROLLERS)[0], reason="no control group can be made here"
)
LIMITS = {"memory_bytes": 64 << 20, "processes": 20}


@pytest.fixture
def sleeper():
    with subprocess.Popen(["sleep", "600"], start_new_session=True) as child:
        yield child
        child.kill()


@pytest.fixture
def home(tmp_path):
    return frozen.thaw(tmp_path / "home")


@pytest.fixture
def group(home, sleeper):
    made = cgroup.place(cgroup.name(home, "runs/r", 1), sleeper.pid, LIMITS)
    yield made
    sleeper.kill()
    sleeper.wait()
    eventually(lambda: cgroup.remove(made))


@needs_groups
def test_a_process_is_placed_counted_and_its_group_removed(home, group, sleeper):
    assert cgroup.members(group) == [sleeper.pid]
    assert (group["memory_bytes"], group["processes"]) == (64 << 20, 20)
    counts = resource_limits.counts_of(group, None)
    assert counts["kind"] == group["kind"] and counts["processes"] == 20 and counts["memory_kills"] in (0, None)
    assert not cgroup.remove(group), "one with a process in it stays"
    places = {os.path.dirname(path) for path in (group["memory"], group["pids"]) if path}
    left = resource_limits.left(home, places)
    assert {(run, n) for _, run, n in left} == {("r", 1)}
    assert all(resource_limits.members(path) == [sleeper.pid] for path, _, _ in left)
    assert resource_limits.run_of(home, left[0][0]) == os.path.join(home, "runs", "r")
    sleeper.kill()
    sleeper.wait()
    assert all(eventually(lambda path=path: resource_limits.remove_path(path)) for path, _, _ in left)
    assert resource_limits.left(home, places) == []


@needs_groups
def test_forks_are_forbidden_and_allowed_again(group):
    path = cgroup.directory_of(group, cgroup.PIDS)

    def most():
        with open(f"{path}/pids.max") as file:
            return file.read().strip()

    assert most() == "20"
    cgroup.forbid_forks(group)
    assert most() == "0"
    cgroup.allow_forks(group)
    assert most() == "20"


@needs_groups
def test_a_verify_script_has_a_group_of_its_own_beside(group):
    beside = resource_limits.verify_group(group)
    for controller in cgroup.CONTROLLERS:
        mine, other = cgroup.directory_of(group, controller), cgroup.directory_of(beside, controller)
        assert mine != other and os.path.dirname(mine) == os.path.dirname(other)
    assert cgroup.members(beside) == [] and cgroup.remove(beside)


@needs_groups
def test_a_process_that_is_gone_cannot_be_placed(home):
    with pytest.raises(Unreachable, match="can limit memory and processes"):
        cgroup.place(cgroup.name(home, "runs/r", 2), 2**22 + 1, LIMITS)


def test_without_limits_there_is_no_group(home):
    run = frozen.run_of(home, "frozen-two")
    resource_limits.check({})
    assert resource_limits.warnings({}) == []
    assert resource_limits.around_verify(run, 1, {"memory_bytes": None})[0] is None
    assert resource_limits.group_of(run, 1) is None and resource_limits.verify_group(None) is None
    assert resource_limits.counts_of(None, None) is None
    resource_limits.remove(run, 1)


def test_a_unit_of_systemd_has_its_slice_beside():
    group = {"kind": "scope", "memory": "/g/workcell-a.slice", "pids": None, "unit": "workcell-a.slice"}
    beside = resource_limits.verify_group(group)
    assert (beside["unit"], beside["memory"], beside["pids"]) == (
        "workcell-a_verify.slice",
        "/g/workcell-a_verify.slice",
        None,
    )
