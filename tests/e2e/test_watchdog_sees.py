"""What ticks see of live agents that nobody looks at: a dialog at the next tick, a loop of tool calls within minutes."""

import json
import os
from pathlib import Path

import pytest

from tests.support import watching
from tests.support.lab import eventually
from tests.support.stubs import Stub
from workcell.faces import hook as program
from workcell.rundir import events, layout, maildir, notice

CLAUDE = "  reader: claude"


@pytest.fixture
def watch(lab):
    return watching.Watch(lab)


def hooks(lab, run, *payloads):
    """Let the hook program bring payloads, as the agent does, and wait until the runner has them in its journal."""
    before = len(journal(run))
    env = {"WORKCELL_RUN_DIR": run, "WORKCELL_ATTEMPT": f"{os.path.basename(run)}/1"}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in env.items():
            patch.setenv(name, value)
        for payload in payloads:
            said = {"session_id": watching.SESSION, "cwd": lab.repo, **payload}
            # as an argument, which a notify program gets: a process for each of many payloads takes long
            assert program.main(["claude", json.dumps(said)]) == 0
    eventually(lambda: len(journal(run)) == before + len(payloads), what="the hooks in the journal")


def hook(lab, run, event, **payload):
    """Bring one payload."""
    hooks(lab, run, {"hook_event_name": event, **payload})


def journal(run):
    return [line for _, line in events.read(os.path.join(run, layout.EVENTS)) if line and line.get("type") == "hook"]


def told(watch, run):
    """The events of the notices of that run."""
    name = os.path.basename(run)
    return [one.split("/")[2] for one in watch.notices() if one.startswith(name)]


ASKS = {"tool_name": "Bash", "tool_input": {"command": "rm -rf build"}}


def test_a_permission_prompt_is_told_at_the_next_tick(lab, watch):
    stub = Stub(lab)
    watch.tick()
    hook(lab, stub.run, "UserPromptSubmit", prompt="go", prompt_id="p1")
    hook(lab, stub.run, "PreToolUse", tool_use_id="t1", **ASKS)
    watch.tick()
    assert told(watch, stub.run) == []
    stub.do("dialog")
    eventually(lambda: any("Do you want to proceed?" in row for row in stub.rows()))
    hook(lab, stub.run, "PermissionRequest", **ASKS)
    watch.tick()
    assert told(watch, stub.run) == ["prompt"]


def test_a_prompt_whose_dialog_comes_after_the_hook_is_told_one_tick_later(lab, watch):
    stub = Stub(lab)
    watch.tick()
    stub.do("work 600")
    eventually(lambda: any("esc to interrupt" in row for row in stub.rows()))
    hook(lab, stub.run, "UserPromptSubmit", prompt="go", prompt_id="p1")
    hook(lab, stub.run, "PreToolUse", tool_use_id="t1", **ASKS)
    hook(lab, stub.run, "PermissionRequest", **ASKS)
    watch.tick()
    assert told(watch, stub.run) == [], "it works: what it asked was answered, or the dialog is still to come"
    stub.do("dialog")
    eventually(lambda: any("Do you want to proceed?" in row for row in stub.rows()))
    watch.tick()
    assert told(watch, stub.run) == ["prompt"]


# -- loops


BEGUN = {"type": "system", "subtype": "init", "session_id": watching.SESSION, "model": "m", "cwd": "/x", "tools": []}


def same(first, count, at=None, cycle=1):
    """Records of `count` calls; those with the same place in the cycle are the same call."""
    names = [{"command": f"make test-{number}"} for number in range(cycle)]
    return [
        one
        for number in range(first, first + count)
        for one in watching.calling("Bash", names[number % cycle], number, at)
    ]


def launch(lab, *parts, verify=None):
    """An agent that records `parts`, each when the mark of its number is there (the first at once), and stays."""
    lines = []
    for number, part in enumerate(parts):
        if number:
            lines.append(f'until [ -e "$MARKS/go.{number}" ]; do sleep 0.05; done')
        lines.append(part)
    run = lab.launch(lab.brief("\n".join([*lines, "exec sleep 600"]), verify, recipe=CLAUDE))
    return lab.phase(run, "running").run


def recorded(run, words):
    log = os.path.join(layout.attempt(run, 1), layout.AGENT_LOG)
    eventually(lambda: words in Path(log).read_text(), what=words)


def notices(lab, run):
    box = notice.box(lab.home)
    found = [maildir.read(box, name, part) for part in (notice.NEW, notice.CUR, notice.SENT)
             for name in maildir.waiting(box, part)]  # fmt: skip
    return [one for one in found if one and one["run"] == os.path.basename(run)]


def reads(watch, times=3):
    """Ticks that are far enough apart to read what agents at work recorded."""
    for _ in range(times):
        watch.tick(later=301.0)


@pytest.mark.parametrize("cycle", [1, 3])
def test_a_loop_of_tool_calls_in_an_unchanged_tree_is_told_once(lab, watch, cycle):
    run = launch(lab, watching.says(BEGUN, *same(0, 26 * cycle, watching.stamp(5.0), cycle)))
    recorded(run, f"toolu_{26 * cycle - 1}")
    reads(watch)
    assert told(watch, run) == ["stuck"]
    words = notices(lab, run)[0]["facts"]["why"]
    assert "26 times" in words and "make test-" in words, words
    assert [one["step"] for one in watch.acts()] == ["notify"]


def test_twenty_five_calls_are_no_loop(lab, watch):
    run = launch(lab, watching.says(BEGUN, *same(0, 25, watching.stamp(5.0))))
    recorded(run, "toolu_24")
    reads(watch)
    assert told(watch, run) == []


def test_calls_that_change_the_tree_are_no_loop(lab, watch):
    calls = watching.says(BEGUN, *same(0, 40, watching.stamp(-60.0)))
    run = launch(lab, f"{calls}\necho more >>file.txt\necho changed")
    recorded(run, "changed")
    reads(watch)
    assert told(watch, run) == []


def test_without_times_the_calls_count_from_the_first_look(lab, watch):
    run = launch(lab, watching.says(BEGUN, *same(0, 30)), watching.says(*same(30, 20)), watching.says(*same(50, 10)))
    for number, last, expected in ((0, 29, []), (1, 49, []), (2, 59, ["stuck"])):
        Path(lab.marks, f"go.{number}").touch()
        recorded(run, f"toolu_{last}")
        reads(watch, 2)
        assert told(watch, run) == expected, number


def test_a_looping_agent_in_a_terminal_is_interrupted_and_told(lab, watch):
    watching.quick(lab.home, "looping", **{"for: 15m": "for: 0.01s"})
    stub = Stub(lab)
    watch.tick()
    stub.do("work 600")
    eventually(lambda: any("esc to interrupt" in row for row in stub.rows()))
    hook(lab, stub.run, "UserPromptSubmit", prompt="go", prompt_id="p1")
    calls = [{"tool_use_id": f"t{n}", "tool_name": "Bash", "tool_input": {"command": "make test"}} for n in range(27)]
    names = ("PreToolUse", "PostToolUse")
    hooks(lab, stub.run, *({"hook_event_name": name, **call} for call in calls for name in names))
    for _ in range(8):
        watch.tick(later=301.0)
        if stub.texts():
            break
    assert stub.said()[0] == {"interrupted": True}
    # what was typed is read by the agent in its own time
    assert "repeated the same tool calls" in eventually(stub.texts, what="the words of the playbook")[0]
    assert "stuck" in told(watch, stub.run)
