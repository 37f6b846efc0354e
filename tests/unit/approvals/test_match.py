"""Patterns and commands: an allow fits for certain, a deny meets whatever runs the same, and neither takes long."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workcell.approvals import match


@pytest.mark.parametrize(
    "pattern, command, fits",
    [
        ("git status *", "git status", True),
        ("git status *", "git status -s x", True),
        ("git status", "git status -s", False),
        ("git status *", "git push", False),
        ("git status *", "/tmp/git status", False),
        ("git status *", "./git status", False),
        ("*", "anything at all", True),
        ("*", "sudo anything", False),
        ("* status", "env status", False),
        ("cat src/*", "cat src/a/b.py", True),
        ("cat src/*", "cat src/../../etc/passwd", False),
        ("cat src/*", "cat src/a /etc/passwd", False),
        ("pytest tests/?.py", "pytest tests/a.py", True),
        ("timeout 60 make", "timeout 60 make", True),
        ("a[b] *", "a[b] c", True),
    ],
)  # fmt: skip
def test_an_allow_fits_word_by_word(pattern, command, fits):
    assert match.fits(pattern.split(), tuple(command.split())) is fits


def test_an_unknown_word_fits_nothing():
    assert not match.fits(["git", "*"], ("git", None))
    assert not match.fits(["*"], (None,))


@pytest.mark.parametrize(
    "command",
    [
        "git push", "git push origin main", "/usr/bin/git push", "git -C . push", "git -c a.b=c push", "git --no-pager push",
        "sudo git push", "sudo -u me git push", "env A=1 git push", "timeout 60 git push", "xargs git push", "nohup git push",
        "eval git push", "time git push", "docker run x git push", "find . -exec git push ;", "command git push",
    ],
)  # fmt: skip
def test_a_deny_meets_what_runs_the_command(command):
    assert match.meets(["git", "push"], tuple(command.split()))
    assert match.meets(["git", "push", "*"], tuple(command.split()))


@pytest.mark.parametrize(
    "command",
    [
        ("bash", "-c", "git push"),
        ("bash", "-lc", "cd x && git  push"),
        ("sh", "-c", "bash -c 'git push'"),
        ("eval", "git", "pu'sh'"),
        ("ssh", "host", "git push"),
        ("su", "me", "-c", "git push"),
    ],
)
def test_a_deny_meets_the_scripts_of_shells(command):
    assert match.meets(["git", "push"], command)


@pytest.mark.parametrize("command", ["git status", "git commit -m push", "gitpush", "echo git push", "push git"])
def test_a_deny_meets_no_other_command(command):
    assert not match.meets(["git", "push"], tuple(command.split()))
    assert not match.may_meet(["git", "push"], tuple(command.split()))


def test_an_option_of_a_deny_may_stand_anywhere():
    assert match.meets(["git", "push", "--force"], ("git", "push", "origin", "main", "--force"))
    assert not match.meets(["git", "push", "--force"], ("git", "push", "origin", "main"))


@pytest.mark.parametrize(
    ("pattern", "command", "meets"),
    [
        ("rm -rf build", "rm -fr build", True),
        ("rm -rf build", "rm -r -f build", True),
        ("rm -rf build", "rm -v -fR -r build", True),
        ("rm -rf", "rm -rfv build", True),
        ("rm -r", "rm -fr build", True),
        ("rm -rf build", "rm -r build", False),
        ("rm -rf build", "rm -rf dist", False),
        ("rm -rf", "rm --recursive -f build", False),
        ("git push -f", "git push -qf origin", True),
        ("rm -rf", "rm build-rf", False),
    ],
)
def test_short_options_of_a_deny_may_be_spelled_in_any_way(pattern, command, meets):
    assert match.meets(pattern.split(), tuple(command.split())) is meets


def test_an_allow_is_not_widened_by_another_spelling():
    assert not match.fits(["rm", "-rf", "build"], ("rm", "-fr", "build"))


@given(st.sets(st.sampled_from("abcrfRFv"), min_size=2), st.randoms(use_true_random=False))
def test_any_order_and_any_number_of_words_of_the_same_options_are_met(options, dice):
    letters = sorted(options)
    pattern = ["rm", "-" + "".join(letters), "x"]
    dice.shuffle(letters)
    words = ["-" + letters[0]]
    for letter in letters[1:]:
        words = [*words, f"-{letter}"] if dice.random() < 0.5 else [*words[:-1], words[-1] + letter]
    assert match.meets(pattern, ("rm", *words, "x"))
    assert not match.meets(pattern, ("rm", *(word.replace(letters[0], "z") for word in words), "x"))


@pytest.mark.parametrize(
    "command",
    [
        (None, "push"), ("git", None), ("git", "-C", ".", None), ("bash", "-c", None), ("bash",), ("sudo", "sh"),
        ("bash", "-c", "git `x`"), ("eval", "$X"), ("xargs", "git"), ("env", None, "x"), ("find", ".", "-exec", None),
    ],
)  # fmt: skip
def test_what_could_become_the_command_may_meet_it(command):
    assert match.may_meet(["git", "push"], command)


@pytest.mark.parametrize("command", [("git", "status", None), ("ls", None), ("bash", "x.sh")])
def test_what_cannot_become_the_command_does_not(command):
    assert not match.may_meet(["git", "push"], command)


def test_shells_within_shells_are_too_deep():
    script = "git push"
    for _ in range(12):
        script = "eval " + script
    with pytest.raises(match.TooDeep):
        match.meets(["no", "such"], tuple(script.split()))


@pytest.mark.parametrize(
    "command",
    [
        ("git", *["-a"] * 399),
        ("eval", *["-a"] * 399),
        ("env", *["git"] * 399),
        ("bash", "-c", "eval " * 300),
        ("git", "=a" * 30_000),
    ],
)
def test_no_command_takes_long(command):
    begun = time.process_time()
    for pattern in (["git", "push", "--x*y*z", "*"], ["*", "*", "*", "a"]):
        try:
            match.meets(pattern, command)
            match.may_meet(pattern, command)
        except match.TooDeep:
            pass
    assert time.process_time() - begun < 2


@pytest.mark.parametrize(
    "pattern, path, fits",
    [
        ("/t/src/**", "/t/src/a/b", True),
        ("/t/src/*", "/t/src/a", True),
        ("/t/src/*", "/t/src/a/b", False),
        ("/t/**/x.py", "/t/x.py", True),
        ("/t/**/x.py", "/t/a/b/x.py", True),
        ("/t/src/**", "/t/srcs/a", False),
        ("/t/a", "/t/a/b", False),
    ],
)
def test_paths(pattern, path, fits):
    assert match.path_fits(pattern, path) is fits


def test_timeout_and_nohup_are_what_they_run():
    assert match.runs(("timeout", "60", "nohup", "make")) == ("make",)
    assert match.runs(("timeout", "-k", "1", "60", "make"))[0] == "timeout"


@pytest.mark.parametrize(
    "command",
    [
        ("printf", "-v", "a[$(evil)]", "x"),
        ("test", "-v", "a[`evil`]"),
        ("[", "a[$(evil)]", "-eq", "0", "]"),
        ("read", "a[$(evil)]"),
        ("export", "a[$(evil)]=1"),
    ],
)
def test_a_builtin_that_evaluates_its_words_is_not_allowed_by_a_wildcard_and_may_be_anything(command):
    assert not match.fits([command[0], "*"], command) and not match.fits(["*"], command)
    assert match.may_meet(["evil"], command)
    assert match.fits([command[0], "*"], (command[0], "plain", "words"))


@pytest.mark.parametrize(
    "command", ["mapfile -C evil", "compgen -C evil", "jobs -x evil", "- evil", "emulate sh -c evil"]
)
def test_what_runs_its_words_is_allowed_by_no_wildcard_and_denied(command):
    words = tuple(command.split())
    assert not match.fits([words[0], "*"], words) and not match.fits(["*"], words)
    assert match.meets(["evil"], words)
