"""What status, ls, what, why and judge say of runs whose agents keep records."""

import json
import os

import pytest

from tests.support.lab import eventually
from tests.support.stubs import Stub
from workcell.rundir import layout

INIT = {"type": "system", "subtype": "init", "session_id": "s", "uuid": "u0", "model": "a-model"}
CALL = {
    "type": "assistant",
    "uuid": "u1",
    "message": {
        "id": "m1",
        "content": [{"type": "tool_use", "id": "t1", "name": "Bash", "input": {"command": "make"}}],
    },
}
RETRY = {
    "type": "system",
    "subtype": "api_retry",
    "uuid": "u2",
    "attempt": 2,
    "max_retries": 10,
    "retry_delay_ms": 60000,
    "error_status": 529,
    "error": "overloaded",
}
SAID = {
    "type": "assistant",
    "uuid": "u3",
    "message": {"id": "m3", "content": [{"type": "text", "text": "It is done."}]},
}
RESULT = {
    "type": "result",
    "subtype": "success",
    "uuid": "u4",
    "is_error": True,
    "api_error_status": 401,
    "result": "Invalid API key · Fix external API key",
    "terminal_reason": "api_error",
}


class Headless:
    """A run that writes the records it is given, and then does as it is told."""

    def __init__(self, lab, *records, then="sleep 60", code=None):
        self.lab = lab
        path = os.path.join(lab.marks, "records")
        with open(path, "w") as file:
            file.writelines(json.dumps(one) + "\n" for one in records)
        words = f"cat {path}; {then}"
        self.run = lab.launch(lab.brief(words, None, name="headless", recipe="  reader: claude"))

    def json(self, *words):
        return json.loads(self.lab.workcell(*words, "--json").stdout)


@pytest.mark.parametrize(
    ("records", "state", "now"),
    [
        ((INIT, CALL), "working", "runs Bash: make"),
        ((INIT, CALL, RETRY), "retrying", "tries again (try 2 of 10): overloaded"),
    ],
)
def test_a_run_at_work(lab, records, state, now):
    one = Headless(lab, *records)
    eventually(lambda: one.json("status", one.run)["state"] == state)
    found = one.json("status", one.run)
    assert found["activity"]["evidence"][0]["words"]
    listed = one.json("ls")["runs"][0]
    assert listed["state"] == state, "the list says it from what was captured"
    said = one.json("what", one.run)
    assert said["now"] == now and said["asked"] == "the objective of headless"
    assert len(lab.workcell("what", one.run).stdout.splitlines()) == 3
    lab.workcell("stop", one.run)


def test_a_list_reads_no_records_itself(lab):
    one = Headless(lab, INIT, CALL)
    eventually(lambda: os.path.getsize(os.path.join(one.run, layout.AGENT_LOG)) > 0)
    assert one.json("ls")["runs"][0]["state"] == "running"
    assert not os.path.exists(os.path.join(layout.attempt(one.run, 1), layout.CAPTURE))
    lab.workcell("stop", one.run)


def test_why_and_judge_agree_with_their_evidence(lab):
    one = Headless(lab, INIT, RESULT, then="exit 1")
    lab.workcell("wait", one.run, code=None)
    found = one.json("judge", one.run)
    assert found["verdict"] == "auth" and found["evidence"][0]["signals"]
    assert one.json("why", one.run)["verdict"] == "auth"
    words = lab.workcell("why", one.run).stdout
    assert (
        words.startswith("unverified: the sign-in of Claude Code was refused or is missing: Invalid API key")
        and "no verify script" in words
        and "  the agent  auth (" in words
        and "because" in words
        and "Invalid API key" in words
    )
    assert one.json("judge", one.run) == found, "the same again at any time"
    assert [event["type"] for event in _events(one)].count("error") == 1
    lab.workcell("fsck", one.run)


def _events(one):
    return [json.loads(line) for line in one.lab.workcell("events", one.run).stdout.splitlines()]


def test_a_directory_is_judged_without_a_run(lab, tmp_path):
    (tmp_path / "stdout.txt").write_text("".join(json.dumps(line) + "\n" for line in (INIT, RESULT)))
    (tmp_path / "exit_code").write_text("1\n")
    found = json.loads(lab.workcell("judge", "--recipe", "claude", "--from", str(tmp_path), "--json").stdout)
    assert found["verdict"] == "auth"
    assert {"verdict", "confidence", "evidence"} <= set(found)
    lab.workcell("judge", code=2)
    lab.workcell("judge", "--from", str(tmp_path), code=2)


def test_a_run_without_records_says_what_it_can(lab):
    run = lab.launch(lab.brief("sleep 60", None, name="plain"))
    assert "runs the recipe shell" in lab.workcell("what", run).stdout
    assert json.loads(lab.workcell("status", run, "--json").stdout)["state"] == "running"
    lab.workcell("stop", run)
    assert lab.workcell("what", run).stdout.startswith("Current:     stopped: stopped by a person")


def test_a_dialog_is_seen_told_and_answered_on_the_command_line(lab):
    stub = Stub(lab)
    stub.do("dialog")

    def status():
        return json.loads(lab.workcell("status", stub.run, "--json").stdout)

    eventually(lambda: status()["state"] == "approval")
    why = lab.workcell("why", stub.run).stdout
    assert "Do you want to proceed?" in why and f"No: workcell deny {os.path.basename(stub.run)}" in why
    lab.workcell("answer", stub.run, "perhaps", code=77)
    assert lab.workcell("answer", stub.run, "3").stdout.startswith("accepted")
    assert stub.said() == [{"picked": "No"}]
    lab.workcell("answer", stub.run, "1", code=77)
    done = lab.workcell("send", stub.run, "--", "-x; tail")
    assert done.stdout.startswith("accepted") and stub.texts() == ["-x; tail"]
    with open(os.path.join(lab.top, "long"), "w") as file:
        file.write("from standard input\n")
    with open(os.path.join(lab.top, "long")) as file:
        assert lab.workcell("send", stub.run, "-", stdin=file).stdout.startswith("accepted")
    assert stub.texts()[-1] == "from standard input"
    lab.workcell("send", stub.run, "", code=2)
    lab.workcell("send", stub.run, "x", "--urgent", "--important", code=2)
    lab.workcell("stop", stub.run)
