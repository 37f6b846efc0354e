"""What a command line runs, as far as that is known without running it."""

import pytest

from workcell.approvals import shell


@pytest.mark.parametrize(
    "text, commands",
    [
        ("git status", [("git", "status")]),
        ("  git   status\n", [("git", "status")]),
        ("git status && make test; ls | wc -l", [("git", "status"), ("make", "test"), ("ls",), ("wc", "-l")]),
        ("git status\nmake test", [("git", "status"), ("make", "test")]),
        ("sleep 1 &", [("sleep", "1")]),
        ("git commit -m 'a; b && c $(d)'", [("git", "commit", "-m", "a; b && c $(d)")]),
        ('echo "a | b" c\\ d', [("echo", "a | b", "c d")]),
        ('r"m" \\-rf \'x\'', [("rm", "-rf", "x")]),
        ("make test >/dev/null 2>&1", [("make", "test")]),
        ("make test &>/dev/null", [("make", "test")]),
        ("git log HEAD~3", [("git", "log", "HEAD~3")]),
        ("[ a = b ]", [("[", "a", "=", "b", "]")]),
        ("echo 'grün'", [("echo", "grün")]),
    ],
)  # fmt: skip
def test_a_plain_line_is_its_commands(text, commands):
    found = shell.read(text)
    assert found.plain, found
    assert found.commands == commands


@pytest.mark.parametrize(
    "text, commands",
    [
        ("ls *.py", [("ls", None)]),
        ("echo $HOME", [("echo", None)]),
        ('echo "a $X b"', [("echo", None)]),
        ("$X push", [(None, "push")]),
        ("git {push,status}", [("git", None)]),
        ("git status > out", [("git", "status")]),
        ("cat < in", [("cat",)]),
        ("X=1 git push", [("git", "push")]),
        ("git status $(git push)", [("git", "push"), ("git", "status", None)]),
        ('git commit -m "$(cat <<\'EOF\'\nit; is $(not) run\nEOF\n)"', [("cat",), ("git", "commit", "-m", None)]),
        ("diff <(git push) x", [("git", "push"), ("diff", None, "x")]),
        ("(cd x; git push)", [("cd", "x"), ("git", "push")]),
        ("{ git push; }", [("git", "push")]),
        ("if true; then git push; fi", [("true",), ("git", "push")]),
        ("for x in a b; do git push; done", [("git", "push")]),
        ("! git push", [("git", "push")]),
        ("git push # not really", [("git", "push")]),
        ("cat <<EOF\nx\nEOF\ngit push", [("cat",), ("git", "push")]),
        ("=git push", [(None, "push")]),
        ("~/git push", [(None, "push")]),
    ],
)  # fmt: skip
def test_what_is_not_plain_still_tells_its_commands(text, commands):
    found = shell.read(text)
    assert not found.plain and found.why and not found.opaque, found
    assert sorted(found.commands, key=str) == sorted(commands, key=str)


@pytest.mark.parametrize(
    "text",
    [
        "echo `git push`", "git status \\\n push", "case x in x) git push;; esac", "f() { git push; }", 
        "echo $'git\\x20push'", 'echo $"x"', "((x=1))", "echo $((1+1))", "git 'push", 'git "push', "git push)", "(git push",
        "git\x00push", "git push\r", "git\x0bpush", "coproc git push", "cat <<EOF\ngit push", "cat <<EOF\n$(git push)\nEOF",
        "[[ -f x ]] && [[", "git push <", "x" * 70_000, "a;" * 500, "a " * 500, "$(" * 20 + "a" + ")" * 20, "git \ud800",
    ],
)  # fmt: skip
def test_what_cannot_be_read_says_so(text):
    found = shell.read(text)
    assert not found.plain
    assert found.opaque or None in found.commands[0] or None in found.commands[-1]


def test_nothing_is_no_plain_line():
    assert not shell.read("").plain and not shell.read(" \n").plain and not shell.read(";").plain
