"""Puts a tool call into one line, and tells whether a message ends with a question."""

import re

from workcell.agents.events import Foreign, items, mapping, short

PATCHED = re.compile(r"^\*\*\* (Add|Update|Delete) File: (.+)$", re.MULTILINE)
"""The line by which a patch in the form of Codex names a file."""
PATCH = "apply_patch"
OF_SERVERS = "mcp__"
"""How the names of tools begin that a server of MCP brings."""
MOST_GIVEN = 8
"""Maximum number of arguments of such a tool that are named."""


def describe(tool: str | None, given: Foreign) -> str:
    """A tool call in one line: its name and the argument that tells a person most.

    Of a patch the files, of a tool of a server all that it is given: what it does with which of that is not known.
    """
    if tool == PATCH and (files := _patched(given)):
        return short(f"{tool}: {', '.join(files)}")
    if tool is not None and tool.startswith(OF_SERVERS) and given:
        told = [f"{short(key, 60)}={short(value, 200)}" for key, value in list(given.items())[:MOST_GIVEN]]
        return short(f"{tool}: {', '.join(told)}")
    for name in ("command", "cmd", "file_path", "path", "pattern", "url", "query", "prompt", "description"):
        value = given.get(name)
        if isinstance(value, str) and value.strip():
            return short(f"{tool or 'tool'}: {value[:600]}")
    for question in items(given.get("questions")):
        asked = mapping(question)
        labels = [short(mapping(o).get("label"), 60) for o in items(asked.get("options"))[:8]]
        return short(f"{short(asked.get('question'))} ({' / '.join(labels)})")
    return tool or "tool"


def _patched(given: Foreign) -> list[str]:
    """The files that a patch names; one that it deletes says so."""
    patch = given.get("command", given.get("input", given.get("patch")))
    found = PATCHED.findall(patch) if isinstance(patch, str) else []
    return [f"{'deletes ' if how == 'Delete' else ''}{path.strip()}" for how, path in found]


_ASKING = re.compile(
    r"(?i)\b(please (confirm|choose|advise|clarify|specify|tell me|let me know (which|what|how|whether))"
    r"|(awaiting|waiting for) your|(shall|should|may|can) i\b|do you want me to|would you (like|prefer) me to"
    r"|which (one|option|of)|let me know (which|what|how|whether)|before i (continue|proceed))"
)
_OFFER = re.compile(r"(?i)\b(anything else|something else|further|also|next|additional|more|questions?)\b")


def asks(words: str) -> bool | None:
    """True when a message ends by asking for a decision; a courtesy offered after the work is not one."""
    body = words.strip()[-1500:]
    body = re.sub(r"```.*?(```|\Z)", " ", body, flags=re.DOTALL)
    sentences = [s for s in re.split(r"(?<=[.!?])\s+|\n+", body) if s.strip(" *_`>")]
    last = sentences[-2:]
    for sentence in last:
        ends = sentence.rstrip(" *_`)\"'").endswith("?")
        if (ends or (sentence is last[-1] and _ASKING.search(sentence))) and not _OFFER.search(sentence):
            return True
    return None
