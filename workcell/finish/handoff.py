"""handoff: the agent's own words and the facts, composed into the one file that the next pass needs."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from workcell.base import clock
from workcell.cleaning import run_cleaner
from workcell.cleaning.clean import Cleaner
from workcell.judgement import bounds, outcome
from workcell.rundir import attempts, layout, look, safe_open, seal, status
from workcell.terminal.strip_ansi import strip_control
from workcell.texts import compose
from workcell.views import log_lines

if TYPE_CHECKING:
    from workcell.judgement import next as nexts
    from workcell.judgement.ending import ProposalWanted
    from workcell.rundir import schema
    from workcell.sessions.turns import Step

TAIL_LINES = 40
TAIL_COLUMNS = 400
LARGEST = 1 << 26
"""Bytes of a handoff that are read."""
MESSAGE_LIMIT = 4000
"""Maximum characters of the agent's last message, where that stands in for its handoff."""
AGENT_LIMIT = 1 << 18
"""An agent's handoff beyond 256 KiB is cut: it is read into the next prompt."""


GOES_ON = "goes on"
ASKS = "waits for a yes or no"
RESTS = "waits for a message"
"""What stands in the place of an outcome where the run is not over."""


def word_of(step: nexts.Decision) -> str:
    """What the handoff says of an end by what was decided: an outcome, or how the run is not over."""
    if step["goes"] != "on":
        return str(step["outcome"])
    if step.get("standby"):
        return RESTS
    return ASKS if "approval" in step else GOES_ON


def agent_words(directory: str) -> str:
    """What the agent wrote into its agent directory; empty when it left nothing there."""
    try:
        words = safe_open.read(os.path.join(directory, layout.AGENT_DIR, layout.HANDOFF), AGENT_LIMIT)
    except OSError:
        return ""
    lines = (words or b"").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return strip_control(lines).decode("utf-8", "replace").strip("\n")


def last_message(seen: look.Look) -> str:
    """What the agent said last in its conversation; empty where its records have no words."""
    if seen.reader == "none":
        return ""
    from workcell.sessions import conversation

    talk = conversation.of_attempt(seen, seen.n)
    if talk is None:
        return ""
    said = [step.text for turn in talk.last_turns(1).turns.closed() for step in turn.steps if _own_words(step)]
    return said[-1][:MESSAGE_LIMIT] if said else ""


def _own_words(step: Step) -> bool:
    return step.kind == "said" and not step.side and bool(step.text.strip())


def compose_now(
    seen: look.Look,
    facts: schema.Facts,
    verdict: tuple[str, str],
    cleaner: Cleaner | None = None,
    asks: ProposalWanted | None = None,
    verified: schema.Verify | None = None,
) -> None:
    """Write the handoff of the current attempt anew from its files; `asks` is what a playbook proposes about its end.

    `verified` is a check that is not on record yet. Without `cleaner` secret values are read from env.json as it is.
    """
    cleaner = cleaner or run_cleaner.of_run(seen.run)
    now = look.at(seen.run, holding=True)  # `seen` may be older than the check
    verify = verified or look.verify_at(now, seen.n)
    git = facts.get("git")
    words = agent_words(seen.directory)
    parts = compose.handoff_parts(words)
    text = compose.render(
        "handoff.md.j2",
        {
            "run": seen.id,
            "objective": seen.objective,
            "attempt": seen.n,
            "written_at": (seen.exit.get("ended_at") if seen.exit else None) or clock.stamp(),
            "outcome": verdict[0],
            "reason": cleaner.line(verdict[1]),
            "titles": compose.HANDOFF_SECTIONS,
            "agent": parts,
            "agent_rest": "" if parts else words,
            "instead": _instead(seen, verify, verdict),
            "last_message": "" if words else last_message(now),
            "attempts": [_row(now, n, verdict if n == seen.n else None) for n in range(1, seen.n + 1)],
            "facts": [*_facts(facts, seen.exit, verify, cleaner), *_ports(seen.attempt)],
            "commits": "\n".join(map(cleaner.line, (git.get("subjects") if git else None) or [])),
            "verify_tail": end_of(os.path.join(seen.directory, layout.VERIFY_LOG)) if _unhappy(verify) else "",
            "log_tail": _log_end(now),
            "go_on": [*_decides(seen, asks, cleaner), *_go_on(seen, verdict[0])],
        },
    )
    folder = attempts.own(seen.run, seen.n)
    if folder is None:
        return
    try:
        if attempts.is_directory(folder, layout.HANDOFF):
            attempts.set_aside(folder, layout.HANDOFF)
        seal.replace_in(folder, layout.HANDOFF, cleaner.text(text).encode("utf-8", "replace"))
    finally:
        os.close(folder)


def _unhappy(verify: schema.Verify | None) -> bool:
    return verify is not None and verify.get("code") != 0


def _instead(seen: look.Look, verify: schema.Verify | None, verdict: tuple[str, str]) -> dict[str, str]:
    """What stands under a heading that the agent left empty: said as what it is, never made up."""
    none = "_The agent left no words on this._"
    passed = verdict[0] == outcome.PASSED
    how = (
        f"`workcell verify {seen.id}` runs the pinned verify.sh."
        if seen.attempt and seen.attempt.get("verify")
        else "_There is no verify script._"
    )
    return {
        "Done": none,
        "Remaining": "Nothing, as far as verify.sh can tell." if passed else none,
        "Decisions": none,
        "How to verify": how,
        "Blockers": none,
        "Next step": "Nothing." if passed else f"`{_go_on(seen, verdict[0])[0]}`",
    }


def _row(seen: look.Look, n: int, verdict: tuple[str, str] | None) -> dict[str, str]:
    sealed = look.Sealed(seen, n)
    exit, verify = sealed.exit, sealed.verify
    recipe = sealed.attempt.get("recipe") if sealed.attempt else None
    word = (sealed.result.get("outcome") if sealed.result else None) or (
        sealed.next.get("how") if sealed.next else None
    )
    ended = outcome.ending(exit).replace("|", "/") if exit else "-"
    if verify:
        code = verify.get("code")
        checked = f"{verify.get('how')}" + (f" {code}" if code is not None else "")
    else:
        checked = "not run"
    return {
        "n": str(n),
        "recipe": str(recipe.get("name") if recipe else "-"),
        "ended": ended,
        "took": _took(exit),
        "verify": checked,
        "outcome": verdict[0] if verdict else str(word or "-"),
    }


def _took(exit: schema.Exit | None) -> str:
    seconds = exit.get("seconds") if exit else None
    return clock.span(seconds) if isinstance(seconds, int | float) else "-"


def _ports(attempt: schema.Attempt | None) -> list[str]:
    """The ports that the attempt had, in one line: words about a server name the number, not the variable."""
    numbers = attempt.get("ports", {}) if attempt is not None else {}
    was = attempt.get("ports_before", {}) if attempt is not None else {}
    named = [f"{name} {port}" + (f" (was {was[name]})" if name in was else "") for name, port in numbers.items()]
    return [f"ports: {', '.join(named)}"] if named else []


def _facts(facts: schema.Facts, exit: schema.Exit | None, verify: schema.Verify | None, cleaner: Cleaner) -> list[str]:
    def name(text: object) -> str:
        return cleaner.line(str(text)).replace("`", "'")

    out = [f"exit: {outcome.ending(exit) if exit else 'not known'}"]
    if verify is not None:
        code = f", code {verify['code']}" if verify["code"] is not None else ""
        out.append(f"verify: {verify['how']}{code}, {verify['seconds']:.1f} s, sha256 {verify['sha256']}")
        if beside := verify.get("beside"):
            out.append(f"verify: in the same tree these were in the middle of a turn: {', '.join(beside)}")
    git = facts.get("git")
    if git is None:
        out.append(f"git: {cleaner.line(str(facts.get('git_error')))}")
    else:
        where = f" on {name(git['branch'])}" if git["branch"] else " (detached)"
        out.append(f"HEAD: {git['head'] or 'no commit yet'}{where}")
        changed = f"{_count(git['commits'], 'commit')}, {_count(git['files'], 'file')} changed"
        lines = f"+{git['insertions']} -{git['deletions']}"
        new = f", {_count(git['untracked_count'], 'untracked file')}" if git["untracked_count"] else ""
        out.append(f"since launch ({git['base'] or 'no commit'}): {changed}, {lines}{new}")
        if git["note"]:
            out.append(git["note"])
        dirty = ", ".join(f"`{name(path)}`" for path in git["dirty"][:20])
        more = f" and {git['dirty_count'] - 20} more" if git["dirty_count"] > 20 else ""
        out.append("tree: clean" if git["clean"] else f"tree: not clean: {dirty}{more}")
        if git["under_way"]:
            out.append(f"tree: a {git['under_way']} is under way")
    if unclaimed := facts.get("unclaimed"):
        out.append(
            "changed in the shared tree without a claim: " + ", ".join(f"`{name(path)}`" for path in unclaimed[:20])
        )
    out += [f"limits: {words}" for words in bounds.words(facts.get("cgroup"))]
    out += [
        f"forbidden path touched: `{name(entry['path'])}` (rule `{name(entry['pattern'])}`)"
        for entry in facts["forbidden"]
    ]
    out += [
        f"left running and spared: pid {one['pid']}, `{name(one['command'])}`: {one['why']}"
        for one in facts["leftovers"]["spared"]
    ]
    out += [
        f"left running and ended: pid {one['pid']}, `{name(one['command'])}`" for one in facts["leftovers"]["ended"]
    ]
    return out


def _count(number: int | None, word: str) -> str:
    known = "an unknown number of" if number is None else str(number)
    return f"{known} {word}" if number == 1 else f"{known} {word}s"


def _lines(data: bytes) -> str:
    lines = (
        strip_control(data.replace(b"\r\n", b"\n").replace(b"\r", b"\n"))
        .decode("utf-8", "replace")
        .rstrip()
        .split("\n")
    )
    return "\n".join(line[:TAIL_COLUMNS] for line in lines[-TAIL_LINES:])


def _log_end(seen: look.Look) -> str:
    """The last lines of the agent's log as `logs` shows them."""
    return "\n".join(line[:TAIL_COLUMNS] for line in log_lines.whole(seen, seen.n, TAIL_LINES)).strip("\n")


def end_of(path: str) -> str:
    """The last lines of a log, to be shown; empty when there is none."""
    try:
        return _lines(safe_open.tail(path, 1 << 16) or b"")
    except OSError:
        return ""


def _decides(seen: look.Look, asks: ProposalWanted | None, cleaner: Cleaner) -> list[str]:
    """What answers a proposal about the end; nothing where there is none."""
    if asks is None:
        return []
    done = cleaner.line("; ".join(one["words"] for one in asks["acts"]))
    return [f"workcell approve {seen.id}     # within 24 hours: {done}", f"workcell deny {seen.id}"]


def _go_on(seen: look.Look, word: str) -> list[str]:
    if word == outcome.PASSED:
        return [f"workcell resume {seen.id} --brief NEW.md     # passed: only a new brief opens it again"]
    if word == ASKS:
        return [
            f"workcell approve {seen.id}",
            f"workcell deny {seen.id}     # the agent is told, and goes on without it",
        ]
    if word == RESTS:
        ends = f"workcell finish {seen.id}     # ends it with its check"
        return [f"workcell send {seen.id} TEXT     # wakes it", ends]
    return [status.go_on(seen), f"workcell resume {seen.id} --brief NEW.md     # with other words"]
