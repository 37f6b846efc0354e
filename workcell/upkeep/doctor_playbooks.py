"""What doctor says of playbooks: the files that cannot be read, and so are not followed."""

from collections.abc import Iterator

from workcell.playbooks import library
from workcell.upkeep import recipe_catalog
from workcell.upkeep.doctor_line import OK, WARN, Line


def check(home: str) -> Iterator[Line]:
    """A line for each fault, or one for all playbooks that hold here."""
    ignored: list[str] = []
    books, faults = library.load(recipe_catalog.project(), home, ignored.append)
    for fault in faults:
        where = fault.file if fault.line is None else f"{fault.file}:{fault.line}"
        yield Line(
            "playbooks", WARN, f"{where}: {fault.message}: it is not followed", fault.cure or "workcell playbook lint"
        )
    for words in ignored:
        yield Line("playbooks", WARN, words)
    if not faults:
        yield Line("playbooks", OK, f"{len(books)} hold here")
