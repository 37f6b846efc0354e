"""Orders: what a person, or a policy, allowed to be done with a run, sealed in the home.

Anything may write into a run's inbox, the agent too. So a stop, an answer, a hold and a release are first sealed as
`orders/<run>/<id>.json`, with the SHA-256 of the message that carries them, if one does. Runner, typist, finish and
watchdog act on such a message only if its order stands and matches.
"""

import os

from workcell.base import clock, digest, ids, json_codec
from workcell.rundir import layout, ledger, safe_open, seal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from workcell.rundir import schema

SCHEMA = "workcell.file.order/1"
STOP, HOLD, RELEASE = "stop", "hold", "release"

LARGEST = 1 << 20


def needed(run: str) -> bool:
    """Whether messages to this run need orders: a run of format 1 without a ledger takes them as they come."""
    return ledger.exists(run)


def directory(run: str) -> str:
    """Where the orders of the run lie."""
    return os.path.join(layout.home_of(run), layout.ORDERS, os.path.basename(run))


def name(run: str) -> str:
    """A new id, which sorts behind every order that the run has, also after a step back of the clock."""
    made = ids.unique()
    last = max((file[:19] for file in _names(run) if file[:19].isdigit()), default="")
    if last and made[:19] <= last:
        made = f"{int(last) + 1:019d}{made[19:]}"
    return made


def place(run: str, identity: str, kind: str, message: "bytes | None" = None, **fields: object) -> None:
    """Seal one order. Raises OSError, with nothing left behind, when the disk refuses."""
    where = directory(run)
    os.makedirs(where, 0o700, exist_ok=True)
    found = {
        "schema": SCHEMA,
        "id": identity,
        "at": clock.stamp(),
        "kind": kind,
        "sha256": None if message is None else digest.sha256(message),
        **fields,
    }
    seal.seal(where, f"{identity}.json", json_codec.encode(found))


def _names(run: str) -> "list[str]":
    try:
        return sorted(name for name in os.listdir(directory(run)) if name.endswith(".json") and name[0] != ".")
    except OSError:
        return []


def every(run: str) -> "list[schema.Order]":
    """Every order of the run, oldest first; what cannot be read is left out."""
    found: list[schema.Order] = []
    for file in _names(run):
        try:
            one: Any = json_codec.decode(safe_open.read(os.path.join(directory(run), file), LARGEST) or b"")
        except (OSError, ValueError):
            continue
        if json_codec.major(one, "order") == 1:
            found.append(one)
    return found


def stops(run: str, n: int) -> "list[schema.Order]":
    """The orders to stop attempt `n`, oldest first."""
    return [one for one in every(run) if one.get("kind") == STOP and one.get("attempt") == n]


def allows(run: str, file: str, data: bytes) -> bool:
    """Whether the message of that file name and content was ordered."""
    try:
        one = json_codec.decode(safe_open.read(os.path.join(directory(run), file), LARGEST) or b"")
    except (OSError, ValueError):
        return False
    return json_codec.major(one, "order") == 1 and one.get("sha256") == digest.sha256(data)


def hold(run: str, now: float) -> "schema.Order | None":
    """The order that holds the run at the epoch time `now`; None when none does, or when it was released."""
    standing = None
    for one in every(run):
        if one.get("kind") == HOLD:
            standing = one
        elif one.get("kind") == RELEASE:
            standing = None
    if standing is None:
        return None
    until = standing.get("until_at")
    try:
        return standing if not until or now < clock.parse(str(until)) else None
    except ValueError:
        return standing
