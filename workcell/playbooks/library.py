"""All playbooks that hold for a repository, and the signals that they bring."""

from collections.abc import Callable

from workcell.base.errors import WorkcellError
from workcell.playbooks import playbook
from workcell.playbooks.playbook import Playbook
from workcell.texts import search_path
from workcell.texts.document import Fault, Faulty
from workcell.texts.signal import Signal


def load(
    repo: str | None = None, home: str | None = None, ignored: Callable[[str], None] | None = None
) -> tuple[list[Playbook], list[Fault]]:
    """Every playbook by name, and the faults of those that cannot be used; `ignored` as for `shelf.items`.

    A faulty playbook of the user does not bring back the shipped one that it was to replace. Those of `repo` are read
    from its tree as it is now: for previews. A run has its own pinned.
    """
    found, faults = [], []
    for item in search_path.items("recovery", repo, home, ignored=ignored):
        try:
            found.append(playbook.read(item.path, foreign=item.origin == "project"))
        except Faulty as error:
            faults += error.faults
        except WorkcellError as error:
            faults.append(Fault(item.path, None, error.message, error.hint))
    return found, faults


def signals(books: list[Playbook]) -> list[Signal]:
    """The signals of these playbooks; an id that two of them use counts in the first alone."""
    found: dict[str, Signal] = {}
    for book in books:
        for signal in book.signals:
            found.setdefault(signal.id, signal)
    return list(found.values())
