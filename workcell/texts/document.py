"""A Markdown file with YAML front matter, or a YAML file, read with the line of every key."""

import io
import os
import re
import shlex
import stat
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Any

from workcell.base.errors import Invalid, NotFound
from workcell.base.light_dataclass import dataclass
from workcell.texts import parsed

if TYPE_CHECKING:
    from ruamel.yaml.comments import CommentedMap, CommentedSeq

Foreign = dict[str, Any]
"""A YAML mapping as a person wrote it: nothing is known of its keys before a table of keys has checked them."""

MAX_BYTES = 1 << 20
"""No brief, recipe or playbook that people write comes near a mebibyte; one that does was named by mistake."""

_FAILURES = (ValueError, RecursionError, AttributeError, TypeError, KeyError, IndexError, AssertionError)
"""What ruamel lets out on arbitrary text beside its own errors; found by Hypothesis."""

MAX_DEPTH = 20
MAX_VALUES = 20_000
"""A few lines of aliases that hold each other make more values than there is memory."""


@dataclass(frozen=True)
class Fault:
    """One thing wrong in a file: where, what, and the cure."""

    file: str
    line: int | None
    message: str
    cure: str | None = None

    def __str__(self) -> str:
        where = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{where}: {self.message}" + (f" ({self.cure})" if self.cure else "")


class Faulty(Invalid):
    """All the faults of the files that were read, never only the first."""

    def __init__(self, faults: "list[Fault]", hint: str | None = None) -> None:
        message = str(faults[0]) if len(faults) == 1 else f"{len(faults)} faults, the first: {faults[0]}"
        super().__init__(message, hint, details=[str(fault) for fault in faults])
        self.faults = faults


@dataclass
class Document:
    """What a file says: its front matter as plain data, its body, and the line (from 1) of every key."""

    file: str
    front: Foreign
    body: str
    body_line: int
    lines: dict[tuple[str | int, ...], int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    unread: bool = False
    """Whether the YAML could not be read, so that no key can be called missing."""

    def fault(self, path: tuple[str | int, ...], message: str, cure: str | None = None) -> None:
        """Note a fault at the key `path`, or at its nearest parent that has a line."""
        where = path
        while where and where not in self.lines:
            where = where[:-1]
        self.faults.append(Fault(self.file, self.lines.get(where), message, cure))


def load(path: str) -> bytes:
    """The bytes of a file that a person named; NotFound or Invalid with the cure when it cannot be one."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError as error:
        cure = "check the path, or write one with 'workcell brief new'"
        if re.search(r"\s", path) and "/" not in path:
            cure = f"an objective is given by -m: workcell launch -m {shlex.quote(path)}"
        raise NotFound(f"no such file: {path!r}", cure) from error
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise Invalid(f"cannot read {path!r}: {why}", "check the path and its permissions") from error
    try:
        mode = os.fstat(fd).st_mode  # before Python wraps the descriptor: it refuses a directory in words of its own
        if not stat.S_ISREG(mode):
            kind = "a directory" if stat.S_ISDIR(mode) else "not a regular file"
            raise Invalid(f"cannot read {path!r}: it is {kind}", "name a text file")
        with open(fd, "rb", closefd=False) as file:
            data = file.read(MAX_BYTES + 1)
    finally:
        os.close(fd)
    if len(data) > MAX_BYTES:
        raise Invalid(f"cannot read {path!r}: it is larger than 1 MiB", "put long material beside it and refer to it")
    return data


def decode(data: bytes, file: str) -> str:
    """UTF-8 text with any kind of line ends made `\\n`; Faulty when it is something else."""
    if b"\0" in data:
        line = data[: data.index(b"\0")].count(b"\n") + 1
        raise Faulty([Fault(file, line, "a NUL byte: this is not text", "name a text file in UTF-8")])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise Faulty([Fault(file, line, "this is not UTF-8 text", "save the file as UTF-8")]) from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def parse_markdown(data: bytes, file: str) -> Document:
    """Front matter between two `---` lines, then the body. Faults of the YAML are noted, not raised."""
    text = decode(data, file)
    yaml = front(text, file)
    if yaml is None:
        return Document(file, {}, text, 1)
    document = parse_yaml(yaml, file, first_line=2)
    lines = text.split("\n")
    number = 1 + (yaml.count("\n") + 1 if lines[1].rstrip() not in ENDS_FRONT else 0)
    document.body = "\n".join(lines[number + 1 :])
    document.body_line = number + 2
    return document


ENDS_FRONT = ("---", "...")
"""Lines of which each ends the front matter."""


def front(text: str, file: str) -> str | None:
    """The front matter of a Markdown text; None where there is none. Faulty when it is never closed."""
    lines = text.split("\n")
    if lines[0].rstrip() != "---":
        return None
    for number, line in enumerate(lines[1:], start=1):
        if line.rstrip() in ENDS_FRONT:
            return "\n".join(lines[1:number])
    raise Faulty([Fault(file, 1, "the front matter is never closed", "end it with a line of three dashes")])


def parse_yaml(text: str, file: str, first_line: int = 1) -> Document:
    """A YAML mapping as a Document without body. Faults are noted in it, not raised."""
    known = parsed.find(text)
    if known is None:
        return parse_unknown_yaml(text, file, first_line)
    values, lines = known
    return Document(file, values, "", first_line, {path: line + first_line for path, line in lines.items()})


def parse_unknown_yaml(text: str, file: str, first_line: int = 1) -> Document:
    """As parse_yaml, also of a shipped text."""
    from ruamel.yaml import YAML  # 11 ms, and most importers of this module parse no YAML
    from ruamel.yaml.comments import CommentedMap
    from ruamel.yaml.error import MarkedYAMLError, YAMLError, YAMLWarning

    document = Document(file, {}, "", first_line)
    loader = YAML(typ="rt")
    loader.allow_duplicate_keys = False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", YAMLWarning)  # an anchor that is given twice means one of two things
            tree = loader.load(io.StringIO(text))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + first_line if mark else first_line
        problem = " ".join(str(error.problem or error.context or "not valid YAML").split())
        cure = "indent with spaces" if "'\\t'" in problem else "quote values that hold ':' or '#'"
        document.faults.append(Fault(file, line, f"YAML: {problem}", cure))
        document.unread = True
        return document
    except (YAMLError, YAMLWarning, *_FAILURES) as error:
        problem = " ".join(str(error).split())[:200] or type(error).__name__
        document.faults.append(Fault(file, first_line, f"YAML: {problem}"))
        document.unread = True
        return document
    if tree is None:
        return document
    if not isinstance(tree, CommentedMap):
        document.faults.append(Fault(file, first_line, "expected 'key: value' lines"))
        return document
    try:
        document.front = _plain(tree, (), _Reading(document, first_line, iter(range(MAX_VALUES))), 0)
    except StopIteration:
        words = f"more than {MAX_VALUES} values, aliases counted each time"
        document.faults.append(Fault(file, first_line, words, "write out what is meant, without aliases"))
    return document


@dataclass(frozen=True)
class _Reading:
    """Where the values that are read go: the document, the line of its first line, and how many may still come."""

    document: Document
    first: int
    room: Iterator[int]

    def note_line(self, path: tuple[str | int, ...], where: Callable[[Any], Any], key: Any) -> None:
        """Remember the line of a key or an item."""
        try:
            self.document.lines[path] = where(key)[0] + self.first
        except (KeyError, AttributeError, TypeError):
            pass  # a merged key ("<<") has no line of its own


def _plain(node: Any, path: tuple[str | int, ...], reading: _Reading, depth: int) -> Any:
    """Plain data from ruamel's nodes; the lines of keys and items go to the document.

    Each value takes one from `reading.room`; StopIteration when there is no more.
    """
    from ruamel.yaml.comments import CommentedMap, CommentedSeq

    next(reading.room)
    if depth > MAX_DEPTH:
        reading.document.fault(path, "nested too deep")
        return None
    if isinstance(node, CommentedMap):
        return _plain_map(node, path, reading, depth)
    if isinstance(node, CommentedSeq):
        return _plain_list(node, path, reading, depth)
    if node is None or isinstance(node, bool):
        return node
    for kind in (int, float, str):
        if isinstance(node, kind):
            return kind(node)
    if hasattr(node, "tag") and hasattr(node, "value"):
        tag = getattr(node.tag, "value", None)
        reading.document.fault(path, f"the YAML tag {tag!r} means nothing here", "remove it")
        return None
    return str(node)  # dates and times: a text field takes them as they were written


def _plain_map(node: "CommentedMap", path: tuple[str | int, ...], reading: _Reading, depth: int) -> Foreign:
    _no_tag(node, "map", path, reading.document)
    out: Foreign = {}
    for key, value in node.items():
        name = key if isinstance(key, str) else str(key)
        here = (*path, name)
        reading.note_line(here, node.lc.key, key)
        if not isinstance(key, str):
            reading.document.fault(here, f"the key {name!r} is not text", "put it in quotes")
        out[name] = _plain(value, here, reading, depth + 1)
    return out


def _plain_list(node: "CommentedSeq", path: tuple[str | int, ...], reading: _Reading, depth: int) -> list[Any]:
    _no_tag(node, "seq", path, reading.document)
    items = []
    for index, value in enumerate(node):
        here = (*path, index)
        reading.note_line(here, node.lc.item, index)
        items.append(_plain(value, here, reading, depth + 1))
    return items


def _no_tag(node: Any, own: str, path: tuple[str | int, ...], document: Document) -> None:
    if node.tag.value and not str(node.tag.value).startswith(f"tag:yaml.org,2002:{own}"):
        document.fault(path, f"the YAML tag {node.tag.value!r} means nothing here", "remove it")


def plain_yaml(data: Mapping[str, object]) -> str:
    """YAML text of plain data, for files that we write."""
    from ruamel.yaml import YAML

    out = io.StringIO()
    writer = YAML()
    writer.default_flow_style = False
    writer.width = 100
    writer.dump(dict(data), out)
    return out.getvalue()
