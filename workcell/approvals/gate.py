"""The answer of the rules of one live run to a tool call, and its place in the journal.

Invariants:
- An allow needs the rules that were pinned when the attempt was opened and those of the home now; a deny or ask of
  either counts. Rules that cannot be read allow nothing.
- The decision stands in the journal before it is returned. An allow that cannot be written there is not returned.
- What a person decided about a deferred call counts for that call alone, once, and never against a rule that denies.
- Nothing here prints, and nothing acts on the run.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workcell.approvals import decide, journal
from workcell.approvals.request import of_call
from workcell.base import digest, json_codec
from workcell.base.errors import InputOutput, WorkcellError
from workcell.rundir import deferred, layout, look, pinned, safe_open

if TYPE_CHECKING:
    from workcell.rundir.schema import ApprovalLine, ApprovalRule, ApprovalRules
    from workcell.rundir.schema.literals import DecidedBy

LARGEST = 1 << 20
"""Bytes of a file of rules that are read."""


@dataclass(frozen=True)
class Call:
    """A tool call that an agent program asks about."""

    tool: str
    given: object
    """The input of the tool."""
    cwd: str
    """Where the agent works."""
    id: str | None = None
    """Id of the call, where the program gives one."""


@dataclass(frozen=True)
class Heard:
    """An answer that stands in the journal, or none."""

    answer: decide.Answer
    told: str | None
    """What the program is to be told: allow, deny, ask or defer; None: nothing."""
    line: ApprovalLine | None = None
    """Its line in the journal, where that it was told is to be written behind it."""
    by: DecidedBy = "rule"


NOTHING = Heard(decide.Answer(None, "low"), None)


def rules_of(seen: look.Look) -> ApprovalRules | None:
    """The pinned rules of the current attempt; None where none hold. InputOutput where they are not what was pinned."""
    try:
        data = pinned.policy(seen)
    except (ValueError, OSError) as error:
        raise InputOutput(str(error), f"workcell resume {seen.id} --policy now") from error
    found: ApprovalRules | None = json_codec.decode(data).get("rules") if data is not None else None
    return found


def rules_now(home: str, rules: ApprovalRules, recipe: str) -> list[ApprovalRule]:
    """The rules of the home as they stand now, for a run with these pinned ones; none where they cannot be read.

    They are parsed only where the file is another than the one that was pinned.
    """
    path = os.path.join(home, layout.RULES, layout.APPROVAL_RULES)
    data = safe_open.read(os.path.realpath(path), LARGEST + 1)
    sha256 = digest.sha256(data) if data is not None else None
    if sha256 == rules["home_sha256"] and recipe == rules["recipe"]:
        return rules["home"]
    from workcell.approvals import rules as files

    try:
        return files.applying(files.of_home(home).rules, rules["repo"], recipe, rules["tree"])
    except WorkcellError:
        return []


def answer(run: str, attempt: int, call: Call) -> tuple[look.Look, decide.Answer]:
    """(a look at the run, what the rules of its attempt say to the call).

    Raises InputOutput where the attempt is not the current one, or its policy is not what was pinned.
    """
    seen = look.at(run)
    if seen.n != attempt or seen.attempt is None:
        raise InputOutput(f"{run} is not at attempt {attempt}", f"workcell status {os.path.basename(run)}")
    rules = rules_of(seen)
    if rules is None:
        return seen, decide.Answer(None, "low")
    request = of_call(call.tool, call.given, call.cwd, rules["tree"])
    now = rules_now(layout.home_of(run), rules, seen.recipe_name or rules["recipe"])
    before = decide.decide([*rules["home"], *rules["repository"]], request)
    return seen, decide.combine(before, decide.decide([*now, *rules["repository"]], request))


def hear(run: str, attempt: int, call: Call, ask: str | None) -> Heard:
    """The answer of the rules, once it stands in the journal. `ask` is what is told where a rule asks; None: nothing.

    Raises as `answer`.
    """
    seen, found = answer(run, attempt, call)
    decided = _said_by_person(seen, call) if found.answer != "deny" else None
    if decided is not None and (heard := _decided(seen, decided, found)) is not None:
        return heard
    told = ask if found.answer == "ask" else found.answer
    if found.answer is None or told is None:
        return Heard(found, None)
    line = journal.line(journal.Decided(seen.id, attempt, call.tool, call.given, call.id, found, told))
    try:
        journal.intent(layout.home_of(run), line)
    except (journal.Busy, OSError):
        # what narrows is told all the same; what no journal knows is not allowed, and no person would be asked
        return Heard(found, {"allow": None, "defer": "deny"}.get(told, told))
    return Heard(found, told, line)


def _decided(seen: look.Look, line: ApprovalLine, found: decide.Answer) -> Heard | None:
    """What a person said to the call, once the journal says that the program is told; None where it was told before."""
    said = line["answer"]
    try:
        if not journal.spend(layout.home_of(seen.run), line, seen.n):
            return None
    except (journal.Busy, OSError):
        if said == "allow":
            return None
    return Heard(decide.Answer(said, found.risk, why=line.get("why")), said, by="person")


def _said_by_person(seen: look.Look, call: Call) -> ApprovalLine | None:
    """What a person decided about this very call, where the current attempt was opened by that decision."""
    by = seen.attempt.get("asked_by") if seen.attempt is not None else None
    wanted = by.get("decision") if by is not None and by.get("who") == deferred.APPROVAL else None
    if wanted is None or call.id is None:
        return None
    sha256 = journal.fingerprint(call.tool, call.given)
    for line in deferred.lines_of(layout.home_of(seen.run), seen.id):
        if line["id"] == wanted and line.get("call") == call.id and line.get("sha256") == sha256:
            return line if line.get("decides") and line.get("by") == "person" else None
    return None
