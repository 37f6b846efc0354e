"""The home directory: made when it is missing, refused when others could write to it."""

import os

from workcell.base.errors import CannotCreate, Usage
from workcell.rundir import home as homes
from workcell.rundir import layout, safe_open, seal

_README = """\
This is a workcell home. Each directory under runs/ is one run: brief.md (what was asked), verify.sh (how it is
checked), agent.log (what the agent wrote), status.json (the record), handoff.md (what comes next), RESCUE.md (how
to go on with plain shell commands). Everything here can be read without workcell; docs/format.md of the project
says who writes what. runs/*/env.json holds environment variables, keys among them: share runs without it.
"""


def check(home: str) -> bool:
    """Whether the home is there.

    Raises Usage when $WORKCELL_HOME is no absolute path, Refused when the home belongs to another user or others could
    write to it, Invalid when it is no directory or of a format that this version does not read.
    """
    named = os.environ.get("WORKCELL_HOME")
    if named and not os.path.isabs(named):
        words = f"WORKCELL_HOME is {named!r}: another home in each directory from which it is used"
        raise Usage(words, f"name it whole: WORKCELL_HOME={os.path.abspath(os.path.expanduser(named))}")
    return homes.check(home)


def ensure(home: str) -> None:
    """Make the home and what belongs in it. CannotCreate when the file system refuses."""
    check(home)
    try:
        os.makedirs(home, mode=0o700, exist_ok=True)
        for name in (layout.RUNS, layout.LEASES, layout.HOLDS, layout.WORKTREES):
            os.makedirs(os.path.join(home, name), mode=0o700, exist_ok=True)
        if not os.path.exists(os.path.join(home, layout.README)):
            seal.seal(home, layout.README, _README.encode())
        wanted = f"{layout.FORMAT}\n".encode()
        if safe_open.read(os.path.join(home, layout.FORMAT_FILE), 64) != wanted:
            # also over an older one that is read: the runs that are made now mean nothing to an older workcell
            seal.replace(home, layout.FORMAT_FILE, wanted)
    except OSError as error:
        raise CannotCreate(
            f"cannot make the home {home!r}: {error.strerror}", "set WORKCELL_HOME to another"
        ) from error
