"""What a person reads of what an agent did: logs, show and handoff, of real runs."""

import json
import os
import subprocess

import pytest

from tests.support import runs
from tests.support.lab import eventually
from workcell.rundir import phase

INIT = {"type": "system", "subtype": "init", "session_id": "s", "uuid": "u0", "model": "a-model"}
CALL = {
    "type": "assistant",
    "uuid": "u1",
    "message": {
        "id": "m1",
        "content": [{"type": "tool_use", "id": "t1", "name": "Bash", "input": {"command": "make"}}],
    },
}
ANSWER = {
    "type": "user",
    "uuid": "u2",
    "message": {
        "content": [{"type": "tool_result", "tool_use_id": "t1", "content": "Exit code 2\nno rule", "is_error": True}]
    },
}
SAID = {
    "type": "assistant",
    "uuid": "u3",
    "message": {"id": "m3", "content": [{"type": "text", "text": "There is no rule."}], "stop_reason": "end_turn"},
}
LINES = ["session started, model a-model", "Bash: make → exit 2", "said There is no rule."]


def recorded(lab, *records, then="true", name="recorded"):
    """A brief whose agent writes these records and goes on with `then`."""
    path = os.path.join(lab.marks, f"{name}.records")
    with open(path, "w") as file:
        file.writelines(json.dumps(one) + "\n" for one in records)
    return lab.brief(f"cat {path}; {then}", "true", name=name, recipe="  reader: claude")


def over(lab, brief):
    """A run of the brief that has ended."""
    run = runs.start(lab, brief)
    lab.phase(run, phase.DONE)
    return run


def test_records_are_lines_and_raw_gives_their_bytes(lab):
    run = over(lab, recorded(lab, INIT, CALL, ANSWER, SAID))
    assert lab.workcell("logs", run).stdout.splitlines() == LINES
    assert lab.workcell("logs", run, "-n", "1").stdout.splitlines() == LINES[-1:]
    assert json.loads(lab.workcell("logs", run, "--raw").stdout.splitlines()[0]) == INIT
    handoff = lab.workcell("handoff", run).stdout
    assert "    Bash: make → exit 2" in handoff and '"type"' not in handoff
    last = handoff.split("## The agent's last message")[1]
    assert "This is what it said last" in last and "    There is no rule." in last and "None" not in handoff


def test_a_follower_sees_each_thing_when_it_happens(lab):
    gate, rest = os.path.join(lab.marks, "gate"), os.path.join(lab.marks, "rest")
    with open(rest, "w") as file:
        file.writelines(json.dumps(one) + "\n" for one in (ANSWER, SAID))
    brief = recorded(lab, INIT, CALL, then=f"while [ ! -e {gate} ]; do sleep 0.1; done; cat {rest}")
    run = lab.launch(brief)
    eventually(lambda: "make" in lab.log(run))
    for verb, begins in (("logs", "Bash: make …"), ("show", "  · Bash: make …")):
        follower = subprocess.Popen(lab.words(verb, "-f", run), env=lab.env(), stdout=subprocess.PIPE, text=True)
        assert any(line.rstrip() == begins for line in iter(follower.stdout.readline, "")), verb
        if verb == "logs":
            follower.kill()
            follower.communicate()
    open(gate, "w").close()
    assert follower.communicate(timeout=30)[0].splitlines() == ["  · Bash: make → exit 2", "  There is no rule."]


def test_show_gives_turns_and_their_tools(lab):
    run = over(lab, recorded(lab, INIT, CALL, ANSWER, SAID))
    shown = lab.workcell("show", run).stdout.splitlines()
    assert shown[1:] == ["  · Bash: make → exit 2", "  There is no rule."]
    assert "      no rule" in lab.workcell("show", run, "--tools").stdout.splitlines()
    [turn] = json.loads(lab.workcell("show", run, "--json").stdout)["turns"]
    assert [(step["kind"], step["exit_code"]) for step in turn["steps"]] == [("tool", 2), ("said", None)]


def test_a_run_without_records_has_no_conversation_and_says_what_to_read(lab):
    run = over(lab, lab.brief("echo hello"))
    ran = lab.workcell("show", run, code=66)
    assert "no conversation" in ran.stderr and "workcell logs" in ran.stderr
    assert lab.workcell("logs", run).stdout == "hello\n"


@pytest.mark.parametrize("reader", ["", "  reader: claude"])
def test_an_agent_that_only_wrote_to_standard_error_is_shown(lab, reader):
    brief = lab.brief(
        "echo it may not run as root >&2; exit 1",
        "true",
        recipe=reader + "\n  stderr: separate" if reader else "  stderr: separate",
    )
    run = over(lab, brief)
    assert lab.workcell("logs", run).stdout.splitlines() == [
        "(nothing on standard output; this is standard error)",
        "it may not run as root",
    ]
    assert "it may not run as root" in lab.workcell("handoff", run).stdout


def test_a_secret_in_the_words_of_an_agent_is_masked(lab):
    token = "ghp_" + "a1B2" * 9
    run = over(lab, recorded(lab, {**SAID, "message": {"id": "m", "content": [{"type": "text", "text": token}]}}))
    for words in (("logs",), ("show",), ("show", "--tools"), ("show", "--json")):
        assert token not in lab.workcell(words[0], run, *words[1:]).stdout


def test_a_screen_is_shown_without_the_rows_that_it_left_empty(lab):
    draw = "printf '\\033[?1049h\\033[2Jthe file\\n'; for n in 1 2 3 4 5 6; do echo '~'; done; printf '\\033[20;1Hat the end'"
    run = over(lab, lab.brief(draw, "true", "terminal"))
    assert lab.workcell("logs", run).stdout.splitlines() == ["the file", "", "at the end"]


def test_a_failed_check_is_explained_by_what_it_printed(lab):
    brief = lab.brief("echo all steps are done", "echo checking; echo 'FAILED tests/test_price.py'; exit 1", name="bad")
    ran = lab.workcell("launch", brief, "--no-window", "--wait", "--repo", lab.repo, code=1)
    run = ran.stdout.strip()
    lines = ["  the check  checking", "             FAILED tests/test_price.py"]
    assert ran.stderr.splitlines()[1:3] == lines and f" {run}" in ran.stderr.splitlines()[3]
    why = lab.workcell("why", run).stdout.splitlines()
    assert why[0].startswith("failed: verify.sh ended with exit code 1") and why[1:3] == lines
    assert why[3].startswith("  the agent  nothing is known of it beside its exit")
    assert set(lines) < set(lab.workcell("status", run).stdout.splitlines())
    for verb in ("why", "status"):
        assert json.loads(lab.workcell(verb, run, "--json").stdout)["check"] == [
            "checking",
            "FAILED tests/test_price.py",
        ]


def test_what_an_agent_reported_stands_in_status_and_in_the_list(lab):
    result = {"type": "result", "subtype": "success", "uuid": "e", "is_error": False, "result": "There is no rule."}
    spent = {"num_turns": 3, "total_cost_usd": 0.25, "usage": {"input_tokens": 3900, "output_tokens": 84}}
    run = over(lab, recorded(lab, INIT, SAID, {**result, **spent}, then="echo new > new.txt"))
    lab.workcell("wait", run)
    shown = lab.workcell("status", run).stdout
    assert "spent      a-model, 0.25 USD, 3 turns, 3.9k tokens in, 84 out" in shown
    assert "last word  There is no rule." in shown and "None" not in shown
    for found in (
        json.loads(lab.workcell("status", run, "--json").stdout),
        json.loads(lab.workcell("ls", "--json").stdout)["runs"][0],
    ):
        assert found["usage"]["cost_usd"] == 0.25 and found["usage"]["model"] == "a-model"
        assert found["usage"]["last_word"] == "There is no rule." and found["changed"]["commits"] == 0
    assert "0 with problems" in lab.workcell("fsck", run).stderr


def test_a_new_file_that_git_does_not_know_counts_as_work(lab):
    run = lab.launch(lab.brief("echo new >new.txt; echo other >>file.txt", name="makes"), "--wait")
    assert "1 file +1 −0, 1 untracked file" in lab.workcell("status", run).stdout
    assert lab.status(run)["changed"]["untracked"] == 1
    assert "+1 −0, 1 untracked file" in lab.workcell("report").stdout
    assert "1 file changed, +1 -0, 1 untracked file" in lab.workcell("handoff", run).stdout


def test_logs_of_a_silent_agent_say_so(lab):
    run = lab.launch(lab.brief("true", name="mute"), "--wait")
    ran = lab.workcell("logs", run)
    assert ran.stdout == "" and "the agent has written nothing so far" in ran.stderr
    assert lab.workcell("logs", run, "--raw").stdout == ""
