"""The document of a real run of every operation is as its published schema says."""

import json
import os
import shutil
from pathlib import Path

import pytest

from tests.support import json_schema
from tests.support.agent_sessions import Claude
from workcell.operations import registry
from workcell.rundir import phase

SCHEMAS = Path(__file__).resolve().parents[2] / "docs" / "operations" / "results"

NOT_RUN = {
    "top": "a live table",
    "attach": "opens a terminal",
    "logs": "prints lines",
    "replay": "plays in a terminal: tests/faces/test_replay.py",
    "events": "prints lines",
    "adopt": "needs an agent program: tests/unit/launch/test_adopt.py, tests/agents/test_sessions.py",
    "claim": "is refused outside of a run: tests/e2e/test_claims.py",
    "spawn": "is refused outside of a run: tests/e2e/test_family.py",
    "watch": "is refused outside of a run: tests/e2e/test_watches.py",
    "unwatch": "needs a watch: tests/e2e/test_watches.py",
    "feed": "prints lines: tests/unit/views/test_feed.py",
    "search": "prints lines: tests/faces/test_search.py",
    "answer": "needs a dialog; its result is that of send",
    "approve": "as answer",
    "deny": "as answer",
    "tell": "is refused outside of a run: tests/e2e/test_tell.py",
    "merge": "changes the tree where it stands: tests/unit/upkeep/test_merge.py",
    "config edit": "needs an editor on a terminal: tests/faces/test_config.py",
    "watchdog install": "writes into the timer of the machine",
    "watchdog uninstall": "writes into the timer of the machine",
}
"""Operations whose document is not asked for here, each with the reason."""

SAID = {"type": "assistant", "uuid": "u", "message": {"id": "m", "content": [{"type": "text", "text": "It is done."}]}}
"""A record of an agent."""


def checked(name, ran):
    """Assert that what a verb printed is as its schema says; the document."""
    found = json.loads(ran.stdout)
    schema = found["schema"].removeprefix("workcell.").removesuffix("/1")
    assert schema in registry.get(name).results.values(), f"{name} printed {schema}"
    assert not json_schema.faults(found, json.loads((SCHEMAS / f"{schema}.json").read_text())), name
    return found


@pytest.mark.timeout(400)
def test_every_document_is_as_its_schema_says(lab):
    done = set()

    def ask(words, *more, name=None, code=0):
        """One verb with --json; several codes are allowed where the answer is yes or no."""
        name = name or words
        ran = lab.fresh(*words.split(), *more, "--json", cwd=lab.repo)  # here each verb imports all that it needs
        assert ran.returncode in (code if isinstance(code, tuple) else (code,)), f"{words}: {ran.stdout}{ran.stderr}"
        done.add(name)
        return checked(name, ran)

    brief = lab.brief("echo hello; echo two > file.txt", verify="test -s file.txt")
    Path(lab.repo, ".gitignore").write_text("")
    Claude(cwd=lab.repo).prompt("fix it").said("Done.").keep(Path(lab.person))
    ask("sessions")
    ask("init")
    ask("brief new", "--objective", "a is b", os.path.join(lab.top, "new.md"))
    ask("brief lint", brief, code=(0, 1))
    ask("brief save", brief, "--as", "kept")
    ask("brief ls")
    ask("brief show", "kept")
    ask("launch", brief, "--no-window", "--dry-run", "--repo", lab.repo)
    made = ask("launch", brief, "--no-window", "--wait", "--repo", lab.repo, "--dirty", "snapshot", code=(0, 1))
    run = made["id"]
    assert made["state"] == "passed"
    other = lab.brief("sleep 60", name="other", io="terminal")
    tree = lab.new_repo()
    several = ask("launch", brief, other, "--no-window", "--prepare", "--repo", tree, "--worktree=", "--group", "g")
    assert [row["error"] for row in several["runs"]] == [None, None]
    ask("launch", brief, other, "--no-window", "--dry-run", "--repo", tree, "--worktree=", "--group", "h")
    first, second = (row["id"] for row in several["runs"])
    ask("resume", second, "--no-window")
    lab.phase(lab.run(second), phase.RUNNING)
    ask("send", second, "a word")
    for words in ("status", "what", "why", "judge", "handoff", "recover", "hold", "release"):
        ask(words, second if words != "handoff" else run, *(["--dry-run"] if words == "recover" else []))
    ask("screen", second)
    ask("open", second)
    ask("stop", second, "--grace", "1s")
    ask("resume", first, "--dry-run")
    ask("clear", first)
    ask("compact", first)
    ask("wait", run, code=0)
    ask("finish", run)
    ask("diff", run)
    ask("path", run)
    for words in ("status", "what", "why", "judge", "verify"):
        ask(words, run)
    records = os.path.join(lab.top, "records")
    Path(records).write_text(json.dumps(SAID) + "\n")
    talking = lab.launch(
        lab.brief(f"cat {records}", None, name="talking", recipe="  reader: claude"), "--wait", code=None
    )
    ask("show", talking)
    ask("export", talking, "-o", os.path.join(lab.top, "talk.md"))
    ask("judge", "--from", lab.top, "--recipe", "claude")
    ask("ls")
    ask("children", run)
    ask("claims")
    ask("others")
    ask("alone")
    ask("unclaim", "--run", run)
    ask("watches", run)
    ask("approvals ls")
    ask("approvals log")
    ask("approvals test", "git status; git push")
    ask("prompt")
    ask("report")
    ask("accounts")
    ask("status")
    ask("status", run, second)
    ask("ack", run)
    message = ask("send", run, "for the next attempt")["message"].removesuffix(".json")
    message = ask("inbox edit", run, message, "other words")["into"]
    ask("inbox edit", run, message, "--file", brief)
    suggested = ask("send", run, "--suggest", "and this")["message"].removesuffix(".json")
    ask("inbox release", run, suggested)
    ask("inbox first", run, suggested)
    assert len(ask("inbox ls", "--all")["runs"][0]["messages"]) > 3
    ask("inbox rm", run, ask("inbox ls", run)["runs"][0]["messages"][0]["id"])
    ask("note", run, "worth a second look")
    ask("ls", "--all")
    night = Path(lab.top, "night.yaml")
    night.write_text(f"on_failure: stop\ndefaults: {{repo: {lab.new_repo()}}}\nbriefs: [{brief}]\n")
    ask("launch", str(night), "--no-window", "--dry-run")
    plan = ask("launch", str(night), "--no-window", "--wait", code=(0, 1))["plan"]
    ask("plan ls")
    ask("plan show", plan)
    ask("plan retry", plan, "--budget", "5")
    ask("plan stop", plan)
    ask("salvage ls", run)
    ask("salvage show", run)
    ask("salvage restore", run, "--into", os.path.join(lab.top, "back"))
    ask("watchdog tick")
    ask("watchdog run", "--ticks", "1")
    ask("watchdog status", code=(0, 1))
    ask("config show")
    ask("config show", "--example")
    ask("config lint")
    ask("recipe ls")
    ask("recipe show", "shell")
    ask("recipe show", "shell", "--sh", "--brief", brief)
    ask("recipe lint", os.path.join(lab.top, "none.yaml"), code=1)
    Path(lab.home, "adapters").mkdir(exist_ok=True)
    Path(lab.home, "adapters", "mine.yaml").write_text(
        f"name: mine\nuses: command\nevents: all\nargv: [{shutil.which('true')}]\n"
    )
    ask("notify ls", code=(0, 1))
    ask("notify show", "mine")
    ask("notify add", "webhook")
    ask("notify pause", "mine")
    ask("notify resume", "mine")
    ask("notify test", "mine", code=(0, 1))
    ask("notify lint", os.path.join(lab.home, "adapters", "mine.yaml"), code=(0, 1))
    book = ask("playbook ls")["playbooks"][0]["name"]
    path = ask("playbook show", book)["path"]
    ask("playbook lint", path)
    ask("playbook test", lab.run(run))
    Path(lab.repo, ".workcell", "recipes").mkdir(parents=True)
    Path(lab.repo, ".workcell", "recipes", "own.yaml").write_text("extends: shell\n")
    ask("trust show")
    assert ask("trust add", "--yes")["accepted"] is True
    ask("trust ls")
    ask("trust rm")
    ask("doctor", code=(0, 1))
    ask("doctor", "--as-cron", code=(0, 1))
    ask("skill show")
    ask("skill install")
    ask("fsck", code=(0, 1))
    ask("gc", "--older-than", "0s")
    ask("rm", second)
    ask("rm", run, "nowhere", code=1)
    assert set(registry.OPERATIONS) - done == set(NOT_RUN)


def test_the_validator_sees_what_is_wrong():
    schema = json.loads((SCHEMAS / "stop.json").read_text())
    good = {"schema": "workcell.stop/1", "id": "a", "phase": "done", "outcome": None, "note": None}
    assert not json_schema.faults(good, schema)
    assert json_schema.faults({**good, "id": 1}, schema) == [".id: 1 is no string"]
    assert json_schema.faults({**good, "more": 1}, schema) == [".more is not in the schema"]
    assert json_schema.faults({key: good[key] for key in good if key != "note"}, schema) == [".note is missing"]
