"""The status document of a run with all that decides what it needs: its account, its screen, what was acknowledged.

`ls`, `status`, `why`, `wait` and notices ask here, so all of them say the same.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from workcell.rundir import acks, find, layout, look, phase, proposals, resting, run_hold, suggestions
from workcell.rundir import needs as table
from workcell.rundir import status as documents
from workcell.terminal import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workcell.rundir import schema

_SPENDS = (phase.CREATED, phase.SCHEDULED, phase.RUNNING)
"""Phases in which a hold on the account matters."""


WIDE = 200
"""Characters of a suggested message that a list shows."""


class Surroundings:
    """What lies around the runs of one home at one moment: read once for all runs of a list."""

    def __init__(self, home: str, now: float | None = None) -> None:
        self.home = home
        self.now = time.time() if now is None else now
        self.acknowledged = acks.every(home)
        """Names of acknowledgements."""
        self.holds = {one["account"]: one for one in _standing(home) if run_hold.stands(one, self.now)}
        """Holds on accounts that are not over, by account."""

        self.suggested = suggestions.every(home)
        """Ids of the messages that wait for a person, by run."""
        self._proposals = proposals.open_ids(home)
        """Ids of proposals that have no end."""
        self._resting = resting.Resting(home)
        self._watched: dict[str, list[str]] | None = None
        """Names of the runs that each run watches; None until one on standby is met."""

    def document(self, seen: look.Look, activity: schema.Activity | None = None) -> schema.Status:
        """The status document of a run that was looked at."""
        return documents.document(seen, activity, self.situation(seen, activity))

    def situation(self, seen: look.Look, activity: schema.Activity | None = None) -> table.Situation:
        """What is known of the run; its screen is drawn only where it waits for an answer."""
        known = documents.situation(seen, activity)
        known.now = self.now
        if seen.phase in _SPENDS:
            self._add_account(seen, known)
        if self._proposals:
            known.proposals = self.waiting_proposals(seen)
        known.suggestions = self._suggestions(seen.id)
        if known.rests:
            known.others = self._watches(known.id)
        if seen.phase == phase.FINISHING:
            self._add_turns(seen, known)
        if seen.result is not None and seen.result.get("proposal"):
            known.reason = proposals.reason(seen)
        if known.terminal and known.state in ("question", "approval"):
            known.dialog = _dialog(seen, asks=known.state == "approval")
        return known

    def of_resting(self, run: str) -> schema.Status | None:
        """The kept document of the run in that directory, if it is on standby and needs nothing; None for a look."""
        name = os.path.basename(run)
        if name in self.suggested or any(proposals.run_of(identity) == name for identity in self._proposals):
            return None
        found = documents.resting_one(self._resting, run)
        if found is None or run_hold.standing(run, self.now) is not None:
            return None
        known = table.Situation(found["id"], found["state"], found["phase"])
        known.rests, known.others = True, self._watches(name)
        return {**found, "waits": table.waits(known), "acknowledged": False}

    def _watches(self, run: str) -> list[str]:
        """Names of the runs that the run of that id watches; in most homes nothing was ever watched."""
        if self._watched is None:
            self._watched = {}
            if os.path.isdir(os.path.join(self.home, layout.WATCHES)):
                from workcell.rundir import watches

                for one in watches.every(self.home):
                    self._watched.setdefault(one["by"]["run"], []).append(self._name(one["run"]))
        return list(dict.fromkeys(self._watched.get(run, ())))

    def _add_turns(self, seen: look.Look, known: table.Situation) -> None:
        """Add the runs in a shared tree for whose turns the check of the run waits."""
        if seen.attempt is None or seen.attempt.get("share") is None:
            return
        from workcell.rundir import tree_turns

        known.others = [self._name(run) for run in tree_turns.waited_for(seen)]
        known.due_at = tree_turns.until(seen, self.now)

    def _name(self, run: str) -> str:
        """The name of the run of that id, which fits a line; the id of one that is gone."""
        return printable.printable(find.name_of(find.path_of(self.home, run)) or run)

    def waiting_proposals(self, seen: look.Look) -> list[schema.Proposal]:
        """The proposals about the run that wait for a person, or for what was approved to be carried out."""
        found = []
        for identity in self._proposals:
            if proposals.run_of(identity) != seen.id:
                continue
            made = proposals.read(self.home, identity)
            decided = proposals.decided(self.home, identity)
            if made is None or (decided is not None and decided["decision"] != "approved"):
                continue
            if decided is not None or proposals.outdated(made, seen, self.now) is None:
                found.append(made)
        return found

    def _suggestions(self, run: str) -> list[suggestions.Suggestion]:
        """The messages to the run that wait for a person, with words that fit on a line and show no secret."""
        keys = self.suggested.get(run)
        if not keys:
            return []
        from workcell.cleaning import run_cleaner

        cleaner = run_cleaner.of_run(os.path.join(self.home, layout.RUNS, run))
        found = suggestions.read(self.home, run, keys)
        for one in found:
            text = cleaner.line(" ".join(one.text.split()))
            one.by, one.text = cleaner.line(one.by), text if len(text) <= WIDE else text[: WIDE - 1] + "…"
        return found

    def _add_account(self, seen: look.Look, known: table.Situation) -> None:
        if not self.holds:
            return
        from workcell.accounts import holds
        from workcell.agents import registry

        name = holds.account(seen.run, seen.attempt)
        hold = self.holds.get(name) if name is not None else None
        if hold is None:
            return
        known.account = hold
        known.refused = (hold["by"].get("run"), hold["by"].get("attempt")) == (seen.id, seen.n)
        known.sign_in = registry.account(seen.reader, self.home).sign_in

    def after(
        self,
        seen: look.Look,
        outcome: schema.Outcome | None,
        reason: str,
        cause: str | None = None,
        asked: Sequence[schema.Proposal] = (),
    ) -> schema.Needs | None:
        """What the run needs once its end is sealed; without an outcome, once it is scheduled to go on.

        `cause` is what `cures.cause_of` makes of the verdict and the findings, `asked` what is proposed about the end.
        """
        over = outcome is not None
        known = table.Situation(seen.id, outcome or phase.SCHEDULED, phase.DONE if over else phase.SCHEDULED)
        known.attempt, known.reason, known.go_on, known.cause = seen.n, reason, documents.go_on(seen), cause
        known.proposals = list(asked)
        if not over:
            known.hold = documents.hold_of(seen.run)
            self._add_account(seen, known)
        return table.find(known)

    def of_ended(self, document: schema.Status) -> schema.Status:
        """The kept document of a run that is over, with what is needed of it now."""
        known = table.Situation(document["id"], document["state"], document["phase"])
        known.attempt = document["attempt"] or 0
        known.reason = document["reason"]
        known.acknowledged = acks.name(known.id, known.attempt) in self.acknowledged
        known.suggestions = self._suggestions(known.id)
        table.recall(known, document["needs"])
        if any(proposals.run_of(identity) == known.id for identity in self._proposals):
            known.proposals = self.waiting_proposals(look.at(os.path.join(self.home, layout.RUNS, known.id)))
        return {
            **document,
            "needs": table.find(known),
            "waits": None,
            "acknowledged": known.acknowledged,
        }


def _standing(home: str) -> list[schema.AccountHold]:
    """Every hold on an account; most homes have none, and load nothing for it."""
    try:
        names = os.listdir(os.path.join(home, layout.HOLDS))
    except OSError:
        return []
    if not any(name.endswith(".json") for name in names):
        return []
    from workcell.accounts import holds

    return holds.standing(home)


def _dialog(seen: look.Look, *, asks: bool) -> table.Dialog | None:
    """The dialog that the terminal of a live run shows; None where it shows none that can be answered.

    With `asks` it also says for what permission is asked.
    """
    from workcell.evidence import dialog  # draws a terminal: only runs that wait for an answer pay for that
    from workcell.judgement import permission

    shown = dialog.up(seen)
    if shown is None:
        return None
    words = [(str(one["n"] or number), str(one["text"])) for number, one in enumerate(shown["options"], 1)]
    found = table.Dialog(str(shown["question"] or ""), words)
    yes, no = (permission.option_for(shown, allow=allow) for allow in (True, False))
    if asks:
        found.asks = dialog.asked(seen)
    if yes is not None and no is not None:
        found.yes, found.no = (words[shown["options"].index(one)][0] for one in (yes, no))
    return found
