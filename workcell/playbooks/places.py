"""Where a playbook can be followed, read from its `when`, and what workcell finds by itself in each place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from workcell.playbooks.step import Place

if TYPE_CHECKING:
    from workcell.judgement.choice import When


@dataclass(frozen=True)
class Finding:
    """A name that `when: evidence:` may use beside the ids of signals."""

    place: Place
    words: str


_TWICE = "the phase of a run that is not over, seen twice"

FINDINGS = {
    "crash-loop": Finding(Place.END, "three attempts in a row died young"),
    "same-failure": Finding(Place.END, "two attempts left the same tree, and the check failed in the same way"),
    "over-cost": Finding(Place.END, "the agent reported more than the brief's `cost`"),
    "memory-limit": Finding(Place.END, "the kernel killed a process of the attempt at its `memory` limit"),
    "process-limit": Finding(Place.END, "the attempt met its limit of processes"),
    "tree-under-way": Finding(Place.END, "a merge, rebase or the like is half done"),
    "tree-dirty": Finding(Place.END, "the check passed, and the tree is not clean"),
    "looping": Finding(
        Place.LIVE,
        "a live agent made the same tool call, or the same two or three in turn, more than 25 times in one turn, and "
        "its tree has not changed since",
    ),
    "has-check": Finding(Place.LIVE, "the run has a verify script"),
    "orphan": Finding(Place.LIVE, _TWICE),
    "unknown": Finding(Place.LIVE, _TWICE),
    "corrupt": Finding(Place.LIVE, _TWICE),
    "starting": Finding(Place.LIVE, _TWICE),
    "socket-missing": Finding(Place.SERVER, "the tmux server's socket is gone, and the server lives"),
    "tmux-unresponsive": Finding(Place.SERVER, "the tmux server does not answer"),
}

_END_PHASES = {"interrupted"}
_LIVE_PHASES = {"running", "orphaned", "unknown", "corrupt", "starting"}


def where_it_holds(when: When) -> frozenset[Place]:
    """The places in which a playbook with that `when` can hold; empty where its words exclude one another."""
    named = when["evidence"]
    found = {FINDINGS[name].place for name in named if name in FINDINGS}
    if not named or any(name not in FINDINGS for name in named):
        found |= {Place.END, Place.LIVE}  # a signal can be found in a live run, and after its end
    if when["verdict"] or when["phase"] or when["activity"]:
        found.discard(Place.SERVER)
    if when["activity"]:
        found.discard(Place.END)
    if when["phase"] and not _END_PHASES & set(when["phase"]):
        found.discard(Place.END)
    if when["phase"] and not _LIVE_PHASES & set(when["phase"]):
        found.discard(Place.LIVE)
    if when["verdict"] == ["tampered"]:
        found.discard(Place.LIVE)  # it is found by comparing what an attempt left
    return frozenset(found)
