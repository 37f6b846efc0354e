"""What the options of a dialog decide about a permission, by their words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workcell.judgement.screen import Option, Screen
    from workcell.rundir import schema

_ALLOWS = re.compile(r"(?i)(yes|allow|approve|accept|proceed)\b")
_REFUSES = re.compile(r"(?i)(no|deny|reject|don.?t allow|cancel)\b")
_LASTS = re.compile(
    r"(?i)don.?t ask|always|\ball\b|session|remember|auto|from now|any(thing| command)|in future|exit|quit|trust"
)
"""Words of an option that decides more than this one question: such an option is chosen by `answer` alone."""


def decision(text: str) -> schema.Decision | None:
    """What an option of those words decides about a permission; None where its words do not say."""
    if _ALLOWS.match(text):
        return "allowed"
    return "denied" if _REFUSES.match(text) else None


def option_for(dialog: Screen, *, allow: bool) -> Option | None:
    """The one option that allows, or refuses, what is asked and nothing beyond it.

    None where there is none or more than one, and where the dialog has not both: then it asks for no permission.
    """
    plain = [one for one in dialog["options"] if not _LASTS.search(one["text"])]
    yes = [one for one in plain if decision(one["text"]) == "allowed"]
    no = [one for one in plain if decision(one["text"]) == "denied"]
    if len(yes) != 1 or len(no) != 1:
        return None
    return yes[0] if allow else no[0]
