"""The words of a report: its parts with their entries, as plain text, as Markdown, and as one HTML file.

Everything in a result was cleaned before; what a form would read as markup is escaped here.
"""

from __future__ import annotations

import html
import shlex
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from workcell.base import clock, counts
from workcell.channels import markup
from workcell.judgement import outcome
from workcell.sessions import cost as costs

if TYPE_CHECKING:
    from workcell.views.recoveries import Recovered
    from workcell.views.report import Ended, Result, Waiting

GLYPHS = {"passed": "✓", "failed": "✗", "abandoned": "✗", "tampered": "⚠", "unverified": "○", "stopped": "■"}
WAITS, NEEDS, WENT_ON, COMMIT = "◷", "→", "↻", "·"


@dataclass(frozen=True)
class Line:
    """One line below an entry."""

    label: str
    """Empty for one that goes on with the line above."""
    text: str
    kind: Literal["words", "command", "output"] = "words"
    """What it is: words, a command that can be pasted, or a line that a program printed."""


@dataclass(frozen=True)
class Entry:
    mark: str
    name: str
    words: str
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True)
class Part:
    title: str
    entries: tuple[Entry, ...]
    left_out: int = 0


def with_text(result: Result, form: str) -> Result:
    """The same result with its text in that form: `text`, `md` or `html`."""
    made = {"md": markdown, "html": page}.get(form, plain)
    return replace(result, text=made(result))


def title(result: Result) -> str:
    """`Report on the last 24h, until 14:05 CET`."""
    since, until = clock.parse(result.since_at), clock.parse(result.until_at)
    hours = (until - since) / 3600
    length = f"{round(hours)}h" if hours < 48 and abs(hours - round(hours)) < 0.05 else clock.span(until - since)
    return f"Report on the last {length}, until {clock.local(until)}"


def parts(result: Result) -> list[Part]:
    """The parts that have entries, in the order in which they are told."""
    left = result.left_out
    found = [
        Part("Passed", tuple(map(_passed, result.passed)), left.passed),
        Part("Failed", tuple(map(_failed, result.failed)), left.failed),
        Part("Ended otherwise", tuple(map(_failed, result.others)), left.others),
        Part("Waits", tuple(map(_waits, result.waits)), left.waits),
        Part("Went on by itself", tuple(map(_went_on, result.recovered)), left.recovered),
    ]
    own = result.commits
    if own is not None:
        where = f"Commits in {own.top}" + (f" ({own.branch})" if own.branch else "")
        entries = [Entry(COMMIT, one.commit[:10], f"{one.subject}, by {one.author}") for one in own.commits]
        if own.trouble:
            entries.append(Entry("?", "not known", own.trouble))
        found.append(Part(where, tuple(entries), left.commits))
    return [part for part in found if part.entries or part.left_out]


def spent(result: Result) -> str:
    """`2 runs live; spent 1.20 USD, 3k tokens in, 84 out`, and how many runs told of no cost."""
    words = [f"{result.live} {'run lives' if result.live == 1 else 'runs live'}"]
    told = [f"{result.cost_usd:.2f} USD"] if result.cost_usd is not None else []
    told += costs.token_words(result.tokens)
    if told:
        words.append(f"spent {', '.join(told)}")
    if result.without_cost:
        words.append(f"{result.without_cost} {'run' if result.without_cost == 1 else 'runs'} told of no cost")
    return "; ".join(words)


def nothing(result: Result) -> str | None:
    """What is said in place of parts; None where there are any."""
    return None if parts(result) else "nothing ended, and nothing waits"


def _passed(one: Ended) -> Entry:
    lines = [Line("but", text)] if (text := outcome.reservation(one.reason or "")) else []
    lines += [Line("changed", text)] if (text := _changed(one)) else []
    if one.branch:
        lines.append(Line("branch", one.branch + (", merged" if one.merged else "")))
    if one.merge:
        lines.append(Line("merge", _in(one.merge, one.merge_in), "command"))
    return Entry(GLYPHS["passed"], one.name, one.objective or "", (*lines, *_cost(one)))


def _failed(one: Ended) -> Entry:
    said = f"{one.outcome}: {one.reason}" if one.reason else one.outcome
    lines = [Line("asked", one.objective)] if one.objective else []
    lines += [Line("" if number else "check", text, "output") for number, text in enumerate(one.check)]
    if text := _changed(one):
        lines.append(Line("changed", text))
    if one.command:
        lines.append(Line("next", one.command, "command"))
    return Entry(GLYPHS.get(one.outcome, "?"), one.name, said, (*lines, *_cost(one)))


def _waits(one: Waiting) -> Entry:
    until = ""
    if one.until_at:
        until = f" until {clock.local(clock.parse(one.until_at))}"
    head = one.needs if one.needs else f"waits{until}"
    words = f"{head}: {one.why}" if one.why else head
    lines = (Line("next", one.command, "command"),) if one.command else ()
    return Entry(NEEDS if one.needs else WAITS, one.name, words, lines)


def _went_on(one: Recovered) -> Entry:
    did = f"opened attempt {one.attempt}" if one.step == "resume" else one.step
    words = f"{one.playbook}: {did}" if one.playbook else did
    return Entry(WENT_ON, one.name, f"{words}, {one.why}" if one.why else words)


def _changed(one: Ended) -> str:
    """`3 files +10 −2, 2 commits`; empty where nothing is known to have changed."""
    words = counts.changed(one.files, one.insertions or 0, one.deletions or 0, one.untracked)
    if one.commits:
        words.append(counts.count(one.commits, "commit"))
    return ", ".join(words)


def _cost(one: Ended) -> list[Line]:
    told = [f"{one.cost_usd:.2f} USD"] if one.cost_usd is not None else []
    told += costs.token_words(one.tokens)
    if one.attempts > 1:
        told.append(counts.count(one.attempts, "attempt"))
    return [Line("spent", ", ".join(told))] if told else []


def _in(command: str, directory: str | None) -> str:
    return f"cd {shlex.quote(directory)} && {command}" if directory else command


def more(part: Part) -> str | None:
    """`and 3 more`; None where all are listed."""
    return f"and {part.left_out} more" if part.left_out else None


# -- forms


def plain(result: Result) -> str:
    """Lines of text; a command or a line of output stands whole on a line of its own."""
    lines = [title(result), *([said] if (said := nothing(result)) else [])]
    for part in parts(result):
        lines += ["", f"{part.title}:"]
        for entry in part.entries:
            lines.append(f"  {entry.mark} {entry.name}" + (f"  {entry.words}" if entry.words else ""))
            lines += [f"    {line.label:<8} {line.text}".rstrip() for line in entry.lines]
        lines += [f"  {words}" for words in _some(more(part))]
    return "\n".join([*lines, "", spent(result)]) + "\n"


def markdown(result: Result) -> str:
    """A document in Markdown."""
    escape = markup.escape(markup.MARKDOWN)
    lines = [f"# {escape(title(result))}", "", *([escape(said), ""] if (said := nothing(result)) else [])]
    for part in parts(result):
        lines += [f"## {escape(part.title)}", ""]
        for entry in part.entries:
            head = f"- {entry.mark} **{escape(entry.name)}**"
            lines.append(f"{head} {escape(entry.words)}".rstrip())
            for line in entry.lines:
                text = escape(line.text) if line.kind == "words" else markup.code(markup.MARKDOWN, line.text)
                lines.append(f"  - {line.label}: {text}" if line.label else f"  - {text}")
        lines += [f"- {words}" for words in _some(more(part))] + [""]
    return "\n".join([*lines, escape(spent(result))]) + "\n"


_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "code{font-family:ui-monospace,Menlo,Consolas,monospace;white-space:pre-wrap;overflow-wrap:anywhere}"
    "dt{float:left;clear:left;width:5rem;color:#777}dd{margin-left:5.5rem}"
    "li{margin:.5rem 0}ul{list-style:none;padding:0}"
    "@media(prefers-color-scheme:dark){body{background:#16181d;color:#d7dae0}}"
)
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def page(result: Result) -> str:
    """One HTML file: no script, no link to anywhere, and every text escaped."""
    head = html.escape(title(result))
    out = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{head}</title><style>{_STYLE}</style></head><body>",
        f"<h1>{head}</h1>",
        *(f"<p>{html.escape(said)}</p>" for said in _some(nothing(result))),
    ]
    for part in parts(result):
        out.append(f"<h2>{html.escape(part.title)}</h2><ul>")
        for entry in part.entries:
            out.append(f"<li>{entry.mark} <strong>{html.escape(entry.name)}</strong> {html.escape(entry.words)}")
            out += [f"<dl>{''.join(map(_row, entry.lines))}</dl>"] if entry.lines else []
            out.append("</li>")
        out += [f"<li>{html.escape(words)}</li>" for words in _some(more(part))] + ["</ul>"]
    return "\n".join([*out, f"<p>{html.escape(spent(result))}</p>", "</body></html>"]) + "\n"


def _row(line: Line) -> str:
    text = html.escape(line.text)
    return f"<dt>{line.label or '&nbsp;'}</dt><dd>{text if line.kind == 'words' else f'<code>{text}</code>'}</dd>"


def _some(words: str | None) -> Iterable[str]:
    return () if words is None else (words,)
