"""The sealed outcome of a run, and its reason: from exit, facts and verify."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from workcell.judgement import bounds

if TYPE_CHECKING:
    from workcell.rundir import schema

PASSED: Final = "passed"
FAILED: Final = "failed"
UNVERIFIED: Final = "unverified"
STOPPED: Final = "stopped"
TAMPERED: Final = "tampered"
ABANDONED: Final = "abandoned"

CHECKED: Final = "verify.sh ended with 0"
"""The whole reason of an attempt that passed and whose agent ended well."""
_ALTHOUGH: Final = ", although "


def worked(exit: schema.Exit | None) -> float | None:
    """Seconds of an attempt that count for the wall limit: without those for which it waited for a person.

    None where its end was not seen.
    """
    seconds = exit.get("seconds") if exit is not None else None
    if exit is None or seconds is None:
        return None
    return max(0.0, float(seconds) - float(exit.get("waited_seconds") or 0.0))


def ending(exit: schema.Exit) -> str:
    """How an attempt ended, in words."""
    how, code, number = exit.get("how"), exit.get("code"), exit.get("signal")
    status = f"by signal {number}" if number is not None else f"with exit code {code}"
    words = {
        "vanished": "the agent vanished: its runner died and no exit code is known",
        "not-started": f"the agent never started: {exit.get('error') or 'no reason is known'}",
        "limit-wall": "the agent was ended at its wall limit",
        "limit-idle": "the agent was ended after being idle for its limit",
        "stopped": "the agent was stopped",
    }
    return words.get(str(how), f"the agent ended {status}")


def residuals(attempt: schema.Attempt | None, facts: schema.Facts) -> list[str]:
    """Rules of the brief that the tree breaks, each with the path that breaks it."""
    broken = [f"forbidden path touched: {entry['path']} (rule {entry['pattern']})" for entry in facts["forbidden"]]
    if unseen := facts.get("forbidden_unread"):
        broken.append("whether forbidden paths were touched could not be seen: " + "; ".join(unseen[:3]))
    git = facts.get("git")
    require = attempt.get("require") if attempt else None
    if require and require.get("clean"):
        if git is None:
            broken.append(f"the tree must be clean, and git could not be asked: {facts.get('git_error')}")
        elif not git["clean"]:
            broken.append("the tree must be clean: " + ", ".join(git["dirty"][:5]))
    return broken


def reservation(reason: str) -> str:
    """What else the reason of an attempt that passed tells: how its agent ended, where it did not end well.

    Empty where the check and the agent agree.
    """
    before, found, after = reason.partition(CHECKED)
    return "; ".join(part for part in (before.strip("; "), after.removeprefix(_ALTHOUGH).strip("; ")) if found and part)


def changed(names: list[str], where: str) -> str:
    """The reason of an attempt in which something without the right to do so changed what judges it."""
    shown = ", ".join(dict.fromkeys(names[:5])) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
    return f"changed by something other than workcell while it ran: {shown} (in {where}/ or its run's directory)"


def decide(
    attempt: schema.Attempt | None,
    exit: schema.Exit,
    facts: schema.Facts,
    verify: schema.Verify | None,
    stopper: str = "a person",
) -> tuple[schema.Outcome, str]:
    """(outcome, reason) of an attempt that goes no further. `verify` is None where none was to be run.

    `stopper` names who asked for the stop, for the reason of a stopped attempt.

    An agent's own exit code proves nothing in either direction: programs answer 0 to a refused tool and 1 to
    finished work. Only the pinned script says passed. A limit on memory or processes that was hit is named in the
    reason, whatever the outcome.
    """
    if exit.get("how") == "stopped":
        return STOPPED, f"stopped by {stopper}"
    word, reason = _decide(attempt, exit, facts, verify)
    limits = bounds.words(facts.get("cgroup")) + bounds.words(verify.get("cgroup") if verify else None, "in verify.sh ")
    return word, "; ".join([reason, *limits])


def _decide(
    attempt: schema.Attempt | None, exit: schema.Exit, facts: schema.Facts, verify: schema.Verify | None
) -> tuple[schema.Outcome, str]:
    how = exit.get("how")
    if how == "not-started":
        return FAILED, ending(exit)
    if verify is not None and verify["how"] == "tampered":
        return TAMPERED, "verify.sh is not the script that was pinned at launch"
    broken = residuals(attempt, facts)
    if broken:
        return FAILED, "; ".join(broken)
    if verify is None:
        return UNVERIFIED, f"no verify script; {ending(exit)}"
    if verify["how"] == "limit":
        return FAILED, f"verify.sh ran into its time limit after {verify['seconds']:.0f} s"
    if verify["how"] == "not-started":
        return FAILED, f"verify.sh could not be started: {verify.get('error')}"
    if verify["code"] != 0:
        ended = f"signal {verify['signal']}" if verify["signal"] is not None else f"exit code {verify['code']}"
        return FAILED, f"verify.sh ended with {ended}; {ending(exit)}"
    if how in ("reaped",) and exit.get("code") == 0:
        return PASSED, CHECKED
    idle = ", and nothing was changed in the tree since launch" if _unchanged(facts) else ""
    return PASSED, f"{CHECKED}{_ALTHOUGH}{ending(exit)}{idle}"


def _unchanged(facts: schema.Facts) -> bool:
    """Whether git says that the tree is as it was at launch; False where git does not know."""
    git = facts.get("git")
    return git is not None and git["clean"] and git.get("commits") == 0 and git.get("files") == 0
