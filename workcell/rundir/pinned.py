"""policy.json of an attempt, compared with the hash under which it was pinned."""

import os

from workcell.base import digest
from workcell.rundir import layout, safe_open

TYPE_CHECKING = False
if TYPE_CHECKING:
    from workcell.rundir.look import Look

LARGEST = 32 << 20
"""Bytes of a policy that are read."""


def expected(seen: "Look") -> "str | None":
    """The sha256 of policy.json as the ledger has it, else as attempt.json has; None where the attempt has none."""
    pinned = seen.attempt.get("policy_sha256") if seen.attempt is not None else None
    if seen.book is not None:
        pinned = seen.book.hashes.get((seen.n, layout.POLICY), pinned)
    return str(pinned) if pinned else None


def policy(seen: "Look") -> "bytes | None":
    """The bytes of policy.json as it was pinned; None where the attempt has none.

    Raises ValueError, with words for a person, where it is missing or differs, OSError where it could not be asked.
    """
    wanted = expected(seen)
    if wanted is None:
        return None
    path = os.path.join(seen.directory, layout.POLICY)
    data = safe_open.read(path, LARGEST)
    if data is None:
        raise ValueError(f"{path} is missing")
    if digest.sha256(data) != wanted:
        raise ValueError(f"{path} is not what was pinned at launch")
    return data


def trouble(seen: "Look") -> "str | None":
    """Why nothing automatic may be done on the run; None where its policy is what was pinned, or it has none."""
    try:
        policy(seen)
    except ValueError as error:
        return str(error)
    except OSError as error:
        return f"{layout.POLICY} cannot be read: {error.strerror}"
    return None
