"""What an agent reported of an attempt in its records: model, cost, tokens, turns, its last words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workcell.cleaning.clean import Cleaner
from workcell.evidence import capture_state
from workcell.judgement import session as sessions

if TYPE_CHECKING:
    from workcell.rundir import schema


def of(directory: str, cleaner: Cleaner) -> schema.Usage | None:
    """The usage of the attempt in `directory` by what was captured of it, cleaned; None when nothing was.

    The tokens of the source that counted most are told: stream and transcript tell of the same ones.
    """
    state = capture_state.stored(directory)
    told = capture_state.records(state)
    if state is None or told is None:
        return None
    every = [source["session"] for _, source in capture_state.sources(state)]
    tokens = max((sessions.tokens(one) for one in every), key=lambda found: sum(found.values()), default={})
    costs = [one["cost_usd"] for one in every if one["cost_usd"] is not None]
    turns = [turns for one in every if one["end"] and (turns := one["end"].get("turns")) is not None]
    models = [one["model"] for one in (told, *every) if one["model"]]
    said = told["said"]["text"] if told["said"] else None
    return {
        "model": cleaner.line(models[0]) if models else None,
        "cost_usd": max(costs) if costs else None,
        "tokens": tokens or None,
        "turns": int(max(turns)) if turns else None,
        "last_word": cleaner.line(said) if said else None,
    }
