"""Counts the tokens of Claude Code's messages once, although every block of a message repeats them."""

from workcell.agents.events import Event, Foreign, Memory, Record, Where, count, event, mapping, remember, short, text

SETTLES = ("assistant", "user", "result", "cost-state")
"""Types of the records after which the tokens of an earlier message do not grow any more."""

_KEPT = 64
"""Maximum number of messages whose ids are remembered as told."""


def used(usage: Foreign) -> dict[str, int]:
    """Tokens by kind, from a `usage` of the service."""
    return {
        "input": count(usage.get("input_tokens")),
        "output": count(usage.get("output_tokens")),
        "cache_read": count(usage.get("cache_read_input_tokens")),
        "cache_write": count(usage.get("cache_creation_input_tokens")),
    }


def note(this: Record) -> None:
    """Note the tokens of a message in the memory. Every block repeats them, so the greatest number counts."""
    message = mapping(this.body.get("message"))
    usage, name = mapping(message.get("usage")), text(message.get("id"))
    if this.where.kind == "stream" or not usage or name is None or message.get("model") == "<synthetic>":
        return  # the stream tells them half-way; its result record has the sum
    if name in mapping(this.memory.get("settled")):
        return
    owes = mapping(this.memory.get("owed"))
    before = mapping(owes.get("tokens")) if owes.get("message") == name else {}
    tokens = {kind: max(value, count(before.get(kind))) for kind, value in used(usage).items()}
    this.memory["owed"] = {"message": name, "tokens": tokens, "model": short(message.get("model"), 80)}


def owed(this: Record) -> list[Event]:
    """The tokens of the message before this record, where this is not a further block of the same."""
    owes = mapping(this.memory.get("owed"))
    if not owes or mapping(this.body.get("message")).get("id") == owes.get("message"):
        return []
    return settle(this.memory, this.where)


def settle(memory: Memory, where: Where) -> list[Event]:
    """The tokens that are noted and not yet reported, as one `cost` event."""
    owes = mapping(memory.pop("owed", None))
    if not owes:
        return []
    remember(memory, "settled", owes["message"], 1, _KEPT)
    return [event("cost", where, f"usage:{owes['message']}", tokens=owes["tokens"], model=owes.get("model"))]
