"""The failures that workcell tells a person about: what was wrong, where, the cure and the exit code."""


class WorkcellError(Exception):
    """A failure with a cure.

    `message` says what was wrong and where, in lower case and without a full stop. `hint` is the cure, best a
    command that can be pasted. `exit_code` follows sysexits(3) where it has a word for the case.
    """

    exit_code = 70
    code = "bug"

    def __init__(self, message: str, hint: str | None = None, *, details: "list[str] | None" = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.details = details or []


class Usage(WorkcellError):
    """The command line itself is wrong, or RUN names more than one run."""

    exit_code = 2
    code = "usage"


class NotFound(WorkcellError):
    """No such run, brief, recipe or file (EX_NOINPUT)."""

    exit_code = 66
    code = "not_found"


class NoSuchRun(NotFound):
    """No run that `word` names."""

    def __init__(self, message: str, hint: str | None = None, *, word: str) -> None:
        super().__init__(message, hint)
        self.word = word


class Unreachable(WorkcellError):
    """tmux, an engine or a far end does not answer (EX_UNAVAILABLE)."""

    exit_code = 69
    code = "unreachable"


class CannotCreate(WorkcellError):
    """A run or file could not be made (EX_CANTCREAT)."""

    exit_code = 73
    code = "cannot_create"


class InputOutput(WorkcellError):
    """The file system said no (EX_IOERR)."""

    exit_code = 74
    code = "io"


class TryAgain(WorkcellError):
    """Locked, leased or held by another process or person: the same command may go through later (EX_TEMPFAIL)."""

    exit_code = 75
    code = "try_again"


class TreeBusy(TryAgain):
    """The working tree belongs to a run that is not over.

    `waits` says whether waiting for that run helps; `worktree`, whether the caller could work in one of its own;
    `shared`, whether it could share the tree with that run.
    """

    def __init__(
        self,
        message: str,
        hint: "str | None",
        details: "list[str] | None" = None,
        *,
        run: str,
        waits: bool = True,
        worktree: bool = False,
        shared: bool = False,
    ) -> None:
        super().__init__(message, hint, details=details)
        self.run = run
        self.also: list[str] = []
        """Those of the details that end with a command for the run that has the tree."""
        self.waits = waits
        self.worktree = worktree
        self.shared = shared


class Refused(WorkcellError):
    """Refused by policy: trying again changes nothing until a person does (EX_NOPERM)."""

    exit_code = 77
    code = "refused"


class Invalid(WorkcellError):
    """A brief, recipe, playbook, configuration or path is wrong (EX_CONFIG)."""

    exit_code = 78
    code = "invalid"


class TimedOut(WorkcellError):
    """Our own wait ran out (as timeout(1))."""

    exit_code = 124
    code = "timed_out"
