"""The hook takes claims for edits, waits, denies with the holder's name, and forbids nothing where it fails."""

import json
import os
import subprocess
import sys
import threading
import time

import pytest

from tests.support import cpu_seconds
from tests.support.claimed_tree import ClaimedTree
from tests.support.lab import eventually
from workcell.faces import approval_hook
from workcell.rundir import claim_waits, claims, layout, maildir


@pytest.fixture
def made(tmp_path):
    found = ClaimedTree(str(tmp_path))
    os.chmod(found.home, 0o700)
    for run in ("one", "two"):
        os.makedirs(os.path.join(found.run(run), layout.SPOOL))
    yield found
    found.close()


def words(made, run, wait=0.0, gate="none"):
    program = [sys.executable, "-I", "-S", approval_hook.__file__, "claude"]
    return [*program, os.path.join(made.home, layout.RUNS, run), "1", "ask", gate, str(wait), made.top]


def asks(made, run, path, tool="Edit", **more):
    """(exit code, why it was denied or None)."""
    payload = {"hook_event_name": "PreToolUse", "tool_name": tool, "cwd": made.top, "tool_input": {"file_path": path}}
    ran = subprocess.run(words(made, run, **more), input=json.dumps(payload), capture_output=True, text=True)
    if not ran.stdout:
        return ran.returncode, None
    said = json.loads(ran.stdout)["hookSpecificOutput"]
    assert said["hookEventName"] == "PreToolUse" and said["permissionDecision"] == "deny"
    return ran.returncode, said["permissionDecisionReason"]


def events(made, run):
    box = os.path.join(made.home, layout.RUNS, run, layout.SPOOL)
    return [maildir.read(box, name) for name in maildir.waiting(box)]


def paths(made):
    return [(claim["run"], claim["path"], claim.get("auto")) for claim in claims.stored(made.tree)]


def test_an_edit_is_claimed_and_another_run_is_denied_with_the_name_of_the_holder(made):
    assert asks(made, "one", "src/x.py") == (0, None)
    assert paths(made) == [("one", "src/x.py", True)]
    code, why = asks(made, "two", os.path.join(made.top, "src/x.py"))
    assert code == 0 and "'src/x.py' is claimed by the run one (one)" in why and "workcell send one" in why
    assert asks(made, "one", "src/x.py") == (0, None) and asks(made, "two", "src/y.py") == (0, None)
    (told,) = events(made, "two")
    assert (told["type"], told["path"], told["holder"]) == ("claim.refused", "src/x.py", "one")


def test_it_waits_until_it_is_free(made):
    assert asks(made, "one", "src/x.py") == (0, None)

    def give_back():
        eventually(lambda: claim_waits.waiting(made.tree), 20.0)
        held = made.tree.lock()
        claims.drop(made.tree, "one", None)
        os.close(held)

    giver = threading.Thread(target=give_back)
    giver.start()
    begun = time.monotonic()
    assert asks(made, "two", "src/x.py", wait=60.0) == (0, None) and time.monotonic() - begun < 40
    giver.join()
    assert paths(made) == [("two", "src/x.py", True)]


def test_what_is_no_edit_and_what_lies_elsewhere_is_not_claimed(made, tmp_path):
    assert asks(made, "one", "src/x.py", tool="Read") == (0, None)
    assert asks(made, "one", str(tmp_path / "elsewhere")) == (0, None)
    assert paths(made) == [] and not os.path.exists(made.tree.folder)


@pytest.mark.parametrize("trouble", ["no tree", "a file in the way", "others can write to the home", "a held lock"])
def test_what_fails_forbids_nothing_and_is_told(made, trouble):
    if trouble == "no tree":
        os.rename(made.top, made.top + ".gone")
    elif trouble == "a file in the way":
        with open(os.path.join(made.home, layout.CLAIMS), "w"):
            pass
    elif trouble == "others can write to the home":
        os.chmod(made.home, 0o777)
    else:
        made.tree.lock()
    assert asks(made, "one", os.path.join(made.top, "src/x.py")) == (0, None)
    assert [event["type"] for event in events(made, "one")] == ["claim.failed"]


def test_garbage_forbids_nothing(made):
    for data in (b"", b"{", b"[]", b'{"hook_event_name":"PreToolUse","tool_name":"Edit","tool_input":3}'):
        ran = subprocess.run(words(made, "one"), input=data, capture_output=True)
        assert (ran.returncode, ran.stdout) == (0, b"")


@pytest.mark.heavy
@pytest.mark.serial
def test_where_nobody_holds_the_path_it_takes_at_most_two_starts_of_an_empty_interpreter(made):
    payload = {
        "hook_event_name": "PreToolUse",
        "tool_name": "Edit",
        "cwd": made.top,
        "tool_input": {"file_path": "src/x"},
    }
    data, program = json.dumps(payload).encode(), words(made, "one")
    floor, hook = cpu_seconds.medians(
        60,
        lambda: cpu_seconds.of([sys.executable, "-I", "-S", "-c", "pass"], data=data),
        lambda: cpu_seconds.of(program, data=data),
    )
    assert paths(made) == [("one", "src/x", True)]
    print(f"\n{hook * 1000:.1f} ms of CPU, an empty interpreter {floor * 1000:.1f} ms: {hook / floor:.2f}")
    assert hook / floor <= 2
