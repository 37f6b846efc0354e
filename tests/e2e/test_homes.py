"""A home that must not be used: every program that writes refuses it, and not one byte of it changes."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.lab import ROOT
from workcell.rundir import home as homes
from workcell.rundir import layout, ledger, look, phase

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can act on the home of another user")
SOMEBODY = 65534

VERBS = [
    "ls", "top", "status RUN", "logs RUN", "events RUN", "what RUN", "why RUN", "judge RUN", "handoff RUN", "wait RUN",
    "resume RUN --no-window", "stop RUN", "verify RUN", "attach RUN", "send RUN hello", "answer RUN yes", "hold RUN",
    "release RUN", "recover RUN", "fsck", "fsck --rebuild", "gc --yes", "salvage ls", "notify ls", "recipe ls",
    "playbook ls", "brief lint BRIEF", "launch BRIEF --no-window", "watchdog tick", "watchdog status", "init",
    "launch BRIEF --no-window --name --help", "send RUN -- --version",
]  # fmt: skip


def fingerprint(top: str) -> dict[str, tuple[object, ...]]:
    """Every name below `top` with its owner, mode, times of change and content."""
    found: dict[str, tuple[object, ...]] = {}
    for directory, names, files in os.walk(top):
        for name in [*names, *files, "."]:
            path = os.path.join(directory, name)
            about = os.lstat(path)
            data = b""
            if os.path.isfile(path) and not os.path.islink(path):
                data = hashlib.sha256(Path(path).read_bytes()).digest()
            found[path] = (about.st_uid, about.st_mode, about.st_size, about.st_ctime_ns, data)
    return found


def own(top: str, uid: int) -> None:
    for directory, names, files in os.walk(top):
        for name in [*names, *files, "."]:
            os.chown(os.path.join(directory, name), uid, uid, follow_symlinks=False)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A home with a run that was killed and one that was never started; what would settle it leaves a mark."""
    from tests.support.lab import Lab

    lab = Lab()
    verify = 'echo ran >>"$MARKS/verified"'
    lost = lab.launch(lab.brief("sleep 600", verify, name="lost"))
    seen = lab.phase(lost, phase.RUNNING)
    for who in ("runner", "agent"):
        os.kill(seen.start[who]["pid"], 9)
    lab.phase(lost, phase.LOST)
    lab.launch(lab.brief("true", verify, name="fresh"), "--prepare", repo=lab.new_repo())
    yield lab, os.path.basename(lost)
    lab.close()


def foreign(home: str) -> None:
    own(home, SOMEBODY)


def writable(home: str) -> None:
    os.chmod(home, 0o777)


def newer(home: str) -> None:
    Path(home, layout.FORMAT_FILE).write_text("3\n")


def replaceable(home: str) -> None:
    os.chmod(os.path.dirname(home), 0o777)


KINDS = [
    pytest.param(foreign, "belongs to another user", marks=AS_ROOT),
    (writable, "others can write to the home"),
    (replaceable, "others can replace the home"),
    (newer, "is of format '3'"),
]


@pytest.fixture
def copied(made, tmp_path):
    """(the lab, a copy of its home in a directory of its own, the id of the run that was killed)"""
    lab, run = made
    above = tmp_path / "above"
    above.mkdir(0o755)
    home = str(above / "home")
    shutil.copytree(lab.home, home, symlinks=True, ignore=shutil.ignore_patterns("*.sock"))
    return lab, home, run


def _internal(home: str, run: str, verb: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """_settle and _finish as they are called: with the right to write the run. It is of the copy: nobody else has it."""
    path = os.path.join(home, layout.RUNS, run)
    fd = os.open(ledger.path(path), os.O_RDWR)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        words = [sys.executable, "-m", "workcell", verb, path, "1", str(fd), "-1"]
        return subprocess.run(words, env=env, pass_fds=[fd], capture_output=True, text=True, timeout=60)
    finally:
        os.close(fd)


@pytest.mark.parametrize("spoil, words", KINDS)
@pytest.mark.heavy
def test_no_program_touches_it(copied, spoil, words):
    lab, home, run = copied
    spoil(home)
    before = fingerprint(home)
    env = lab.env(WORKCELL_HOME=home)
    path = os.path.join(home, layout.RUNS, run)
    brief = lab.brief(name="another")
    for verb in VERBS:
        said = [{"RUN": run, "BRIEF": brief}.get(word, word) for word in verb.split()]
        ran = subprocess.run(
            [sys.executable, "-m", "workcell", *said], env=env, cwd=lab.top, capture_output=True, text=True, timeout=60,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert ran.returncode in (77, 78) and words in ran.stderr, (verb, ran)
        assert "Traceback" not in ran.stderr
    for verb in ("_settle", "_finish"):
        ran = _internal(home, run, verb, env)
        assert ran.returncode in (77, 78) and words in ran.stderr, (verb, ran)
    programs = [
        [sys.executable, "-m", "workcell", "_deliver", path, "1"],
        [sys.executable, "-I", "-S", str(ROOT / "workcell/runner/spawn.py"), path, "1"],
        [sys.executable, "-I", "-S", str(ROOT / "workcell/runner/__main__.py"), path, "1", "none"],
    ]
    for program in programs:
        ran = subprocess.run(program, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        assert ran.returncode in (75, 77) and words in ran.stderr, (program, ran)
    ran = subprocess.run(
        [sys.executable, "-m", "workcell", "_complete", "runs", ""], env=env, capture_output=True, text=True, timeout=60
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    assert fingerprint(home) == before
    assert not lab.mark("verified")


@AS_ROOT
def test_a_hook_writes_nothing_into_the_run_of_another_user(copied):
    lab, home, run = copied
    own(home, SOMEBODY)
    before = fingerprint(home)
    env = lab.env(WORKCELL_RUN_DIR=os.path.join(home, layout.RUNS, run), WORKCELL_ATTEMPT=f"{run}/1")
    words = [sys.executable, "-I", "-S", str(ROOT / "workcell/faces/hook.py"), "claude"]
    ran = subprocess.run(words, env=env, input=b'{"hook_event_name": "Stop"}', capture_output=True, timeout=60)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, b"", b"")
    assert fingerprint(home) == before


@AS_ROOT
def test_a_run_of_another_user_in_ones_own_home_is_left_alone(copied):
    """As root finds it after unpacking somebody's run: its check would run as root."""
    lab, home, run = copied
    path = os.path.join(home, layout.RUNS, run)
    own(path, SOMEBODY)
    before = fingerprint(path)
    env = lab.env(WORKCELL_HOME=home)
    lab.workcell("watchdog", "tick", env=env)
    for verb in ("resume", "stop", "verify", "wait"):
        ran = lab.workcell(verb, run, code=77, env=env)
        assert "belongs to another user" in ran.stderr and "chown" in ran.stderr
    assert fingerprint(path) == before and not lab.mark("verified")


@AS_ROOT
def test_its_owner_may_use_the_home_that_root_may_not(copied):
    """The same home through the user that it belongs to: the refusal is of the wrong user, not of the home."""
    lab, home, _ = copied
    above = os.path.dirname(home)
    own(above, SOMEBODY)
    for path in (lab.top, *Path(above).parents):
        if str(path).startswith("/tmp/"):
            os.chmod(path, 0o755)
    ask = "import os, sys; os.setgid(65534); os.setuid(65534); from workcell.rundir import home; print(home.check(sys.argv[1]))"
    ran = subprocess.run(
        [sys.executable, "-c", ask, home], env=lab.env(), cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert ran.stdout == "True\n", ran


@pytest.mark.parametrize("number", layout.READS)
def test_each_known_format_and_a_home_behind_a_link_are_used(copied, number):
    lab, home, run = copied
    Path(home, layout.FORMAT_FILE).write_text(f"{number}\n")
    link = os.path.join(os.path.dirname(home), "link")
    os.symlink(home, link)
    env = lab.env(WORKCELL_HOME=link)
    assert "unknown" in lab.workcell("ls", env=env).stdout, "a copy asks nothing of the original's processes"
    shutil.rmtree(os.path.join(home, layout.LEDGER))  # as a run of format 1, which cannot tell that it is a copy
    assert "lost" in lab.workcell("ls", env=env).stdout
    lab.workcell("watchdog", "tick", env=env)
    assert os.path.exists(os.path.join(home, layout.WATCHDOG, "last.json"))
    lab.workcell("stop", run, env=env)  # of a copy the agent cannot be asked, and a person may stop it all the same
    assert look.at(os.path.join(home, layout.RUNS, run)).phase == phase.DONE


def test_a_home_that_is_missing_is_no_problem_and_a_file_is_one(tmp_path):
    assert homes.problem(str(tmp_path / "none")) is None and not homes.check(str(tmp_path / "none"))
    (tmp_path / "file").touch()
    assert "is not a directory" in str(homes.problem(str(tmp_path / "file")))
    assert "is not the directory of a run" in str(homes.problem_of_run(str(tmp_path / "none" / "runs" / "x")))


@pytest.mark.parametrize("text", ["", "x\n", "3.1\n", "\xff"])
def test_a_format_that_says_nothing_known_is_refused(tmp_path, text):
    (tmp_path / "FORMAT").write_bytes(text.encode("latin-1"))
    assert homes.problem(str(tmp_path)) is not None


WRONG = [
    [], ["RUN"], ["RUN", "1"], ["RUN", "x", "3", "-1"], ["RUN", "1", "x", "-1"], ["RUN", "1", "-1", "-1"],
    ["RUN", "1", "3", "4", "5"], ["RUN", "1", "999", "-1"], ["RUN", "99", "3", "-1"], ["/nonexistent", "1", "3", "-1"],
    ["", "1", "3", "-1"], ["RUN", "1", "9" * 30, "-1"], ["RUN", "1", "3", "x"],
]  # fmt: skip


@pytest.mark.parametrize("verb", ["_settle", "_finish", "_deliver"])
def test_an_internal_verb_with_wrong_words_says_one_line(made, verb):
    lab, run = made
    path = lab.run(run)
    before = fingerprint(path)
    for words in WRONG:
        said = [path if word == "RUN" else word for word in words]
        ran = lab.workcell(verb, *said, code=None)
        assert ran.returncode in (2, 66, 74, 75, 77, 78), (words, ran)
        assert ran.stderr.count("\n") == 1 and ran.stderr.startswith("workcell: "), (words, ran)
    assert fingerprint(path) == before
