"""Records of real runs of every shape are what workcell/rundir/schema says, with no key that it does not have."""

import json
import os
import sys
from pathlib import Path

import pytest

from tests.support import notices, records, watching
from tests.support.lab import Lab, eventually
from tests.support.stubs import Stub
from workcell.accounts import holds
from workcell.channels import outbox
from workcell.rundir import layout, look, notice, phase
from workcell.system import cgroup_ways
from workcell.together import send

STREAM = (
    {"type": "system", "subtype": "init", "session_id": "s1", "model": "m", "cwd": "/x", "claude_code_version": "2"},
    {"type": "result", "subtype": "success", "is_error": False, "result": "done", "session_id": "s1", "usage": {}},
)


def held_against_types(lab: Lab, *kinds: str) -> None:
    # a run is over when the ledger says so; its files follow
    wanted = set(kinds)
    eventually(lambda: wanted <= {kind for kind, _, _ in records.every(lab.home)}, what=f"records of {wanted}")
    assert records.drift(lab.home) == {}


def test_a_run_that_passes_in_a_worktree_with_rules_and_a_prepared_one(lab):
    extra = "worktree: true\nforbid: [secret/]\nlabels: [nightly]\nrequire: {clean: true}\nlimits: {wall: 60s}"
    run = lab.launch(lab.brief("git status", "true", extra=extra), "--wait")
    assert look.at(run).result["outcome"] == "passed"
    lab.launch(lab.brief("true", "true", name="later"), "--prepare")
    lab.workcell("trust", lab.repo, "--yes")
    sealed = ("attempt", "policy", "start", "exit", "facts", "verify", "result")
    held_against_types(lab, "launch", "env", "status", "event", "ledger", "lease", *sealed)


def test_runs_that_fail_stop_and_go_on(lab):
    failed = lab.launch(lab.brief("true", 'test "${WORKCELL_ATTEMPT##*/}" = 2', name="failed"), "--wait", code=1)
    lab.workcell("send", failed, "mind the gap", "--mode", "important", code=None)
    lab.workcell("hold", failed, code=77)  # it is over: automation does nothing with it
    lab.workcell("resume", failed, "--no-window")
    assert lab.phase(failed, phase.DONE).result["outcome"] == "passed"
    stopped = lab.launch(lab.brief("sleep 600", None, name="stopped"), repo=lab.new_repo())
    lab.phase(stopped, phase.RUNNING)
    lab.workcell("hold", stopped, "--why", "a person looks", "--for", "1h")
    lab.workcell("release", stopped)
    lab.workcell("hold", stopped)
    lab.workcell("stop", stopped)
    unstarted = lab.launch(lab.brief("true", "true", name="gone"), "--prepare", repo=lab.new_repo())
    lab.workcell("stop", unstarted)
    held_against_types(lab, "run-hold", "order", "message")


def test_a_run_that_is_tampered_with(lab):
    run = lab.launch(lab.brief('echo "{}" > $WORKCELL_ATTEMPT_DIR/facts.json; echo >> $WORKCELL_ATTEMPT_DIR/verify.sh'))
    assert lab.phase(run, phase.DONE).result["outcome"] == "tampered"
    held_against_types(lab, "ledger", "result")


def test_a_run_with_steps(lab):
    brief = Path(lab.top, "steps.md")
    brief.write_text("---\nobjective: steps\nverify: 'true'\nrecipe: runbook\n---\n## Steps\n\n```bash\ntrue\n```\n")
    lab.launch(str(brief), "--wait")
    held_against_types(lab, "runbook-step")


def test_a_run_that_the_watchdog_goes_on_with(lab):
    watching.quick(lab.home, "partial-completion")
    watch = watching.Watch(lab, ahead=3600.0)
    told = lab.launch(lab.brief("true", 'test "${WORKCELL_ATTEMPT##*/}" = 2'))
    lab.phase(told, phase.SCHEDULED)
    watch.tick()
    assert lab.phase(told, phase.DONE).n == 2
    words = "; ".join(f"echo '{json.dumps(one)}'" for one in STREAM)
    brief = lab.brief(f"{words}; sleep 600", None, name="live", recipe="  reader: claude")
    live = lab.launch(brief, repo=lab.new_repo())
    lab.phase(live, phase.RUNNING)
    watch.tick()
    lab.workcell("stop", live)
    by = {"run": look.at(told).id, "attempt": 2, "playbook": "usage-limit"}
    holds.put(lab.home, "0" * 16, {"until": "resets", "until_at": None, "why": "a limit", "by": by, "login": None})
    held_against_types(lab, "next", "tick", "seen", "action", "capture", "notice", "hold")


def test_messages_to_an_agent_in_a_terminal(lab):
    stub = Stub(lab)
    assert send.send(stub.run, "a question").state == "accepted"
    lab.workcell("stop", stub.run)
    held_against_types(lab, "message", "said")


def test_a_notice_that_was_sent_and_one_that_was_not(lab):
    os.makedirs(lab.home, 0o700)
    os.mkdir(os.path.join(lab.home, "adapters"))
    texts = {
        "good": "name: good\nuses: command\nevents: all\nargv: [cat]\n",
        "bad": "name: bad\nuses: command\nevents: all\nargv: [test, -e, /nonexistent]\n",
    }
    # the end of the run flushes the outbox, too: whichever flush takes the notice sends it to the same two
    for name, text in texts.items():
        Path(lab.home, "adapters", f"{name}.yaml").write_text(text)
    lab.launch(lab.brief("true", "true"), "--wait")
    outbox.post(lab.home, outbox.make(outbox.Subject("r", "r"), "passed", {"why": "done"}))
    adapters = [notices.parse(text) for text in texts.values()]
    eventually(lambda: not notices.flush(lab.home, adapters).busy)
    held_against_types(lab, "notice", "destination")
    assert os.listdir(os.path.join(notice.box(lab.home), notice.TO))


@pytest.mark.skipif(not cgroup_ways.ways(cgroup_ways.CONTROLLERS)[0], reason="there are no control groups here")
def test_a_run_with_limits_on_memory_and_processes(lab):
    extra = "limits: {memory: 96M, processes: 60}"
    lab.launch(lab.brief(f"{sys.executable} -c 'bytearray(300 << 20)'; true", "true", extra=extra), "--wait", code=None)
    held_against_types(lab, "facts")


def test_a_key_that_the_type_does_not_have_is_drift(lab):
    run = lab.launch(lab.brief("true", "true"), "--wait")
    path = Path(layout.attempt(run, 1), layout.EXIT)
    path.write_text(json.dumps({**json.loads(path.read_text()), "hwo": "reaped"}))
    assert "hwo: Extra inputs are not permitted" in str(records.drift(lab.home))
