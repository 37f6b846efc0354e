"""The parts of Markdown that briefs are made of: sections, fenced blocks and check boxes, with their lines."""

import re
from dataclasses import field

from workcell.base.light_dataclass import dataclass

_HEADING = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*$")
_FENCE = re.compile(r"^( {0,3})(`{3,}|~{3,})[ \t]*([^\s`]*)")
_BOX = re.compile(r"^\s*[-*+][ \t]+\[([ xX])\][ \t]+(.*\S)")
_BULLET = re.compile(r"^\s*(?:[-*+]|\d+[.)])[ \t]+(.*\S)")


@dataclass
class Block:
    """A fenced block: its language word, its text, its first line (from 1), and the text line before it."""

    language: str
    text: str
    line: int
    title: str


@dataclass
class Section:
    """What stands under one heading, up to the next heading of the same level or above."""

    title: str
    level: int
    line: int
    lines: list[str] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)

    def text(self) -> str:
        return "\n".join(self.lines).strip("\n")

    def items(self) -> list[tuple[bool, str]]:
        """(ticked, words) of every list item; an item without a box is not ticked."""
        found = []
        for line in self.lines:
            if match := _BOX.match(line):
                found.append((match[1] != " ", match[2]))
            elif match := _BULLET.match(line):
                found.append((False, match[1]))
        return found


def sections(body: str, first_line: int = 1) -> list[Section]:
    """The sections of `body` in order; text before the first heading is a section of level 0 without a title.

    A heading inside a fenced block is no heading. A fence that is never closed lasts to the end (CommonMark).
    A deeper heading starts a section of its own and is also text of the one around it.
    """
    found = [Section("", 0, first_line)]
    fence: tuple[str, int, str, int, list[str]] | None = None
    title = ""
    for number, line in enumerate(body.split("\n"), start=first_line):
        if fence is not None:
            mark, indent, language, start, lines = fence
            stripped = line.strip()
            if stripped and set(stripped) == {mark[0]} and len(stripped) >= len(mark):
                _close(found, language, lines, start, title)
                fence, title = None, ""
            else:
                lines.append(line[indent:] if line[:indent].isspace() else line)
            _add(found, line)
            continue
        if match := _FENCE.match(line):
            fence = (match[2], len(match[1]), match[3], number + 1, [])
        elif match := _HEADING.match(line):
            level = len(match[1])
            for section in found:
                if section.level >= level:
                    section.level += 100  # closed: it takes no more text
            _add(found, line)
            found.append(Section(match[2].strip(), level, number))
            title = match[2].strip()
            continue
        elif line.strip():
            title = line.strip().lstrip("-*+0123456789.) ").rstrip(":")
        _add(found, line)
    if fence is not None:
        _close(found, fence[2], fence[4], fence[3], title)
    for section in found:
        section.level %= 100
    return found


def _add(found: list[Section], line: str) -> None:
    for section in found:
        if section.level < 100 and (section.level > 0 or len(found) == 1):
            section.lines.append(line)


def _close(found: list[Section], language: str, lines: list[str], start: int, title: str) -> None:
    block = Block(language, "\n".join(lines) + "\n", start, title)
    for section in found:
        if section.level < 100 and (section.level > 0 or len(found) == 1):
            section.blocks.append(block)


def never_closed(body: str, first_line: int = 1) -> int | None:
    """The line of a fence that nothing closes; None when all are closed."""
    mark, opened = "", 0
    for number, line in enumerate(body.split("\n"), start=first_line):
        stripped = line.strip()
        if mark:
            if stripped and set(stripped) == {mark[0]} and len(stripped) >= len(mark):
                mark = ""
        elif match := _FENCE.match(line):
            mark, opened = match[2], number
    return opened if mark else None


def named(found: list[Section], title: str) -> Section | None:
    """The first section of that title, whatever its case."""
    wanted = title.casefold()
    return next((section for section in found if section.title.casefold() == wanted), None)
