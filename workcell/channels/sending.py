"""Sending what waits in the outbox, with the adapters, templates and secrets of this home."""

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from workcell.base.errors import WorkcellError
from workcell.channels import outbox
from workcell.rundir import layout, maildir, notice

if TYPE_CHECKING:
    from workcell.channels.day import Maker
    from workcell.channels.notify import Tested
    from workcell.channels.outbox_flush import Report
    from workcell.rundir import schema
    from workcell.texts.adapter import Adapter
    from workcell.texts.document import Fault

BUDGET = 20.0
"""Seconds that a verb may spend on sending; what is left over waits for the next one."""

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

_LEAVE = "import os, sys; os.fork() and os._exit(0); os.setsid(); os.execv(sys.argv[1], sys.argv[1:])"
"""The process becomes a child of init before it imports anything large: its caller waits some ten milliseconds."""


class Shelf(NamedTuple):
    """The adapters of a home: those that can be used, and what is wrong with the others."""

    usable: list["Adapter"]
    broken: list[str]
    faults: list["Fault"]


def waiting(home: str, budget_seconds: float = BUDGET, day: "Callable[[str], Maker] | None" = None) -> "Report | None":
    """Send what waits, if anything does. Never under a run's lock: a far end may take its time.

    `day` makes, of the home, what makes the report of a daily summary.

    What sends (HTTP clients, a YAML parser, templates: some 90 ms) is imported only then.
    """
    return deliver(home, budget_seconds, day) if outbox.waiting(home) else None


def detach(home: str, env: Mapping[str, str]) -> None:
    """Have what waits sent by a process of its own, with that environment: the caller may not wait for a far end."""
    from workcell.system import run_program

    words = [sys.executable, "-I", "-c", _LEAVE, sys.executable, "-I", os.path.join(_PACKAGE, "__main__.py")]
    try:
        run_program.detach([*words, "_send", home], cwd="/", env=env)
    except OSError:
        pass  # the next sender takes it along


def asks_for(home: str, event: "schema.NoticeEvent") -> bool:
    """Whether an adapter that is on wants that event. One whose file has faults might: it is told once it is mended.

    Shipped adapters are off: a home without a file of its own is asked about without reading any.
    """
    try:
        names = os.listdir(os.path.join(home, "adapters"))
    except OSError:
        return False
    if not any(name.endswith(".yaml") for name in names):
        return False
    found = adapters(home)
    return bool(found.broken) or any(one.enabled and event in one.events for one in found.usable)


def adapters(home: str, *, whole: bool = True) -> Shelf:
    """Every adapter of the user before the shipped ones, which are off: unless they are wanted `whole`, they are known
    by their names, and not read.
    """
    from workcell.texts import adapter, document
    from workcell.texts import search_path as shelf

    found = Shelf([], [], [])
    for item in shelf.items("adapters", None, home):
        if not whole and item.origin == "shipped":
            found.usable.append(adapter.switched_off(item.name, item.path))
            continue
        try:
            found.usable.append(adapter.load(item.path))
        except document.Faulty as error:
            found.broken.append(item.name)
            found.faults.extend(error.faults)
        except WorkcellError as error:
            found.broken.append(item.name)
            found.faults.append(document.Fault(item.path, None, error.message, error.hint))
    return found


def test(home: str, name: str) -> "Tested":
    """Really send a test message to one adapter; NotFound for a name that there is not."""
    from workcell.channels import notify
    from workcell.cleaning.redact import Redactor

    redact = Redactor(secrets(home)).text
    return notify.notify_test(adapters(home).usable, name, templates=templates(home), redact=redact)


def templates(home: str) -> list[str]:
    """Folders with templates of notices, the user's first."""
    from workcell.texts import search_path as shelf

    return [place for _, place in shelf.folders("templates", None, home)]


def deliver(home: str, budget_seconds: float, day: "Callable[[str], Maker] | None" = None) -> "Report":
    """Send what is due, for at most `budget_seconds`; never raises for what a destination does."""
    from workcell.channels import outbox_flush
    from workcell.cleaning.redact import Redactor

    found = adapters(home, whole=False)
    means = outbox_flush.Means(
        found.usable, templates(home), Redactor(secrets(home)).text, found.broken, day(home) if day else None
    )
    return outbox_flush.flush(home, means, time.time(), budget_seconds)


def secrets(home: str) -> Iterator[str]:
    """The secret values of the runs of the waiting notices: no notice may carry them."""
    from workcell.cleaning import run_cleaner

    box = notice.box(home)
    runs = set()
    for part in (notice.NEW, notice.CUR):
        for name in maildir.waiting(box, part):
            message = maildir.read(box, name, part)
            if message is not None:
                runs.add(str(message.get("run")))
    for run in runs - {"None", ""}:
        yield from run_cleaner.values(os.path.join(home, layout.RUNS, os.path.basename(run)))
