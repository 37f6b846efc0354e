"""A launch that is asked for in words, by a command or by a text, in place of the file of a brief."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from workcell.base.errors import NotFound, Usage
from workcell.base.light_dataclass import dataclass
from workcell.launch.options import COMMAND_LINE, STANDARD_INPUT, Options
from workcell.system import find_program
from workcell.texts import advice, composed
from workcell.texts import brief as briefs

if TYPE_CHECKING:
    from workcell.launch.requests import LaunchRequest
    from workcell.texts.values import LimitName

STDIN = "-"
"""In place of a path: the brief is the text of the request."""

MOST_ATTEMPTS = 1000

_OPTION = re.compile(r"--?[a-z][a-z-]*(=.*)?", re.ASCII)
"""One word that is an option rather than the text of a message."""


@dataclass(frozen=True)
class Source:
    """What is launched: the brief at `path`, or `text` where that is given, which `path` then only names."""

    path: str
    text: bytes | None
    options: Options


def in_words(request: LaunchRequest) -> bool:
    """Whether the brief is made of the request itself."""
    return request.message is not None or bool(request.command)


def check(request: LaunchRequest) -> None:
    """Raise Usage for what contradicts itself, or is no limit."""
    if request.message is not None and _OPTION.fullmatch(request.message):
        raise Usage(
            f"-m takes the next word as its text, and that is {request.message!r}",
            "workcell launch -m 'what is true when the run is done'",
        )
    given = in_words(request)
    words = "a message" if request.message is not None else "a command"
    if given and request.briefs:
        raise Usage(f"{words} and a brief are asked for at once", "launch -m TEXT, launch -- COMMAND, or launch BRIEF")
    if request.saved is not None and (given or request.briefs or request.text is not None):
        raise Usage("--from and something else to launch are asked for at once", "launch --from NAME alone")
    if request.message is not None and not request.message.strip():
        raise Usage("the message is empty", "workcell launch -m 'what is true when the run is done'")
    if request.command and not request.command[0].strip():
        raise Usage("the command is empty", "workcell launch -- COMMAND ARG")
    if request.verify is not None and request.no_verify:
        raise Usage("--verify and --no-verify contradict each other", "leave one of them out")
    if request.max_live is not None and (given or request.saved or STDIN in request.briefs):
        raise Usage("--max-live is for several briefs", "leave it out")
    if STDIN in request.briefs and (len(request.briefs) > 1 or request.text is None):
        raise Usage("'-' is one brief on standard input", "workcell launch - < BRIEF.md")
    limits(request)
    params(request)
    ports(request)


def check_files(paths: Sequence[str], search: str | None) -> None:
    """Raise NotFound, with the command that was meant, for a command line in place of briefs.

    `search` are the directories of programs, with colons.
    """
    line = as_command(paths, search)
    if line is not None:
        raise NotFound(f"no such file: {paths[0]!r}; it is a program, and a command stands behind --", line)


def as_command(words: Sequence[str], search: str | None = None) -> str | None:
    """The launch of `words` as a command; None where the first one is a file, an option, or no program on `search`."""
    first = words[0] if words else STDIN
    if first.startswith("-") or "/" in first or os.path.lexists(first) or not find_program.is_there(first, search):
        return None
    return f"workcell launch -- {shlex.join(words)}"


def params(request: LaunchRequest) -> dict[str, str]:
    """The values of parameters that the request gives. Raises Usage for what is no `NAME=VALUE`."""
    found: dict[str, str] = {}
    for word in request.set:
        name, equals, value = word.partition("=")
        if not equals or not name:
            raise Usage(f"--set {word!r} gives no value", "write it like --set NAME=VALUE")
        if name in found:
            raise Usage(f"--set gives {name!r} twice", "leave one of them out")
        found[name] = value
    return found


def ports(request: LaunchRequest) -> dict[str, int]:
    """How many ports the request asks for, by variable. Raises Usage for what is no `NAME` or `NAME=N`."""
    found: dict[str, int] = {}
    for word in request.port:
        name, equals, count = word.partition("=")
        if name in found:
            raise Usage(f"--port gives {name!r} twice", f"say how many: --port {name}=2")
        if not briefs.ENV_NAME.fullmatch(name) or name.startswith("WORKCELL_"):
            raise Usage(f"--port {word!r} names no variable", "write it like --port WEB, with letters, digits and _")
        if equals and not (count.isascii() and count.isdigit() and 1 <= int(count) <= briefs.MOST_PORTS):
            most = briefs.MOST_PORTS
            raise Usage(f"--port {word!r} is no number of ports from 1 to {most}", f"write it like --port {name}=2")
        found[name] = int(count) if equals else 1
    return found


def limits(request: LaunchRequest) -> dict[LimitName, float]:
    """The limits that the request says. Raises Usage for one that is none."""
    check_limits(request.wall, request.attempts, request.cost)
    said: dict[LimitName, float | None] = {"wall": request.wall, "attempts": request.attempts, "cost": request.cost}
    return {name: value for name, value in said.items() if value is not None}


def check_limits(wall: float | None, attempts: int | None, cost: float | None) -> None:
    """Raise Usage for what is no limit: seconds, a number of attempts, US dollars; None says nothing."""
    if wall is not None and not wall > 0:
        raise Usage("--wall must be a duration above zero", "write it like 90s, 20m or 3h")
    if attempts is not None and not 1 <= attempts <= MOST_ATTEMPTS:
        raise Usage(f"--attempts must be from 1 to {MOST_ATTEMPTS}, not {attempts}", "write it like 3")
    if cost is not None and not 0 <= cost < 1e15:
        raise Usage(f"--cost must be a number of US dollars, not {cost:g}", "write it like 5 or 2.50")


def verify(request: LaunchRequest) -> str | Literal[False] | None:
    """What the request says of the check; False for none."""
    return False if request.no_verify else request.verify


def source(request: LaunchRequest, options: Options) -> Source:
    """What a request for one run launches. A brief that is made of the request holds what the options say."""
    if not in_words(request):
        path = request.briefs[0] if request.briefs else COMMAND_LINE
        if request.text is None:
            return Source(path, None, options)
        return Source(STANDARD_INPUT if path == STDIN else COMMAND_LINE, _bytes(request.text), options)
    inside = replace(options, recipe=None, model=None, args=(), verify=None, limits={}, labels=())
    return Source(COMMAND_LINE, _bytes(compose(request)), inside)


def _bytes(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise Usage("a word on the command line is not UTF-8 text", "write the brief into a file") from error


def compose(request: LaunchRequest) -> str:
    """The text of the brief that a request makes; without a message and a command, one to be filled in."""
    message = request.message
    if not in_words(request):
        message = (
            f"{advice.FILL_IN}: one line, what is true when the run is done\n\n"
            f"{advice.FILL_IN}: what the agent has to know and cannot find in the repository"
        )
    wish = composed.Wish(
        message,
        request.command,
        recipe=request.recipe,
        verify=verify(request),
        limits=limits(request),
        labels=request.label,
        model=request.model,
        args=request.arg,
    )
    return composed.brief(wish)


def edited(request: LaunchRequest, text: str) -> LaunchRequest:
    """The request for a text that a person made of the composed one: what that said stands in it, or was taken out."""
    return replace(
        request,
        text=text,
        message=None,
        command=(),
        recipe=None,
        model=None,
        arg=(),
        verify=None,
        no_verify=False,
        wall=None,
        attempts=None,
        cost=None,
        label=(),
    )
