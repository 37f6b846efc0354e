"""Notices on what a live run did: once in a period, none without a change, also over restarts."""

import json
import os
from pathlib import Path

import pytest

from tests.support import records, repos, watching
from tests.support.made_runs import WALL, MadeRun
from workcell.base import clock
from workcell.rundir import heartbeat, layout
from workcell.watch import progress, tick

HALF = 1800.0


@pytest.fixture
def made(tmp_path, monkeypatch):
    repos.set_up(monkeypatch, tmp_path)
    run = MadeRun(tmp_path / "run")
    tree = repos.make(tmp_path / "tree")
    run.attempt.update(io="file", cwd=str(tree), recipe={"name": "claude", "values": {}})
    run.attempt.pop("typing")
    run.tree = tree
    run.base = repos.git(tree, "rev-parse", "HEAD")
    run.store()
    Path(run.home, "adapters").mkdir()
    Path(run.home, "adapters", "mine.yaml").write_text("name: mine\nuses: desktop\nenabled: true\nevents: [progress]\n")
    settings(run, "progress_every: 30m\n")
    return run


def settings(made, text):
    Path(made.home, "config.yaml").write_text(text)


def look(made):
    seen = made.seen()
    seen.launch = {"name": "r", "workspace": str(made.tree), "base": {"head": made.base, "branch": "main"}}
    seen.start, seen.stands = {"started_at": clock.stamp(WALL)}, {layout.START}
    return seen


def tell(made, seconds, *running, held=()):
    """Tick at that time; how many notices it posted."""
    done = progress.tell(made.home, running or [look(made)], held, WALL + seconds)
    stored = heartbeat.progress(made.home)
    assert stored is None or records.faults("progress", stored) == []
    return len(done)


def works(made, number, seconds, said=None, command="ls"):
    """Let the agent call a tool, and say something."""
    at = clock.stamp(WALL + seconds)
    lines = watching.calling("Bash", {"command": command}, number, at)
    if said:
        words = {"id": f"w{number}", "content": [{"type": "text", "text": said}], "stop_reason": "end_turn"}
        lines.append({"type": "assistant", "uuid": f"w{number}", "timestamp": at, "message": words})
    with open(os.path.join(layout.attempt(made.run, 1), layout.AGENT_LOG), "a") as log:
        log.writelines(json.dumps(one) + "\n" for one in lines)


def facts(made):
    return made.notices()[-1]["facts"]


def test_a_run_is_told_of_once_in_a_period(made):
    works(made, 1, 60.0, "First.")
    assert tell(made, 0.0) == tell(made, HALF - 1.0) == 0
    assert tell(made, HALF) == 1
    works(made, 2, HALF + 60.0, "Second.")
    assert tell(made, HALF + 61.0) == tell(made, 2 * HALF - 1.0) == 0
    assert tell(made, 2 * HALF) == 1
    assert facts(made)["answer"] == "Second." and len(made.notices()) == 2
    assert [records.faults("notice", one) for one in made.notices()] == [[], []]


def test_it_says_what_was_done_since_the_last_one(made):
    works(made, 1, 60.0)
    assert tell(made, HALF) == 1
    for number in (2, 3, 4):
        works(made, number, HALF + number, command="make test")
    works(made, 5, HALF + 9.0, "All is green.")
    repos.commit(made.tree, {"a.txt": "one\n", "new.txt": "x\ny\n"})
    assert tell(made, 2 * HALF) == 1
    found = facts(made)
    assert found["why"] == "in the last 30m 00s: 1 turn, 4 tool calls, 1 commit"
    assert (found["turns"], found["tool_calls"], found["answer"]) == (1, 4, "All is green.")
    assert found["since"] == clock.stamp(WALL + HALF)
    assert found["tests"] == "Bash: make test → ok"
    assert (found["commits"], found["files"], found["added"], found["removed"]) == (1, 2, 2, 1)
    assert found["seconds"] == 2 * HALF and found["branch"] == "main" and found["objective"] == "do it"


def test_nothing_is_told_of_a_run_that_did_nothing_and_later_since_when(made):
    works(made, 1, 60.0)
    assert [tell(made, n * HALF) for n in (1, 2, 3)] == [1, 0, 0]
    works(made, 2, 3 * HALF + 60.0)
    assert tell(made, 3 * HALF + 61.0) == 0, "it is looked at once in a period"
    assert tell(made, 4 * HALF) == 1
    assert facts(made)["since"] == clock.stamp(WALL + HALF) and "1h 30m" in facts(made)["why"]


def test_a_change_in_the_tree_alone_is_told(made):
    made.attempt["reader"] = "none"
    made.store()
    log = Path(layout.attempt(made.run, 1), layout.AGENT_LOG)
    assert tell(made, HALF) == 0
    repos.write(made.tree, "a.txt", "other\n")
    assert tell(made, 2 * HALF) == 1
    assert facts(made)["files"] == 1 and facts(made)["command"] == "workcell logs r" and "answer" not in facts(made)
    made.attempt["io"] = "terminal"
    log.write_text("[2/5] Build: done\n")
    assert tell(made, 3 * HALF) == 0, "a screen that is drawn is no work"
    made.attempt["io"] = "file"
    assert tell(made, 4 * HALF) == 1
    assert facts(made)["answer"] == "[2/5] Build: done" and facts(made)["why"].startswith("at work in the last 1h 00m")


def test_new_files_that_git_does_not_know_are_counted_apart(made):
    repos.write(made.tree, "new.txt")
    assert tell(made, HALF) == 1
    assert facts(made)["untracked"] == 1 and "files" not in facts(made)


def test_what_a_killed_tick_posted_is_not_told_twice(made):
    works(made, 1, 60.0)
    assert tell(made, HALF) == 1
    before = Path(heartbeat.directory(made.home), heartbeat.PROGRESS).read_bytes()
    works(made, 2, HALF + 60.0)
    assert tell(made, 2 * HALF) == 1
    Path(heartbeat.directory(made.home), heartbeat.PROGRESS).write_bytes(before)
    works(made, 3, 2 * HALF + 30.0)
    tell(made, 2 * HALF + 60.0)
    assert len(made.notices()) == 2


@pytest.mark.parametrize(
    "torn", [None, b"{", b'{"runs": {"r": {"n": 1, "since": "x", "looked_at": "y", "figures": null}}}']
)
def test_a_lost_file_begins_anew_without_telling_twice(made, torn):
    works(made, 1, 60.0)
    assert tell(made, HALF) == 1
    file = Path(heartbeat.directory(made.home), heartbeat.PROGRESS)
    file.unlink() if torn is None else file.write_bytes(torn)
    tell(made, HALF + 60.0)
    assert len(made.notices()) == 1


def test_the_next_attempt_begins_anew(made):
    works(made, 1, 60.0)
    assert tell(made, HALF) == 1
    seen = look(made)
    seen.n, seen.start = 2, {"started_at": clock.stamp(WALL + HALF)}
    assert tell(made, HALF + 60.0, seen) == 0
    assert heartbeat.progress(made.home)["runs"]["r"]["n"] == 2


def test_a_clock_that_was_set_back_stops_no_notices(made):
    works(made, 1, 60.0)
    assert tell(made, 10 * HALF) == 1
    works(made, 2, 120.0)
    assert tell(made, HALF) == 0 or len(made.notices()) == 1
    assert heartbeat.progress(made.home)["runs"]["r"]["looked_at"] <= clock.stamp(WALL + HALF)


def test_a_recipe_may_have_a_time_of_its_own(made):
    settings(made, "recipes: {claude: {progress_every: 10m}, codex: {progress_every: 1m}}\n")
    works(made, 1, 60.0)
    assert tell(made, 599.0) == 0 and tell(made, 600.0) == 1
    settings(made, "progress_every: 10m\nrecipes: {claude: {progress_every: 4h}}\n")
    works(made, 2, 700.0)
    assert tell(made, 3 * HALF) == 0


@pytest.mark.parametrize("text", ["", "progress_every: soon\n", "# progress_every: 30m\n"])
def test_without_a_time_nothing_is_told_and_nothing_is_kept(made, text):
    works(made, 1, 60.0)
    assert tell(made, HALF) == 1
    settings(made, text)
    works(made, 2, HALF + 60.0)
    assert tell(made, 2 * HALF) == 0 and heartbeat.progress(made.home) is None


def test_nothing_is_written_where_no_adapter_asks(made):
    Path(made.home, "adapters", "mine.yaml").unlink()
    works(made, 1, 60.0)
    assert tell(made, HALF) == 0 and made.notices() == []


def test_a_disk_that_takes_no_notice_is_asked_again(made):
    works(made, 1, 60.0)
    Path(made.home, layout.OUTBOX).write_text("")
    assert tell(made, HALF) == 0
    Path(made.home, layout.OUTBOX).unlink()
    assert tell(made, HALF + 60.0) == 1


def test_runs_for_which_a_tick_has_no_time_come_next(made, monkeypatch):
    works(made, 1, 60.0)
    assert tell(made, 0.0) == 0
    monkeypatch.setattr(progress, "BUDGET", -1.0)
    assert tell(made, HALF) == 0
    monkeypatch.undo()
    assert tell(made, HALF + 60.0) == 1


def test_secrets_are_masked(made):
    token = "ghp_" + "a1B2" * 9
    works(made, 1, 60.0, f"The token is {token}.", command=f"GH={token} make test")
    assert tell(made, HALF) == 1
    assert token not in json.dumps(made.notices())


def test_a_run_with_a_hold_is_left_alone_and_told_of_later(made):
    works(made, 1, 60.0)
    assert tell(made, HALF, held={"r"}) == 0
    assert tell(made, HALF + 60.0) == 1


@pytest.mark.parametrize(("held", "done"), [(False, ["r: told as progress"]), (True, [])])
def test_a_tick_tells_of_running_runs(made, monkeypatch, held, done):
    works(made, 1, 60.0)
    os.chmod(made.home, 0o700)
    monkeypatch.setattr(tick.look, "at", lambda path: look(made))
    monkeypatch.setattr(tick.findings, "find", lambda *given: None)
    monkeypatch.setattr(tick.run_hold, "standing", lambda *given: object() if held else None)
    monkeypatch.setattr(tick, "_tmux", lambda *given: None)
    made.seconds = HALF
    assert tick.tick(made.home, made.now()).did == done
