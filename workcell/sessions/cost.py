"""Cost and tokens in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workcell.rundir.schema import EventData


def cost_line(usd: float | None, turns: float | None, data: EventData) -> str | None:
    """`cost 0.12 USD, 3 turns, 2.4k tokens in, 84 out`; None when nothing is known."""
    tokens = data.get("tokens_run") or data.get("tokens_total") or {}
    words = [f"{usd:.2f} USD"] if usd is not None else []
    if turns:
        words.append(f"{turns:g} {'turn' if turns == 1 else 'turns'}")
    words += token_words(tokens)
    return f"cost {', '.join(words)}" if words else None


def token_words(tokens: dict[str, int]) -> list[str]:
    """`3.9k tokens in (1k cached)`, `84 out`; nothing where none are known."""
    cached = tokens.get("cache_read", 0)
    read = tokens.get("input", 0) + tokens.get("cache_write", 0) + cached
    if not read and not tokens.get("output"):
        return []
    from_cache = f" ({_thousands(cached)} cached)" if cached else ""
    return [f"{_thousands(read)} tokens in{from_cache}", f"{_thousands(tokens.get('output', 0))} out"]


def _thousands(number: int) -> str:
    if number < 1000:
        return str(number)
    if number < 1_000_000:
        return f"{number / 1000:.1f}".removesuffix(".0") + "k"
    return f"{number / 1_000_000:.1f}".removesuffix(".0") + "M"
