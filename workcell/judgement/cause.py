"""The cause of a failed attempt in one sentence, where the verdict tells one that no check can name."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workcell.judgement.verdict import Verdict

SURE = 0.6
"""Confidence from which a verdict is named as the cause; the playbooks of these verdicts ask for as much at least."""

WIDE = 160
"""Maximum characters of the program's own words."""

_SENTENCES = {
    "auth": "the sign-in of {program} was refused or is missing",
    "billing": "the account of {program} has no credit left",
    "rate_limit": "{program} made too many requests in a short time",
    "usage_limit": "the usage limit of the account of {program} is used up",
    "server_error": "the service of {program} failed",
    "network": "{program} could not reach its service",
    "context_overflow": "the conversation of {program} no longer fits into its model",
    "config_error": "{program} refused to work as it was started",
}
"""By verdict; of every other verdict the check says more than the agent's end does."""


def sentence(judged: Verdict, program: str) -> str | None:
    """Why the attempt failed, with the program's own words; None where the verdict names no cause or is not sure.

    `program` is the agent program's name for people.
    """
    lead = _SENTENCES.get(judged["verdict"])
    if lead is None or judged["confidence"] < SURE:
        return None
    told = lead.format(program=program)
    evidence = judged.get("evidence")
    said = " ".join(evidence[0]["words"].split()) if evidence else ""
    if not said:
        return told
    return f"{told}: {said if len(said) <= WIDE else said[: WIDE - 1] + '…'}"
