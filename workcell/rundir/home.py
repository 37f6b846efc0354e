"""Whether a home may be used by this process: its owner, its mode, its parents and its FORMAT."""

import os
import stat

from workcell.base.errors import Invalid, Refused, WorkcellError
from workcell.rundir import layout, safe_open


def check(home: str) -> bool:
    """Whether the home is there. Costs a few calls of stat and one small read, and writes nothing.

    Raises Refused when the home belongs to another user or others can write to it or replace it, Invalid when it is
    no directory or of a format that this version does not read. A symbolic link is followed: its target is judged.
    """
    try:
        found = os.stat(home)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise Invalid(f"the home {home!r} cannot be used: {error.strerror}", "set WORKCELL_HOME to another") from error
    if not stat.S_ISDIR(found.st_mode):
        raise Invalid(f"the home {home!r} is not a directory", "set WORKCELL_HOME to a directory")
    if found.st_uid != os.geteuid():
        raise Refused(f"the home {home!r} belongs to another user", "set WORKCELL_HOME to a directory of your own")
    if found.st_mode & 0o022:
        raise Refused(f"others can write to the home {home!r}", f"chmod go-w {home}")
    _parents(home)
    said = read_format(home)
    if said is not None and said.split(".")[0] not in [str(number) for number in layout.READS]:
        reads = " and ".join(str(number) for number in layout.READS)
        raise Invalid(
            f"the home {home!r} is of format {said!r}, and this workcell reads {reads}",
            "install a newer workcell, or set WORKCELL_HOME to another directory",
        )
    return True


def of_run(run: str) -> str:
    """The home that the run's directory lies in."""
    return os.path.dirname(os.path.dirname(os.path.abspath(run)))


def check_run(run: str) -> None:
    """Check the home of the directory `run`, and that the run itself belongs to the same user.

    A run that belongs to another user was brought there by root (`cp -a`, `tar`): what stands in it is executed by
    settling or resuming it. Raises as `check`; Invalid when the run lies in no home.
    """
    if not check(of_run(run)):
        raise Invalid(f"{run!r} is not the directory of a run", "workcell ls")
    try:
        owner = os.lstat(run).st_uid
    except FileNotFoundError:
        return  # a ledger may still know it; nothing can be run from it
    except OSError as error:
        raise Invalid(f"the run {run!r} cannot be used: {error.strerror}", "workcell ls") from error
    if owner != os.geteuid():
        raise Refused(f"the run {run!r} belongs to another user", f"chown -R {os.geteuid()} {run}")


def problem(home: str) -> "str | None":
    """Why the home must not be used, in one line; None when it may be used or is not there."""
    try:
        check(home)
    except WorkcellError as error:
        return error.message
    return None


def problem_of_run(run: str) -> "str | None":
    """Why nothing must be done in the directory `run`, in one line; None when it may be used."""
    try:
        check_run(run)
    except WorkcellError as error:
        return error.message
    return None


def _parents(home: str) -> None:
    """Refuse a home that another user could move away and replace between this check and the use of it."""
    path = os.path.dirname(os.path.realpath(home))
    while True:
        try:
            mode = os.lstat(path).st_mode
        except OSError:
            return  # it can be passed through and not be asked: nothing is known against it
        if mode & 0o002 and not mode & stat.S_ISVTX:
            raise Refused(f"others can replace the home {home!r}: every user can write to {path!r}", f"chmod +t {path}")
        if path == "/":
            return
        path = os.path.dirname(path)


def read_format(home: str) -> "str | None":
    """What FORMAT says; None when it is not there yet. Raises Invalid when it cannot be read."""
    path = os.path.join(home, layout.FORMAT_FILE)
    try:
        data = safe_open.read(path, 64)
        if data is None and not os.path.lexists(path):
            return None  # the process that makes the home complete writes it
        if data is None:
            raise ValueError("it is no regular file, or may not be read")
        return data.decode().strip()
    except (OSError, ValueError) as error:
        raise Invalid(f"{path} cannot be read: {error}", f"it should hold the one line: {layout.FORMAT}") from error
