"""status: the state of one run, with what it rests on."""

from typing import Any

from workcell.rundir import look
from workcell.rundir import status as documents


def status(run: str) -> dict[str, Any]:
    """The status document of the run as of now. Reads; starts, ends and writes nothing."""
    return documents.document(look.at(run))
