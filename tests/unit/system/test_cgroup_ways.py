"""Which control groups can be used, worked out from what /proc says."""

from pathlib import Path

from workcell.system import cgroup_ways

BOTH = ["memory", "pids"]
MOUNT = "31 23 0:28 {root} {top} rw,relatime shared:1 - {kind} none rw,{options}"


def v2(root: Path, path: str, **files: dict[str, str]) -> tuple[list[str], list[str]]:
    """A tree of plain files in the shape of cgroup v2: group to file to text; our own group is `path`."""
    for group, content in files.items():
        directory = root / group.replace("__", "/") if group != "top" else root
        directory.mkdir(parents=True, exist_ok=True)
        for name, text in content.items():
            (directory / name.replace("_", ".", 1)).write_text(text)
    return [f"0::{path}"], [MOUNT.format(root="/", top=root, kind="cgroup2", options="nsdelegate")]


ON = {"cgroup_controllers": "cpu memory pids\n", "cgroup_subtree_control": "memory pids\n", "cgroup_procs": ""}
OFF = {**ON, "cgroup_subtree_control": "", "cgroup_type": "domain\n", "cgroup_procs": "1\n2\n"}


def test_v2_takes_the_nearest_directory_with_its_controllers_on(tmp_path):
    own, mounts = v2(tmp_path, "/user/session", top=ON, user={**ON, "cgroup_type": "domain\n"}, user__session=OFF)
    found, not_here = cgroup_ways.ways_of(own, mounts, BOTH)
    assert [(way.kind, way.places, way.enable) for way in found] == [
        ("v2", dict.fromkeys(BOTH, f"{tmp_path}/user"), False)
    ]
    assert any("systemd" in why for why in not_here) and any("cgroup v1" in why for why in not_here)


def test_v2_without_controllers_is_said_to_be_so(tmp_path):
    own, mounts = v2(tmp_path, "/", top={**ON, "cgroup_controllers": "hugetlb\n"})
    found, not_here = cgroup_ways.ways_of(own, mounts, BOTH)
    assert found == [] and any("has no controller memory and pids" in why for why in not_here)


def test_v2_of_a_container_whose_only_group_has_processes_cannot_be_used(tmp_path):
    own, mounts = v2(tmp_path, "/", top=OFF)
    assert cgroup_ways.ways_of(own, mounts, BOTH)[0] == []
    (tmp_path / "cgroup.procs").write_text("")
    assert cgroup_ways.ways_of(own, mounts, BOTH)[0][0].enable


def test_v1_needs_each_controller_that_is_asked_for(tmp_path):
    for name in ("memory", "pids"):
        (tmp_path / name / "mine").mkdir(parents=True)
    own = ["8:pids:/mine", "4:memory:/docker/x/mine", "0::/"]
    mounts = [
        MOUNT.format(root="/docker/x", top=tmp_path / "memory", kind="cgroup", options="memory"),
        MOUNT.format(root="/", top=tmp_path / "pids", kind="cgroup", options="cpu,pids"),
    ]
    found, _ = cgroup_ways.ways_of(own, mounts, BOTH)
    assert found[0].places == {"memory": f"{tmp_path}/memory/mine", "pids": f"{tmp_path}/pids/mine"}
    found, not_here = cgroup_ways.ways_of(own, mounts[:1], BOTH)
    assert found == [] and "no controller pids is mounted" in not_here[-1]
    assert cgroup_ways.ways_of(own, mounts[:1], ["memory"])[0][0].kind == "v1"


def test_a_mount_that_shows_another_part_of_the_hierarchy_is_not_ours(tmp_path):
    (tmp_path / "memory").mkdir()
    mounts = [MOUNT.format(root="/elsewhere", top=tmp_path / "memory", kind="cgroup", options="memory")]
    assert cgroup_ways.ways_of(["4:memory:/here"], mounts, ["memory"])[0] == []
