"""How attempts end: by themselves, at a limit, stopped, with a verify script that hangs, cheats or is changed."""

import json
import os
import shutil
import signal
import sys
import time
from pathlib import Path

import pytest

from tests.support.lab import ROOT, Lab, alive, eventually, naming
from workcell.finish import decide, settle, verify_output
from workcell.rundir import events, layout, look, maildir, notice, phase, vocabulary

TREE = """
trap '' TERM HUP INT
s=$1
(sleep $s) &
nohup sleep $s >/dev/null 2>&1 &
setsid sleep $s &
(setsid sh -c "sleep $s & exit") &
env -i setsid -f "$(command -v sleep)" $s
{python} -I -S -c "
import os
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.closerange(0, 256)
        os.execve('/bin/sleep', ['sleep', '$s'], {{}})
    os._exit(0)
os.wait()" &
sh -c "trap '' TERM HUP; sleep $s; sleep $s" &
"""
# Seven ways to outlive the program that started them; `sleep $s` names this test and nobody else's.


def seconds_of(lab: Lab) -> str:
    """A number of seconds that no other process sleeps for."""
    return f"98{os.getpid()}.{abs(hash(lab.top)) % 10**9:09d}"


def gone(run: str) -> None:
    """Nothing names the run any more; finish itself needs an instant after it has sealed the result."""
    eventually(lambda: not naming(os.path.basename(run)))


def sleepers(word: str) -> list[int]:
    found = []
    for pid in naming(word):
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            continue  # it ended between the two looks
        if b"sleep\0" + word.encode() in command:
            found.append(pid)
    return found


@pytest.mark.parametrize("end, io", [
    ("exit", "file"), ("exit", "terminal"), ("stop", "file"), ("stop", "terminal"), ("limit", "terminal"),
])  # fmt: skip
@pytest.mark.heavy
def test_nothing_of_a_tree_of_seven_is_left(lab, end, io):
    word = seconds_of(lab)
    last = "exit 5" if end == "exit" else f"wait; sleep {word}"
    script = TREE.format(python=sys.executable) + f'until test -e "$MARKS/go"; do sleep 0.02; done\n{last}\n'
    Path(lab.top, "tree.sh").write_text(script)
    limits = "limits: {wall: 1s}" if end == "limit" else ""
    run = lab.launch(lab.brief(f"exec bash {lab.top}/tree.sh {word}", "true", io=io, extra=limits))
    eventually(lambda: len(sleepers(word)) >= 7)
    Path(lab.marks, "go").touch()
    if end == "stop":
        lab.workcell("stop", run, "--grace", "1s")
    seen = lab.phase(run, phase.DONE, seconds=30)
    assert seen.exit["how"] == {"exit": "reaped", "stop": "stopped", "limit": "limit-wall"}[end]
    assert (seen.exit["code"], seen.exit["signal"]) == ((5, None) if end == "exit" else (None, 9))
    eventually(lambda: not sleepers(word), what="something of the tree is left alive")
    gone(run)


def test_a_run_that_an_agent_started_is_spared_also_when_its_agent_is_killed(lab):
    inner = lab.brief('until test -e "$MARKS/go"; do sleep 0.02; done; exit 4', "true", name="inner")
    other = lab.new_repo()
    program = f"{sys.executable} -m workcell launch {inner} --repo {other} --no-window"
    outer = lab.brief(
        f"trap '' TERM\n{program}\ntouch $MARKS/there\nwhile true; do sleep 0.1; done",
        "true",
        name="outer",
    )
    text = Path(outer).read_text().replace("env: [MARKS]", f"env:\n  MARKS: {lab.marks}\n  PYTHONPATH: {ROOT}")
    Path(outer).write_text(text.replace(program, f"WORKCELL_HOME={lab.home} {program}"))
    run = lab.launch(outer)
    eventually(lambda: lab.mark("there") or os.path.exists(os.path.join(lab.marks, "there")))
    (nested,) = [path for path in lab.runs() if path != run]
    seen = lab.phase(nested, phase.RUNNING)
    lab.workcell("stop", run, "--grace", "0s")
    assert look.at(run).result["outcome"] == "stopped"
    assert look.at(nested).phase == phase.RUNNING and alive(seen.start["agent"]["pid"])
    Path(lab.marks, "go").touch()
    assert lab.phase(nested, phase.DONE).exit["code"] == 4
    assert "spared" in Path(look.at(run).directory, layout.FACTS).read_text()


def test_a_tmux_server_that_the_agent_started_is_spared_and_named(lab):
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed")
    socket = f"{lab.top}/own.sock"
    run = lab.launch(lab.brief(f"tmux -f /dev/null -S {socket} new-session -d 'sleep 1000'", "true"), "--wait")
    pids = [pid for pid in naming(socket) if Path(f"/proc/{pid}/comm").read_text().startswith("tmux")]
    assert pids
    assert "tmux" in Path(look.at(run).directory, layout.HANDOFF).read_text()


def test_the_idle_limit_ends_a_silent_agent_and_no_other(lab):
    # three seconds: a loaded machine may let a program that prints every 0.4 s wait for more than one
    silent = lab.launch(lab.brief("sleep 600", "true", name="silent", extra="limits: {idle: 3s}"))
    # read with a time limit is a builtin: this one uses next to no CPU time, and only its log says that it lives
    chatty = 'exec 5<>"$MARKS/pipe"\nfor i in $(seq 12); do read -t 0.4 -u 5; echo $i; done'
    os.mkfifo(os.path.join(lab.marks, "pipe"))
    quiet = "end=$((SECONDS + 5)); while test $SECONDS -lt $end; do :; done"
    runs = [
        lab.launch(
            lab.brief(chatty, "true", name="chatty", io="file", extra="limits: {idle: 3s}"), repo=lab.new_repo()
        ),
        lab.launch(
            lab.brief(chatty, "true", name="tty", io="terminal", extra="limits: {idle: 3s}"), repo=lab.new_repo()
        ),
        lab.launch(lab.brief(quiet, "true", name="busy", extra="limits: {idle: 3s}"), repo=lab.new_repo()),
    ]
    assert lab.phase(silent, phase.DONE).exit["how"] == "limit-idle"
    for run in runs:
        assert lab.phase(run, phase.DONE).exit["how"] == "reaped", run


def verifying(lab: Lab, verify: str, extra: str = "") -> str:
    run = lab.launch(lab.brief("exit 7", verify, extra=extra))
    eventually(lambda: lab.mark("verifying"))
    return run


def test_a_run_is_stopped_while_its_check_hangs(lab):
    run = verifying(lab, 'echo $$ >"$MARKS/verifying"\nsleep 600')
    assert look.at(run).phase == phase.FINISHING
    began = time.monotonic()
    assert "stopped" in lab.workcell("stop", run).stdout
    assert time.monotonic() - began < 10
    seen = look.at(run)
    assert seen.exit["code"] == 7
    assert seen.phase == phase.DONE and seen.result["outcome"] == "stopped"
    assert layout.VERIFY not in os.listdir(seen.directory)
    gone(run)


def test_a_check_that_hangs_is_ended_with_all_that_it_started(lab):
    word = seconds_of(lab)
    run = verifying(lab, f'echo $$ >"$MARKS/verifying"\nsetsid sleep {word} &\nsleep {word}', "limits: {verify: 1s}")
    seen = lab.phase(run, phase.DONE)
    assert seen.result["outcome"] == "failed" and "time limit" in seen.result["reason"]
    assert not sleepers(word)


@pytest.mark.parametrize("change", ["text", "gone"])
def test_a_check_that_was_changed_after_launch_is_tampered(lab, change):
    act = 'echo "exit 0" >' if change == "text" else "rm -f "
    run = lab.launch(
        lab.brief(f'cd "$WORKCELL_ATTEMPT_DIR"; chmod 700 verify.sh; {act} verify.sh', "exit 1"), "--wait", code=1
    )
    assert look.at(run).result["outcome"] == "tampered"
    ran = lab.workcell("resume", run, "--no-window", code=77)
    assert "pinned" in ran.stderr


@pytest.mark.parametrize("name", [layout.RESULT, layout.VERIFY_SCRIPT])
def test_what_is_changed_when_the_check_has_passed_is_found_before_the_end_is_told(lab, monkeypatch, name):
    """A process that outlives its run acts when the check is over: handoff, notice and result say the same."""
    run = lab.launch(lab.brief("sleep 600", "true"))
    seen = lab.phase(run, phase.RUNNING)
    for who in ("runner", "agent"):
        os.kill(seen.start[who]["pid"], signal.SIGKILL)
    lab.phase(run, phase.LOST)
    really, decided = decide.decide, []

    def then_change(*words):
        step = really(*words)
        if not decided:
            assert step["outcome"] == "passed", step
            path = Path(layout.attempt(run, 1), name)
            path.unlink(missing_ok=True)
            path.write_text("{}\n")
        decided.append(step["outcome"])
        return step

    monkeypatch.setattr(decide, "decide", then_change)
    settle.settle(run)
    assert decided == ["passed", "tampered"]
    result = look.at(run).result
    assert result["outcome"] == "tampered" and name in result["reason"]
    box = notice.box(lab.home)
    told = [maildir.read(box, one, part) for part in (notice.NEW, notice.CUR, notice.SENT)
            for one in maildir.waiting(box, part)]  # fmt: skip
    assert [one["event"] for one in told if one["event"] in vocabulary.OUTCOMES] == ["tampered"]
    assert name in told[0]["facts"]["why"]
    handoff = Path(layout.attempt(run, 1), layout.HANDOFF).read_text()
    assert "tampered" in handoff and "passed" not in handoff
    written = [one for _, one in events.read(os.path.join(run, layout.EVENTS)) if one]
    assert [one["outcome"] for one in written if one["type"] == "run.ended"] == ["tampered"]


def test_a_file_that_the_check_names_may_change_and_only_what_was_pinned_runs(lab):
    script = Path(lab.repo, "check.sh")
    script.write_text("#!/bin/sh\nexit 1\n")
    script.chmod(0o755)
    run = lab.launch(lab.brief("printf '#!/bin/sh\\nexit 0\\n' > check.sh", "./check.sh"), "--wait", code=1)
    assert look.at(run).result["outcome"] == "failed"


def test_secrets_reach_the_agent_and_no_other_program(lab):
    brief = lab.brief(
        'test "$API_KEY" = "$(cat "$MARKS/key")" && echo yes >"$MARKS/agent"\n'
        'until test -e "$MARKS/go"; do sleep 0.02; done',
        'test -z "${API_KEY+set}" && test "$PLAIN" = "plain words"',
        extra="secrets: [API_KEY]",
    )
    text = Path(brief).read_text().replace("env: [MARKS]", "env: [MARKS, API_KEY, PLAIN]")
    Path(brief).write_text(text)
    key = f"sk-{os.urandom(12).hex()}"
    Path(lab.marks, "key").write_text(key)
    window = shutil.which("tmux") is not None
    run = lab.launch(brief, window=window, env=lab.env(API_KEY=key, PLAIN="plain words"))
    seen = lab.phase(run, phase.RUNNING)
    eventually(lambda: lab.mark("agent") == "yes\n")
    told = []
    for name in os.listdir("/proc"):
        try:
            if name.isdigit() and key.encode() in Path(f"/proc/{name}/cmdline").read_bytes():
                told.append(name)
        except OSError:
            continue
    assert not told, "the key stands in somebody's command line"
    for pid in lab.servers():
        assert key.encode() not in Path(f"/proc/{pid}/environ").read_bytes()
    if window:
        for flags in (["-g"], ["-t", f"={seen.id}"]):
            assert key not in lab.tmux("show-environment", *flags).stdout
    Path(lab.marks, "go").touch()
    assert lab.phase(run, phase.DONE).result["outcome"] == "passed"
    holders = [path for path in Path(lab.home).rglob("*") if path.is_file() and key.encode() in path.read_bytes()]
    assert [path.name for path in holders] == [layout.ENV]
    assert os.stat(os.path.join(run, layout.ENV)).st_mode & 0o077 == 0


def test_a_program_that_cannot_be_started_is_an_end_with_a_reason(lab):
    program = Path(lab.top, "broken")
    program.write_text("#!/nonexistent/interpreter\n")
    program.chmod(0o755)
    brief = lab.brief("true", "true")
    text = Path(brief).read_text()
    start, end = text.index("  command: |"), text.index("verify: |")
    Path(brief).write_text(text[:start] + f"  command: [{program}]\n" + text[end:])
    run = lab.launch(brief, "--wait", code=1)
    seen = look.at(run)
    assert seen.exit["how"] == "not-started" and str(program) in seen.exit["error"]
    assert seen.result["outcome"] == "failed"


def test_a_terminal_is_asked_and_answers_while_no_window_is_there(lab):
    ask = (
        "import os, tty, select\n"
        "tty.setraw(0)\n"
        "os.write(1, b'\\x1b[')\n"
        "os.write(1, b'6n\\x1b[c')\n"
        "data = b''\n"
        "while not data.endswith(b'c'):\n"
        "    assert select.select([0], [], [], 5)[0]\n"
        "    data += os.read(0, 100)\n"
        "open(os.environ['MARKS'] + '/answer', 'wb').write(data)\n"
    )
    Path(lab.top, "ask.py").write_text(ask)
    lab.launch(lab.brief(f"exec {sys.executable} -I {lab.top}/ask.py", "true", io="terminal"), "--wait")
    assert lab.mark("answer") == "\x1b[1;1R\x1b[?62;22c"


def test_stop_of_a_run_that_is_over_is_nothing_and_0(lab):
    run = lab.launch(lab.brief("true", "true"), "--wait")
    before = Path(run, layout.CURRENT, layout.RESULT).read_bytes()
    assert "passed" in lab.workcell("stop", run).stdout
    assert Path(run, layout.CURRENT, layout.RESULT).read_bytes() == before


@pytest.mark.parametrize(("check", "told"), [("true", "exited 0"), ("exit 3", "exited 3"), (None, "not run")])
def test_the_handoff_says_how_the_check_of_its_own_attempt_ended(lab, check, told):
    run = lab.launch(lab.brief("true", check), "--wait", code=None)
    rows = [line for line in Path(run, layout.HANDOFF).read_text().splitlines() if line.startswith("| 1 |")]
    assert len(rows) == 1 and f"| {told} |" in rows[0], rows


def test_an_orphan_is_stopped(lab):
    run = lab.launch(lab.brief("trap 'exit 0' TERM; while true; do sleep 0.05; done", "true"))
    seen = lab.phase(run, phase.RUNNING)
    os.kill(seen.start["runner"]["pid"], signal.SIGKILL)
    lab.phase(run, phase.ORPHANED)
    began = time.monotonic()
    shown = json.loads(lab.workcell("stop", run, "--json").stdout)
    assert shown["outcome"] == "stopped" and time.monotonic() - began < 10
    assert not alive(seen.start["agent"]["pid"])
    gone(run)


def test_a_check_that_prints_without_end_is_kept_within_a_limit(lab):
    """100 MB: the check is not held up, not ended by SIGPIPE, and its beginning and its end can be read."""
    verify = "echo first; head -c 100000000 /dev/zero | tr '\\0' x; echo; echo last"
    run = lab.launch(lab.brief("true", verify), "--wait", timeout=120)
    directory = layout.attempt(run, 1)
    path = os.path.join(directory, layout.VERIFY_LOG)
    assert os.path.getsize(path) < verify_output.MOST + 1000
    dropped = look.read_record(directory, layout.VERIFY, [])["dropped_bytes"]
    assert dropped > 100_000_000 - verify_output.MOST
    with open(path, "rb") as file:
        assert file.read(6) == b"first\n"
        file.seek(-100, os.SEEK_END)
        assert file.read().endswith(b"x\nlast\n")
        file.seek(verify_output.MOST // 2 - 10)
        assert f"[workcell: {dropped} bytes of the output are left out here]".encode() in file.read(200)


def test_what_the_recipe_says_its_agent_leaves_does_not_break_a_clean_tree(lab):
    command = "mkdir -p .agent && date >.agent/settings"
    for leaves, outcome in (("[.agent/settings]", "passed"), ("[]", "failed")):
        brief = lab.brief(command, "true", recipe=f"  leaves: {leaves}", extra="require: {clean: true}")
        run = lab.launch(brief, "--wait", repo=lab.new_repo(), code=None)
        seen = look.at(run)
        assert seen.result["outcome"] == outcome, seen.result
    assert "the tree must be clean: .agent/" in seen.result["reason"]
