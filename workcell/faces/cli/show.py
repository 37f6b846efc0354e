"""What `ls` and `status` print for a person, also where no options were given to parse."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from workcell.base import clock, counts
from workcell.faces.cli import out, runs
from workcell.rundir import phase
from workcell.sessions import cost as tell
from workcell.views import ls as listing

if TYPE_CHECKING:
    from workcell.rundir import schema
    from workcell.views import inside as family
    from workcell.views import notes, overview, watches
    from workcell.views import status as state


def ls(found: listing.Result, *, filtered: bool = False, by: str | None = None, tree: bool = False) -> None:
    """The table of runs, and what is missing from it. `tree` shows children below their parents."""
    if not found.runs:
        plan_needs(found.plans)
        out.say(_nothing(found, filtered))
        return
    width = out.columns()
    if by is not None:
        lines = runs.divided(found, by, width)
    else:
        lines = runs.tree(found.runs, width) if tree else runs.lines(found, width)
    for line in lines:
        print(line)
    plan_needs(found.plans)
    if found.needing:
        out.say(f"{runs.NEEDED} {runs.needing(found.needing)}: workcell status")
    if found.hidden:
        more = out.count(found.hidden, "more run")
        out.say(f"and {more} that {'is' if found.hidden == 1 else 'are'} over; --all shows them")


def plan_needs(stuck: Sequence[listing.PlanNeed]) -> None:
    """The plans that need a person, each with what it needs."""
    for one in stuck:
        word, code = out.state(one.state)
        head = f"{out.paint(runs.NEEDED, '35;1')} {out.paint(word, code)}"
        out.line(f"{head}  {out.paint(f'plan {out.safe(one.name)}', '1')}")
        need(one.needs, indent=2)


def _nothing(found: listing.Result, filtered: bool) -> str:
    if filtered:
        return "no runs fit; 'workcell ls --all' shows every run"
    if found.hidden:
        return f"nothing lives or needs you; --all shows {out.count(found.hidden, 'run')} that ended earlier"
    return runs.NONE_YET


def warning(words: str | None) -> None:
    """What is wrong with the watchdog, if anything is; the words end with their cure."""
    if words is not None:
        out.say(f"{out.paint('workcell:', '33;1', sys.stderr)} {out.safe(words)}")


def any_status(found: state.Result | state.Several | overview.Result | family.Result) -> None:
    """The state of one run or of several, of a run and its family, or the overview."""
    from workcell.views import inside as family
    from workcell.views import status as state

    if isinstance(found, family.Result):
        inside(found)
        return
    if not isinstance(found, state.Result | state.Several):
        home(found)
        return
    every = found.runs if isinstance(found, state.Several) else [found]
    for number, one in enumerate(every):
        if number:
            print()
        status(one)
    for words in dict.fromkeys(one.warning for one in every):
        warning(words)


def inside(found: family.Result) -> None:
    """The run around the caller, the one that launched it, and those that it launched."""
    status(found.me)
    warning(found.me.warning)
    if found.parent is not None:
        name = found.parent["name"] or found.parent["id"]
        field("parent", f"{name}, {out.state(found.parent['state'])[0]}: workcell status parent")
    if found.children:
        print()
        for line in runs.tree(found.children, out.columns()):
            print(line)
    if found.others:
        print("\nin the same tree")
        for line in runs.tree(found.others, out.columns()):
            print(line)
    if found.claims:
        from workcell.faces.cli import claim_lines

        print("\nclaimed")
        for line in claim_lines.claimed(found.claims):
            out.line(line)


def home(found: overview.Result) -> None:
    """The overview: counts, what needs a person with its command, accounts that are held, the watchdog."""
    words = [f"{number} {state}" for state, number in sorted(found.states.items(), key=lambda one: -one[1])]
    _panel("runs", ", ".join(words) or "none yet")
    for run in found.needs:
        word, code = out.state(run["state"])
        name = out.paint(out.safe(run["name"] or run["id"]), "1")
        out.line(f"{out.paint(runs.NEEDED, '35;1')} {out.paint(word, code)}  {name}")
        need(run["needs"], run.get("waits"), indent=2)
    plan_needs(found.plans)
    for account in found.accounts:
        _panel("account", f"{account.account} is held{_until(account.until_at)}: {account.why or '-'}")
        if account.runs:
            _panel("", f"{out.count(len(account.runs), 'run')} of it wait{'s' if len(account.runs) == 1 else ''}")
        if account.command:
            _panel("", f"let it go: {account.command}")
    watchdog(found.watchdog)
    if found.warning != found.watchdog:
        warning(found.warning)


def watchdog(words: str) -> None:
    """The line on the watchdog, the same in the overview and in `watchdog status`."""
    _panel("watchdog", words.removeprefix("the watchdog "))


def _panel(label: str, text: str) -> None:
    """One line of the overview."""
    print("\n".join(out.hanging(f"{label:<10} ", text, out.columns())))


def need(needed: schema.Needs | None, waits: schema.Waits | None = None, *, indent: int = 0) -> None:
    """What a run needs and the commands for it, or what it waits for."""
    for label, text in need_lines(needed, waits):
        print("\n".join(out.hanging(f"{' ' * indent}{label:<10} ", text, out.columns())))


def need_lines(
    needed: schema.Needs | None, waits: schema.Waits | None, said: str | None = None
) -> list[tuple[str, str]]:
    """The same as labels and texts; a reason that was `said` already is left out."""
    lines: list[tuple[str, str]] = []
    if waits is not None:
        until = _until(waits["until_at"])
        lines.append(("waits", f"{out.WAITS[waits['what']]}{until}" + (f": {waits['why']}" if waits["why"] else "")))
    if needed is None:
        return lines
    lines.append(("needs you", f"{out.NEEDS.get(needed['kind'], needed['kind'])}: {needed['command']}"))
    if "why" in needed and needed["why"] not in (said, waits["why"] if waits is not None else None):
        lines.append(("", needed["why"]))
    # the command last: what is marked from there to the end of the line is the command and nothing else
    lines += [("", f"{one['text']}: {one['command']}") for one in needed.get("options", ())]
    if "dismiss" in needed:
        lines.append(("", f"or, when nothing is to be done: {needed['dismiss']}"))
    return lines


def _until(stamp: str | None) -> str:
    return f" until {out.when(stamp)}" if stamp else ""


def status(found: state.Result) -> None:
    """The state of one run, a line for each thing that it rests on."""
    word, code = out.state(found.state)
    out.line(f"{out.paint(word, code)}  {out.paint(out.safe(found.name or found.id), '1')}")
    for label, text in _lines(found):
        field(label, text)


def field(label: str, text: str) -> None:
    """One line of a panel: a label, and what is so, made safe."""
    print("\n".join(out.hanging(f"  {label:<10} ", text, out.columns())))


def check(lines: list[str], width: int) -> list[str]:
    """The end of what a check printed, a line each, behind a label."""
    labelled = [("the check" if number == 0 else "", line) for number, line in enumerate(lines)]
    return [piece for label, line in labelled for piece in out.hanging(f"  {label:<10} ", line, width)]


def _lines(found: state.Result) -> list[tuple[str, str]]:
    lines = [("objective", found.objective or "-"), ("id", found.id), ("phase", found.phase)]
    if found.reason:
        lines.append(("why", found.reason))
    lines += [("the check" if number == 0 else "", line) for number, line in enumerate(found.check)]
    lines += need_lines(found.needs, found.waits, found.reason)
    lines += [("waits for" if not number else "", _watch(watch)) for number, watch in enumerate(found.watches)]
    lines += _in_short(found)
    if found.activity and found.activity["state"] != "unknown":
        activity = found.activity
        lines.append(("activity", f"{activity['state']} ({activity['confidence']:.0%} sure)"))
        lines += [("", words) for words in dict.fromkeys(str(item.get("words", item)) for item in activity["evidence"])]
    if found.last_output_at and found.outcome is None:
        lines.append(("output", f"last at {out.when(found.last_output_at)}"))
    lines += [("recipe", found.recipe or "-"), ("tree", found.workspace or "-"), ("dir", found.dir)]
    lines += _ports(found)
    waiting = [f"{out.when(one.at)}: {one.text}" if one.at else one.text for one in found.queued]
    lines += [("queued" if number == 0 else "", line) for number, line in enumerate(waiting)]
    lines += [("attempt", _attempt(entry, found.phase)) for entry in found.attempts]
    lines += _reported(found)
    if found.due_at:
        lines.append(("due", out.when(found.due_at)))
    told = found.waits is not None and found.waits["what"] == "hold"
    if found.hold and not told:
        until = f"until {out.when(found.hold['until_at'])}" if found.hold["until_at"] else "until it is released"
        lines.append(("held", f"{until}: {found.hold['why']}" if found.hold["why"] else until))
    if found.acknowledged:
        lines.append(("seen", "its end was acknowledged"))
    return [*lines, *(("note", _note(note)) for note in found.notes)]


def _watch(watch: watches.Row) -> str:
    """The run that is watched, how it stands, and what for."""
    until = f", until {out.when(watch.due_at)}" if watch.due_at else ""
    return f"{watch.run} ({watch.wanted}{until}), {out.state(watch.state)[0]}"


def _in_short(found: state.Result) -> list[tuple[str, str]]:
    """What was said of the last turns, and what a run that is over was about."""
    over = found.analysis
    summary = found.summary or (over["summary"] if over else None)
    lines = [("summary", summary)] if summary else []
    return [*lines, ("topics", ", ".join(over["topics"]))] if over and over["topics"] else lines


def _note(note: notes.Note) -> str:
    by = "" if note.by == "person" else f" by {note.by.removeprefix('run:').partition('/')[0]}"
    return f"{' '.join(note.text.split())} ({out.when(note.at)}{by})"


def _ports(found: state.Result) -> list[tuple[str, str]]:
    """The ports of the run, the changed ones with the number that they had; none of a run that is over."""
    if not found.ports or found.outcome is not None:
        return []
    was = {name: f" (was {port})" for name, port in found.ports_before.items()}
    return [("ports", ", ".join(f"{name} {port}{was.get(name, '')}" for name, port in found.ports.items()))]


def _reported(found: state.Result) -> list[tuple[str, str]]:
    """What the agent reported, and what changed in the tree."""
    lines: list[tuple[str, str]] = []
    changed, usage = found.changed, found.usage
    if changed:
        words = counts.changed(changed["files"], changed["insertions"], changed["deletions"], changed.get("untracked"))
        words += [counts.count(changed["commits"], "commit")] if changed["commits"] else []
        lines += [("changed", ", ".join(words))] if words else []
    if usage:
        lines += _spent(found, usage)
        if usage["last_word"]:
            lines.append(("last word", usage["last_word"]))
    return lines


def _spent(found: state.Result, usage: schema.Usage) -> list[tuple[str, str]]:
    """What all attempts spent; of several, also what the last one did by itself."""
    spent, several = found.spent, len(found.attempts) > 1
    if spent is None or not several:
        told = _cost(usage["cost_usd"], usage["tokens"], usage["turns"])
        words = ", ".join(word for word in (usage["model"], told) if word)
        return [("spent", words)] if words else []
    whole, last = _cost(spent.cost_usd, spent.tokens), _cost(spent.last_cost_usd, spent.last_tokens)
    lines = [("spent", f"{whole} in {out.count(len(found.attempts), 'attempt')}")] if whole else []
    words = ", ".join(word for word in (usage["model"], last) if word)
    return [*lines, ("" if lines else "spent", f"attempt {found.attempt} alone: {words}")] if words else lines


def _cost(usd: float | None, tokens: dict[str, int] | None, turns: int | None = None) -> str:
    """`0.12 USD, 3 turns, 2.4k tokens in, 84 out`; empty where nothing is known."""
    return (tell.cost_line(usd, turns, {"tokens_run": tokens or {}}) or "").removeprefix("cost ")


def _attempt(entry: schema.StatusAttempt, where: str) -> str:
    words = [f"{entry['n']}: {entry['recipe'] or 'a recipe that is not known'}"]
    if entry["started_at"] and (entry["ended_at"] or where in (phase.RUNNING, phase.ORPHANED)):
        end = clock.parse(entry["ended_at"]) if entry["ended_at"] else time.time()
        took = "took" if entry["ended_at"] else "has run for"
        words.append(f"{took} {clock.span(max(0.0, end - clock.parse(entry['started_at'])))}")
    if entry["exit"]:
        words.append(_ended(entry["exit"]))
    if entry["verify"]:
        code = entry["verify"]["code"]
        words.append(f"check ended with {code}" if code is not None else "check gave no exit code")
    follows = entry["outcome"] or entry["next"]
    if follows and follows != words[-1]:
        words.append(out.GOES_ON.get(follows, follows))
    return ", ".join(words)


_ENDED = {
    "vanished": "vanished",
    "not-started": "never started",
    "limit-wall": "ended at its wall limit",
    "limit-idle": "ended at its idle limit",
    "stopped": "stopped",
}
"""Words for how an agent ended, where its exit code and its signal do not say it."""


def _ended(exit: schema.StatusExit) -> str:
    """How the agent ended, e.g. `ended with 0`, `ended by signal 9`, `stopped`."""
    known = _ENDED.get(str(exit["how"]))
    if known is not None:
        return known
    return f"ended by signal {exit['signal']}" if exit["signal"] is not None else f"ended with {exit['code']}"


def status_lines(found: state.Result) -> list[tuple[str, str]]:
    """Label and text of each line that `status` prints of a run below its state and name."""
    return _lines(found)
