"""Options of other programs: what they are called here, and the command line that was meant, ready to be pasted."""

import shlex
from collections.abc import Collection, Iterator, Sequence

Renames = dict[str, str]
"""For each option of another program the one of that meaning here; empty text where it is to be left out."""

_LEFT_OUT = ""


def _same(here: str, *options: str) -> Renames:
    return dict.fromkeys(options, here)


RENAMES: dict[str, Renames] = {
    "": _same("--version", "-v", "-V"),
    "attach": _same(_LEFT_OUT, "-t", "-i", "-it", "-d", "--target"),
    "gc": {**_same("--yes", "-f", "--force"), **_same(_LEFT_OUT, "-a", "--all")},
    "launch": {
        **_same(_LEFT_OUT, "-d", "--detach", "--background", "--bg", "-f", "--file"),
        **_same("--attach", "-i", "-t", "-it", "--interactive"),
        **_same("-m", "-p", "--prompt", "--print"),
        **_same("--repo", "-C", "--cd", "--cwd"),
        **_same("--name", "-n"),
        **_same("--group", "-g"),
        **_same("--label", "-l"),
        **_same("--wall", "--timeout"),
        **_same("--cost", "--max-budget-usd"),
        **_same("--model", "-M"),
    },
    "logs": {**_same("--lines", "--tail"), **_same(_LEFT_OUT, "-e", "-u")},
    "ls": {**_same(_LEFT_OUT, "-l", "--long"), **_same("--state=running", "--running")},
    "resume": _same(_LEFT_OUT, "-c", "--continue", "--last"),
    "rm": {
        **_same("--force", "-rf", "-fr"),
        **_same(_LEFT_OUT, "-r", "-R", "--recursive", "-v", "-y", "--yes"),
    },
    "send": _same(_LEFT_OUT, "-m", "--message", "-t", "--text", "-l"),
    "status": _same(_LEFT_OUT, "-a", "--all", "-l", "-v"),
    "stop": {
        **_same("--grace=1s", "-f", "--force", "-9", "-k", "--kill", "-KILL", "-SIGKILL"),
        **_same("--grace", "-t", "--time", "--timeout"),
    },
    "show": _same("--last", "--tail", "--lines"),
    "wait": {**_same("--timeout", "-t"), **_same(_LEFT_OUT, "--all")},
}
"""By verb. Only words that a verb does not know itself are looked up here."""

EVERY = {
    ("stop", "--all"): "workcell stop $(workcell ls -q)",
    ("stop", "-a"): "workcell stop $(workcell ls -q)",
    ("rm", "--all"): "workcell gc --older-than 0s",
    ("rm", "-a"): "workcell gc --older-than 0s",
}
"""By verb and option: the command for every run, where the verb itself wants its runs named."""

_TIMES = ("--grace", "--timeout", "--wall")
"""Options whose value has a unit here; elsewhere a bare number is seconds."""


def corrected(verb: str, rest: Sequence[str], known: Collection[str]) -> list[str] | None:
    """What `rest`, the words behind the verb, would be here; None where a word is no option of either program.

    `known` are the options that the verb has: they stay as they are.
    """
    found = list(_renamed(RENAMES.get(verb, {}), rest, known))
    at = found.index("--") if "--" in found else len(found)
    options = [word for word in found[:at] if word.startswith("-") and word != "-"]
    # of a short option that has its value in the same word, or of several in one, the first one is asked for
    fits = all(word.partition("=")[0] in known or (word[1] != "-" and word[:2] in known) for word in options)
    return found if fits else None


def _renamed(renames: Renames, rest: Sequence[str], known: Collection[str]) -> Iterator[str]:
    last, behind = "", False
    for word in rest:
        behind = behind or word == "--"
        name, equals, value = word.partition("=")
        if not behind and name in renames and name not in known:
            here = renames[name]
            last = here
            if here:
                yield here if "=" in here or not equals else f"{here}={_with_unit(here, value)}"
            continue
        yield _with_unit(last, word)
        last = ""


def _with_unit(option: str, value: str) -> str:
    return f"{value}s" if option in _TIMES and value.isdigit() else value


def advice(verb: str, option: str) -> str:
    """What to say behind `No such option: ...`; empty for an option that means nothing here either."""
    here = RENAMES.get(verb, {}).get(option)
    if here is None:
        return ""
    return f"; it is {here!r} here" if here else "; leave it out"


def command(verb: str, rest: Sequence[str]) -> str:
    """A command line to paste."""
    return shlex.join(["workcell", *([verb] if verb else []), *rest])


_TAKES_A_LINE = ["approvals", "test"]
"""The verb whose argument is a whole command line."""


def quoted(typed: Sequence[str]) -> str | None:
    """The command line with its last words as one, where a verb takes one that was typed without quotes; else None."""
    rest = [word for word in typed[2:] if word != "--"]
    if list(typed[:2]) != _TAKES_A_LINE or len(rest) < 2 or rest[0].startswith("-") or "--json" in rest:
        return None
    return shlex.join(["workcell", *_TAKES_A_LINE, shlex.join(rest)])
