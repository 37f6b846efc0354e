"""Making control groups, and their counts and names."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from workcell.base.errors import Unreachable
from workcell.system import cgroup, kernel_log, run_program


def test_names_of_groups_and_slices_lead_back_to_the_run(tmp_path):
    begins = cgroup.prefix(str(tmp_path))
    name = cgroup.name(str(tmp_path), "/h/runs/20261120-0512-fix-login-7f3a", 2)
    assert cgroup.called(f"/x/{name}", begins) == "20261120-0512-fix-login-7f3a.002"
    unit = "workcell-" + name.removeprefix("workcell-").replace("-", "_") + ".slice"
    assert cgroup.called(f"/x/{unit}", begins) == "20261120-0512-fix-login-7f3a.002"
    for one in (name, unit, "workcell-1.2-other.001", "else"):
        (tmp_path / "groups" / one).mkdir(parents=True)
    found = cgroup.strays([str(tmp_path / "groups")] * 2, begins)
    assert sorted(map(os.path.basename, found)) == sorted([name, unit])


def test_counts_of_v2_and_of_a_group_that_is_gone(tmp_path):
    (tmp_path / "memory.events").write_text("low 0\noom 3\noom_kill 2\n")
    (tmp_path / "memory.peak").write_text("1000\n")
    (tmp_path / "pids.events").write_text("max 7\n")
    group = {"kind": "v2", "memory": str(tmp_path), "pids": str(tmp_path), "memory_bytes": 9, "processes": 5}
    counts = cgroup.counts(group)
    assert (counts["memory_kills"], counts["memory_peak_bytes"], counts["processes_refused"]) == (2, 1000, 7)
    gone = cgroup.counts({**group, "memory": "/nowhere", "pids": "/nowhere"})
    assert (gone["memory_kills"], gone["processes_refused"], gone["memory_bytes"]) == (None, None, 9)


LOG = [
    b"6,1,1,-;oom-kill:constraint=CONSTRAINT_MEMCG,oom_memcg=/a/workcell-1.2-r.001,task_memcg=/a/workcell-1.2-r.001,"
    b"task=python3,pid=77,uid=0\n",
    b"3,2,1,-;Memory cgroup out of memory: Killed process 77 (a (b) c) total-vm:221356kB, anon-rss:65024kB, "
    b"file-rss:6644kB, shmem-rss:0kB, UID:0 pgtables:188kB oom_score_adj:0\n",
    b"6,3,1,-;oom-kill:constraint=CONSTRAINT_MEMCG,oom_memcg=/a/workcell-1.2-r.001-verify,pid=78,uid=0\n",
    b"3,4,1,-;Memory cgroup out of memory: Killed process 78 (x) total-vm:1kB, anon-rss:1kB, file-rss:0kB, shmem-rss:0kB\n",
]


def test_the_kernel_names_what_it_killed_in_this_group_and_no_other():
    found = kernel_log.parse(LOG, b"workcell-1.2-r.001")
    assert found == [{"pid": 77, "command": "a (b) c", "rss_bytes": (65024 + 6644) << 10}]
    assert [one["pid"] for one in kernel_log.parse(LOG, b"workcell-1.2-r.001-verify")] == [78]
    assert kernel_log.parse(LOG, b"workcell-1.2") == []


def test_a_program_waits_until_it_is_placed(tmp_path):
    out = os.open(tmp_path / "out", os.O_RDWR | os.O_CREAT)
    seen: list[str] = []

    def place(pid: int) -> None:
        seen.append(Path(f"/proc/{pid}/cmdline").read_text() + (tmp_path / "out").read_text())

    env = {"PATH": os.environ["PATH"]}
    words = ["sh", "-c", "echo $$; kill -s PIPE $$"]
    code = run_program.run_into(words, run_program.Setting(str(tmp_path), env), timeout=20, output=out, place=place)
    assert code == -13, "the signals that Python ignores are not ignored any more"
    assert "started" not in seen[0] and (tmp_path / "out").read_text().strip().isdigit()
    with pytest.raises(Unreachable, match="cannot start"):
        run_program.run_into(["no-such"], run_program.Setting(str(tmp_path), env), timeout=20, output=out, place=place)
    assert len(seen) == 1
    os.close(out)


def test_a_program_that_cannot_be_placed_is_not_started(tmp_path):
    out = os.open(tmp_path / "out", os.O_RDWR | os.O_CREAT)

    def refuse(pid: int) -> None:
        raise Unreachable("no room")

    with pytest.raises(Unreachable, match="no room"):
        run_program.run_into(
            ["sh", "-c", "echo started"],
            run_program.Setting(str(tmp_path), dict(os.environ)),
            timeout=20,
            output=out,
            place=refuse,
        )
    assert (tmp_path / "out").read_text() == ""
    os.close(out)


def test_a_gate_that_is_shut_starts_nothing():
    gated = Path(run_program.__file__).parents[1] / "runner" / "gated.py"
    reader, writer = os.pipe()
    os.close(writer)
    ran = subprocess.run(
        [sys.executable, "-I", "-S", gated, str(reader), "echo", "started"], pass_fds=[reader], capture_output=True
    )
    os.close(reader)
    assert (ran.returncode, ran.stdout) == (75, b"")


def test_the_cure_names_a_command():
    assert re.search(r"loginctl enable-linger", cgroup.missing(["memory", "pids"], ["x"]).hint or "")
