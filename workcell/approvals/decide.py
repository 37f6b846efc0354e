"""The answer of rules to one request, pure: allow, deny, ask, or none where no rule says anything.

Invariants:
- A deny goes before an ask, and an ask before an allow, wherever they stand.
- A command line is allowed only if it is plain (`shell`) and each of its commands is allowed by a rule. What cannot be
  read is never allowed; where a rule denies or asks about commands, and could mean what was not read, it is asked.
- What is destructive or shows secrets is allowed only by a rule with `even_risky: true`.
- A question of the agent to a person is never answered by a rule.
"""

from __future__ import annotations

import fnmatch
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workcell.approvals import match, risk, shell
from workcell.approvals.shell import Command, Script

if TYPE_CHECKING:
    from workcell.rundir.schema import ApprovalRule
    from workcell.rundir.schema.literals import Risk, RuleAnswer

QUESTIONS = frozenset(("AskUserQuestion", "ExitPlanMode", "EnterPlanMode", "request_user_input"))
"""Tools that ask a person something else than a permission."""
MOST_SCRIPTS = 4
"""Shells within shells that are looked into for an allow."""


@dataclass(frozen=True)
class Request:
    """What an agent wants to do. Its paths are absolute, each as it is named and as it is without links."""

    tool: str
    command: str | None = None
    """The command line, of a tool that is a shell."""
    paths: tuple[tuple[str, str], ...] = ()
    """Files that it reads or changes: (as it is named, without links)."""
    tree: str = "/"
    """The working tree of the run, without links."""
    deletes: bool = False
    """Whether it deletes files."""
    known: bool = True
    """Whether the paths are all that it touches. A rule about paths allows nothing else."""
    unread: str | None = None
    """Why it is not known what it would do; it is never allowed then."""


@dataclass(frozen=True)
class Answer:
    answer: RuleAnswer | None
    """None: no rule says anything, and the agent program decides as it would without rules."""
    risk: Risk
    where: str | None = None
    """File and line of the rule that decided."""
    why: str | None = None
    """What its reader is told."""


@dataclass(frozen=True)
class _Case:
    """A request as it was read: the commands of its script, with those that its shells run."""

    request: Request
    script: Script | None
    risk: Risk


def decide(rules: Sequence[ApprovalRule], request: Request) -> Answer:
    """What the rules say to the request. Never raises on anything that a request holds."""
    case = _case(request)
    return Answer(None, case.risk) if request.tool in QUESTIONS else _answer(rules, case)


def _answer(rules: Sequence[ApprovalRule], case: _Case) -> Answer:
    for kind in ("deny", "ask"):
        for rule in rules:
            if rule["answer"] == kind and _stops(rule, case):
                return Answer(kind, case.risk, rule["where"], rule["why"])
    for rule in rules:
        if rule["answer"] != "allow" and _may_stop(rule, case):
            why = f"it cannot be seen whether this rule means it: {_unread_of(case)}"
            return Answer("ask", case.risk, rule["where"], why)
    return _allowed([rule for rule in rules if rule["answer"] == "allow"], case)


def singly(rules: Sequence[ApprovalRule], request: Request) -> list[tuple[str, Answer]]:
    """The words of each command that was found in the command line, and what the rules say to it alone."""
    if request.command is None:
        return []
    script = shell.read(request.command)
    commands, why = flat(script)
    found = []
    for command in script.commands if why is not None else commands:
        alone = Script([command], why="it has an expansion" if None in command else None)
        case = _Case(request, alone, risk.of_command(command))
        found.append((_line(command), _answer(rules, case)))
    return found


def combine(pinned: Answer, now: Answer) -> Answer:
    """One answer of the rules that were pinned and those of now: an allow needs both, any other answer one of them."""
    for kind in ("deny", "ask"):
        for one in (now, pinned):
            if one.answer == kind:
                return one
    if pinned.answer == now.answer == "allow":
        return now
    return Answer(None, now.risk)


def _case(request: Request) -> _Case:
    if request.command is None:
        found = risk.of_tool(
            request.tool, [path for both in request.paths for path in both], request.tree, deletes=request.deletes
        )
        return _Case(request, None, found)
    script = shell.read(request.command)
    return _Case(request, script, risk.of_script(script))


def _unread_of(case: _Case) -> str:
    if case.script is None:
        return case.request.unread or "what it would do is not known"
    return case.script.opaque or case.script.why or "it runs a script that is not seen"


def _about(rule: ApprovalRule, case: _Case) -> bool:
    """Whether the rule is about a tool like that: a rule that names no command says nothing of a shell to allow."""
    return rule["tool"] is None or fnmatch.fnmatchcase(case.request.tool, rule["tool"].replace("[", "[[]"))


def _stops(rule: ApprovalRule, case: _Case) -> bool:
    """Whether a deny or ask certainly means the request."""
    if not _about(rule, case):
        return False
    if rule["command"] is not None:
        return case.script is not None and _any_meets(rule["command"], case.script.commands)
    if rule["path"] is not None:
        pattern = rule["path"]
        return any(match.path_fits(pattern, path) for both in case.request.paths for path in both)
    return True


def _any_meets(pattern: Sequence[str], commands: Sequence[Command]) -> bool:
    for command in commands:
        try:
            if match.meets(pattern, command):
                return True
        except match.TooDeep:
            continue  # `_may_stop` asks
    return False


def _may_stop(rule: ApprovalRule, case: _Case) -> bool:
    """Whether a deny or ask may mean what of the request cannot be read."""
    if not _about(rule, case):
        return False
    if rule["command"] is not None and case.script is not None:
        return case.script.opaque is not None or any(_may_meet(rule["command"], one) for one in case.script.commands)
    return rule["path"] is not None and case.request.unread is not None


def _may_meet(pattern: Sequence[str], command: Command) -> bool:
    try:
        return match.may_meet(pattern, command)
    except match.TooDeep:
        return True


def _allowed(rules: Sequence[ApprovalRule], case: _Case) -> Answer:
    """The allow of rules, or none with the reason why they do not allow it."""
    if not rules:
        return Answer(None, case.risk)
    if case.request.unread is not None:
        return Answer(None, case.risk, why=f"no rule can allow it: {case.request.unread}")
    if case.script is not None:
        return _allowed_script(rules, case, case.script)
    for rule in rules:
        if rule["command"] is None and _about(rule, case) and _paths_fit(rule, case.request):
            if case.risk in risk.RISKY and not rule["even_risky"]:
                continue
            return Answer("allow", case.risk, rule["where"], rule["why"])
    return Answer(None, case.risk)


def _paths_fit(rule: ApprovalRule, request: Request) -> bool:
    pattern = rule["path"]
    if pattern is None:
        return rule["tool"] is not None
    return (
        request.known
        and bool(request.paths)
        and all(match.path_fits(pattern, path) for both in request.paths for path in both)
    )


def _allowed_script(rules: Sequence[ApprovalRule], case: _Case, script: Script) -> Answer:
    commands, why = flat(script)
    if why is not None:
        return Answer(None, case.risk, why=f"no rule can allow it: {why}")
    last = None
    for command in commands:
        danger = risk.of_command(command)
        rule = next((one for one in rules if _allows(one, case, command, danger)), None)
        if rule is None:
            why = f"no rule allows {_shown(command)}" + _held_back(rules, case, command)
            return Answer(None, case.risk, why=why)
        last = rule
    if last is None:
        return Answer(None, case.risk)
    return Answer("allow", case.risk, last["where"], last["why"])


def _allows(rule: ApprovalRule, case: _Case, command: Command, danger: Risk) -> bool:
    return (
        rule["command"] is not None
        and _about(rule, case)
        and match.fits(rule["command"], command)
        and (rule["even_risky"] or danger not in risk.RISKY)
    )


def _held_back(rules: Sequence[ApprovalRule], case: _Case, command: Command) -> str:
    fits = any(_allows(rule, case, command, "low") for rule in rules)
    return f", which is {risk.of_command(command)}, without 'even_risky: true'" if fits else ""


def flat(script: Script, depth: int = 0) -> tuple[list[Command], str | None]:
    """(the commands of a script and of the shells that it runs, or why they are not all known)."""
    if not script.plain:
        return [], script.opaque or script.why or "it runs nothing"
    found: list[Command] = []
    for command in (match.runs(one) for one in script.commands):
        inner = match.script_of(command)
        if inner is None:
            found.append(command)
        elif depth == MOST_SCRIPTS:
            return [], "it runs shells within shells"
        else:
            more, why = flat(shell.read(inner), depth + 1)
            if why is not None:
                return [], why
            found += more
    return found, None


def _line(command: Command) -> str:
    return " ".join("…" if word is None else word for word in command)


def _shown(command: Command) -> str:
    line = _line(command)
    return repr(line if len(line) <= 80 else line[:79] + "…")


def real(path: str, base: str) -> tuple[str, str]:
    """A path of a request: (absolute, as it is named; without links)."""
    named = os.path.normpath(os.path.join(base, path))
    return named, os.path.realpath(os.path.join(base, path))
