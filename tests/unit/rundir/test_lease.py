import os
import signal
import subprocess
import sys
import threading

import pytest

from workcell.base.errors import CannotCreate, NotFound, TryAgain
from workcell.rundir import lease


def nobody(run: str) -> bool:
    return False


@pytest.fixture
def home(tmp_path):
    (tmp_path / "home").mkdir()
    return str(tmp_path / "home")


@pytest.fixture
def top(tmp_path):
    (tmp_path / "tree").mkdir()
    return str(tmp_path / "tree")


def test_a_lease_is_named_by_device_and_inode_and_names_its_run(home, top):
    with lease.claim(home, top, "run-1", nobody) as mine:
        found = os.stat(top)
        assert mine.path == os.path.join(home, "leases", f"{found.st_dev}-{found.st_ino}")
    said = lease.holder(home, top)
    assert said["run"] == "run-1" and said["top"] == top and said["schema"] == "workcell.file.lease/1"
    assert os.stat(mine.path).st_mode & 0o777 == 0o600


def test_a_run_that_is_not_done_holds_it_through_every_path(home, top, tmp_path):
    lease.claim(home, top, "run-1", nobody).close()
    (tmp_path / "link").symlink_to(top)
    for path in (top, str(tmp_path / "link"), top + "/", os.path.relpath(top)):
        with pytest.raises(TryAgain, match="in use by the run 'run-1'"):
            lease.claim(home, path, "run-2", lambda run: run == "run-1")
    with lease.claim(home, top, "run-1", lambda run: True) as again:
        assert again.run == "run-1"


def test_a_bind_mount_is_the_same_tree(home, top, tmp_path):
    bound = tmp_path / "bound"
    bound.mkdir()
    code = "import sys; from workcell.rundir import lease; print(lease.name_of(sys.argv[1]))"
    script = 'mount --bind "$1" "$2" || exit 99; "$3" -c "$4" "$2"'
    argv = ["unshare", "-Urm", "sh", "-c", script, "sh", top, str(bound), sys.executable, code]
    ran = subprocess.run(argv, capture_output=True, text=True, timeout=30)
    if ran.returncode in (1, 99):
        pytest.skip(f"no mount namespace of our own: {ran.stderr.strip()}")
    assert ran.stdout.strip() == lease.name_of(top), ran.stderr


def test_a_done_run_gives_way(home, top):
    lease.claim(home, top, "run-1", nobody).close()
    asked = []
    with lease.claim(home, top, "run-2", lambda run: bool(asked.append(run))):
        assert asked == ["run-1"]
    assert lease.holder(home, top)["run"] == "run-2"


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b'{"run": "a"}', b'{"run": 7}\n', b'{"run": ""}\n', b'{"run": "../x"}\n', b"[]\n", b"\xff\n"],
)
def test_torn_and_empty_content_is_void(home, top, content):
    lease.claim(home, top, "run-1", nobody).close()
    path = lease.path_of(home, top)
    with open(path, "wb") as file:
        file.write(content)
    assert lease.holder(home, top) is None
    lease.claim(home, top, "run-2", lambda run: pytest.fail("a void lease names nobody")).close()
    assert lease.holder(home, top)["run"] == "run-2"


def test_the_flock_is_kept_until_close_and_a_taker_waits_for_it(home, top):
    first = lease.claim(home, top, "run-1", nobody)
    with pytest.raises(TryAgain, match="at this moment"):
        lease.claim(home, top, "run-2", nobody, patience=0.05)
    threading.Timer(0.1, first.close).start()
    lease.claim(home, top, "run-2", nobody).close()


def test_a_claim_that_stands_is_not_written_again(home, top):
    lease.claim(home, top, "run-1", nobody).close()
    before = os.stat(lease.path_of(home, top))
    lease.claim(home, top, "run-1", nobody).close()
    after = os.stat(lease.path_of(home, top))
    assert (before.st_mtime_ns, before.st_ino) == (after.st_mtime_ns, after.st_ino)


def test_an_answer_that_cannot_be_given_gives_no_lease(home, top):
    lease.claim(home, top, "run-1", nobody).close()

    def broken(run):
        raise PermissionError("the run cannot be read")

    with pytest.raises(CannotCreate):
        lease.claim(home, top, "run-2", broken)
    assert lease.holder(home, top)["run"] == "run-1"
    lease.claim(home, top, "run-2", nobody).close()


def test_the_kernel_frees_the_flock_of_a_killed_claimer(home, top):
    code = (
        "import sys, time\nfrom workcell.rundir import lease\n"
        "mine = lease.claim(sys.argv[1], sys.argv[2], 'run-1', lambda run: False)\n"
        "print('has it', flush=True)\ntime.sleep(60)"
    )
    child = subprocess.Popen([sys.executable, "-c", code, home, top], stdout=subprocess.PIPE)
    with child:
        assert child.stdout.readline()
        with pytest.raises(TryAgain):
            lease.claim(home, top, "run-2", nobody, patience=0)
        child.send_signal(signal.SIGKILL)
    lease.claim(home, top, "run-2", nobody).close()


def test_eight_at_once_and_one_gets_it(home, top):
    code = (
        "import sys\nfrom workcell.base.errors import TryAgain\nfrom workcell.rundir import lease\n"
        "sys.stdin.readline()\n"
        "try:\n    lease.claim(*sys.argv[1:], lambda run: True).close()\n    print('mine')\n"
        "except TryAgain:\n    print('not mine')\n"
    )
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    children = [subprocess.Popen([sys.executable, "-c", code, home, top, f"run-{n}"], **pipes) for n in range(8)]
    for child in children:
        child.stdin.write("go\n")
        child.stdin.flush()
    said = [child.communicate(timeout=30)[0].strip() for child in children]
    assert sorted(said) == ["mine"] + ["not mine"] * 7


def test_no_tree_is_not_found(home, tmp_path):
    with pytest.raises(NotFound):
        lease.claim(home, str(tmp_path / "absent"), "run-1", nobody)
    (tmp_path / "file").write_text("")
    with pytest.raises(NotFound):
        lease.claim(home, str(tmp_path / "file"), "run-1", nobody)


def living(*runs):
    return lambda run: run in runs


def test_runs_that_share_a_tree_have_it_together_and_one_that_does_not_is_kept_out(home, top):
    lease.claim(home, top, "run-1", nobody, shared=True).close()
    lease.claim(home, top, "run-2", living("run-1"), shared=True).close()
    assert lease.runs_in(home, top, living("run-1", "run-2")) == ["run-1", "run-2"]
    for alive in ("run-1", "run-2"):
        with pytest.raises(TryAgain, match=f"in use by the run '{alive}'"):
            lease.claim(home, top, "run-3", living(alive))
    assert lease.holder(home, top)["shared"] is True
    lease.claim(home, top, "run-3", nobody).close()
    assert "shared" not in lease.holder(home, top) and lease.runs_in(home, top, living("run-3")) == ["run-3"]
    with pytest.raises(TryAgain, match="in use by the run 'run-3'"):
        lease.claim(home, top, "run-4", living("run-3"), shared=True)
    with pytest.raises(TryAgain, match="in use by the run 'run-3'"):
        lease.claim(home, top, "run-1", living("run-3"), shared=True)


def test_a_member_counts_where_the_line_of_a_shared_tree_is_torn(home, top):
    with lease.claim(home, top, "run-1", nobody, shared=True) as mine:
        os.truncate(mine.path, 10)
    with pytest.raises(TryAgain, match="in use by the run 'run-1'"):
        lease.claim(home, top, "run-2", living("run-1"))
    lease.claim(home, top, "run-2", living("run-1"), shared=True).close()
    assert lease.runs_in(home, top, living("run-1", "run-2")) == ["run-1", "run-2"]


def test_a_run_that_shares_a_tree_comes_back_to_it(home, top):
    lease.claim(home, top, "run-1", nobody, shared=True).close()
    lease.claim(home, top, "run-2", living("run-1"), shared=True).close()
    with lease.claim(home, top, "run-1", living("run-1", "run-2"), shared=True) as again:
        assert again.run == "run-1"
    assert sorted(os.listdir(again.path + ".d")) == ["run-1", "run-2"]
