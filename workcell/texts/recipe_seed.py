"""The files that a recipe lays into an attempt, as a recipe writes them, and those that it adds for approvals."""

from __future__ import annotations

import re
from typing import Any

from workcell.rundir import layout, vocabulary
from workcell.texts import brief, fields
from workcell.texts.document import Document, Foreign
from workcell.texts.fields import Field

_SEED_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)?")
_OURS = (*layout.SEALED, layout.BRIEF, layout.VERIFY_SCRIPT, layout.HANDOFF, layout.AGENT_LOG, layout.STDERR_LOG)


def seed_files(value: Any, path: fields.Path, document: Document) -> Foreign | None:
    """Files of the attempt: name to a text, or to a mapping that is written as JSON; both may use {{ variables }}."""
    if not isinstance(value, dict):
        document.fault(path, "'seed' must be 'file: content' lines")
        return None
    for name, content in value.items():
        if not _SEED_NAME.fullmatch(name) or name.partition("/")[0] in (layout.AGENT_DIR, *_OURS):
            cure = "a plain name, or one folder and a name, that workcell does not use itself"
            document.fault((*path, name), f"{name!r} cannot be a file of an attempt", cure)
        elif not isinstance(content, str | dict):
            document.fault((*path, name), f"the content of {name!r} must be text or 'key: value' lines")
    return value


APPROVALS = (
    Field("seed", seed_files, "files of 'seed', joined with them: the hook in them runs {{ approval_hook }}"),
    Field("args", brief.arguments, "arguments that add the hook; before -- or a last -"),
    Field("ask", fields.one_of(*vocabulary.RULE_ASKS), "what the program is told where a rule asks; deny without it"),
)
"""How the program itself applies rules of approvals, by a hook that decides."""
