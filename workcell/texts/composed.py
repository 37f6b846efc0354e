"""The text of a brief that a person asks for in a few words, without a file of its own."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Literal

from workcell.base.light_dataclass import dataclass
from workcell.texts import fields, recipe

if TYPE_CHECKING:
    from workcell.texts.values import LimitName

OBJECTIVE_LIMIT = 200
"""Characters of a command that become the objective; the whole command stands under `recipe`."""

_PLAIN = re.compile(r"[A-Za-z_/][\w./+@ -]*")
_NOT_TEXT = frozenset(("true", "false", "null", "yes", "no", "on", "off", "y", "n"))
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


@dataclass(frozen=True)
class Wish:
    """What is asked for; what is None or empty does not stand in the text."""

    message: str | None = None
    """The objective; what stands below its first line becomes the body."""
    command: tuple[str, ...] = ()
    """The words of a command that is run in place of an agent."""
    recipe: str | None = None
    verify: str | Literal[False] | None = None
    """The check; False for none, also where the repository has tests."""
    limits: Mapping[LimitName, float] = field(default_factory=dict)
    labels: tuple[str, ...] = ()
    model: str | None = None
    args: tuple[str, ...] = ()


def brief(wish: Wish) -> str:
    """The text of the brief: front matter, the objective as title, and the rest of the message."""
    objective, _, body = (wish.message or "").strip().partition("\n")
    if not objective:
        objective = _clipped(" ".join(_shown(word) for word in wish.command))
    lines = ["---", f"objective: {_word(objective)}"]
    if wish.command:
        lines += ["recipe:", f"  extends: {_word(wish.recipe or 'shell')}"]
        lines += ["  command:", *(f"    - {_word(recipe.literal(word))}" for word in wish.command)]
    elif wish.recipe is not None:
        lines.append(f"recipe: {_word(wish.recipe)}")
    if wish.model is not None:
        lines.append(f"model: {_word(wish.model)}")
    if wish.args:
        lines += ["args:", *(f"  - {_word(word)}" for word in wish.args)]
    if wish.verify is not None:
        lines.append("verify: false" if wish.verify is False else f"verify: {_word(wish.verify)}")
    if wish.limits:
        lines += ["limits:", *(f"  {name}: {_limit(name, value)}" for name, value in wish.limits.items())]
    if wish.labels:
        lines += ["labels:", *(f"  - {_word(label)}" for label in wish.labels)]
    lines += ["---", "", f"# {objective}", ""]
    if body.strip():
        lines += [body.strip("\n"), ""]
    return "\n".join(lines)


def _shown(word: str) -> str:
    """A word of a command as one line for people; quoted where it has blanks."""
    flat = " ".join(_UNSEEN.sub(" ", word).split())
    return f"'{flat}'" if " " in flat or not flat else flat


def _clipped(text: str) -> str:
    return text if len(text) <= OBJECTIVE_LIMIT else text[: OBJECTIVE_LIMIT - 1].rstrip() + "…"


def _word(text: str) -> str:
    """`text` as one YAML value: plain where that reads back as the same text, else in double quotes."""
    if _PLAIN.fullmatch(text) and text.lower() not in _NOT_TEXT and text == text.strip():
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted)


def _limit(name: str, value: float) -> str:
    return fields.duration_text(value) if name in ("wall", "idle", "verify") else f"{value:g}"
