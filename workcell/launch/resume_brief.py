"""The brief of a later attempt: what stands, what remains and what may still be spent, each from a named file."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from workcell.base import clock, sizes
from workcell.cleaning.clean import Cleaner
from workcell.finish import handoff
from workcell.judgement import outcome
from workcell.rundir import layout, look, safe_open
from workcell.texts import brief as briefs
from workcell.texts import compose, document, markdown

if TYPE_CHECKING:
    from workcell.rundir import schema

TAIL_LINES = 60


def brief(run: str, seen: look.Look, n: int, messages: list[str], cleaner: Cleaner) -> str:
    """The text of brief.md for attempt `n`, which follows the attempt that `seen` looked at.

    `messages` are the texts that were sent to the run and have reached no attempt. All that comes from the last
    attempt is cleaned by `cleaner`; of the brief that a person wrote only known secret values are masked.
    """
    assert seen.attempt is not None
    given = int(seen.attempt.get("brief_given", 1))
    original = _read(os.path.join(layout.attempt(run, given), layout.BRIEF))
    facts: schema.Facts | None = look.read_record(seen.directory, layout.FACTS, [], required=False)
    verify: schema.Verify | None = look.read_record(seen.directory, layout.VERIFY, [], required=False)
    words = handoff.agent_words(seen.directory)
    here = f"{layout.ATTEMPTS}/{layout.number(seen.n)}"
    failed = verify is not None and verify.get("code") != 0
    tail = handoff.end_of(os.path.join(seen.directory, layout.VERIFY_LOG)) if failed else ""
    return compose.render(
        "resume.md.j2",
        {
            "attempt": n,
            "objective": cleaner.line(seen.attempt["objective"]),
            "run_dir": run,
            "stands": [cleaner.line(line) for line in _stands(seen, facts, verify, here)],
            "open_boxes": [cleaner.line(item) for item in _open_boxes(original, words)],
            "brief_file": f"{layout.ATTEMPTS}/{layout.number(given)}/{layout.BRIEF}",
            "verify_file": f"{here}/{layout.VERIFY_LOG}",
            "verify_tail": cleaner.text(tail),
            "handoff_file": f"{here}/{layout.AGENT_DIR}/{layout.HANDOFF}",
            "handoff": cleaner.text(words),
            "messages": [cleaner.text(message) for message in messages],
            "budget": _budget(run, seen),
            "brief_text": cleaner.mask_values(original),
        },
    )


def _read(path: str) -> str:
    try:
        data = safe_open.read(path, handoff.LARGEST)
    except OSError as error:
        return f"({path} cannot be read: {error.strerror})"
    return f"({path} cannot be read)" if data is None else data.decode("utf-8", "replace")


def _stands(seen: look.Look, facts: schema.Facts | None, verify: schema.Verify | None, here: str) -> list[str]:
    out = [f"attempt {seen.n}: {outcome.ending(seen.exit) if seen.exit else 'not known'} (`{here}/{layout.EXIT}`)"]
    git = facts.get("git") if facts else None
    if git:
        out.append(
            f"since launch: {git['commits']} commits, {git['files']} files changed, +{git['insertions']} "
            f"-{git['deletions']}; `git diff {git['base'] or '--root'}` shows it (`{here}/{layout.FACTS}`)"
        )
        if not git["clean"]:
            out.append(f"uncommitted: {', '.join(git['dirty'][:10])} (`{here}/{layout.FACTS}`)")
    elif facts:
        out.append(f"git says nothing: {facts.get('git_error')} (`{here}/{layout.FACTS}`)")
    for hit in (facts.get("forbidden") if facts else None) or []:
        out.append(f"a forbidden path was touched: {hit['path']} (rule {hit['pattern']}; `{here}/{layout.FACTS}`)")
    if verify is None:
        out.append("the check has not run")
    else:
        out.append(f"the check: {verify['how']}, exit code {verify['code']} (`{here}/{layout.VERIFY}`)")
    return out


def _open_boxes(original: str, words: str) -> list[str]:
    """Items of the definition of done that neither the brief nor the agent's handoff ticks."""
    try:
        found = briefs.parse(original.encode("utf-8", "replace"), layout.BRIEF)
    except document.Faulty:
        return []
    section = markdown.named(found.sections, "Definition of done")
    if section is None:
        return []
    ticked = {text for done, text in markdown.Section("", 0, 1, words.split("\n")).items() if done}
    return [text for done, text in section.items() if not done and text not in ticked]


def _budget(run: str, seen: look.Look) -> list[str]:
    limits = seen.limits
    used = 0.0
    for n in range(1, seen.n + 1):
        exit: schema.Exit | None = look.read_record(layout.attempt(run, n), layout.EXIT, [], required=False)
        used += float((exit.get("seconds") if exit else None) or 0.0)
    out = [f"{seen.n} attempts took {clock.span(used)} so far"]
    if limits is None:
        return out
    if seconds := limits.get("wall_seconds"):
        out.append(f"this attempt may take {clock.span(seconds)}")
    if memory := limits.get("memory_bytes"):
        out.append(f"its processes may have {sizes.words(memory)} of memory in all")
    if limits.get("processes"):
        out.append(f"at most {limits['processes']} processes and threads may live in it at once")
    if limits.get("attempts"):
        out.append(f"attempt {seen.n + 1} of {limits['attempts']}")
    return out
