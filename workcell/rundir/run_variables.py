"""The variables by which the processes of an attempt know where they are: agent, steps, setup and check get them."""

import os

from workcell.rundir import layout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from workcell.rundir import ledger

RUN, PARENT = "WORKCELL_RUN", "WORKCELL_PARENT"


def place(env: "dict[str, str]", run: str, n: int, book: "ledger.Book | None") -> None:
    """Set the variables of attempt `n` of the run in `env`; WORKCELL_PARENT only where another run launched it."""
    directory = layout.attempt(run, n)
    parent = book.head.get("parent") if book is not None else None
    env.pop(PARENT, None)
    if parent is not None:
        env[PARENT] = str(parent["run"])
    env.update(
        WORKCELL_RUN=os.path.basename(run),
        WORKCELL_ATTEMPT=f"{os.path.basename(run)}/{n}",
        WORKCELL_HOME=layout.home_of(run),
        WORKCELL_RUN_DIR=run,
        WORKCELL_ATTEMPT_DIR=directory,
        WORKCELL_AGENT_DIR=os.path.join(directory, layout.AGENT_DIR),
    )
