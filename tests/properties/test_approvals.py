"""No command line gets past an allow that does not allow each of its parts, whatever it is made of."""

import shutil
import subprocess
import tempfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workcell.approvals import decide, match, rules, shell

HARMLESS = rules.applying(rules.parse("allow: [good *, also good, printf *]\n", "r.yaml")[0], "/t", "x", "/t")
DENIED = rules.applying(rules.parse("allow: ['*']\ndeny: [evil]\n", "r.yaml")[0], "/t", "x", "/t")

PIECES = (
    "good", "also", "evil", "x", "-o", " ", " ", "\n", "\t", ";", "&&", "||", "|", "&", "'", '"', "\\", "$", "$(", ")", "(",
    "`", "{", "}", ">", "<", "<<", "#", "!", "=", "A=1", "*", "?", "[", "~", "1", "2", "/dev/null", "EOF", "if", "then",
    "fi", "eval", "env", "bash -c", "\r", "\x0b", "\u00a0", "ö", "^", ":", ",",
)  # fmt: skip
LINES = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)

HIDES = (
    "{}", "good; {}", "good && {}", "good || {}", "good | {}", "good & {}", "good\n{}", "good $({})", "good `{}`",
    'good "$({})"', "good <({})", "({})", "{{ {}; }}", "if good; then {}; fi", "for x in 1; do {}; done", "! {}", "A=1 {}",
    "env {}", "env A=1 {}", "sudo {}", "nohup {}", "timeout 9 {}", "time {}", "command {}", "exec {}", "eval {}",
    "bash -c '{}'", "bash -lc '{}'", "sh -c \"{}\"", "good > x; {}", "good >/dev/null; {}", "{} # good", "xargs {}",
    "good <<E\nx\nE\n{}", "'evil' x; {}", "good 2>&1\n{}", "while good; do {}; done", "printf -v 'a[$({})]' x", "- {}", "jobs -x {}", "compgen -C '{}'", "nice -n 3 {}",
)  # fmt: skip

EVIL = st.sampled_from(["evil now", "/usr/bin/evil now"])


def answer(found, command):
    return decide.decide(found, decide.Request("Bash", command, tree="/t")).answer


@given(EVIL, st.lists(st.sampled_from(HIDES), min_size=1, max_size=4))
def test_no_wrapping_gets_a_command_past_an_allow(line, wraps):
    for wrap in wraps:
        line = wrap.format(line)
    assert answer(HARMLESS, line) != "allow", line


@given(EVIL, st.lists(st.sampled_from(HIDES), min_size=1, max_size=4))
def test_no_wrapping_gets_a_command_past_a_deny(line, wraps):
    """It is denied, or asked where it cannot be read; it is never allowed or left to the program."""
    for wrap in wraps:
        line = wrap.format(line)
    assert answer(DENIED, line) in ("deny", "ask"), line


@given(LINES)
@settings(max_examples=400)
def test_whatever_is_allowed_is_allowed_in_each_part(line):
    if answer(HARMLESS, line) == "allow":
        commands, why = decide.flat(shell.read(line))
        assert why is None and commands
        assert all(one[0] in ("good", "printf") or one == ("also", "good") for one in commands), commands


@given(st.text(max_size=60))
def test_no_text_raises(line):
    answer(HARMLESS, line)
    answer(DENIED, line)


# in one write: commands of a pipeline are told at the same time
HANDLER = 'command_not_found_handle() { printf "%s\\0" "$@" "$(printf "\\1")" >&3; }\n'


def run_by_bash(line, place):
    """What bash runs of a line: each command that is no program is told to a file."""
    with tempfile.NamedTemporaryFile(dir=place) as file:  # a new one: what is still in the background has the old one
        subprocess.run(
            [shutil.which("bash") or "/bin/bash", "--norc", "-c", f"exec 3>&{file.fileno()}\n{HANDLER}{line}\nwait\n"],
            cwd=place, env={"PATH": "/nonexistent"}, pass_fds=(file.fileno(),), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=20, check=False,
        )  # fmt: skip
        file.seek(0)
        told = file.read()
    words, found = [], []
    for word in told.decode("utf-8", "surrogateescape").split("\0"):
        if word == "\1":
            found.append(tuple(words))
            words = []
        else:
            words.append(word)
    return found


@pytest.mark.parametrize("line", ["good x; evil 'a b' && x", 'good "a;b" \\; x | evil'])
def test_bash_tells_what_it_runs(line, tmp_path):
    assert set(run_by_bash(line, tmp_path)) <= set(shell.read(line).commands)
    assert run_by_bash(line, tmp_path)


@given(line=LINES)
@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_bash_runs_nothing_that_a_plain_line_does_not_name(line, tmp_path):
    found = shell.read(line)
    if not found.plain:
        return
    ran = run_by_bash(line, tmp_path)
    known = {tuple(word or "" for word in command) for command in found.commands}
    for command in ran:
        # bash runs what a runner is told, too: the line itself has that runner
        assert command in known or any(match.runner(one) for one in found.commands), (line, ran)
