"""turn_check: runs the check of a run once the turn has ended for which a sender asked for it, and ends nothing.

`_check_turn RUN` is a process of its own. `_attend` starts it when the agent has come to rest, finish when the run goes
on standby, and the tick where one of them was killed.

Invariants:
- It holds `attend/<run>.checking`: one check of a run after a turn at a time. It has neither the right to write the run
  nor agent.lock, and ends only what it started: the agent lives on.
- What runs is the script that was sealed for the attempt, as at its end.
- A check during which the attempt ended, or the run was to end, says nothing: the end is checked itself.
"""

from __future__ import annotations

import os
import tempfile
import time
from typing import TYPE_CHECKING

from workcell.base import clock
from workcell.base.errors import WorkcellError
from workcell.evidence import activity, capture_state
from workcell.finish import settle, shared_tree, turn_answers, turn_words, verify_output, verify_script
from workcell.git import repository, tree_state
from workcell.rundir import attending, inbox, layout, look, phase, standby, turn_checks
from workcell.system import attempt_pids, cgroup, processes, resource_limits

if TYPE_CHECKING:
    from workcell.rundir import schema
    from workcell.rundir.schema.inbox import TurnAnswer, TurnCheck

SOON = 15.0
"""Seconds for which a turn is waited for that is about to be over: the word that a message was taken comes late."""

POLL = 0.5
"""Seconds between two looks at it."""

ANOTHER = 1.0
"""Seconds for which another such process is waited for, which may be about to end."""

CALM = 3.0
"""Seconds for which a screen must not have changed that alone says that the agent rests."""

STEADY = 1.0
"""Seconds for which a turn must be over: a program begins the next one at once where a text waits in its composer."""

SHOWN = ("terminal", "processes")
"""Sources of evidence that say what stands there now, and not when it began."""

HELD_UP = 10.0
"""Seconds for which a message that waits is expected to begin another turn."""


def begin(seen: look.Look) -> None:
    """Start the process that runs the check."""
    settle.start_apart(["_check_turn", seen.run], seen.run, seen.n)


def check(run: str) -> None:
    """Answer the requests about the run whose turns are over. Raises OSError where the disk refuses."""
    while True:
        lock = attending.take(run, attending.CHECKS, ANOTHER)
        if lock is None:
            return  # its holder looks again once it is done
        try:
            again = _round(run)
        finally:
            os.close(lock)
        if not again:
            return


def _round(run: str) -> bool:
    """Run the check once, if a request is due or soon will be; whether it is to be looked again."""
    seen, due = _wait(run)
    if not due:
        return False
    found = _checked(seen)
    if found is None:
        turn_answers.tell_answered(look.at(run))
        return False
    for made in due:
        turn_checks.answer(layout.home_of(run), made, found)
    turn_answers.tell_answered(look.at(run))
    return True


def _wait(run: str) -> tuple[look.Look, list[TurnCheck]]:
    """(a look at the run, the requests whose turn is over), as soon as there is one; none after SOON seconds."""
    home, until = layout.home_of(run), clock.monotonic() + SOON
    while True:
        seen = look.at(run)
        turn_answers.tell_answered(seen)
        asked = turn_checks.open_requests(home, seen.id)
        rest = Rest(seen) if asked else None
        due = [made for made in asked if rest is not None and rest.ends(made)]
        if due or rest is None or not rest.near or clock.monotonic() >= until:
            return seen, due
        time.sleep(POLL)


class Rest:
    """Whether a run rests after a turn at this moment, and since when."""

    def __init__(self, seen: look.Look, now: float | None = None) -> None:
        self._seen = seen
        self._now = time.time() if now is None else now
        """Seconds since the epoch."""
        self._waits = standby.waits(seen) and not standby.is_to_finish(seen)
        self._calm = STEADY
        self.since = self._stood_by() if self._waits else self._idle() if seen.phase == phase.RUNNING else None
        """From when on it rests, as `clock.stamp`; None where it does not."""

    @property
    def near(self) -> bool:
        """Whether a turn may be over within seconds: the agent rests, and the word of that is yet to come."""
        return self.since is not None

    def ends(self, made: TurnCheck) -> bool:
        """Whether the turn is over that the message of the request began."""
        if self.since is None or not self._steady(self.since):
            return False
        known = turn_answers.standing(self._seen.run, made, self._seen.n)
        if known.state != inbox.ACCEPTED:
            return False
        return self._waits or (known.attempt == self._seen.n and known.since < self.since)

    def follows(self, moment: str) -> bool:
        """Whether the agent is in a turn, or was in one that ended after that time."""
        return self.since is None or (self._calm == STEADY and self.since > moment)

    def _steady(self, since: str) -> bool:
        try:
            rested = self._now - clock.parse(since)
        except ValueError:
            return False
        if rested < 0.0 or rested > HELD_UP:
            return True
        waits = inbox.waiting(self._seen.run) or inbox.typed(self._seen.run)
        return not waits and (self._waits or rested >= self._calm)

    def _stood_by(self) -> str:
        """When the attempt ended that left the run on standby."""
        ended = self._seen.exit.get("ended_at") if self._seen.exit is not None else None
        return ended or clock.stamp(self._now)

    def _idle(self) -> str | None:
        doing = activity.of(self._seen, self._now)
        since = doing["since"] if doing is not None else None
        if doing is None or since is None:
            return None
        if doing["state"] == "question":
            told = capture_state.records(capture_state.stored(self._seen.directory))
            return since if told is not None and told["turn"] == "done" else None
        if doing["state"] != "idle":
            return None
        if next(one for one in doing["evidence"] if one["says"] == "idle")["source"] in SHOWN:
            self._calm = CALM
        return since


# -- the check itself


def _checked(seen: look.Look) -> TurnAnswer | None:
    """Run the check of a run that rests; None where it was broken off, or says nothing any more."""
    wanted = verify_script.pinned(seen)
    if seen.attempt is None or wanted is None:
        return turn_answers.none(seen, "the run has no check any more, or its intent cannot be read")
    attempt: schema.Attempt = {**seen.attempt, "verify": {"sha256": wanted}}
    beside = shared_tree.wait_for_rest(seen.run, attempt, lambda: not _void(seen))
    if _void(seen):
        return None
    began, before = clock.stamp(), _hash(attempt)
    with tempfile.TemporaryFile() as file:
        with verify_output.Output(file.fileno(), tempfile.gettempdir()) as output:
            found = _run(seen, attempt, output.fd)
        tail = turn_words.tail_from(file.fileno(), seen.run)
    if _void(seen):
        return None
    made = turn_answers.of_check(seen, found)
    made["tail"] = tail
    if beside:
        made["why"] += f"; in the middle of a turn in the same tree: {', '.join(beside)}"
    after = _hash(attempt)
    made["tree"] = "unknown" if before is None or after is None else "same" if before == after else "changed"
    made["turn"] = Rest(look.at(seen.run)).follows(began)
    return made


def _run(seen: look.Look, attempt: schema.Attempt, output: int) -> verify_script.Ended:
    """Run the script, and end what it and a killed one before left: what descends from this process or has its
    variable, and its control group."""
    mark, before = f"{seen.id}/{seen.n}", processes.below()
    variables = {attempt_pids.CHECK: seen.run}
    around = verify_script.Around([], lambda: _void(seen), resource_limits.TURN, cgroup.kill, variables)
    processes.end_check(seen.run, mark, before)  # of a check that was killed
    try:
        return verify_script.run_in(seen.run, seen.n, attempt, output, around)
    finally:
        processes.end_check(seen.run, mark, before)


def _void(begun: look.Look) -> bool:
    """Whether a check that began when the run was as `begun` says nothing any more: its end is checked itself.

    The end of the attempt ends what runs with its mark. A run on standby may have been woken meanwhile.
    """
    seen = look.at(begun.run)
    if seen.result is not None:
        return True
    if begun.phase == phase.RUNNING:
        return seen.n != begun.n or seen.exit is not None
    return standby.waits(seen) and standby.is_to_finish(seen)


def _hash(attempt: schema.Attempt) -> str | None:
    """What stands in the tree that git does not ignore; None where that is not known."""
    if attempt.get("share") is not None:
        return None
    try:
        tree = repository.find(attempt["cwd"])
        return tree_state.tree_hash(tree).value if tree is not None else None
    except (WorkcellError, OSError):
        return None
