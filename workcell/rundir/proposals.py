"""Proposals: acts that a playbook asks a person for, as `proposals/<id>.json` of the home, and what became of them.

Invariants:
- A proposal is sealed, and so are the decision about it (`.decided`) and its end (`.done`): the first writer wins.
- Nothing here carries out an act. What does so holds the lock of the watchdog.
- A proposal without an end is open, whether or not it was decided.
"""

import os

from workcell.base import clock, digest, json_codec
from workcell.rundir import acks, layout, look, phase, safe_open, seal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

    from workcell.rundir import schema
    from workcell.rundir.schema.literals import ProposalDecision, ProposalEnd
    from workcell.rundir.schema.proposals import ProposedActDone

SCHEMA: "Final" = "workcell.file.proposal/1"
_DECIDED: "Final" = "workcell.file.proposal-decided/1"
_DONE: "Final" = "workcell.file.proposal-done/1"

JSON, DECIDED, DONE = ".json", ".decided", ".done"

LIFE = 24 * 3600.0
"""Seconds after which a proposal is void."""

EDGE = "proposal:"
"""How `edge` of the record of acts begins for the acts of a proposal; its id follows."""

LARGEST = 1 << 20


def directory(home: str) -> str:
    """Where the proposals of a home lie."""
    return os.path.join(home, layout.PROPOSALS)


def name(run: str, attempt: int, key: bytes) -> str:
    """The id of a proposal about that attempt; `run` is an id, `key` what tells it from others of the attempt."""
    return f"{run}.{layout.number(attempt)}.{digest.sha256(key)[:8]}"


def open_ids(home: str) -> "list[str]":
    """Ids of the proposals that have no end, sorted; one listing, and nothing is opened."""
    entries = _entries(home)
    ids = (entry.removesuffix(JSON) for entry in entries if entry.endswith(JSON))
    return sorted(one for one in ids if one + DONE not in entries)


def every_id(home: str) -> "list[str]":
    """Ids of all proposals, with or without an end, sorted."""
    return sorted(entry.removesuffix(JSON) for entry in _entries(home) if entry.endswith(JSON))


def of_attempt(home: str, run: str, attempt: int) -> "list[str]":
    """Ids of every proposal about that attempt, with or without an end, sorted; `run` is an id."""
    begin = f"{run}.{layout.number(attempt)}."
    return [one for one in every_id(home) if one.startswith(begin)]


def run_of(identity: str) -> str:
    """The id of the run that a proposal is about; empty for what is no id of a proposal."""
    return identity.rpartition(".")[0].rpartition(".")[0]


def _entries(home: str) -> "frozenset[str]":
    try:
        return frozenset(entry for entry in os.listdir(directory(home)) if entry[0] != ".")
    except OSError:
        return frozenset()


# -- reading


def read(home: str, identity: str) -> "schema.Proposal | None":
    """The proposal; None where there is none that this version can read."""
    found: schema.Proposal | None = _read(home, identity + JSON, "proposal")
    return found


def decided(home: str, identity: str) -> "schema.ProposalDecided | None":
    """The decision about it; None where there is none."""
    found: schema.ProposalDecided | None = _read(home, identity + DECIDED, "proposal-decided")
    return found


def done(home: str, identity: str) -> "schema.ProposalDone | None":
    """Its end; None where it is open."""
    found: schema.ProposalDone | None = _read(home, identity + DONE, "proposal-done")
    return found


def _read(home: str, file: str, kind: str) -> "Any":
    return _decoded(safe_open.read(os.path.join(directory(home), file), LARGEST), kind)


def _decoded(data: "bytes | None", kind: str) -> "Any":
    try:
        found = json_codec.decode(data or b"")
    except ValueError:
        return None
    return found if json_codec.major(found, kind) == 1 else None


def outdated(made: "schema.Proposal", seen: look.Look, now: float) -> "str | None":
    """Why the proposal counts no more, as far as its run and the time tell; None where it counts.

    `seen` is a look at its run, `now` is in seconds since the epoch.
    """
    if now >= _seconds(made["void_at"]):
        return "no person decided within 24 hours"
    if not answers(made, seen):
        return None
    if seen.n != made["attempt"]:
        return f"attempt {seen.n} has begun since"
    if of_end(made):
        return _end_outdated(made, seen)
    if seen.phase != made["phase"]:
        return f"the run was {made['phase']}, and is {seen.phase} now"
    return None


def of_end(made: "schema.Proposal") -> bool:
    """Whether it is about the end of its attempt, and not about a live run."""
    return made["phase"] == phase.DONE


def _end_outdated(made: "schema.Proposal", seen: look.Look) -> "str | None":
    if seen.result is None or seen.result.get("proposal") != made["id"]:
        return "its attempt ended otherwise than was proposed about"
    if acks.stands(layout.home_of(seen.run), seen.id, seen.n):
        return "a person has acknowledged the end"
    return None


def answers(made: "schema.Proposal", seen: look.Look) -> bool:
    """Whether it can be told how the run of the proposal stands: what could not be asked voids nothing.

    That of an end is not told before its result is sealed: what finishes it was perhaps killed.
    """
    if of_end(made) and seen.n == made["attempt"]:
        return seen.phase == phase.DONE
    return seen.phase not in (phase.UNKNOWN, phase.CORRUPT) or seen.phase == made["phase"]


def reason(seen: look.Look) -> "str | None":
    """Why the run ended so, and what became of the proposal about that end; None while it is not over."""
    words, home = seen.reason, layout.home_of(seen.run)
    made = seen.result.get("proposal") if seen.result is not None else None
    if not words or made not in of_attempt(home, seen.id, seen.n):
        return words
    standing, ended = decided(home, made), done(home, made)
    if standing is None:
        return words
    if standing["decision"] == "void":
        return f"{words} (that is void: {standing['why']})"
    if standing["decision"] == "denied":
        return f"{words} (you denied that at {standing['at']})"
    came = [ended["state"], *([ended["why"]] if ended["why"] else [])] if ended is not None else []
    so = f", and what came of it is: {': '.join(came)}" if came else ""
    return f"{words} (you approved that at {standing['at']}{so})"


def due(home: str, now: float) -> bool:
    """Whether a tick has something to do about a proposal: one was decided, or counts no more."""
    for identity in open_ids(home):
        made = read(home, identity)
        if made is None:
            continue
        run = os.path.join(home, layout.RUNS, made["run"])
        if decided(home, identity) is not None or not os.path.isdir(run):
            return True
        if outdated(made, look.at(run), now) is not None:
            return True
    return False


def too_late(made: "schema.Proposal", now: float) -> bool:
    """Whether its time is over."""
    return now >= _seconds(made["void_at"])


def _seconds(stamp: str) -> float:
    try:
        return clock.parse(stamp)
    except ValueError:
        return 0.0


# -- writing; all of it raises OSError, with nothing left behind, where the disk refuses


def propose(home: str, made: "schema.Proposal") -> "schema.Proposal":
    """Seal a proposal; the one that stands, which is another one where that id was proposed before."""
    os.makedirs(directory(home), 0o700, exist_ok=True)
    stands = seal.seal(directory(home), made["id"] + JSON, json_codec.encode(made))
    return _decoded(stands, "proposal") or made


def decide(
    home: str, identity: str, decision: "ProposalDecision", why: "str | None" = None
) -> "schema.ProposalDecided":
    """Seal the decision; the one that stands, which is that of the process that was first."""
    made: schema.ProposalDecided = {
        "schema": _DECIDED,
        "id": identity,
        "at": clock.stamp(),
        "decision": decision,
        "why": why,
    }
    stands = seal.seal(directory(home), identity + DECIDED, json_codec.encode(made))
    return _decoded(stands, "proposal-decided") or made


def void_all(home: str, run: str, why: str) -> None:
    """Seal that each undecided proposal about the run is void; what the disk refuses is found by who acts on it."""
    for identity in open_ids(home):
        if run_of(identity) == run and decided(home, identity) is None:
            try:
                decide(home, identity, "void", why)
            except OSError:
                return


def end(
    home: str,
    identity: str,
    state: "ProposalEnd",
    why: "str | None" = None,
    acts: "list[ProposedActDone] | None" = None,
) -> "schema.ProposalDone":
    """Seal the end; the one that stands."""
    made: schema.ProposalDone = {
        "schema": _DONE,
        "id": identity,
        "at": clock.stamp(),
        "state": state,
        "why": why,
        "acts": acts or [],
    }
    stands = seal.seal(directory(home), identity + DONE, json_codec.encode(made))
    return _decoded(stands, "proposal-done") or made


def remove(run: str) -> None:
    """Remove every proposal about the run whose directory `run` is gone, its end last."""
    home, known = layout.home_of(run), os.path.basename(run)
    entries = [entry for entry in _entries(home) if run_of(os.path.splitext(entry)[0]) == known]
    for entry in sorted(entries, key=lambda entry: entry.endswith(DONE)):
        try:
            os.unlink(os.path.join(directory(home), entry))
        except FileNotFoundError:
            continue
