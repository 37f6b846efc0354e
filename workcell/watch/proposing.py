"""Makes the proposal of a playbook's `ask`: what was found, what is recommended, and the exact acts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from workcell.approvals import pending, risk
from workcell.base import clock, json_codec
from workcell.base.errors import Refused
from workcell.cleaning import run_cleaner
from workcell.judgement import composer
from workcell.playbooks.step import Judged, Step
from workcell.playbooks.steps import ask
from workcell.playbooks.steps.answer import SAFE, Answer
from workcell.rundir import layout, look, proposals
from workcell.together import answer as answers

if TYPE_CHECKING:
    from workcell.rundir import schema
    from workcell.rundir.schema.literals import Risk
    from workcell.rundir.schema.proposals import ProposedAct, ProposedPlaybook


@dataclass(frozen=True)
class Occasion:
    """The finding on a live run for which something is proposed."""

    seen: look.Look
    playbook: ProposedPlaybook
    incident: str
    """Names the finding."""
    judged: Judged
    cause: str
    """The finding in words."""
    now: float
    """Epoch seconds."""


def propose(occasion: Occasion, text: str, acts: Sequence[Step]) -> schema.Proposal:
    """Seal the proposal; the one that stands, where the same was proposed in this attempt before.

    Refused where an act would answer a dialog and none is up, or its safe option is not known. OSError where the disk
    refuses.
    """
    seen = occasion.seen
    cleaner = run_cleaner.of_run(seen.run)
    acts = [_exact(step, occasion.judged) for step in acts]
    proposed: list[ProposedAct] = [ask.proposed(step, cleaner.line(step.describe())) for step in acts]
    key = json_codec.encode_line(
        {"playbook": occasion.playbook["name"], "incident": occasion.incident, "text": text, "acts": proposed}
    )
    verdict: Any = occasion.judged.get("verdict") or "unknown"
    made: schema.Proposal = {
        "schema": proposals.SCHEMA,
        "id": proposals.name(seen.id, seen.n, key),
        "run": seen.id,
        "attempt": seen.n,
        "phase": seen.phase,
        "playbook": occasion.playbook,
        "incident": occasion.incident,
        "verdict": verdict,
        "cause": cleaner.line(" ".join(occasion.cause.split())),
        "text": cleaner.line(" ".join(text.split())),
        "acts": proposed,
        "risk": _risk(acts, occasion),
        "dialog": _dialog(seen) if _answers(acts) else None,
        "created_at": clock.stamp(occasion.now),
        "void_at": clock.stamp(occasion.now + proposals.LIFE),
    }
    return proposals.propose(layout.home_of(seen.run), made)


def _exact(step: Step, judged: Judged) -> Step:
    """The step with the option that it would choose now, where it leaves that open."""
    if not isinstance(step, Answer) or step.choice != SAFE:
        return step
    prompt = judged.get("prompt")
    safe = prompt["safe"] if prompt else None
    if not safe:
        raise Refused("no option of this dialog is known to be safe", "workcell answer RUN shows its options")
    return replace(step, choice=str(safe))


def _answers(acts: Sequence[Step]) -> bool:
    return any(isinstance(step, Answer) for step in acts)


def _dialog(seen: look.Look) -> str:
    """The id of the dialog that is up."""
    _, shown = answers.up(seen.run)
    if shown is None:
        raise Refused(f"{seen.id} shows no dialog now", f"workcell what {seen.id}")
    return composer.dialog_id(shown)


def _risk(acts: Sequence[Step], occasion: Occasion) -> Risk:
    """What could go wrong, the worst of all acts: an answer is as risky as what the agent asks permission for."""
    found: list[Risk] = ["write" if step.acts else "low" for step in acts]
    asks = occasion.judged.get("asks")
    if asks and _answers(acts):
        found.append(pending.of_words(asks, occasion.seen.cwd or "/"))
    return max(found, key=risk.ORDER.index)
