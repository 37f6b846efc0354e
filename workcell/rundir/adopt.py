"""Giving a ledger to a run of format 1: from then on its records are checked like those of any other run."""

import os

from workcell.base import digest, json_codec
from workcell.rundir import layout, ledger, look, safe_open, writer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from workcell.rundir import schema


def adopted(held: writer.Writer) -> writer.Writer:
    """The right to write the run of `held`, with a ledger behind it; `held` itself when there is one already.

    The files in the run directory are taken for true as they are now: they have no witness. Raises OSError when the
    disk refuses. A run that cannot be read is left as it is.
    """
    if held.book is not None:
        return held
    run = held.run
    n = layout.current(run)
    if n is None:
        return held
    pinned: dict[str, str] = {}
    lines: list[schema.LedgerLine] = []
    for name in (layout.LAUNCH, layout.ENV):
        _pin(run, name, pinned)
    for number in range(1, n + 1):
        directory = layout.attempt(run, number)
        attempt: schema.Attempt | None = look.read_record(directory, layout.ATTEMPT, [], required=False)
        seed = attempt.get("seed") if attempt else None
        for name in (*layout.PINNED, *(seed or ())):
            _pin(run, ledger.file_of(number, name), pinned)
        for name in ledger.WITNESSED:
            found = look.read_record(directory, name, [], required=False)
            if found is not None:
                data = json_codec.encode(found)
                lines.append({"attempt": number, "name": name, "sha256": digest.sha256(data), "record": found})
    made = writer.create(run, {"by": "adopt"}, [{"adopted": pinned}, *lines, {"attempt": n, "born": True}])
    made.runner_lock = held.fd  # runner.lock is held on, for older readers
    return made


def _pin(run: str, file: str, pinned: "dict[str, str]") -> None:
    data = safe_open.read(os.path.join(run, file), writer.LARGEST)
    if data is not None:
        pinned[file] = digest.sha256(data)
