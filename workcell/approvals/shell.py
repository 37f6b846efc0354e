"""Reads a command line of a POSIX shell as the simple commands that it runs, and says where that cannot be known.

Invariants:
- A script that is `plain` runs exactly its commands, with exactly these words, in bash, dash and zsh: no expansion, no
  assignment, no group, no redirection but to /dev/null or another output. Only such a script can be allowed by a rule.
- A word that an expansion makes is None: what it will be is not known, and it may become any number of words.
- What is not understood makes the script `opaque`. Its commands are then those that were found, and there may be more.
"""

from __future__ import annotations

import re
from dataclasses import field

from workcell.base.light_dataclass import dataclass

Word = str | None
Command = tuple[Word, ...]

MOST_BYTES = 64 << 10
"""Longer scripts are not read: they are opaque."""
MOST_DEPTH = 8
MOST_WORDS = 400
"""Words of one command, and commands of one script. A hook that thinks too long is not asked any more."""

_HARMLESS = re.compile(
    r"(?:[012]?>>?[ \t]*/dev/null|&>>?[ \t]*/dev/null|[12]?>&[12]|0?<[ \t]*/dev/null)(?=[ \t\n;&|)]|\Z)"
)
"""Redirections that neither read nor write a file."""
_REDIRECTS = re.compile(r"[0-9]*(?:<<<|<<-?|>>|>\||<>|>&|<&|&>>|&>|>|<)")
_ASSIGNS = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\[[^]]*\])?\+?=")
_BEFORE = frozenset(("if", "then", "elif", "else", "while", "until", "do", "!", "{"))
"""Reserved words behind which a command begins."""
_CLOSES = frozenset(("fi", "done", "}"))
_UNREAD = frozenset(("case", "esac", "select", "function", "coproc"))
_BRACED = re.compile(r"""\$\{[#!]?[A-Za-z0-9_@*#?$!-]+(?:[:%#/^,+=?-][^$`'"{}()\\\n]*)?\}""")
_NAMED = re.compile(r"\$(?:[A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!-])?")
_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


@dataclass
class Script:
    """The simple commands of a script; `why` says why it is not plain, `opaque` why its commands may not be all."""

    commands: list[Command] = field(default_factory=list)
    why: str | None = None
    opaque: str | None = None

    @property
    def plain(self) -> bool:
        """Whether it runs exactly its commands with exactly their words."""
        return self.why is None and self.opaque is None and bool(self.commands)


class _Stop(Exception):
    """The rest of the script cannot be read."""


def read(text: str) -> Script:
    """The commands of a script. Never raises: what cannot be read is said in the script."""
    found = Script()
    if len(text) > MOST_BYTES:
        found.opaque = "it is too long to be read"
        return found
    if _UNSAFE.search(text):
        found.opaque = "it has control characters"
        return found
    try:
        _Reader(text, found, 0).commands(None)
    except _Stop as error:
        found.opaque = str(error)
    return found


class _Reader:
    """Reads one script, or what stands in a substitution of it, into `found`."""

    def __init__(self, text: str, found: Script, depth: int) -> None:
        self.text, self.found, self.depth, self.at = text, found, depth, 0
        self.heredocs: list[tuple[str, bool, bool]] = []
        self.words: list[Word] = []
        self.dropped = False

    def note(self, why: str) -> None:
        """The script is not plain; the first reason is kept."""
        self.found.why = self.found.why or why

    def commands(self, end: str | None) -> None:
        """Read up to the character `end`, or to the end of the text. The character is taken."""
        while self.at < len(self.text):
            mark = self.text[self.at]
            if mark == end and not self.heredocs:
                self.at += 1
                self._finish()
                return
            if mark in " \t":
                self.at += 1
            elif mark in "\n;&|":
                self._operator(mark)
            elif mark in "()":
                self._group(mark)
            elif mark in "<>" or _REDIRECTS.match(self.text, self.at):
                self._redirection()
            elif mark == "#":
                self.note("it has a comment")
                self.at = self._line_end()
            else:
                self._add(*self._word())
        if end is not None:
            raise _Stop("a substitution or a group is not closed")
        self._finish()
        if self.heredocs:
            raise _Stop("a here-document is not closed")

    def _line_end(self) -> int:
        at = self.text.find("\n", self.at)
        return len(self.text) if at < 0 else at

    def _operator(self, mark: str) -> None:
        two = self.text[self.at : self.at + 2]
        if two in (";;", ";&"):
            raise _Stop("it has a case")
        if _HARMLESS.match(self.text, self.at) or two == "&>":
            self._redirection()
            return
        empty = not self.words and not self.dropped
        self._finish()
        if empty and mark != "\n":
            self.note("an operator stands without a command before it")
        self.at += 2 if two in ("&&", "||", "|&") else 1
        if mark == "\n":
            self._skip_heredocs()

    def _group(self, mark: str) -> None:
        if mark == ")":
            raise _Stop("a parenthesis is closed that was not opened")
        if self.words:
            raise _Stop("it has a function, an array or a pattern")
        if self.text.startswith("((", self.at):
            raise _Stop("it has arithmetic")
        self.note("it has a group in parentheses")
        self.at += 1
        inner = _Reader(self.text, self.found, self._deeper())
        inner.at = self.at
        inner.commands(")")
        self.at, self.dropped = inner.at, True

    def _deeper(self) -> int:
        if self.depth >= MOST_DEPTH:
            raise _Stop("its parts are nested too deeply")
        return self.depth + 1

    def _redirection(self) -> None:
        harmless = _HARMLESS.match(self.text, self.at)
        if harmless:
            self.at = harmless.end()
            return
        form = _REDIRECTS.match(self.text, self.at)
        if form is None:
            raise _Stop("a redirection cannot be read")
        if self.text.startswith(("<(", ">("), self.at):
            self._add(None, False)
            self._process_substitution()
            return
        self.at = form.end()
        kind = form[0].lstrip("0123456789")
        while self.text[self.at : self.at + 1] in (" ", "\t"):
            self.at += 1
        start = self.at
        if start >= len(self.text) or self.text[start] in "\n;&|()<>":
            raise _Stop("a redirection names no file")
        target, _ = self._word()
        if kind in ("<<", "<<-"):
            raw = self.text[start : self.at]
            if target is None:
                raise _Stop("the end of a here-document cannot be known")
            self.heredocs.append((target, raw == target, kind == "<<-"))
            self.note("it has a here-document")
        else:
            self.note("it redirects to or from a file")

    def _process_substitution(self) -> None:
        self.note("it has a substitution")
        inner = _Reader(self.text, self.found, self._deeper())
        inner.at = self.at + 2
        inner.commands(")")
        self.at = inner.at

    def _skip_heredocs(self) -> None:
        for target, expands, tabs in self.heredocs:
            while True:
                if self.at >= len(self.text):
                    raise _Stop("a here-document is not closed")
                end = self._line_end()
                line = self.text[self.at : end]
                self.at = min(end + 1, len(self.text))
                if (line.lstrip("\t") if tabs else line) == target:
                    break
                if expands and ("$" in line or "`" in line):
                    raise _Stop("a here-document has expansions")
        self.heredocs = []

    def _add(self, word: Word, quoted: bool) -> None:
        if not self.words:
            if word is not None and not quoted and word in _UNREAD:
                raise _Stop(f"it has {word!r}")
            if word is not None and not quoted and word in _BEFORE | _CLOSES:
                self.note(f"it has {word!r}")
                self.dropped = True
                return
            if word is not None and word == "for" and not quoted:
                self._loop()
                return
            if word is not None and _ASSIGNS.match(word):
                self.note("it sets a variable")
                self.dropped = True
                return
        self.words.append(word)

    def _loop(self) -> None:
        """`for NAME in WORD...`: its words are data, and its substitutions are read."""
        self.note("it has 'for'")
        while self.at < len(self.text) and self.text[self.at] not in ";\n":
            if self.text[self.at] in " \t":
                self.at += 1
            elif self.text[self.at] in "()<>&|":
                raise _Stop("it has a loop that cannot be read")
            else:
                self._word()
        self.dropped = True

    def _finish(self) -> None:
        if self.words:
            if any(word is None for word in self.words):
                self.note("it has an expansion")
            self.found.commands.append(tuple(self.words))
            if len(self.words) > MOST_WORDS or len(self.found.commands) > MOST_WORDS:
                raise _Stop("it has too many words to be read")
        self.words, self.dropped = [], False

    def _word(self) -> tuple[Word, bool]:
        """The next word, None where an expansion makes it, and whether a part of it was quoted."""
        out: list[str] = []
        known, quoted = True, False
        start = self.at
        while self.at < len(self.text):
            mark = self.text[self.at]
            if mark in " \t\n;&|()<>":
                break
            if mark == "'":
                quoted = True
                out.append(self._single())
            elif mark == '"':
                quoted = True
                inner = self._double()
                known = known and inner is not None
                out.append(inner or "")
            elif mark == "\\":
                quoted = True
                out.append(self._escaped())
            elif mark in "$`":
                known = False
                self._expansion()
            else:
                known = self._bare(mark, start, out) and known
                out.append(mark)
                self.at += 1
        return "".join(out) if known else None, quoted

    def _bare(self, mark: str, start: int, out: list[str]) -> bool:
        """Whether a character without quotes stands for itself."""
        if mark in "*?":
            return False
        if mark in "[{}":
            return self._alone(start)
        if mark == "~":
            return self.at != start and out[-1:] not in (["="], [":"])
        if mark == "=" and self.at == start:
            return self._alone(start)  # zsh makes =NAME the path of a program
        if mark == "!" and self.at == start:
            return self._alone(start)
        if mark == "^" or mark > "\x7e":
            self.note("it has a character without quotes that shells read differently")
        return True

    def _alone(self, start: int) -> bool:
        """Whether the character at hand is the whole word."""
        return self.at == start and self.text[self.at + 1 : self.at + 2] in ("", " ", "\t", "\n", ";")

    def _single(self) -> str:
        end = self.text.find("'", self.at + 1)
        if end < 0:
            raise _Stop("a quote is not closed")
        found = self.text[self.at + 1 : end]
        self.at = end + 1
        return found

    def _double(self) -> str | None:
        out: list[str] = []
        known = True
        self.at += 1
        while self.at < len(self.text):
            mark = self.text[self.at]
            if mark == '"':
                self.at += 1
                return "".join(out) if known else None
            if mark == "\\":
                behind = self.text[self.at + 1 : self.at + 2]
                if behind == "\n":
                    raise _Stop("a line is continued by a backslash")
                out.append(behind if behind and behind in '$`"\\' else mark + behind)
                self.at += 2
            elif mark in "$`":
                known = False
                self._expansion()
            else:
                out.append(mark)
                self.at += 1
        raise _Stop("a quote is not closed")

    def _escaped(self) -> str:
        behind = self.text[self.at + 1 : self.at + 2]
        if behind in ("", "\n"):
            raise _Stop("a line is continued by a backslash")
        self.at += 2
        return behind

    def _expansion(self) -> None:
        """Pass an expansion; the commands of a substitution are added."""
        self.note("it has an expansion")
        if self.text[self.at] == "`":
            raise _Stop("it has a substitution in backquotes")
        behind = self.text[self.at + 1 : self.at + 2]
        if self.text.startswith("$((", self.at) or behind in ("[", "'", '"'):
            raise _Stop("it has arithmetic, or an encoded or translated text")
        if behind == "(":
            inner = _Reader(self.text, self.found, self._deeper())
            inner.at = self.at + 2
            inner.commands(")")
            self.at = inner.at
        elif behind == "{":
            simple = _BRACED.match(self.text, self.at)
            if simple is None:
                raise _Stop("an expansion cannot be read")
            self.at = simple.end()
        else:
            name = _NAMED.match(self.text, self.at)
            self.at = name.end() if name else self.at + 1
