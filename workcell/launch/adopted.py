"""What is known of a session before a run goes on with it."""

from workcell.base.light_dataclass import dataclass


@dataclass(frozen=True)
class Adopted:
    """A session of an agent program that no run began, and that the first attempt goes on with."""

    agent: str
    session: str
    """The program's own name of it."""
    path: str
    """Its file."""
    size: int
    """Bytes of the file that were there before the run."""
    inode: int
