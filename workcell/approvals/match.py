"""Compares the commands and paths of a request with the patterns of rules.

An allow asks whether a pattern fits for certain. A deny or ask also asks whether it may meet, once expansions are made
or a script is read that is not seen here.
"""

from __future__ import annotations

import fnmatch
import os
import re
from collections.abc import Iterator, Sequence

from workcell.approvals import shell
from workcell.approvals.shell import Command

REST = "*"
"""As the last word of a pattern: any further words, or none."""


def names_of(text: str) -> frozenset[str]:
    """The words of a text, as names of programs are written down here."""
    return frozenset(text.split())


SHELLS = frozenset(("sh", "bash", "dash", "zsh", "ksh", "ash", "fish"))
RUNNERS = SHELLS | names_of(
    """
    env sudo doas su command builtin exec eval source . nohup nice ionice timeout gtimeout time setsid stdbuf
    xargs parallel watch ssh script chroot unshare nsenter strace ltrace gdb trap alias busybox systemd-run
    runuser flock coproc noglob nocorrect repeat bind complete hash enable pkexec chrt - jobs fc mapfile
    readarray compgen let emulate sched zargs autoload zmodload zle functions add-zsh-hook vared print disown
    """
)
"""Programs that run what their words say. A pattern with a wildcard never allows one."""

EVALUATING = names_of(
    """
    printf test [ read unset declare typeset local export readonly getopts wait exit return break continue shift
    kill ulimit set shopt setopt integer float zparseopts zstyle zformat strftime limit pushd popd dirs history
    umask type
    """
)
"""Builtins of bash and zsh that evaluate some words as names or numbers: printf -v 'a[$(evil)]' runs evil."""

_ALSO_RUN = names_of(
    """
    find fd npx uv uvx pipx poetry pipenv hatch conda docker podman kubectl tmux screen entr unbuffer nix direnv
    mise asdf bundle pnpm yarn rlwrap
    """
)
"""Programs that run others only by some of their words; a deny looks behind each word of them."""

MOST_DEPTH = 6
"""Scripts within scripts that are looked into."""

_APPENDING = frozenset(("xargs", "parallel"))
_TIMES = re.compile(r"\d+(?:\.\d+)?[smhd]?")
_SHORT = re.compile(r"-[A-Za-z0-9]+")
"""One or several short options in one word. One long option with one hyphen, as of find, reads as several: a deny may
meet more than it says, and an allow does not ask here."""

_SPECIAL = frozenset(" \t\n;|&$`\"'\\(){}*?<>")
_TRUSTED_SHELLS = frozenset(
    path + name for path in ("", "/bin/", "/usr/bin/") for name in ("sh", "bash", "dash", "zsh")
)


def runs(command: Command) -> Command:
    """The command that `timeout 60 COMMAND` and `nohup COMMAND` run; any other command as it is."""
    while True:
        if len(command) > 2 and command[0] == "timeout" and _TIMES.fullmatch(command[1] or "") and _plain(command[2]):
            command = command[2:]
        elif len(command) > 1 and command[0] == "nohup" and _plain(command[1]):
            command = command[1:]
        else:
            return command


def _plain(word: str | None) -> bool:
    return bool(word) and not str(word).startswith("-")


def script_of(command: Command) -> str | None:
    """The script of `bash -c SCRIPT` and `bash -lc SCRIPT`, where the command is nothing more than that."""
    if len(command) == 3 and command[0] in _TRUSTED_SHELLS and command[1] in ("-c", "-lc"):
        return command[2]
    return None


def wild(word: str) -> bool:
    """Whether a word of a pattern stands for others than itself."""
    return "*" in word or "?" in word


def fits(pattern: Sequence[str], command: Command) -> bool:
    """Whether the pattern fits the command for certain, for an allow: word by word, and each word is known."""
    if not command or None in command:
        return False
    words = [word or "" for word in command]
    if any(map(wild, pattern)) and (os.path.basename(words[0]) in RUNNERS or _evaluates(command)):
        return False
    if pattern[-1] == REST:
        head = pattern[:-1]
        return len(words) >= max(1, len(head)) and all(map(_word_fits, head, words))
    return len(words) == len(pattern) and all(map(_word_fits, pattern, words))


def _evaluates(command: Command) -> bool:
    """Whether a builtin may evaluate a substitution in one of its words, although the word is quoted."""
    return os.path.basename(command[0] or "") in EVALUATING and any(
        "$" in word or "`" in word for word in command if word is not None
    )


def _word_fits(pattern: str, word: str) -> bool:
    if not wild(pattern):
        return pattern == word
    if pattern != REST and ".." in re.split(r"[/=:]", word):
        return False  # src/* is not src/../../etc
    return _like(word, pattern)


def _like(word: str, pattern: str) -> bool:
    return fnmatch.fnmatchcase(word, pattern.replace("[", "[[]"))


def meets(pattern: Sequence[str], command: Command) -> bool:
    """Whether the pattern meets the command, or one that it runs by its words, for a deny or ask.

    More words may follow. The program may be named by its path; options, each with a word of its own, may stand
    between the words; an option of the pattern may stand anywhere behind the words before it, and short options in any
    order and number of words. Raises TooDeep.
    """
    return any(meets_alone(pattern, one) for one in inner(command))


def may_meet(pattern: Sequence[str], command: Command) -> bool:
    """Whether the pattern could meet the command once its expansions are made, or by a script that is not seen.

    Raises TooDeep.
    """
    program = command[0]
    if program is None:
        return True
    name = os.path.basename(program)
    if name in _APPENDING and any(one[0] is None or _program(pattern[0], one[0]) for one in inner(command)):
        return True
    if _evaluates(command):
        return True
    if name in RUNNERS:
        return None in command or _hidden(command) or any(map(_unread, command[1:]))
    if name in _ALSO_RUN and None in command:
        return any(one[0] is None or _program(pattern[0], one[0]) for one in inner(command))
    return None in command and meets_alone(pattern, command, maybe=True)


def _unread(word: str | None) -> bool:
    return word is not None and bool(_SPECIAL.intersection(word)) and not shell.read(word).plain


def _hidden(command: Command) -> bool:
    """Whether a shell among its words gets its script from its input."""
    at = next((n for n, word in enumerate(command) if os.path.basename(word or "") in SHELLS), None)
    return at is not None and not any(map(_plain, command[at + 1 :]))


class TooDeep(Exception):
    """A command runs a script that runs a script, and so on: what it does is not looked for any further."""


def inner(command: Command, depth: int = 0) -> Iterator[Command]:
    """The command; of a program that runs others, what begins at each of its words, and the scripts in them.

    Raises TooDeep.
    """
    yield command
    name = os.path.basename(command[0] or "")
    if name not in RUNNERS and name not in _ALSO_RUN:
        return
    if depth == MOST_DEPTH:
        raise TooDeep
    yield from (command[at:] for at in range(1, len(command)))
    if name in RUNNERS:
        known = [word for word in command[1:] if word is not None]
        for script in {*(word for word in known if _SPECIAL.intersection(word)), " ".join(known)}:
            for one in shell.read(script).commands:
                yield from inner(one, depth + 1)


def _program(pattern: str, program: str) -> bool:
    return _like(program, pattern) or _like(os.path.basename(program), pattern)


def runner(command: Command) -> bool:
    """Whether the program of the command runs what its words say."""
    return os.path.basename(command[0] or "") in RUNNERS


def meets_alone(pattern: Sequence[str], command: Command, *, maybe: bool = False) -> bool:
    """As `meets`, of the command itself and none that it runs. With `maybe` an unknown word may be any words."""
    if not command or command[0] is None or not _program(pattern[0], command[0]):
        return False
    at = {1}
    for word in pattern[1:-1] if pattern[-1] == REST else pattern[1:]:
        reached = [_behind(one, command, at, maybe) for one in _spelled(word)]
        if not all(reached):
            return False
        at = set().union(*reached)
    return True


def _spelled(word: str) -> list[str]:
    """A word of a pattern; of several short options in one word, each of them: rm -rf is also rm -fr and rm -r -f."""
    return [f"-{letter}" for letter in word[1:]] if _SHORT.fullmatch(word) else [word]


def _holds(word: str, option: str) -> bool:
    """Whether a word of short options, as `-rf`, has that one."""
    return len(option) == 2 and bool(_SHORT.fullmatch(option) and _SHORT.fullmatch(word)) and option[1] in word


def _behind(pattern: str, words: Command, starts: set[int], maybe: bool) -> set[int]:
    """The places behind a word that `pattern` is like, reached from one of `starts` over options and their words."""
    found: set[int] = set()
    seen: set[int] = set()
    todo = list(starts)
    while todo:
        at = todo.pop()
        if at in seen or at >= len(words):
            continue
        seen.add(at)
        word = words[at]
        if word is None and maybe:
            found |= {at, at + 1}
            todo.append(at + 1)
        if word is not None and (_like(word, pattern) or _holds(word, pattern)):
            found.add(at + 1)
        if pattern.startswith("-"):
            todo.append(at + 1)
        elif word is not None and word.startswith("-"):
            todo += (at + 1, at + 2)
    return found


def path_fits(pattern: str, path: str) -> bool:
    """Whether an absolute path fits an absolute pattern: `*` within a name, `**` for any number of folders."""
    names = path.split("/")
    at = {0}
    for part in pattern.split("/"):
        if part == "**":
            at = set(range(min(at), len(names) + 1)) if at else set()
        else:
            at = {n + 1 for n in at if n < len(names) and _like(names[n], part)}
    return len(names) in at
