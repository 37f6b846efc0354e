"""What is likely to go wrong with a brief that is valid: advice, each with its line and cure."""

import os
import re
from collections.abc import Iterator

from workcell.texts import brief as briefs
from workcell.texts import markdown
from workcell.texts.document import Fault

DONE_TITLE = "Definition of done"
FILL_IN = "FILL IN"
"""What the template leaves for the author to replace."""

_PLACEHOLDER = re.compile(rf"{FILL_IN}[:,]")
"""How the template writes it: a text that only speaks of placeholders is none."""

_VERBS = frozenset(
    re.findall(
        r"\w+",
        """
        add allow audit build change clean convert create delete deploy drop enable extend extract fix implement
        improve integrate introduce investigate make merge migrate move optimise optimize port prepare publish
        redesign refactor release remove rename reorganise reorganize replace research rewrite set ship speed split
        start support switch translate update upgrade write
        """,
    )
)
_BELONGS = frozenset(
    ("test", "tests", "docs", "documentation", "changelog", "readme", "spec", "specs", "examples", "types")
)
"""What work on one objective brings along: "add a cache and write tests" is one objective."""

_ALWAYS_TRUE = re.compile(
    r"(?:true|:|exit 0|echo\b.*|printf\b.*|cat\b[^|]*|ls\b[^|]*|pwd|date)\Z|.*\|\|\s*(?:true|:|exit 0)\Z"
)
_ABSENCE = re.compile(r"!\s*(?:git\s+)?grep\b.*\Z")
_PRELUDE = re.compile(r"(?:#|set\s|cd\s|export\s|shopt\s|source\s|\.\s)")
_MINE = re.compile(r"(?<![\w./~$}:-])/(?:home|Users|root|tmp|private/tmp|var/folders)/[^\s'\"`)\]>,;]+")


def of(brief: briefs.Brief, verify: bytes | None, has_steps: bool) -> list[Fault]:
    """Advice on one brief, by line. `verify` is the script that would be pinned, wherever it came from."""
    found = [*_objective(brief), *_done(brief, has_steps), *_verify(brief, verify), *_paths(brief), *_unfilled(brief)]
    return sorted(found, key=lambda fault: fault.line or 0)


def _line(brief: briefs.Brief, key: str) -> int | None:
    return brief.document.lines.get((key,))


def _objective(brief: briefs.Brief) -> Iterator[Fault]:
    second = second_objective(brief.objective)
    if second:
        yield Fault(
            brief.path,
            _line(brief, "objective"),
            f"the objective looks like two: the second begins at {second!r}",
            "write a brief for each: a run ends with one verdict",
        )


def second_objective(text: str) -> str | None:
    """Where a second objective seems to begin; None when it reads as one.

    Only a verb in the imperative counts, at the start and again after "and", "then" or a semicolon, so that
    "fix login and logout" is one. A false alarm costs more trust than a miss.
    """
    words = text.split()
    if not words or words[0].strip("*_`").lower() not in _VERBS:
        return None
    for match in re.finditer(r"(?:;|\.|,?\s+(?:and\s+then|and\s+also|and|then))\s+([A-Za-z]+)\b(.*)", text):
        rest = {word.strip(".,;").lower() for word in match[2].split()}
        if match[1].lower() in _VERBS and not rest & _BELONGS:
            return (match[1] + match[2])[:40]
    return None


def _done(brief: briefs.Brief, has_steps: bool) -> Iterator[Fault]:
    section = markdown.named(brief.sections, DONE_TITLE)
    if section is None and not has_steps:
        yield Fault(
            brief.path,
            None,
            "there is no definition of done",
            f"add '## {DONE_TITLE}' with one '- [ ]' line for each thing that a stranger could check",
        )
    elif section is not None and not section.items():
        yield Fault(brief.path, section.line, f"'{section.title}' has no items", "write each as a line '- [ ] ...'")


def _verify(brief: briefs.Brief, verify: bytes | None) -> Iterator[Fault]:
    line = _line(brief, "verify")
    if verify is None:
        yield Fault(
            brief.path,
            None,
            "nothing checks the work: the run can end 'unverified' at best",
            "add 'verify:' with commands or a script, or 'tests:' in SUPERVISOR.md",
        )
        return
    lines = [entry.strip() for entry in verify.decode("utf-8", "replace").splitlines()]
    commands = [entry for entry in lines if entry and not _PRELUDE.match(entry)]
    if all(_ALWAYS_TRUE.match(entry) for entry in commands):
        yield Fault(brief.path, line, "verify cannot fail", "make it run what proves the work, e.g. the tests")
    elif all(_ALWAYS_TRUE.match(entry) or _ABSENCE.match(entry) for entry in commands):
        yield Fault(
            brief.path,
            line,
            "verify only looks that something is absent: it may pass before anything was done",
            "let it check what the work brings, too",
        )


def _paths(brief: briefs.Brief) -> Iterator[Fault]:
    home = os.path.expanduser("~")
    for number, text in enumerate(brief.data.decode("utf-8", "replace").splitlines(), start=1):
        for match in _MINE.finditer(text):
            cure = "use a path relative to the repository"
            if match[0].startswith(home + "/"):
                cure = f"{cure}, or ~{match[0][len(home) :]}"
            yield Fault(brief.path, number, f"{match[0]} is a path of this machine", cure)


def placeholders(brief: briefs.Brief) -> list[Fault]:
    """What the template left for the author and still stands there; an agent would be paid to read it.

    A comment of the front matter is no part of what is asked: only `of` speaks of it.
    """
    body = brief.document.body_line
    found = []
    for number, text in enumerate(brief.data.decode("utf-8", "replace").splitlines(), start=1):
        if _PLACEHOLDER.search(text) and not (number < body and text.lstrip().startswith("#")):
            found.append(Fault(brief.path, number, f"'{FILL_IN}' still stands here", "replace the line, or remove it"))
    return found


def _unfilled(brief: briefs.Brief) -> Iterator[Fault]:
    for number, text in enumerate(brief.data.decode("utf-8", "replace").splitlines(), start=1):
        if FILL_IN in text:
            yield Fault(brief.path, number, f"'{FILL_IN}' still stands here", "replace the line, or remove it")
