"""Rendering a template that a person or a repository wrote, within limits of time, memory and size.

Jinja's sandbox keeps a template from Python's insides, and not from two nested loops or from a text of three
gigabytes. Such a template is rendered in a child process that the kernel limits. A plain one (variables, a few filters,
conditions) cannot grow beyond what it is given and is rendered where it is, so that a launch with shipped recipes
starts no child.
"""

import json
import os
import resource
import select
import signal
import sys
import time
import traceback
import warnings
from collections.abc import Callable

import jinja2
from jinja2 import nodes

SECONDS = 1.2
"""Maximum time for one template, of the clock: on a busy machine it is less work, never more waiting."""

KILLED_AFTER = 1.7
"""Seconds after which a child that does not answer is killed: one long computation cannot be interrupted."""

MEMORY = 256 << 20
"""Maximum bytes of memory that one template may take beyond what the process has."""

OUTPUT = 8 << 20
"""Maximum bytes that one template may make."""

_PLAIN_FILTERS = frozenset(
    ("quote", "json", "lower", "upper", "trim", "default", "d", "string", "int", "length", "tojson")
)
_PLAIN = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.Concat, nodes.Filter, nodes.If,
    nodes.CondExpr, nodes.Compare, nodes.Operand, nodes.Test, nodes.Not, nodes.And, nodes.Or,
    nodes.Getattr, nodes.Getitem,
)  # fmt: skip


FAILURES = (jinja2.TemplateError, ArithmeticError, LookupError, TypeError, ValueError, AttributeError, RecursionError)
"""What rendering a template can raise: an expression in it fails like any other, with more than jinja's own errors."""


class TemplateFailure(jinja2.TemplateError):
    """The error of a template that was rendered in a child; `lineno` is a line of the template, None where unknown."""

    def __init__(self, message: str, lineno: int | None = None) -> None:
        super().__init__(message)
        self.lineno = lineno


def plain(tree: nodes.Template) -> bool:
    """Whether a parsed template can take no more time and room than in proportion to what it is given."""
    todo: list[nodes.Node] = [tree]
    while todo:
        node = todo.pop()
        if not isinstance(node, _PLAIN) or (isinstance(node, nodes.Filter) and node.name not in _PLAIN_FILTERS):
            return False
        todo += node.iter_child_nodes()
    return True


def limited(render: Callable[[], str]) -> str:
    """What `render` makes, in a child process with limits. TemplateFailure for whatever it raises, or past a limit."""
    reading, writing = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    with warnings.catch_warnings():
        # Python warns of a fork beside threads: this child renders, writes to its pipe and ends
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid == 0:
        os.close(reading)
        _child(render, writing)
    os.close(writing)
    try:
        data = _read(reading)
    finally:
        os.close(reading)
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        os.waitpid(pid, 0)
    if data is None:
        raise TemplateFailure(f"it takes longer than {KILLED_AFTER:g} s")
    if len(data) > OUTPUT:
        raise TemplateFailure(f"it makes more than {OUTPUT >> 20} MiB")
    if data[:1] == b"+":
        return data[1:].decode("utf-8", "surrogatepass")
    try:
        message, line = json.loads(data[1:])
    except ValueError:
        raise TemplateFailure("its rendering was ended by the system") from None
    raise TemplateFailure(str(message), line)


def _read(fd: int) -> bytes | None:
    """All that the child says, one byte past OUTPUT at most; None when it did not come to its end in time."""
    deadline = time.monotonic() + KILLED_AFTER
    pieces: list[bytes] = []
    size = 0
    while size <= OUTPUT:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([fd], [], [], left)[0]:
            return None
        piece = os.read(fd, 1 << 16)
        if not piece:
            break
        pieces.append(piece)
        size += len(piece)
    return b"".join(pieces)


class _Late(Exception):
    pass


def _late(*_: object) -> None:
    raise _Late


def _child(render: Callable[[], str], fd: int) -> None:
    """The rest of the child's life: render, say how that went, end. Never returns."""
    try:
        try:
            signal.signal(signal.SIGALRM, _late)
            signal.setitimer(signal.ITIMER_REAL, SECONDS)
            _limit(resource.RLIMIT_AS, _size() + MEMORY)
            _limit(resource.RLIMIT_CPU, int(KILLED_AFTER) + 1)
            _limit(resource.RLIMIT_CORE, 0)
            said = b"+" + render().encode("utf-8", "surrogatepass")
        except _Late as error:
            said = _failure(f"it takes longer than {SECONDS:g} s", error)
        except MemoryError as error:
            said = _failure(f"it takes more than {MEMORY >> 20} MiB of memory", error)
        except Exception as error:
            said = _failure(str(getattr(error, "message", None) or error), error)
        signal.setitimer(signal.ITIMER_REAL, 0)
        view = memoryview(said)
        while view:
            view = view[os.write(fd, view) :]
    finally:
        os._exit(0)


def _failure(message: str, error: BaseException) -> bytes:
    line = getattr(error, "lineno", None)
    for frame, number in traceback.walk_tb(error.__traceback__):
        if "__jinja_exception__" in frame.f_globals:
            line = number  # jinja's own traceback has the lines of the template
    return b"-" + json.dumps([message, line]).encode()


def _size() -> int:
    """Bytes of address space that this process has; 1 GiB where that cannot be read."""
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[0]) * resource.getpagesize()
    except (OSError, ValueError):
        return 1 << 30


def _limit(what: int, most: int) -> None:
    _, hard = resource.getrlimit(what)
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    try:
        resource.setrlimit(what, (most, hard))
    except (ValueError, OSError):
        pass  # macOS refuses some; the clock still ends it
