"""adopt: which sessions a run may go on with, and what the run is then."""

import json
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.support import lab as labs
from tests.support import recorded_runs as made
from tests.support.agent_sessions import Claude, Codex, tree
from workcell.base.errors import NotFound, Refused, TryAgain, WorkcellError
from workcell.launch import adopt
from workcell.rundir import layout, look
from workcell.rundir.cell import Cell


@pytest.fixture
def talk(lab: labs.Lab) -> Claude:
    """A session in the repository of the lab that ended two minutes ago."""
    session = Claude(cwd=os.path.realpath(lab.repo)).prompt("fix the login").said("Shall I go on?")
    session.keep(Path(lab.person), time.time() - 120)
    return session


def programs(lab: labs.Lab) -> str:
    """A PATH with a `claude` and a `codex` that note their words and end."""
    folder = Path(lab.top, "bin")
    folder.mkdir(exist_ok=True)
    for name in ("claude", "codex"):
        path = folder / name
        path.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {lab.marks}/words\ncat > {lab.marks}/prompt\n')
        path.chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"


def asked(lab: labs.Lab, session: str, **more: Any) -> adopt.Result:
    done = performed(lab, session, **more)
    assert isinstance(done, adopt.Result)
    return done


def performed(lab: labs.Lab, session: str, **more: Any) -> adopt.Result | adopt.DryRun:
    env = lab.env(PATH=programs(lab))
    return adopt.perform(Cell(lab.home, env, lab.top), adopt.Request(session, no_window=True, **more))


def planned(lab: labs.Lab, session: str, **more: Any) -> adopt.DryRun:
    """What would be made; nothing was written, of the run, of the home or of the program's files."""
    before = tree(Path(lab.person)), tree(Path(lab.home)) if os.path.isdir(lab.home) else None
    done = performed(lab, session, dry_run=True, **more)
    assert isinstance(done, adopt.DryRun) and not lab.runs()
    assert (tree(Path(lab.person)), tree(Path(lab.home)) if os.path.isdir(lab.home) else None) == before
    return done


def refused(lab: labs.Lab, kind: type[WorkcellError], words: str, session: str, **more: Any) -> WorkcellError:
    """What it says; nothing was written, of the run or of the program's files."""
    before = tree(Path(lab.person))
    with pytest.raises(kind, match=words) as error:
        asked(lab, session, **more)
    assert not lab.runs() and tree(Path(lab.person)) == before and error.value.hint
    return error.value


def test_a_run_goes_on_with_the_session_in_its_directory(lab: labs.Lab, talk: Claude) -> None:
    done = asked(lab, f"claude:{talk.id[:8]}", message="Yes, go on.", verify="true", name="login")
    assert (done.agent, done.session, done.name, done.no_window) == ("claude", talk.id, "login", None)
    seen = lab.phase(done.dir, "done")
    attempt = seen.attempt
    assert attempt is not None and attempt["native"] and attempt["agent_session"] == talk.id
    path = talk.path(Path(lab.person))
    about = path.stat()
    assert attempt["adopted"] == {"file": str(path), "size": about.st_size, "inode": about.st_ino}
    assert (seen.cwd, attempt["objective"]) == (os.path.realpath(lab.repo), "Yes, go on.")
    words = lab.mark("words").split("\n")
    assert words[words.index("--resume") + 1] == talk.id and "--session-id" not in words
    assert "Yes, go on." in lab.mark("prompt")
    lease = Path(lab.home, layout.LEASES, f"session-claude-{talk.id}")
    assert json.loads(lease.read_text())["run"] == done.id
    with pytest.raises(Refused, match=f"belongs to the run {done.id}") as error:
        asked(lab, talk.id)
    assert error.value.hint == f"workcell resume {done.id} --native"


def test_a_dry_run_says_what_would_be_made_and_leaves_nothing(lab: labs.Lab, talk: Claude) -> None:
    found = planned(lab, f"claude:{talk.id[:8]}", message="Yes, go on.", verify="true", name="login")
    assert (found.agent, found.session, found.directory) == ("claude", talk.id, os.path.realpath(lab.repo))
    assert found.refused == []
    run = found.launch
    assert run.argv[run.argv.index("--resume") + 1] == talk.id and "Yes, go on." in run.prompt
    assert (run.values["recipe"], run.values["name"]) == ("claude", "login")
    assert run.verify is not None and run.verify.endswith("true\n")


def test_a_dry_run_says_why_it_would_be_refused_now(lab: labs.Lab, talk: Claude) -> None:
    talk.keep(Path(lab.person), time.time() - 30)
    found = planned(lab, talk.id, recipe="codex-tui")
    assert ["was written to" in one.why for one in found.refused] == [True, False]
    assert "try again in" in found.refused[0].cure and "is not one of Claude Code" in found.refused[1].why
    done = asked(lab, other(lab).id, verify="true")
    lab.phase(done.dir, "done")
    again = performed(lab, done.session, dry_run=True)
    assert isinstance(again, adopt.DryRun)
    assert [one.cure for one in again.refused][:1] == [f"workcell resume {done.id} --native"]
    assert len(lab.runs()) == 1


def other(lab: labs.Lab) -> Claude:
    """Another session of that kind."""
    session = Claude(cwd=os.path.realpath(lab.repo)).prompt("fix the logout").said("Done.")
    session.keep(Path(lab.person), time.time() - 120)
    return session


def test_of_several_at_once_one_gets_it(lab: labs.Lab, talk: Claude) -> None:
    env, before = lab.env(PATH=programs(lab)), tree(Path(lab.person))
    words = lab.words("adopt", talk.id, "--no-window", "--verify", "true")
    started = [subprocess.Popen(words, env=env, cwd=lab.top, stderr=subprocess.DEVNULL) for _ in range(3)]
    codes = sorted(process.wait(60) for process in started)
    assert codes[0] == 0 and set(codes[1:]) <= {75, 77}, codes
    [run] = lab.runs()
    lab.phase(run, "done")
    lease = Path(lab.home, layout.LEASES, f"session-claude-{talk.id}")
    assert json.loads(lease.read_text())["run"] == os.path.basename(run) and tree(Path(lab.person)) == before


def test_one_that_was_had_below_the_top_of_a_repository_goes_on_there(lab: labs.Lab) -> None:
    below = Path(lab.repo, "api")
    below.mkdir()
    session = Claude(cwd=os.path.realpath(below)).prompt("x").said("y")
    session.keep(Path(lab.person), time.time() - 120)
    done = asked(lab, session.id, verify="true")
    attempt = lab.phase(done.dir, "done").attempt
    assert attempt is not None and (attempt["cwd"], attempt["dir"]) == (os.path.realpath(lab.repo), "api")
    assert attempt["objective"] == adopt.GO_ON


def test_one_that_grew_in_the_last_minute_is_refused(lab: labs.Lab, talk: Claude) -> None:
    talk.keep(Path(lab.person), time.time() - 30)
    assert "try again in" in str(refused(lab, TryAgain, "was written to", talk.id).hint)


@pytest.mark.parametrize("told", [False, True])
def test_one_that_a_process_has_or_may_have_open_is_refused(lab: labs.Lab, talk: Claude, told: bool) -> None:
    shutil.copy(shutil.which("sleep") or "/bin/sleep", os.path.join(lab.top, "claude"))
    process = subprocess.Popen([os.path.join(lab.top, "claude"), "600"], cwd=lab.repo, env=lab.env())
    try:
        if told:
            folder = Path(lab.person, ".claude", "sessions")
            folder.mkdir()
            (folder / f"{process.pid}.json").write_text(json.dumps({"sessionId": talk.id}))
        labs.eventually(lambda: Path(f"/proc/{process.pid}/comm").read_text() == "claude\n")
        error = refused(lab, Refused, f"the process {process.pid}.* {'has' if told else 'may have'} claude:", talk.id)
        assert "end that program first" in str(error.hint)
    finally:
        process.kill()
        process.wait()


def test_one_of_a_run_is_refused_with_the_command_that_goes_on(lab: labs.Lab, talk: Claude) -> None:
    run = made.recorded(Path(lab.top, "other"), transcript=b"", agent_session=talk.id)
    cell = Cell(made.home_of(run), lab.env(), lab.top)
    with pytest.raises(Refused, match="belongs to the run"):
        adopt.perform(cell, adopt.Request(talk.id))
    assert look.at(run).n == 1


def test_what_cannot_go_on_is_refused(lab: labs.Lab, talk: Claude) -> None:
    person = Path(lab.person)
    refused(lab, NotFound, "no session", "claude:zzzz")
    refused(lab, Refused, "is not one of Claude Code", talk.id, recipe="codex-tui")
    gone = Claude(cwd="/nonexistent/w").prompt("x").said("y")
    gone.keep(person, time.time() - 120)
    refused(lab, NotFound, "its directory is gone: /nonexistent/w", gone.id)
    bare = Codex(cwd=os.path.realpath(lab.repo))
    bare.records[0]["payload"].pop("cwd")
    bare.keep(person, time.time() - 120)
    refused(lab, NotFound, "its records name no directory", bare.id)
    refused(lab, NotFound, "its records name no directory", bare.id, dry_run=True)
    begun = Claude(cwd=os.path.realpath(lab.repo)).said("only words of the agent")
    begun.keep(person, time.time() - 120)
    refused(lab, Refused, "was ended before Claude Code had written down", begun.id)


def test_one_that_was_left_at_a_deferred_call_is_refused_before_anything_is_made(lab: labs.Lab) -> None:
    session = (
        Claude(cwd=os.path.realpath(lab.repo)).prompt("print it").call("printf hi > out").deferred("printf hi > out")
    )
    session.keep(Path(lab.person), time.time() - 120)
    why = "left at a call that waits for a yes or no, .* Bash: printf hi > out"
    with pytest.raises(Refused, match=why) as found:
        asked(lab, f"claude:{session.id}")
    assert found.value.hint == f"workcell show claude:{session.id}" and not lab.runs()
    (refusal,) = planned(lab, f"claude:{session.id}").refused
    assert "printf hi" in refusal.why
    session.prompt("go on")  # that asks anew is no answer
    session.keep(Path(lab.person), time.time() - 120)
    with pytest.raises(Refused, match=why):
        asked(lab, f"claude:{session.id}")
    session.result("no", failed=True).said("I leave it.")
    session.keep(Path(lab.person), time.time() - 120)
    assert asked(lab, f"claude:{session.id}").session == session.id
