"""An export as one HTML file: no script, no font, no picture and no address that a browser would ask.

What an agent said is text in it and never markup; its policy forbids the page to load anything, whatever it says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

from workcell.sessions import story
from workcell.sessions.turns import Step
from workcell.views.export_forms import Head, TakenOut
from workcell.views.export_markdown import details, ended, when

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8882; --bad: #c33; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 54rem; margin: 2rem auto; padding: 0 1rem; }
body { overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; } h2 { font-size: 1rem; opacity: .7; margin: 2.5rem 0 .5rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; } dt { opacity: .7; } dd { margin: 0; }
.prompt { border-left: 4px solid var(--line); background: var(--soft); padding: .1rem 1rem; }
p { white-space: pre-wrap; margin: .6rem 0; }
pre { overflow-x: auto; background: var(--soft); padding: .6rem .8rem; border-radius: 4px; font-size: .85rem; }
code { font-family: ui-monospace, monospace; font-size: .9em; }
summary { cursor: pointer; padding: .15rem 0; }
details { margin: .3rem 0; border-bottom: 1px solid var(--line); }
.failed > summary, .error { color: var(--bad); } .note, .end { opacity: .7; } .side { margin-left: 1.5rem; }
@media (prefers-color-scheme: dark) { :root { --bad: #f77; } }
"""

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_INLINE = re.compile(r"(`+)(?P<code>(?:(?!\1).)+?)\1|\*\*(?P<bold>[^*\n]+)\*\*")


class Html:
    """As `export_forms.Form`."""

    def __init__(self) -> None:
        self._in_turn = False

    def head(self, head: Head) -> Iterator[str]:
        title = escape(head.title)
        yield (
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            '<meta name="referrer" content="no-referrer">\n'
            f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<header>\n<h1>{title}</h1>\n<dl>\n"
        )
        for label, value in head.facts.items():
            yield f"<dt>{escape(label)}</dt><dd>{escape(when(value))}</dd>\n"
        yield "</dl>\n</header>\n<main>\n"

    def source(self, title: str) -> Iterator[str]:
        yield from self._close()
        yield f"<hr>\n<p>{escape(title)}</p>\n"

    def part(self, part: story.Part) -> Iterator[str]:
        if isinstance(part, story.Prompt):
            yield from self._close()
            self._in_turn = True
            yield from _prompt(part)
        elif isinstance(part, Step):
            yield from _step(part)
        else:
            yield f'<p class="end">{escape(ended(part))}</p>\n'

    def log(self, lines: Iterator[str]) -> Iterator[str]:
        yield "<pre>"
        for line in lines:
            yield escape(line) + "\n"
        yield "</pre>\n"

    def end(self, taken: list[TakenOut]) -> Iterator[str]:
        yield from self._close()
        yield "</main>\n"
        if taken:
            items = "".join(f"<li>{escape(one.words)}</li>\n" for one in taken)
            yield f"<footer>\n<hr>\n<p>Taken out before this was written:</p>\n<ul>\n{items}</ul>\n</footer>\n"
        yield "</body>\n</html>\n"

    def _close(self) -> Iterator[str]:
        """The end of the turn that is open."""
        if self._in_turn:
            self._in_turn = False
            yield "</section>\n"


def _prompt(part: story.Prompt) -> Iterator[str]:
    at = f" · {escape(when(part.at))}" if part.at else ""
    yield "<section>\n"  # attempts count their turns anew, so a number is no name of one
    yield f'<h2>{part.number}. Prompt{at}</h2>\n<div class="prompt">\n'
    yield from prose(part.text if part.text is not None else "(what was asked is not in these records)")
    yield "</div>\n"


def _step(step: Step) -> Iterator[str]:
    aside = " side" if step.side else ""
    if step.kind == "said":
        yield f'<div class="said{aside}">\n'
        yield from prose(step.text)
        yield "</div>\n"
        return
    shown = details(step) if step.kind == "tool" else [step.text] if step.text else []
    line = escape(" ".join(step.line.split()))
    if not shown:
        yield f'<p class="{step.kind}{aside}">{line}</p>\n'
        return
    state = " failed" if step.failed or step.kind == "error" else ""
    yield f'<details class="{step.kind}{state}{aside}"><summary><code>{line}</code></summary>\n'
    yield from (f"<pre>{escape(text)}</pre>\n" for text in shown)
    yield "</details>\n"


def prose(text: str) -> Iterator[str]:
    """Words in Markdown as HTML: blocks and pieces of code, bold words; everything else as it was written."""
    opened, held = "", list[str]()
    for line in text.split("\n"):
        fence = _FENCE.match(line)
        if fence and not opened:
            yield from _paragraphs(held)
            opened, held = fence[1], []
        elif fence and fence[1][0] == opened[0] and len(fence[1]) >= len(opened):
            yield f"<pre><code>{escape(chr(10).join(held))}</code></pre>\n"
            opened, held = "", []
        else:
            held.append(line)
    if opened:
        yield f"<pre><code>{escape(chr(10).join(held))}</code></pre>\n"
    else:
        yield from _paragraphs(held)


def _paragraphs(lines: list[str]) -> Iterator[str]:
    for block in re.split(r"\n\s*\n", "\n".join(lines)):
        if block.strip():
            yield f"<p>{_inline(block.strip(chr(10)))}</p>\n"


def _inline(text: str) -> str:
    made, done = [], 0
    for found in _INLINE.finditer(text):
        made.append(escape(text[done : found.start()]))
        code = found["code"]
        made.append(f"<code>{escape(code)}</code>" if code is not None else f"<strong>{escape(found['bold'])}</strong>")
        done = found.end()
    return "".join([*made, escape(text[done:])])
