"""The brief of a later attempt: what stands, what remains and what may still be spent, each from a named file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from workcell.base import clock, counts, sizes
from workcell.base.light_dataclass import dataclass
from workcell.cleaning.clean import Cleaner
from workcell.finish import handoff
from workcell.judgement import outcome
from workcell.launch import ports, resume_limits, resume_unheard
from workcell.rundir import inbox, layout, look, safe_open, status
from workcell.texts import brief as briefs
from workcell.texts import compose, document, markdown

if TYPE_CHECKING:
    from workcell.rundir import schema
    from workcell.rundir.schema import Message

TAIL_LINES = 60


@dataclass(frozen=True)
class Letters:
    """The messages that an attempt is told with its brief."""

    again: resume_unheard.Unheard
    """Those whose turn did not end."""
    new: list[Message]
    """Those that have reached no attempt."""


def brief(
    run: str,
    seen: look.Look,
    letters: Letters,
    cleaner: Cleaner,
    limits: schema.Limits,
    numbers: Mapping[str, int],
) -> str:
    """The text of brief.md for the attempt after the one that `seen` looked at; `limits` and ports are those of it.

    All that comes from the last attempt is cleaned by `cleaner`; of the brief that a person wrote only known secret
    values are masked. Messages that stand in that brief are not repeated beside it.
    """
    assert seen.attempt is not None
    given = _given(seen)
    again = letters.again.outside_of(run, given)
    original = written(seen)
    facts: schema.Facts | None = look.read_record(seen.directory, layout.FACTS, [], required=False)
    verify = look.verify_at(seen, seen.n)
    words = handoff.agent_words(seen.directory)
    here = f"{layout.ATTEMPTS}/{layout.number(seen.n)}"
    failed = verify is not None and verify.get("code") != 0
    tail = handoff.end_of(os.path.join(seen.directory, layout.VERIFY_LOG)) if failed else ""
    return compose.render(
        "resume.md.j2",
        {
            "attempt": seen.n + 1,
            "objective": cleaner.line(seen.attempt["objective"]),
            "run_dir": run,
            "stands": [cleaner.line(line) for line in _stands(seen, facts, verify, here)]
            + _moved(seen.attempt, numbers),
            "open_boxes": [cleaner.line(item) for item in _open_boxes(original, words)],
            "brief_file": f"{layout.ATTEMPTS}/{layout.number(given)}/{layout.BRIEF}",
            "verify_file": f"{here}/{layout.VERIFY_LOG}",
            "verify_tail": cleaner.text(tail),
            "handoff_file": f"{here}/{layout.AGENT_DIR}/{layout.HANDOFF}",
            "handoff": cleaner.text(words),
            "again": again.line if again.messages else "",
            "repeated": _texts(again.messages, cleaner),
            "messages": _texts(letters.new, cleaner),
            "budget": _budget(run, seen, limits),
            "brief_text": cleaner.mask_values(original),
        },
    )


def _texts(messages: list[Message], cleaner: Cleaner) -> list[str]:
    return [cleaner.text(inbox.words(message).rstrip("\n")) for message in messages]


def written(seen: look.Look) -> str:
    """The brief that a person gave the run last."""
    return _read(os.path.join(layout.attempt(seen.run, _given(seen)), layout.BRIEF))


def _given(seen: look.Look) -> int:
    """The attempt that began with it."""
    return int(seen.attempt.get("brief_given", 1)) if seen.attempt is not None else 1


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
        commits, files = git["commits"], git["files"]
        if commits is None or files is None:
            out.append(f"since launch: not known: {git['note']} (`{here}/{layout.FACTS}`)")
        else:
            out.append(
                f"since launch: {counts.count(commits, 'commit')}, {counts.count(files, 'file')} changed, "
                f"+{git['insertions']} -{git['deletions']}; `git diff {git['base'] or '--root'}` shows it "
                f"(`{here}/{layout.FACTS}`)"
            )
            if git["untracked_count"]:
                out.append(f"{counts.count(git['untracked_count'], 'untracked file')}: `git status` names them")
        if not git["clean"]:
            out.append(f"uncommitted: {', '.join(git['dirty'][:10])} (`{here}/{layout.FACTS}`)")
    elif facts:
        out.append(f"git says nothing: {facts.get('git_error')} (`{here}/{layout.FACTS}`)")
    for hit in (facts.get("forbidden") if facts else None) or []:
        out.append(f"a forbidden path was touched: {hit['path']} (rule {hit['pattern']}; `{here}/{layout.FACTS}`)")
    if verify is None:
        out.append("the check has not run")
    else:
        where = layout.RESULT if look.record_at(seen, seen.n, layout.VERIFY) is None else layout.VERIFY
        out.append(f"the check: {verify['how']}, exit code {verify['code']} (`{here}/{where}`)")
    return out


def _moved(before: schema.Attempt, numbers: Mapping[str, int]) -> list[str]:
    """A line for each port of the run that has another number now."""
    gone = ports.moved(ports.of(before), numbers)
    return [f"the port ${name} is {numbers[name]} now: another program has {port}" for name, port in gone.items()]


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


def _budget(run: str, seen: look.Look, limits: schema.Limits) -> list[str]:
    """What was spent, and what the next attempt may spend."""
    used = sum(resume_limits.seconds(run, n) for n in range(1, seen.n + 1))
    out = [f"{counts.count(seen.n, 'attempt')} took {clock.span(used)} so far"]
    if seconds := limits.get("wall_seconds"):
        out.append(f"this attempt may take {clock.span(seconds)}")
    if memory := limits.get("memory_bytes"):
        out.append(f"its processes may have {sizes.words(memory)} of memory in all")
    if limits.get("processes"):
        out.append(f"at most {limits['processes']} processes and threads may live in it at once")
    if most := limits.get("attempts"):
        number = status.attempts_used(seen) + 1
        beyond = f"attempt {number}, which a person asked for beyond the limit of {most}"
        out.append(f"attempt {number} of {most}" if number <= most else beyond)
    return out
