"""handoff: the agent's own words and the facts, composed into the one file that the next pass needs."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workcell.base import clock
from workcell.cleaning import run_cleaner
from workcell.cleaning.clean import Cleaner
from workcell.judgement import bounds, outcome
from workcell.rundir import attempts, find, layout, look, safe_open, seal
from workcell.rundir.cell import Cell
from workcell.terminal.strip_ansi import strip_control
from workcell.texts import compose
from workcell.views import logs

if TYPE_CHECKING:
    from workcell.rundir import schema

TAIL_LINES = 40
TAIL_COLUMNS = 400
LARGEST = 1 << 26
"""Bytes of a handoff that are read."""
AGENT_LIMIT = 1 << 18
"""An agent's handoff beyond 256 KiB is cut: it is read into the next prompt."""


@dataclass(frozen=True)
class Request:
    run: str
    """An id, a name, a unique prefix, a path, or `-` for the newest run."""
    check: bool = False
    """Look for what the next pass could not work with."""


@dataclass(frozen=True)
class Result:
    id: str
    text: str
    problems: list[str]
    """What `--check` complains of; empty for a handoff that the next pass can work with."""


def perform(cell: Cell, request: Request) -> Result:
    """The operation `handoff`. Raises what `find.run` raises for a run that cannot be found."""
    return read(find.run(cell.home, request.run), check=request.check)


def read(run: str, *, check: bool = False) -> Result:
    """The handoff of the run as of now. Until an attempt has ended it is the one that it began with."""
    data = safe_open.read(os.path.join(look.at(run).directory, layout.HANDOFF), LARGEST)
    text = (data or b"").decode("utf-8", "replace")
    return Result(os.path.basename(run), run_cleaner.of_run(run).text(text), _problems(run, text) if check else [])


def _problems(run: str, text: str) -> list[str]:
    if not text:
        return ["there is no handoff yet: the first attempt has not ended"]
    seen = look.at(run)
    own = agent_words(seen.directory)
    if not own:
        return ["the agent left no handoff.md in its agent directory"]
    parts = compose.handoff_parts(own)
    return [
        f"the agent's handoff says nothing under {title!r}" for title in compose.HANDOFF_SECTIONS if title not in parts
    ]


def agent_words(directory: str) -> str:
    """What the agent wrote into its agent directory; empty when it left nothing there."""
    try:
        words = safe_open.read(os.path.join(directory, layout.AGENT_DIR, layout.HANDOFF), AGENT_LIMIT)
    except OSError:
        return ""
    lines = (words or b"").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return strip_control(lines).decode("utf-8", "replace").strip("\n")


def compose_now(
    run: str, seen: look.Look, facts: schema.Facts, verdict: tuple[str, str], cleaner: Cleaner | None = None
) -> None:
    """Write the handoff of the current attempt anew from its files; any number of times.

    `cleaner` holds the secret values; without one they are read from env.json as it is now.
    """
    cleaner = cleaner or run_cleaner.of_run(run)
    now = look.at(run, holding=True)  # `seen` may be older than the check
    verify = look.verify_at(now, seen.n)
    git = facts.get("git")
    subjects = git.get("subjects") if git else None
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
            "attempts": [_row(now, n, verdict if n == seen.n else None) for n in range(1, seen.n + 1)],
            "facts": _facts(facts, seen.exit, verify, cleaner),
            "commits": "\n".join(map(cleaner.line, subjects or [])),
            "verify_tail": end_of(os.path.join(seen.directory, layout.VERIFY_LOG)) if _unhappy(verify) else "",
            "log_tail": _lines(logs.tail(seen.directory)),
            "go_on": _go_on(seen, verdict[0]),
        },
    )
    folder = attempts.own(run, seen.n)
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
        "Next step": "Nothing." if passed else f"`workcell resume {seen.id}`",
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
        "recipe": str(recipe.get("name") if recipe else None),
        "ended": ended,
        "took": _took(exit),
        "verify": checked,
        "outcome": verdict[0] if verdict else str(word or "-"),
    }


def _took(exit: schema.Exit | None) -> str:
    seconds = exit.get("seconds") if exit else None
    return clock.span(seconds) if isinstance(seconds, int | float) else "-"


def _facts(facts: schema.Facts, exit: schema.Exit | None, verify: schema.Verify | None, cleaner: Cleaner) -> list[str]:
    def name(text: object) -> str:
        return cleaner.line(str(text)).replace("`", "'")

    out = [f"exit: {outcome.ending(exit) if exit else 'not known'}"]
    if verify is not None:
        out.append(
            f"verify: {verify['how']}, code {verify['code']}, {verify['seconds']:.1f} s, sha256 {verify['sha256']}"
        )
    git = facts.get("git")
    if git is None:
        out.append(f"git: {cleaner.line(str(facts.get('git_error')))}")
    else:
        where = f" on {name(git['branch'])}" if git["branch"] else " (detached)"
        out.append(f"HEAD: {git['head'] or 'no commit yet'}{where}")
        out.append(
            f"since launch ({git['base'] or 'no commit'}): {git['commits']} commits, {git['files']} files changed, "
            f"+{git['insertions']} -{git['deletions']}"
        )
        if git["note"]:
            out.append(git["note"])
        dirty = ", ".join(f"`{name(path)}`" for path in git["dirty"][:20])
        more = f" and {git['dirty_count'] - 20} more" if git["dirty_count"] > 20 else ""
        out.append("tree: clean" if git["clean"] else f"tree: not clean: {dirty}{more}")
        if git["under_way"]:
            out.append(f"tree: a {git['under_way']} is under way")
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


def _lines(data: bytes) -> str:
    lines = (
        strip_control(data.replace(b"\r\n", b"\n").replace(b"\r", b"\n"))
        .decode("utf-8", "replace")
        .rstrip()
        .split("\n")
    )
    return "\n".join(line[:TAIL_COLUMNS] for line in lines[-TAIL_LINES:])


def end_of(path: str) -> str:
    """The last lines of a log, to be shown; empty when there is none."""
    try:
        return _lines(safe_open.tail(path, 1 << 16) or b"")
    except OSError:
        return ""


def _go_on(seen: look.Look, word: str) -> list[str]:
    if word == outcome.PASSED:
        return [f"workcell resume {seen.id} --brief NEW.md     # passed: only a new brief opens it again"]
    return [f"workcell resume {seen.id}", f"workcell resume {seen.id} --brief NEW.md     # with other words"]
