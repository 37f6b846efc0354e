"""An export as Markdown: prompts as headings, the agent's words as they are, tool calls folded."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Iterator

from workcell.base import clock
from workcell.sessions import story
from workcell.sessions.turns import Step
from workcell.views.export_forms import Head, TakenOut

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_TAG = re.compile(r"(`+)(?:(?!\1).)+?\1|<(?=[a-zA-Z/!?])")
"""A piece of code within a line, which is left as it is, or what a reader of Markdown would take for a tag of HTML."""
_TICKS = re.compile("`{3,}")


class Markdown:
    """As `export_forms.Form`."""

    def head(self, head: Head) -> Iterator[str]:
        yield f"# {plain(head.title)}\n\n"
        for label, value in head.facts.items():
            yield f"- {label}: {plain(when(value))}\n"
        yield "\n"

    def source(self, title: str) -> Iterator[str]:
        yield f"---\n\n*{plain(title)}*\n\n"

    def part(self, part: story.Part) -> Iterator[str]:
        if isinstance(part, story.Prompt):
            yield f"## {part.number}. Prompt{_at(part.at)}\n\n"
            text = part.text if part.text is not None else "(what was asked is not in these records)"
            yield "".join(f"> {line}".rstrip() + "\n" for line in _prose(text).split("\n")) + "\n"
        elif isinstance(part, Step):
            yield from _step(part)
        else:
            yield f"*{ended(part)}*\n\n"

    def log(self, lines: Iterator[str]) -> Iterator[str]:
        yield "````text\n"
        for line in lines:
            yield line.replace("````", "'''`") + "\n"
        yield "````\n\n"

    def end(self, taken: list[TakenOut]) -> Iterator[str]:
        if taken:
            yield "---\n\nTaken out before this was written:\n\n"
            yield from (f"- {one.words}\n" for one in taken)


def plain(text: str) -> str:
    """A text on one line in which nothing is markup."""
    return re.sub(r"([\\`*_\[\]<>#|])", r"\\\1", " ".join(text.split()))


def ended(end: story.TurnEnd) -> str:
    """`Turn ended after 2m 10s.`"""
    took = seconds(end.began, end.ended)
    words = f" after {clock.span(took)}" if took is not None else ""
    return f"Turn {'ended' if end.ok else 'failed'}{words}."


def seconds(began: str | None, over: str | None) -> float | None:
    """The time between two stamps of an agent; None where one is missing or has another form."""
    try:
        return max(0.0, clock.parse(over) - clock.parse(began)) if began and over else None
    except ValueError:
        return None


def when(stamp: str) -> str:
    """`2026-11-20 05:12:09 UTC`: what is exported is read elsewhere."""
    try:
        return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(clock.parse(stamp)))
    except ValueError:
        return stamp  # the times are the agent's own, and may have any form


def _at(stamp: str | None) -> str:
    return f" · {plain(when(stamp))}" if stamp else ""


def _step(step: Step) -> Iterator[str]:
    aside = "*sub-agent:* " if step.side else ""
    if step.kind == "said":
        yield f"{aside}{_prose(step.text)}\n\n"
    elif step.kind != "tool":
        yield f"- {aside}{plain(step.line)}\n\n"
        yield from (_fenced(text) for text in [step.text] if text)
    else:
        mark = " ✗" if step.failed else " …" if step.failed is None else ""
        yield f"<details><summary><code>{html.escape(' '.join(step.line.split()))}</code>{mark}</summary>\n\n"
        yield from (_fenced(text) for text in details(step))
        yield "</details>\n\n"


def details(step: Step) -> list[str]:
    """The whole input of a call beyond its first line, and what the tool answered."""
    return [text for text in ("\n".join(step.text.split("\n")[1:]), step.result or "") if text.strip()]


def _prose(text: str) -> str:
    """Words in Markdown: no tag of HTML in them counts, and a block of code that was left open ends with them."""
    opened, lines = "", []
    for line in text.split("\n"):
        fence = _FENCE.match(line)
        if fence and not opened:
            opened = fence[1]
        elif fence and fence[1][0] == opened[0] and len(fence[1]) >= len(opened):
            opened = ""
        elif not opened:
            line = _TAG.sub(lambda found: "\\<" if found[0] == "<" else found[0], line)
        lines.append(line)
    return "\n".join([*lines, opened] if opened else lines)


def _fenced(text: str) -> str:
    fence = "`" * max([2, *map(len, _TICKS.findall(text))])
    return f"{fence}`text\n{text}\n{fence}`\n\n"
