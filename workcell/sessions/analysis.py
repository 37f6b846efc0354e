"""What a run that is over was about: title, summary, topics and category, from its words and files, without a model."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from workcell.sessions import short_records, titles
from workcell.sessions.lines import first_line

if TYPE_CHECKING:
    from workcell.rundir import schema
    from workcell.sessions.turns import Turn

TOPICS, LONGEST = short_records.MOST_TOPICS, short_records.LONGEST
TOPIC = 40
"""Maximum characters of one topic."""

_CHANGES = ("edited", "wrote", "deleted")
_EVERYWHERE = frozenset(
    ("src", "lib", "app", "apps", "packages", "pkg", "internal", "cmd", "test", "tests", "docs", "doc")
)
"""Directories that say nothing of what lies in them."""
_DOCUMENTS = (".md", ".rst", ".txt", ".adoc")
_TESTS = re.compile(r"(^|/)(tests?|spec|__tests__)/|(^|/)test_|[._-](test|spec)\.[a-z]+$")
_WORDS: dict[schema.Category, str] = {
    "fix": "fix|fixes|fixed|bugs?|fails?|failing|failure|broken|crash|crashes|errors?|regression|repair|mend|debug",
    "refactor": "refactor|refactoring|rename|clean ?up|simplify|restructure|split|extract|move",
    "upkeep": "upgrade|bump|dependency|dependencies|lint|ci|release|format|config|configure",
    "docs": "docs?|document|documentation|readme|changelog|guides?",
    "tests": "tests?|coverage",
    "question": "^why|^what|^how|^where|^which|^who|^when|^is|^are|^does|^explain|^find out|^list|^show",
    "feature": "add|implement|support|build|create|introduce|new|write|make",
}
"""Words of titles by category, in the order in which they are looked for."""
_PATTERNS = {category: re.compile(rf"(?i)\b(?:{words})\b") for category, words in _WORDS.items()}
_STOP = frozenset(("this", "that", "with", "from", "into", "then", "them", "they", "have", "will", "when", "what"))


def title_of(objective: str | None, turns: Iterable[Turn]) -> str:
    """The title: of the objective, else of the first prompt."""
    return titles.of(objective or next((turn.prompt for turn in turns if turn.prompt), ""))


def summary_of(turns: list[Turn]) -> str | None:
    """The first of the last words of the agent; None where it said nothing."""
    for turn in reversed(turns):
        said = next((step for step in reversed(turn.steps) if step.kind == "said" and not step.side), None)
        if said is not None and (line := " ".join(first_line(said.text).split())):
            return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"
    return None


def changed_files(turns: Iterable[Turn], cwd: str) -> list[str]:
    """The files that the agent's calls changed, each as often as it was, relative to its directory."""
    found = [file for turn in turns for step in turn.steps for file in step.files]
    return [_below(file["path"], cwd) for file in found if file["how"] in _CHANGES]


def topics_of(files: Iterable[str], title: str) -> list[str]:
    """The parts of the tree in which most was changed, then words of the title; at most TOPICS."""
    counts = Counter(topic for path in files if (topic := _topic(path)))
    found = [topic for topic, _ in sorted(counts.items(), key=lambda one: (-one[1], one[0]))]
    words = [word.lower() for word in re.findall(r"[\w-]{4,}", title)]
    found += [word for word in words if word not in _STOP]
    return [topic[:TOPIC] for topic in dict.fromkeys(found)][:TOPICS]


def category_of(files: list[str], title: str) -> schema.Category:
    """The kind of work: by the files where all are of one kind, else by the words of the title."""
    if files and all(path.endswith(_DOCUMENTS) for path in files):
        return "docs"
    if files and all(_TESTS.search(path) for path in files):
        return "tests"
    found = next((category for category, words in _PATTERNS.items() if words.search(title)), None)
    if found == "question" and files:
        return "feature"
    return found or ("feature" if files else "unknown")


def _below(path: str, cwd: str) -> str:
    return os.path.relpath(path, cwd) if path.startswith(cwd.rstrip("/") + "/") else path


def _topic(path: str) -> str:
    """The directory that says most of a path; of one that lies at the top, its own name without an ending."""
    *folders, name = [part for part in path.split("/") if part not in ("", ".", "..")] or [""]
    told = [part for part in folders if part not in _EVERYWHERE and not part.startswith(".")]
    stem = re.sub(r"^test_|_test$", "", name.split(".", 1)[0] if not name.startswith(".") else name)
    return told[0] if told else stem
