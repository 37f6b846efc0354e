"""status: the state of one run, with what it rests on."""

from typing import Any

from workcell.cleaning import run_cleaner
from workcell.evidence import activity
from workcell.rundir import look
from workcell.rundir import status as documents


def status(run: str) -> dict[str, Any]:
    """The status document of the run as of now. Reads, and starts and ends nothing.

    Of a run that runs the agent's records are read on, so that the activity is of this moment.
    """
    seen = look.at(run)
    found: dict[str, Any] = run_cleaner.of_run(run).record(documents.document(seen, activity.of(seen)))
    return found
